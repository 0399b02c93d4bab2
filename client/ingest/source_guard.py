"""A damaged Parquet file can end the process that reads it: another process reads it first."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from client.ingest.source_bytes import FileBytes
from client.ingest.source_errors import damaged

_MAGIC = b"PAR1"
#: Magic, length of the footer, and magic again.
_LEAST = 12


def survives(file: FileBytes) -> None:
    """Refuse a file whose sizes are absurd, or that ends a process which reads it to its end.

    A library that is asked for more memory than there is aborts: no exception can be caught. What
    the other process refuses in words is left to the reader, which keeps the rows before the damage.

    Raises:
        InputError: it is no whole Parquet file, or it cannot be read without harm.
    """
    file.check()
    if not _ends_well(file):
        raise damaged(file.name, "The Parquet file is damaged: it cannot be opened.")
    state = file.path.stat()
    if not _read_apart(str(file.path.resolve()), state.st_ino, state.st_size, state.st_mtime_ns):
        raise damaged(
            file.name, "The Parquet file is damaged: a size in it is absurd, reading it fails."
        )


def _ends_well(file: FileBytes) -> bool:
    """The footer's length fits into the file."""
    if file.size < _LEAST:
        return False
    with file.path.open("rb") as f:
        f.seek(file.size - 8)
        footer = f.read(8)
    length = int.from_bytes(footer[:4], "little")
    return footer[4:] == _MAGIC and 0 < length <= file.size - _LEAST


@lru_cache(256)
def _read_apart(path: str, *_state: int) -> bool:
    """False where a process that reads the file does not come to its own end.

    Args:
        path: The file.
        _state: What changes when the file does.
    """
    command = [sys.executable, "-m", "client.ingest.source_probe", path]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([_ROOT, os.environ.get("PYTHONPATH", "")])}
    quiet = subprocess.DEVNULL
    return subprocess.run(command, stdout=quiet, stderr=quiet, env=env, check=False).returncode == 0


_ROOT = str(Path(__file__).resolve().parents[2])
