"""The ledger's chain: whole ledgers pass, every kind of tampering is named."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common import ledger_file
from common.errors import InputError
from common.heads import LedgerHead
from common.keys import Identity
from common.ledger import (
    EntryKind,
    LedgerEntry,
    append,
    mechanisms,
    open_ledger,
    open_reservations,
    seal,
)
from common.ledger_check import verify
from common.ledger_file import LedgerExport
from common.privacy import Mechanism, MechanismKind, PrivacyBudget

ME = Identity.generate()
SGD = Mechanism(MechanismKind.DP_SGD, 1.25, 0.1, 4, 1.0)


def chain(rounds: int, identity: Identity = ME) -> list[LedgerEntry]:
    """Opening, then reserve and commit of each round; round 2 is voided and done again."""
    entries = [open_ledger(identity, "2026-11-01T08:00:00Z")]

    def add(draft: LedgerEntry) -> LedgerEntry:
        entries.append(append(identity, entries[-1], draft))
        return entries[-1]

    for r in range(1, rounds + 1):
        about = {"run_id": "run", "round": r, "task": "train", "plan_digest": f"{r:064x}"}
        at = f"2026-11-01T09:{r:02d}:00Z"
        reserve = LedgerEntry(0, at, EntryKind.RESERVE, **about, mechanism=SGD)
        if r == 2:
            lost = add(reserve)
            add(LedgerEntry(0, at, EntryKind.VOID, **about, reservation=lost.sequence))
        made = add(reserve)
        draft = LedgerEntry(0, at, EntryKind.COMMIT, **about, report_digest="ab" * 32)
        add(replace(draft, reservation=made.sequence))
    return entries


WHOLE = chain(4)
EXPORT = LedgerExport(
    ME.public, PrivacyBudget(3.0, 1e-4), "2026-11-02T00:00:00Z", "hansa test", tuple(WHOLE)
).signed(ME)
DATA = ledger_file.dump(EXPORT.as_dict())


def codes(entries: list[LedgerEntry], witnessed: tuple[LedgerHead, ...] = ()) -> set[str]:
    return {p.code for p in verify(entries, ME.public, witnessed)}


def is_detected(data: bytes) -> bool:
    """As the auditor sees it: unreadable, or with problems."""
    try:
        return bool(ledger_file.load(data).problems()) or data == b""
    except InputError:
        return True


def test_a_whole_ledger_has_no_problem() -> None:
    assert verify(WHOLE, ME.public, [WHOLE[3].head, WHOLE[-1].head]) == []
    assert ledger_file.load(DATA) == EXPORT and EXPORT.problems() == []
    assert len(mechanisms(WHOLE)) == 5 and open_reservations(WHOLE) == ()


@pytest.mark.privacy
def test_every_single_byte_flip_of_an_export_is_detected() -> None:
    small = LedgerExport(
        ME.public, PrivacyBudget(3.0, 1e-4), "2026-11-02T00:00:00Z", "t", tuple(WHOLE[:3])
    ).signed(ME)
    data = ledger_file.dump(small.as_dict())
    for i in range(len(data)):
        for mask in (0x01, 0x20, 0x80):
            flipped = data[:i] + bytes([data[i] ^ mask]) + data[i + 1 :]
            assert is_detected(flipped), (i, mask)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(DATA) - 1), st.integers(1, 255))
def test_any_byte_changed_in_any_way_is_detected(i: int, mask: int) -> None:
    assert is_detected(DATA[:i] + bytes([DATA[i] ^ mask]) + DATA[i + 1 :])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_dropped_duplicated_or_moved_entries_are_detected(data: st.DataObject) -> None:
    i = data.draw(st.integers(0, len(WHOLE) - 1))
    j = data.draw(st.integers(0, len(WHOLE) - 1).filter(lambda j: j != i))
    dropped = WHOLE[:i] + WHOLE[i + 1 :]
    assert codes(dropped, (WHOLE[-1].head,))
    doubled = [*WHOLE[: i + 1], WHOLE[i], *WHOLE[i + 1 :]]
    assert codes(doubled)
    moved = list(WHOLE)
    moved[i], moved[j] = moved[j], moved[i]
    assert codes(moved)


def test_each_fault_is_named() -> None:
    edited = list(WHOLE)
    edited[1] = replace(edited[1], mechanism=replace(SGD, noise_multiplier=9.0))
    assert codes(edited) == {"edited"}
    assert "missing" in codes(WHOLE[1:]) and "missing" in codes([WHOLE[0], *WHOLE[3:]])
    assert "reordered" in codes([WHOLE[0], WHOLE[2], WHOLE[1]])
    assert codes([*WHOLE, WHOLE[-1]]) >= {"forked"}
    assert codes(WHOLE[:-2], (WHOLE[-1].head,)) == {"cut"}
    assert codes(WHOLE, (LedgerHead(3, "0" * 64),)) == {"forked"}
    assert codes([]) == {"empty"}
    # an edited entry resealed by its owner breaks the link of the next one
    resealed = list(WHOLE)
    resealed[1] = seal(ME, edited[1], WHOLE[0].hash)
    assert "forked" in codes(resealed)


def test_a_ledger_of_somebody_else_is_refused() -> None:
    assert codes(chain(1, Identity.generate())) >= {"stranger", "signature"}


def test_commit_without_reserve_and_twice_settled() -> None:
    about = {"run_id": "run", "round": 9, "task": "train", "plan_digest": "f" * 64}
    draft = LedgerEntry(0, WHOLE[-1].at, EntryKind.COMMIT, **about, report_digest="c" * 64)
    for reservation in (-1, 1):  # none at all, or one that is committed already
        entry = append(ME, WHOLE[-1], replace(draft, reservation=reservation))
        assert codes([*WHOLE, entry]) == {"unpaired"}
    reserve = append(ME, WHOLE[-1], replace(draft, kind=EntryKind.RESERVE, report_digest=""))
    assert codes([*WHOLE, reserve]) == {"mechanism"}


def test_a_clock_set_back_is_named() -> None:
    last = WHOLE[-1]
    draft = LedgerEntry(last.sequence + 1, "2020-01-01T00:00:00Z", EntryKind.RESERVE, mechanism=SGD)
    assert codes([*WHOLE, seal(ME, draft, last.hash)]) == {"clock"}
    odd = seal(ME, replace(draft, at="2026-11-01 09:00"), last.hash)
    assert codes([*WHOLE, odd]) == {"time"}
    # our own writer never does that: it levels the time out
    assert codes([*WHOLE, append(ME, last, draft)]) == set()


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"format":"hansa-ledger-export-v1"}', "[" * 5000]
)
def test_other_files_are_refused_in_words(text: str) -> None:
    with pytest.raises(InputError, match="not a ledger export"):
        ledger_file.load(text.encode(), "some.json")


def test_same_content_written_another_way_is_refused() -> None:
    with pytest.raises(InputError):
        ledger_file.load(json.dumps(EXPORT.as_dict(), indent=1).encode())


def test_an_export_is_signed_as_a_whole() -> None:
    richer = replace(EXPORT, budget=PrivacyBudget(9.0, 1e-4))
    assert {p.code for p in richer.problems()} == {"file-signature"}
