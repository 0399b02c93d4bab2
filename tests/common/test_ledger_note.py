"""Notes in the ledger: they hold at any place, charge nothing, and cannot be changed or made by others."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common import ledger_file
from common.audit.replay import whole
from common.canonical import canonical
from common.keys import Identity
from common.ledger import (
    EntryKind,
    LedgerEntry,
    append,
    mechanisms,
    note,
    open_ledger,
    open_reservations,
    seal,
)
from common.ledger_check import verify
from common.ledger_file import LedgerExport
from common.privacy import Mechanism, MechanismKind, PrivacyBudget
from server.extends import extends
from tests.client.door_shop import a_plan
from tests.server.fake_ledger import FakeLedger

ME = Identity.generate()
SGD = Mechanism(MechanismKind.DP_SGD, 1.25, 0.1, 4, 1.0)
AT = "2026-11-01T09:00:00Z"
WORD = "5" * 64
PLAN = a_plan()


def chain(marks: str, me: Identity = ME) -> list[LedgerEntry]:
    """A ledger: "r" is a reserve, "c" and "v" settle the oldest open one, "n" is a note."""
    entries = [open_ledger(me, "2026-11-01T08:00:00Z")]
    pending: list[LedgerEntry] = []
    for i, mark in enumerate(marks):
        about = {"run_id": "run", "round": i, "task": "train", "plan_digest": f"{i:064x}"}
        if mark == "n":
            draft = note(AT, f"{i:064x}")
        elif mark == "r" or not pending:
            draft = LedgerEntry(0, AT, EntryKind.RESERVE, **about, mechanism=SGD)
        else:
            open_one = pending.pop(0)
            kind = EntryKind.COMMIT if mark == "c" else EntryKind.VOID
            draft = replace(
                open_one,
                kind=kind,
                mechanism=None,
                reservation=open_one.sequence,
                report_digest="ab" * 32 if mark == "c" else "",
            )
        entries.append(append(me, entries[-1], draft))
        if draft.kind is EntryKind.RESERVE:
            pending.append(entries[-1])
    return entries


MARKS = st.text("rcvn", max_size=24)


@settings(max_examples=40, deadline=None)
@given(MARKS)
def test_a_ledger_with_notes_at_any_place_holds_and_charges_the_same(marks: str) -> None:
    kept = chain(marks)
    assert verify(kept, ME.public, [e.head for e in kept]) == []
    without = [e for e in kept if e.kind is not EntryKind.NOTE]
    assert mechanisms(kept) == mechanisms(without)
    assert open_reservations(kept) == open_reservations(without)
    assert all(LedgerEntry.from_dict(json.loads(canonical(e.as_dict()))) == e for e in kept)


@settings(max_examples=40, deadline=None)
@given(MARKS, st.integers(0, 30), st.integers(0, 63))
def test_a_note_that_was_changed_is_found(marks: str, where: int, place: int) -> None:
    kept = chain(marks + "n")
    notes = [i for i, e in enumerate(kept) if e.kind is EntryKind.NOTE]
    i = notes[where % len(notes)]
    old = kept[i].note_digest
    other = old[:place] + ("0" if old[place] != "0" else "1") + old[place + 1 :]
    changed = [*kept[:i], replace(kept[i], note_digest=other), *kept[i + 1 :]]
    assert {p.sequence for p in verify(changed, ME.public)} >= {kept[i].sequence}
    # sealed anew by the merchant: whoever saw the head still finds it
    anew = [*kept[:i], seal(ME, changed[i], kept[i].previous), *kept[i + 1 :]]
    assert verify(anew, ME.public, [kept[i].head])
    # and a note that was taken out leaves a gap, or an end that others saw
    assert verify([*kept[:i], *kept[i + 1 :]], ME.public, [kept[i].head])


@pytest.mark.parametrize(
    "field",
    [
        {"mechanism": SGD},
        {"reservation": 0},
        {"run_id": "run"},
        {"round": 3},
        {"task": "train"},
        {"plan_digest": "1" * 64},
        {"report_digest": "1" * 64},
        {"code_digest": "1" * 64},
        {"note_digest": ""},
        {"note_digest": "A" * 64},
        {"note_digest": "one shopper"},
    ],
)
def test_a_note_says_nothing_but_its_digest(field: dict[str, object]) -> None:
    kept = chain("rc")
    kept.append(append(ME, kept[-1], replace(note(AT, WORD), **field)))  # type: ignore[arg-type]
    assert verify(kept, ME.public)


@pytest.mark.parametrize("mark", ["r", "c", "v"])
def test_only_a_note_carries_a_note(mark: str) -> None:
    kept = chain("r" + mark)
    kept[-1] = seal(ME, replace(kept[-1], note_digest=WORD), kept[-1].previous)
    assert {p.code for p in verify(kept, ME.public)} == {"note"}


def test_old_ledgers_are_the_same_bytes() -> None:
    fixed = LedgerEntry(0, AT, EntryKind.OPEN, plan_digest="1" * 64)
    body = canonical(fixed.body())
    assert body == (
        b'{"at":"2026-11-01T09:00:00Z","kind":"open","mechanism":null,"plan_digest":"' + b"1" * 64 +
        b'","previous":"","report_digest":"","reservation":-1,"round":0,"run_id":"","sequence":0,"task":""}'
    )  # fmt: skip
    for e in chain("rcrv"):
        assert "note_digest" not in e.as_dict()


def test_export_and_replay_take_notes() -> None:
    kept = chain("nrcnrvn")
    budget = PrivacyBudget(3.0, 1e-4)
    export = LedgerExport(ME.public, budget, "2026-11-02T00:00:00Z", "hansa test", tuple(kept))
    loaded = ledger_file.load(ledger_file.dump(export.signed(ME).as_dict()))
    assert loaded.problems() == [] and loaded.entries == tuple(kept)
    plain = replace(export, entries=tuple(chain("rcrv")))
    with_notes, without = whole(loaded), whole(plain)
    assert [s.pld for s in with_notes.steps] == [s.pld for s in without.steps] != []
    assert with_notes.problems == () and with_notes.low == without.low


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 3), st.integers(0, 3), st.integers(0, 2))
def test_the_coordinator_takes_a_tail_with_notes(before: int, between: int, older: int) -> None:
    ledger = FakeLedger(ME)

    def notes(n: int) -> None:
        for _ in range(n):
            ledger.entries.append(append(ME, ledger.entries[-1], note(AT, WORD)))

    notes(older)
    ledger.base = ledger.entries[-1].head if older else None
    notes(before)
    # what is sent, and a note between its reserve and its commit
    content = FakeLedger(ME).report(PLAN)
    reserve = ledger.reserve(PLAN)
    notes(between)
    ledger.settle(reserve, content.content_digest())
    assert extends(PLAN, ledger.signed(content), ME.public, ledger.base) == []


def test_the_coordinator_takes_no_note_in_another_entry() -> None:
    ledger = FakeLedger(ME)
    content = FakeLedger(ME).report(PLAN)
    ledger.settle(ledger.reserve(PLAN, note_digest=WORD), content.content_digest(), note_digest="")
    found = extends(PLAN, ledger.signed(content), ME.public, None)
    assert [r.code for r in found] == ["bad-tail"]
