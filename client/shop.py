"""Make a shop folder: database, settings, identity key, salt."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from client.store import DATABASE_NAME, Store
from common.errors import InputError
from common.keys import Identity
from common.settings import load_settings

IDENTITY_PATH = Path("keys") / "identity.pem"
SALT_PATH = Path("keys") / "salt"
SALT_BYTES = 32


def make_shop(home: Path, name: str, language: str, policy: Mapping[str, float | str]) -> str:
    """Make the folder of a new shop.

    Args:
        home: The folder; made if need be.
        name: The shop's name.
        language: "en" or "zh".
        policy: Entries of `settings.Policy` that differ from the defaults.

    Returns:
        The fingerprint of the shop's identity.

    Raises:
        InputError: there is a shop already, or the folder cannot be written.
        SettingsError: a value of the policy is out of bounds.
    """
    if (home / DATABASE_NAME).exists():
        raise InputError(
            "There is a shop in this folder already.",
            where=str(home),
            safe="It was not changed.",
            todo="Use it as it is, or choose another folder.",
        )
    # checks the values before anything is written
    load_settings(None, shop_name=name, language=language, policy=dict(policy))
    lines = [f"shop_name = {_toml(name)}", f"language = {_toml(language)}"]
    if policy:
        lines += ["", "[policy]", *(f"{k} = {_toml(v)}" for k, v in policy.items())]
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        identity = Identity.load_or_create(home / IDENTITY_PATH)
        if not (home / SALT_PATH).exists():
            _write_secret(home / SALT_PATH, os.urandom(SALT_BYTES))
        (home / "hansa.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as e:
        raise InputError(
            f"The folder cannot be written: {e.strerror}.",
            where=str(home),
            safe="No shop was made.",
            todo="Choose a folder that you may write to.",
        ) from e
    # last: a folder counts as a shop once it has a database
    Store.open(home, create=True).close()
    return identity.public.fingerprint


def load_salt(home: Path) -> bytes:
    """The shop's salt: pseudonyms of shoppers are made with it.

    Raises:
        InputError: the salt is gone; new pseudonyms would not fit the old ones.
    """
    try:
        salt = (home / SALT_PATH).read_bytes()
    except OSError:
        salt = b""
    if len(salt) != SALT_BYTES:
        raise InputError(
            "The shop's salt cannot be read.",
            where=str(home / SALT_PATH),
            safe="Nothing was imported.",
            todo="Restore keys/salt from a backup, or start a new shop folder with 'hansa init'.",
        )
    return salt


def _toml(value: float | str) -> str:
    # a JSON string is a TOML basic string too, but for one control character
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _write_secret(path: Path, content: bytes) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(fd, "wb") as f:
        f.write(content)
