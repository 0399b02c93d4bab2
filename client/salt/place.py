"""Where a shop's salt lies: the file keys/salt, or the system's keyring with a mark beside it."""

from __future__ import annotations

import hmac
import json
import os
import secrets
from pathlib import Path
from typing import Literal

from client.salt.ring import Answer, ask, has_screen
from common.errors import InputError

SALT_PATH = Path("keys") / "salt"
#: Says that the salt is in the keyring, under which name, and what its check is.
MARK_PATH = Path("keys") / "salt.keyring"
SALT_BYTES = 32
Where = Literal["auto", "file", "keyring"]


def check(salt: bytes) -> str:
    """A digest that tells one salt from another and gives nothing of it away, 32 hex digits."""
    return hmac.digest(salt, b"hansa salt check", "sha256").hex()[:32]


def where(home: Path) -> Literal["file", "keyring", ""]:
    """Where the salt of a shop is; the file wins, for it is what an interrupted move leaves."""
    if (home / SALT_PATH).exists():
        return "file"
    return "keyring" if (home / MARK_PATH).exists() else ""


def create(home: Path, wanted: Where) -> Literal["file", "keyring"]:
    """Make the salt of a new shop. The folder keys/ must be there.

    Args:
        home: The shop's folder.
        wanted: "auto" takes the keyring only in a session with a screen and with a real backend.

    Raises:
        InputError: the keyring was asked for by name and cannot be used.
        OSError: the folder cannot be written.
    """
    salt = os.urandom(SALT_BYTES)
    if wanted == "keyring" or (wanted == "auto" and has_screen()):
        kept = _keep(home, salt)
        if kept.secret == salt.hex():
            return "keyring"
        if wanted == "keyring":
            raise _unusable(kept, "No shop was made.")
    _write_secret(home / SALT_PATH, salt)
    return "file"


def load(home: Path) -> bytes:
    """The shop's salt, 32 bytes.

    Raises:
        InputError: it is gone or lies open to others; new pseudonyms would not fit the old ones.
    """
    return _from_keyring(home) if where(home) == "keyring" else _from_file(home / SALT_PATH)


def move(home: Path, to: Literal["file", "keyring"]) -> bool:
    """Move the salt; the old place is emptied only when the new one gave the same salt back.

    Returns:
        Whether anything moved; False: it was there already.

    Raises:
        InputError: the salt cannot be read, or the new place cannot keep it.
    """
    if where(home) == to:
        return False
    salt = load(home)
    if to == "keyring":
        kept = _keep(home, salt)
        if kept.secret != salt.hex():
            (home / MARK_PATH).unlink(missing_ok=True)
            raise _unusable(kept, "The salt is still in keys/salt.")
        if check(_from_keyring(home)) != check(salt):
            raise _unusable(kept, "The salt is still in keys/salt.")
        (home / SALT_PATH).unlink()
        return True
    entry = _mark(home)["entry"]
    _write_secret(home / SALT_PATH, salt)
    if check(_from_file(home / SALT_PATH)) != check(salt):
        (home / SALT_PATH).unlink()
        raise InputError("The salt could not be written.", safe="It is still in the keyring.")
    (home / MARK_PATH).unlink()
    ask("delete", entry)
    return True


def _keep(home: Path, salt: bytes) -> Answer:
    """Put it into the keyring and, if it can be read back, leave the mark."""
    # the entry's name is random: two copies of a shop's folder do not empty each other's entry
    entry = f"shop-salt-{secrets.token_hex(8)}"
    kept = ask("set", entry, salt.hex())
    if kept.secret == salt.hex():
        mark = json.dumps({"entry": entry, "check": check(salt)})
        (home / MARK_PATH).unlink(missing_ok=True)
        _write_secret(home / MARK_PATH, mark.encode())
    return kept


def _from_file(path: Path) -> bytes:
    try:
        mode, salt = path.stat().st_mode, path.read_bytes()
    except OSError:
        mode, salt = 0, b""
    if len(salt) != SALT_BYTES:
        raise InputError(
            "The shop's salt cannot be read.",
            where=str(path),
            safe="Nothing was imported.",
            todo="Restore keys/salt from a backup, or start a new shop folder with 'hansa init'.",
        )
    if os.name != "nt" and mode & 0o077:
        raise InputError(
            "The shop's salt can be read by other users of this computer: who has it can tell "
            "which pseudonym is which customer.",
            where=str(path),
            safe="Nothing was read or imported.",
            todo=f"Close it with: chmod 600 '{path}'",
        )
    return salt


def _from_keyring(home: Path) -> bytes:
    mark = _mark(home)
    said = ask("get", mark["entry"])
    try:
        salt = bytes.fromhex(said.secret or "")
    except ValueError:
        salt = b""
    if len(salt) == SALT_BYTES and hmac.compare_digest(check(salt), mark["check"]):
        return salt
    what = "The system's keyring does not hold this shop's salt any more."
    if said.why == "timeout":
        what = "The system's keyring did not answer: it is locked, or nobody can unlock it here."
    elif not said.real:
        what = "The shop's salt is in a keyring, and no keyring answers in this session."
    raise InputError(
        what,
        where=str(home / MARK_PATH),
        safe="Nothing was imported. The shop's data is as it was.",
        todo="Unlock the keyring, or log in to the desktop session that made the shop; on a machine "
        "without a screen use 'hansa shopper salt --move file' there first. If the entry is lost, "
        "restore it from a backup: without the salt new files do not fit the old ones.",
    )


def _mark(home: Path) -> dict[str, str]:
    try:
        raw = json.loads((home / MARK_PATH).read_text(encoding="utf-8"))
        return {"entry": str(raw["entry"]), "check": str(raw["check"])}
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise InputError(
            "The mark that says where the salt is cannot be read.",
            where=str(home / MARK_PATH),
            safe="Nothing was imported.",
            todo="Restore the folder keys/ from a backup.",
        ) from e


def _unusable(said: Answer, safe: str) -> InputError:
    why = "it did not answer in time" if said.why == "timeout" else said.why or said.backend
    return InputError(
        "There is no keyring here that protects what it keeps.",
        where=f"the system's keyring ({why})",
        safe=safe,
        todo='Keep the salt in its file (setting salt = "file" under [people]); it is readable '
        "by you alone.",
    )


def _write_secret(path: Path, content: bytes) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(fd, "wb") as f:
        f.write(content)
        f.flush()
        os.fsync(f.fileno())
