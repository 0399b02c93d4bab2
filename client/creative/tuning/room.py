"""The work folder of a learning job: one job at a time, all that is temporary inside it, no network."""

from __future__ import annotations

import importlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from common.errors import CreativeError, InputError

WORK = ".work"
_PID = "pid"
#: libraries that would go to the network, or write their caches elsewhere, if they were not told
_QUIET = {
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "WANDB_MODE": "disabled",
    "TOKENIZERS_PARALLELISM": "false",
    "TQDM_DISABLE": "1",
    # a thread that waits must sleep: busy waiting beside another program is 50 times slower (adgen.md)
    "OMP_WAIT_POLICY": "PASSIVE",
}
_FOLDERS = ("TMPDIR", "TEMP", "TMP", "HF_HOME", "HF_DATASETS_CACHE", "TRITON_CACHE_DIR")


@contextmanager
def work_room(adapters: Path) -> Iterator[Path]:
    """An empty folder below the shop's; it is gone afterwards, also when the job was cancelled.

    What a killed job left is taken away by the next one.

    Args:
        adapters: The shop's folder of adapters.

    Yields:
        The folder; temporary files of this process go there too.

    Raises:
        CreativeError: another learning job runs in this shop.
        InputError: the folder cannot be made.
    """
    room = adapters / WORK
    try:
        adapters.mkdir(parents=True, exist_ok=True)
        _claim(room)
    except OSError as e:
        raise InputError(
            f"The folder to learn in cannot be made ({e.strerror}).",
            where=str(room),
            safe="Nothing was changed.",
            todo="Check that the shop's folder is writable and the disk is not full.",
        ) from e
    before = {k: os.environ.get(k) for k in (*_QUIET, *_FOLDERS)}
    temporary = tempfile.tempdir
    os.environ.update(_QUIET | dict.fromkeys(_FOLDERS, str(room / "tmp")))
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 2) - 1)))
    tempfile.tempdir = str(room / "tmp")
    try:
        yield room
    finally:
        tempfile.tempdir = temporary
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        shutil.rmtree(room, ignore_errors=True)


def _claim(room: Path) -> None:
    try:
        room.mkdir()
    except FileExistsError:
        if _is_running(room):
            raise CreativeError(
                "Learning runs already.",
                where=str(room),
                safe="The one that runs goes on.",
                todo="Wait for it, or cancel it.",
            ) from None
        shutil.rmtree(room)
        room.mkdir()
    (room / _PID).write_text(str(os.getpid()), encoding="ascii")
    (room / "tmp").mkdir()


def _is_running(room: Path) -> bool:
    """Whether the process that made the room lives; not if nobody can tell."""
    try:
        pid = int((room / _PID).read_text(encoding="ascii"))
        psutil = importlib.import_module("psutil")
    except (OSError, ValueError, ImportError):
        return False
    return pid != os.getpid() and bool(psutil.pid_exists(pid))
