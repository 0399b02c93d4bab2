"""Joining a league, on paper: the operator's SiteKit and the merchant's EnrolmentRequest; pure."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from common.canonical import canonical
from common.errors import EnrolmentError, InputError
from common.keys import Identity, PublicIdentity

VERSION = 1
MAX_BYTES = 64 * 1024
MAX_NAME = 80


@dataclass(frozen=True, slots=True)
class SiteKit:
    """What a merchant needs to find a coordinator and to know it again. Holds no secret.

    Attributes:
        league: The league's name.
        address: "host:port" of the public listener.
        ca_pem: The certificate authority of that listener, and no other.
        coordinator_key: Ed25519 key that signs plans and bundles, hexadecimal.
        code_digest: Of the program that the coordinator runs (`common.program`).
        issued_at: ISO-8601 UTC.
        signature: By the coordinator's key.
    """

    league: str
    address: str
    ca_pem: str
    coordinator_key: str
    code_digest: str
    issued_at: str
    version: int = VERSION
    signature: str = ""

    def signed(self, identity: Identity) -> SiteKit:
        """The same kit with a signature."""
        return replace(self, signature=identity.sign(_signed_bytes(b"hansa-kit-v1\n", self)))

    @property
    def coordinator(self) -> PublicIdentity:
        """The key to check plans and bundles with."""
        return PublicIdentity.from_hex(self.coordinator_key)

    def to_json(self) -> str:
        """As written to the file that the operator hands over."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str, where: str = "") -> SiteKit:
        """Read and check a kit.

        Raises:
            EnrolmentError: it is no kit, was changed on the way, or is of another version.
        """
        kit = cls(**_fields(cls, text, where))
        if not _verify(kit.coordinator_key, b"hansa-kit-v1\n", kit, kit.signature):
            raise _not_sound("site kit", where, "Ask the operator for the kit again.")
        return kit


@dataclass(frozen=True, slots=True)
class EnrolmentRequest:
    """What a merchant sends to the operator: two public keys and a name, signed.

    Attributes:
        name: The shop's name, as the operator will see it.
        merchant_key: Ed25519 identity that signs reports and the ledger, hexadecimal.
        node_key_pem: EC P-384 public key that the node signs in with.
        coordinator_key: The coordinator that was asked; no other may use the request.
        requested_at: ISO-8601 UTC.
        signature: By the merchant's identity.
    """

    name: str
    merchant_key: str
    node_key_pem: str
    coordinator_key: str
    requested_at: str
    version: int = VERSION
    signature: str = ""

    def signed(self, identity: Identity) -> EnrolmentRequest:
        """The same request with a signature."""
        return replace(self, signature=identity.sign(_signed_bytes(b"hansa-enrol-v1\n", self)))

    @property
    def merchant(self) -> PublicIdentity:
        """The merchant's identity."""
        return PublicIdentity.from_hex(self.merchant_key)

    def to_json(self) -> str:
        """As written to the file that the merchant hands over."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str, where: str = "") -> EnrolmentRequest:
        """Read and check a request.

        Raises:
            EnrolmentError: it is no request, was changed on the way, or is of another version.
        """
        request = cls(**_fields(cls, text, where))
        if not _verify(request.merchant_key, b"hansa-enrol-v1\n", request, request.signature):
            raise _not_sound("enrolment request", where, "Ask the merchant to join again.")
        if not request.name.strip() or len(request.name) > MAX_NAME:
            raise _not_sound("enrolment request", where, f"A name has 1 to {MAX_NAME} characters.")
        return request


def _signed_bytes(context: bytes, value: SiteKit | EnrolmentRequest) -> bytes:
    raw = asdict(value)
    raw.pop("signature")
    return context + canonical(raw)


def _verify(key_hex: str, context: bytes, value: SiteKit | EnrolmentRequest, signed: str) -> bool:
    try:
        return PublicIdentity.from_hex(key_hex).verify(_signed_bytes(context, value), signed)
    except (InputError, ValueError):
        return False


def _fields(cls: type[SiteKit] | type[EnrolmentRequest], text: str, where: str) -> dict[str, Any]:
    what = "site kit" if cls is SiteKit else "enrolment request"
    try:
        raw = json.loads(text) if len(text) <= MAX_BYTES else None
    except (ValueError, RecursionError):
        raw = None
    known = cls.__dataclass_fields__
    if (
        not isinstance(raw, dict)
        or set(raw) != set(known)
        or not all(isinstance(raw[k], int if k == "version" else str) for k in known)
        or raw["version"] != VERSION
    ):
        raise EnrolmentError(
            f"This file is not a {what} of this version of Hansa.",
            where=where,
            safe="Nothing was changed.",
            todo="Check that it is the right file and that both sides run the same version.",
        )
    return raw


def _not_sound(what: str, where: str, todo: str) -> EnrolmentError:
    return EnrolmentError(
        f"This {what} was changed on its way, or is damaged.",
        where=where,
        safe="Nothing was changed.",
        todo=todo,
    )
