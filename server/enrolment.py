"""Letting merchants in: the coordinator's certificates, site kits, enrolment requests, bans."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from common.errors import CoordinatorUnreachable, EnrolmentError, InputError
from common.flower.calls import LinkDown, LinkRefused
from common.flower.control import Control
from common.kit import EnrolmentRequest, SiteKit
from common.program import code_digest
from server.certificates import Certificate, make_authority, make_server
from server.folder import Config, Folder, make_folder, write_secret
from server.registry import Registry
from server.rows import Merchant, now


def found_league(folder: Folder, config: Config) -> str:
    """Make a coordinator: identity, secret, authority, certificate, registry.

    Returns:
        Fingerprint of the coordinator's identity.

    Raises:
        InputError: there is one already, or the folder cannot be written.
    """
    identity = make_folder(folder, config)
    authority = make_authority(config.league)
    folder.ca.write_bytes(authority.certificate)
    write_secret(folder.ca_key, authority.key)
    renew_certificate(folder, config)
    Registry(folder.registry, identity).close()  # opens the book
    # last: a folder counts as a coordinator once it has this file
    folder.save(config)
    return identity.public.fingerprint


def renew_certificate(folder: Folder, config: Config) -> None:
    """A fresh certificate for the public listener; merchants' kits stay valid."""
    authority = Certificate(folder.ca.read_bytes(), folder.ca_key.read_bytes())
    server = make_server(authority, config.host)
    write_secret(folder.certificate_key, server.key)
    folder.certificate.write_bytes(server.certificate)


def make_kit(folder: Folder) -> SiteKit:
    """What the operator hands to merchants. It holds no secret.

    Raises:
        InputError: there is no coordinator in the folder.
    """
    config, identity = folder.config(), folder.identity()
    return SiteKit(
        league=config.league,
        address=config.public_address,
        ca_pem=folder.ca.read_text(encoding="ascii"),
        coordinator_key=identity.public.hex,
        code_digest=code_digest(),
        issued_at=datetime.now(UTC).isoformat(timespec="seconds"),
    ).signed(identity)


def enrol(folder: Folder, request_path: Path, name: str = "") -> Merchant:
    """Let a merchant in: check the request, register the node's key, note the merchant.

    Args:
        folder: The coordinator's.
        request_path: File that `hansa join` wrote.
        name: Another name than the merchant's own.

    Raises:
        EnrolmentError: the request is not sound, or is for another coordinator.
        CoordinatorUnreachable: `hansa-server serve` does not run.
    """
    try:
        text = request_path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as e:
        raise InputError("The enrolment request cannot be read.", where=str(request_path)) from e
    request = EnrolmentRequest.from_json(text, str(request_path))
    if request.coordinator_key != folder.identity().public.hex:
        raise EnrolmentError(
            "This request was made for another coordinator.",
            where=str(request_path),
            safe="Nobody was let in.",
            todo="Give the merchant this coordinator's site kit and have it join with that.",
        )
    registry = Registry.of(folder)
    try:
        known = {m.fingerprint: m for m in registry.merchants()}
        _check_known(known, request, name)
        node_id = _register(folder, known.get(request.merchant.fingerprint), request, name)
        merchant = Merchant(
            request.merchant.fingerprint, name or request.name, request.merchant_key,
            request.node_key_pem, node_id, now(),
        )  # fmt: skip
        registry.add_merchant(merchant)
        return merchant
    finally:
        registry.close()


def ban(folder: Folder, who: str, reason: str) -> Merchant:
    """Lock a merchant out at once: its node is signed off and no round asks it again.

    Raises:
        InputError: no such merchant.
        CoordinatorUnreachable: `hansa-server serve` does not run.
    """
    registry = Registry.of(folder)
    try:
        merchant = registry.merchant(who)
        # first in our own books: from now on no strategy asks it
        registry.set_ban(merchant.fingerprint, reason or "banned by the operator")
        control = Control(folder.config().control_address)
        try:
            control.unregister(merchant.node_id)
        except LinkRefused:
            pass  # Flower does not know the node: it is out already
        except LinkDown as e:
            raise not_serving(folder, "The ban is noted, and holds for every round.") from e
        finally:
            control.close()
        return registry.merchant(merchant.fingerprint)
    finally:
        registry.close()


def unban(folder: Folder, who: str) -> Merchant:
    """Lift a ban. The merchant's node needs a new key (`hansa join kit.json --new-key`).

    Raises:
        InputError: no such merchant.
        EnrolmentError: its name has gone on under another key.
    """
    registry = Registry.of(folder)
    try:
        merchant = registry.merchant(who)
        _check_name(registry, merchant)
        registry.set_ban(merchant.fingerprint, None)
        return registry.merchant(merchant.fingerprint)
    finally:
        registry.close()


def not_serving(folder: Folder, safe: str = "Nothing was changed.") -> CoordinatorUnreachable:
    """The error for an operator who forgot to start the coordinator."""
    return CoordinatorUnreachable(
        "The coordinator does not run.",
        where=folder.config().control_address,
        safe=safe,
        todo=f"Start it in another terminal: hansa-server serve --home {folder.home}",
    )


def _check_known(known: dict[str, Merchant], request: EnrolmentRequest, name: str) -> None:
    before = known.get(request.merchant.fingerprint)
    if before is not None and before.banned_at:
        raise EnrolmentError(
            f"The merchant '{before.name}' is banned: {before.ban_reason}.",
            where=before.fingerprint,
            safe="Nobody was let in.",
            todo=f"Lift the ban first: hansa-server unban {before.fingerprint[:12]}",
        )
    for other in known.values():
        if other.fingerprint == request.merchant.fingerprint:
            continue
        # a name may go on under a new key once the old key is locked out; the book keeps both
        named = other.name == (name or request.name) and not other.banned_at
        if other.node_key_pem == request.node_key_pem or named:
            what = "node key" if other.node_key_pem == request.node_key_pem else "name"
            raise EnrolmentError(
                f"Another merchant has this {what} already.",
                where=other.fingerprint,
                safe="Nobody was let in.",
                todo="Give another name with --name, or have the merchant join again. If it lost "
                "its key, lock the old one out first: hansa-server ban "
                f"{other.fingerprint[:12]}",
            )


def _check_name(registry: Registry, merchant: Merchant) -> None:
    for other in registry.merchants():
        same = other.name == merchant.name and other.fingerprint != merchant.fingerprint
        if same and not other.banned_at:
            raise EnrolmentError(
                "This merchant's name has gone on under another key.",
                where=other.fingerprint,
                safe="The ban holds.",
                todo="Ban the newer key first if the older one is to come back.",
            )


def _register(folder: Folder, before: Merchant | None, request: EnrolmentRequest, name: str) -> int:
    """Let the node's key in. The same key again keeps its node; another key replaces it."""
    control = Control(folder.config().control_address)
    try:
        if before is not None:
            nodes = control.nodes()
            alive = nodes.get(before.node_id, "unregistered") != "unregistered"
            if alive and before.node_key_pem == request.node_key_pem:
                return before.node_id
            if alive:
                control.unregister(before.node_id)
        return control.register(request.node_key_pem.encode("ascii"), name or request.name)
    except LinkDown as e:
        raise not_serving(folder, "Nobody was let in.") from e
    except (LinkRefused, UnicodeEncodeError) as e:
        raise EnrolmentError(
            "The coordinator does not take this node key.",
            where=type(e).__name__,
            safe="Nobody was let in.",
            todo="A key that was locked out stays out. Have the merchant run "
            "'hansa join kit.json --new-key' and send the new request.",
        ) from e
    finally:
        control.close()
