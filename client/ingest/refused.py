"""Refused rows back in the open: their lines as they were, for the merchant to correct."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag

from client.ingest.pseudonym import Seal
from client.shop import load_salt
from client.store import Store, rows
from common.errors import InputError


def export(store: Store, path: Path) -> int:
    """Write the refused lines, in the order of import, to a new file that only its owner reads.

    Args:
        store: The shop.
        path: The new file. It holds customers' ids: delete it after use.

    Returns:
        Number of lines.

    Raises:
        InputError: the file is there already or cannot be written, or the salt is another one.
    """
    seal = Seal(load_salt(store.home))
    try:
        lines = [seal.open(sealed) for sealed in rows.refused_lines(store)]
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as f:
            f.writelines(line + b"\n" for line in lines)
    except InvalidTag as e:
        raise InputError(
            "The refused rows were sealed with another salt.",
            where=str(store.home),
            safe="Nothing was written.",
            todo="Restore keys/salt from a backup.",
        ) from e
    except OSError as e:
        raise InputError(
            f"The file cannot be written: {e.strerror}.",
            where=str(path),
            safe="The refused rows are still in the shop.",
            todo="Name a new file in a folder that you may write to.",
        ) from e
    return len(lines)
