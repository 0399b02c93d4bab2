"""Joining a league: keep the operator's site kit, make the node's key, write the signed request."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from client.shop import IDENTITY_PATH
from common.errors import EnrolmentError, InputError
from common.keys import Identity, PublicIdentity
from common.kit import EnrolmentRequest, SiteKit

KIT_PATH = Path("league") / "kit.json"
CA_PATH = Path("league") / "ca.pem"
NODE_ID_PATH = Path("league") / "node-id"
NODE_KEY_PATH = Path("keys") / "node"


@dataclass(frozen=True, slots=True)
class Membership:
    """A shop's side of a league.

    Attributes:
        kit: As the operator handed it over, checked.
        node_key: EC P-384 key that the node signs in with.
    """

    kit: SiteKit
    node_key: ec.EllipticCurvePrivateKey

    @property
    def coordinator(self) -> PublicIdentity:
        """The pinned key: no other's plan or bundle is looked at."""
        return self.kit.coordinator


def join(home: Path, kit: SiteKit, name: str, *, new_key: bool = False) -> EnrolmentRequest:
    """Keep the kit and make the request for the operator.

    Joining the same coordinator again renews the kit (a new address, a new certificate);
    the keys stay.

    Args:
        home: The shop's folder.
        kit: Checked already.
        name: The shop's name for the operator.
        new_key: Make another node key: one that was locked out stays out.

    Raises:
        InputError: there is no shop in the folder.
        EnrolmentError: the shop is in another league already.
    """
    identity = Identity.load(home / IDENTITY_PATH)
    if (home / KIT_PATH).exists():
        before = load_kit(home)
        if before.coordinator_key != kit.coordinator_key:
            raise EnrolmentError(
                f"This shop is in the league '{before.league}' already.",
                where=str(home / KIT_PATH),
                safe="Nothing was changed.",
                todo="One shop folder belongs to one league: its privacy ledger is for one budget. "
                "To leave, move the league folder away.",
            )
    if new_key:
        (home / NODE_KEY_PATH).unlink(missing_ok=True)
        (home / NODE_ID_PATH).unlink(missing_ok=True)
    key = _node_key(home / NODE_KEY_PATH)
    (home / KIT_PATH).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    (home / CA_PATH).write_text(kit.ca_pem, encoding="ascii")
    (home / KIT_PATH).write_text(kit.to_json(), encoding="utf-8")
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return EnrolmentRequest(
        name=name.strip(),
        merchant_key=identity.public.hex,
        node_key_pem=public.decode("ascii"),
        coordinator_key=kit.coordinator_key,
        requested_at=datetime.now(UTC).isoformat(timespec="seconds"),
    ).signed(identity)


def load_kit(home: Path) -> SiteKit:
    """The kit of the league that the shop is in.

    Raises:
        EnrolmentError: the shop is in no league, or the file is damaged.
    """
    path = home / KIT_PATH
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as e:
        raise EnrolmentError(
            "This shop is in no league yet.",
            where=str(path),
            safe="Nothing was sent.",
            todo="Ask the operator for a site kit, then: hansa join kit.json --home FOLDER",
        ) from e
    return SiteKit.from_json(text, str(path))


def load_membership(home: Path) -> Membership:
    """The kit and the node's key.

    Raises:
        EnrolmentError: the shop is in no league, or a file is damaged.
    """
    return Membership(load_kit(home), _node_key(home / NODE_KEY_PATH))


def load_node_id(home: Path) -> int:
    """The coordinator's number for this node when it was last online; 0 if never."""
    try:
        return int((home / NODE_ID_PATH).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def save_node_id(home: Path, node_id: int) -> None:
    """Remember the number: after a crash the old session is signed off with it."""
    (home / NODE_ID_PATH).write_text(str(node_id), encoding="ascii")


def _node_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """The node's key in OpenSSH's format, which Flower's own node reads too; 0600."""
    if not path.exists():
        new = ec.generate_private_key(ec.SECP384R1())
        pem = new.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.OpenSSH,
            serialization.NoEncryption(),
        )
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "wb") as f:
            f.write(pem)
    try:
        key = serialization.load_ssh_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as e:
        raise _bad_key(path) from e
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise _bad_key(path)
    return key


def _bad_key(path: Path) -> InputError:
    return InputError(
        "The node's key cannot be read.",
        where=str(path),
        safe="Nothing was sent.",
        todo="Restore the file from a backup; or delete it, join again and have it enrolled again.",
    )
