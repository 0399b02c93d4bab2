"""Signatures of a chain of hashes; those of a long chain are checked by several processes."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context

from common.keys import PublicIdentity

try:  # libsodium takes 44 microseconds where OpenSSL takes 72; it comes with the audit extra
    from nacl.bindings import crypto_sign_open
    from nacl.exceptions import CryptoError
except ImportError:
    crypto_sign_open = None  # type: ignore[assignment]

#: Below it starting processes costs more than it saves.
LONG = 8_000
_CHUNK = 4_000

Seal = tuple[str, str]


@contextmanager
def without_collector() -> Iterator[None]:
    """Python's collector of cycles off: 100,000 new entries hold none, and it would look at all
    of them again and again (two thirds of the time that reading takes).
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class SealCheck:
    """The check of all seals of one chain, under way since it was made.

    A signature costs 70 to 100 microseconds and nothing makes one cheaper, but they do not depend
    on one another: while the processes work, the caller looks at everything else.

    Args:
        public: Whose signatures they must be.
        domain: What is signed is `domain` and the hash's hexadecimal digits.
        seals: (hash, signature), both hexadecimal.
    """

    def __init__(self, public: PublicIdentity, domain: bytes, seals: Sequence[Seal]) -> None:
        self._public, self._domain, self._seals = public, domain, seals
        self._pool: ProcessPoolExecutor | None = None
        self._work: list[Future[list[int]]] = []
        workers = os.cpu_count() or 1
        # a frozen program would start itself again instead of a worker
        if len(seals) >= LONG and workers > 1 and not getattr(sys, "frozen", False):
            self._start(min(workers, 16))

    def bad(self) -> set[int]:
        """Places in `seals` whose signature does not hold."""
        try:
            if self._pool is not None:
                return {i for future in self._work for i in future.result()}
        except (BrokenProcessPool, OSError):
            pass  # no processes here after all: the slow way gives the same answer
        finally:
            self.close()
        return set(_bad(self._public.raw, self._domain, self._seals, 0))

    def close(self) -> None:
        """Let the processes go."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def _start(self, workers: int) -> None:
        try:
            # spawn: the caller may have threads (a window, a server), which fork does not survive
            self._pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
            for at in range(0, len(self._seals), _CHUNK):
                part = self._seals[at : at + _CHUNK]
                job = self._pool.submit(_bad, self._public.raw, self._domain, part, at)
                self._work.append(job)
        except OSError:
            self.close()


def _bad(raw: bytes, domain: bytes, seals: Sequence[Seal], at: int) -> list[int]:
    public = PublicIdentity(raw)
    return [
        at + i
        for i, (hashed, signature) in enumerate(seals)
        # exactly one way to write a signature, so that no byte of a file can change unnoticed
        if len(signature) != 128
        or signature != signature.lower()
        or not (
            _sodium_says_yes(raw, domain + hashed.encode(), signature)
            or public.verify(domain + hashed.encode(), signature)
        )
    ]


def _sodium_says_yes(raw: bytes, message: bytes, signature: str) -> bool:
    """Whether libsodium accepts it. Its no is not taken: it also refuses odd keys that RFC 8032 lets
    pass, and an auditor with it must say what one without it says.
    """
    if crypto_sign_open is None:
        return False
    try:
        crypto_sign_open(bytes.fromhex(signature) + message, raw)
    except (CryptoError, ValueError):
        return False
    return True
