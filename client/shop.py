"""Make a shop folder: database, settings, identity key, salt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from client.salt import place
from client.salt.place import SALT_BYTES, SALT_PATH
from client.store import DATABASE_NAME, Store
from common.errors import InputError
from common.keys import Identity
from common.settings import load_settings

__all__ = ["IDENTITY_PATH", "SALT_BYTES", "SALT_PATH", "load_salt", "make_shop"]

IDENTITY_PATH = Path("keys") / "identity.pem"


def make_shop(
    home: Path,
    name: str,
    language: str,
    policy: Mapping[str, float | str],
    *,
    retention_days: int | None = None,
) -> str:
    """Make the folder of a new shop.

    Args:
        home: The folder; made if need be.
        name: The shop's name.
        language: "en" or "zh".
        policy: Entries of `settings.Policy` that differ from the defaults.
        retention_days: Switches the daily deletion of older rows on (0 keeps all and says so);
            None leaves it off, so that a first import of old files is not deleted by itself.

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
    people: dict[str, int | bool] = {}
    if retention_days is not None:
        people = {"retention": retention_days > 0, "retention_days": retention_days}
    checked = load_settings(None, shop_name=name, language=language, policy=dict(policy))
    load_settings(None, people={**checked.people.model_dump(), **people})
    lines = [f"shop_name = {_toml(name)}", f"language = {_toml(language)}"]
    if policy:
        lines += ["", "[policy]", *(f"{k} = {_toml(v)}" for k, v in policy.items())]
    if people:
        lines += ["", "[people]", *(f"{k} = {json.dumps(v)}" for k, v in people.items())]
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        identity = Identity.load_or_create(home / IDENTITY_PATH)
        if not place.where(home):
            place.create(home, checked.people.salt)
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
        InputError: the salt is gone, or others can read it; new pseudonyms would not fit the old.
    """
    return place.load(home)


def _toml(value: float | str) -> str:
    # a JSON string is a TOML basic string too, but for one control character
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
