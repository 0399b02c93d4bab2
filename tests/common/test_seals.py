"""Signatures of long chains by several processes: the same answer as one after the other."""

from __future__ import annotations

import gc
from concurrent.futures.process import BrokenProcessPool

import pytest

from common import seals
from common.keys import Identity
from common.seals import SealCheck, without_collector

DOMAIN = b"test\n"


def made(n: int) -> tuple[Identity, list[tuple[str, str]]]:
    identity = Identity.generate()
    hashes = [f"{i:064x}" for i in range(n)]
    return identity, [(h, identity.sign(DOMAIN + h.encode())) for h in hashes]


@pytest.mark.parametrize(("long", "sodium"), [(10, True), (10_000, True), (10_000, False)])
def test_bad_seals_are_found_wherever_they_are(
    monkeypatch: pytest.MonkeyPatch, long: int, sodium: bool
) -> None:
    monkeypatch.setattr(seals, "LONG", long)
    if not sodium:
        monkeypatch.setattr(seals, "crypto_sign_open", None)
    monkeypatch.setattr(seals, "_CHUNK", 7)
    identity, good = made(40)
    assert SealCheck(identity.public, DOMAIN, good).bad() == set()
    bad = list(good)
    bad[0] = (good[0][0], good[1][1])
    bad[6] = (good[6][0], good[6][1].upper())
    bad[7] = (good[7][0], "")
    bad[39] = (good[39][0][:-1] + "0", good[39][1])
    assert SealCheck(identity.public, DOMAIN, bad).bad() == {0, 6, 7, 39}
    other = Identity.generate().public
    assert SealCheck(other, DOMAIN, good).bad() == set(range(40))


def test_without_processes_the_answer_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def __init__(self, *args: object, **more: object) -> None:
            raise OSError("no processes here")

    monkeypatch.setattr(seals, "LONG", 1)
    monkeypatch.setattr(seals, "ProcessPoolExecutor", Broken)
    identity, good = made(4)
    assert SealCheck(identity.public, DOMAIN, good).bad() == set()


def test_processes_that_die_are_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    class Dying:
        def __init__(self, *args: object, **more: object) -> None: ...

        def submit(self, *args: object) -> Dying:
            return self

        def result(self) -> None:
            raise BrokenProcessPool

        def shutdown(self, **more: object) -> None: ...

    monkeypatch.setattr(seals, "LONG", 1)
    monkeypatch.setattr(seals, "ProcessPoolExecutor", Dying)
    identity, good = made(4)
    bad = [*good[:3], (good[3][0], good[0][1])]
    assert SealCheck(identity.public, DOMAIN, bad).bad() == {3}


def test_the_collector_is_as_before() -> None:
    assert gc.isenabled()
    with pytest.raises(ValueError), without_collector():
        assert not gc.isenabled()
        raise ValueError
    assert gc.isenabled()
