"""hansa.toml on the disk: read, check as every process reads it, replace whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from common.errors import InputError, SettingsError
from common.settings import load_settings

FILE_NAME = "hansa.toml"
#: What the file held before the last change.
PREVIOUS_NAME = "hansa.toml.previous"


def check(home: Path, text: str) -> None:
    """Read a text the way every process will.

    Raises:
        SettingsError: a name or a value in it cannot be used.
    """
    with tempfile.TemporaryDirectory() as scratch:
        candidate = Path(scratch)
        (candidate / FILE_NAME).write_text(text, encoding="utf-8")
        try:
            load_settings(candidate)
        except SettingsError as e:
            raise SettingsError(
                e.what,
                where=str(home / FILE_NAME),
                safe="Nothing was changed.",
                todo="'hansa policy show' lists every rule; docs/guide-merchant.md explains them.",
            ) from e


def stamp(home: Path) -> int:
    """Changes whenever the file was written; 0 where there is none."""
    try:
        return (home / FILE_NAME).stat().st_mtime_ns
    except OSError:
        return 0


def read(path: Path) -> str:
    """The text of a settings file; "" where there is none.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as e:
        raise InputError(
            "The settings file cannot be read.", where=str(path), safe="Nothing was changed."
        ) from e


def replace_text(path: Path, text: str) -> None:
    """Whole or not at all, also when the power fails.

    Raises:
        InputError: it cannot be written.
    """
    partial = path.with_name(f".{path.name}.part")
    try:
        with partial.open("w", encoding="utf-8") as f:
            f.write(text)
            f.flush()
            os.fsync(f.fileno())
        partial.replace(path)
    except OSError as e:
        raise InputError(
            f"The settings file cannot be written: {e.strerror}.",
            where=str(path),
            safe="The settings are as they were.",
            todo="Check that the folder is writable and the disk is not full.",
        ) from e
