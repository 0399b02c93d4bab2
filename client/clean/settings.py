"""cleaning.toml: what a shop says about each rule; changed whole or not at all, with one step back."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from client.clean.nouns import Choice, Value
from client.clean.rules import rule
from client.clean.values import checked, choices
from client.settings_file import read, replace_text
from common.errors import InputError, SettingsError

FILE_NAME = "cleaning.toml"
#: What the file held before the last change.
PREVIOUS_NAME = "cleaning.toml.previous"


def load(home: Path) -> dict[str, Choice]:
    """Every rule's choice: the shop's own where it has one, else the default.

    Raises:
        SettingsError: the file cannot be used.
        InputError: it cannot be read.
    """
    return _parsed(home, read(home / FILE_NAME))


def change(
    home: Path, name: str, on: bool | None = None, values: Mapping[str, object] | None = None
) -> Choice:
    """Switch a rule and change some of its settings; everything else in the file stays.

    Args:
        home: The shop's folder.
        name: Of the rule.
        on: None leaves the switch as it is.
        values: Setting -> value, as typed or typed already.

    Returns:
        The rule's choice now.

    Raises:
        SettingsError: a name or value cannot be used; nothing was written.
        InputError: the file cannot be written; it is as it was.
    """
    # imported here: reading the settings must not wait for it
    import tomlkit

    of = rule(name)
    new: dict[str, Value] = {k: checked(of, k, v) for k, v in (values or {}).items()}
    old = read(home / FILE_NAME)
    _parsed(home, old)
    document = tomlkit.parse(old)
    section = document.setdefault(name, tomlkit.table())
    if on is not None:
        section["on"] = on
    for key, value in new.items():
        section[key] = value
    text = tomlkit.dumps(document)
    result = _parsed(home, text)[name]
    replace_text(home / PREVIOUS_NAME, old)
    replace_text(home / FILE_NAME, text)
    return result


def undo(home: Path) -> dict[str, Choice]:
    """Put the file back as it was before the last change; once more undoes the undoing.

    Raises:
        InputError: there was no change yet, or the file cannot be written.
        SettingsError: the older file cannot be used; nothing was written.
    """
    if not can_undo(home):
        raise InputError(
            "There is no earlier setting of the cleaning rules to go back to.",
            where=str(home / PREVIOUS_NAME),
            safe="Nothing was changed.",
        )
    now, earlier = read(home / FILE_NAME), read(home / PREVIOUS_NAME)
    result = _parsed(home, earlier)
    replace_text(home / FILE_NAME, earlier)
    replace_text(home / PREVIOUS_NAME, now)
    return result


def can_undo(home: Path) -> bool:
    """Whether a change can be taken back."""
    return (home / PREVIOUS_NAME).exists()


def _parsed(home: Path, text: str) -> dict[str, Choice]:
    try:
        return choices(tomllib.loads(text))
    except tomllib.TOMLDecodeError as e:
        raise SettingsError(
            f"The settings of the cleaning rules cannot be read: {e}.",
            where=str(home / FILE_NAME),
            safe="Nothing was changed.",
            todo="Correct the line, or delete the file to have every rule as it comes.",
        ) from e
    except SettingsError as e:
        raise SettingsError(
            e.what, where=str(home / FILE_NAME), safe="Nothing was changed.", todo=e.todo
        ) from e
