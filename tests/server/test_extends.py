"""A report is admitted only if its merchant's ledger grew from the last co-signed head; each rule alone."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.heads import LedgerHead
from common.keys import Identity
from common.ledger import EntryKind, LedgerEntry, append, genesis, open_ledger, seal
from common.privacy import Mechanism, MechanismKind, PrivacyUnit
from common.rounds import RoundPlan, RoundReport
from server.admission import admit
from server.extends import extends
from tests.client.door_shop import a_plan
from tests.server.fake_ledger import AT, FakeLedger

ME = Identity.generate()
BOOK = LedgerHead(7, "ab" * 32)
PLAN = a_plan(book=BOOK)


def grown() -> FakeLedger:
    """Two releases and a lost charge, co-signed after the first release."""
    ledger = FakeLedger(ME)
    ledger.report(a_plan(run_id="earlier", book=LedgerHead(1, "cd" * 32)))
    ledger.base = ledger.entries[-1].head
    ledger.settle(ledger.reserve(a_plan(run_id="lost")))
    return ledger


def codes(report: RoundReport, last: LedgerHead | None, plan: RoundPlan = PLAN) -> list[str]:
    found = extends(plan, report, ME.public, last)
    assert all(r.reason.endswith(".") and len(r.reason) > 30 for r in found)
    assert {r.code for r in admit(plan, report, ME.public, last)} == {r.code for r in found}
    return [r.code for r in found]


def test_the_first_report_brings_the_whole_ledger() -> None:
    report = FakeLedger(ME).report(PLAN)
    assert [e.kind.value for e in report.ledger_tail] == ["open", "reserve", "commit"]
    assert codes(report, None) == []


def test_later_reports_bring_what_was_added() -> None:
    ledger = grown()
    report = ledger.report(PLAN)
    assert [e.sequence for e in report.ledger_tail] == [3, 4, 5, 6]
    assert codes(report, ledger.base) == []


def test_a_reserve_of_before_the_head_may_be_voided_after_it_but_once() -> None:
    ledger = FakeLedger(ME)
    lost = ledger.reserve(a_plan(run_id="lost"))
    ledger.report(a_plan(run_id="earlier"))
    ledger.base = ledger.entries[-1].head
    ledger.settle(lost)
    assert codes(ledger.report(PLAN), ledger.base) == []
    ledger.settle(lost)
    assert codes(ledger.report(PLAN), ledger.base) == ["bad-tail"]


def test_no_tail() -> None:
    report = grown().report(PLAN)
    report = replace(report, ledger_tail=())
    report = report.signed(ME.sign(report.signed_bytes()))
    assert codes(report, None) == ["bad-tail"]


def test_restored_from_a_backup() -> None:
    """The backup holds the co-signed past in part, and goes on from there."""
    ledger = grown()
    last = ledger.report(a_plan(run_id="second")).ledger_head
    backup = grown()
    backup.entries = ledger.entries[:3]
    assert codes(backup.report(PLAN), last) == ["ledger-went-back"]


def test_reinstalled() -> None:
    last = grown().report(a_plan(run_id="second")).ledger_head
    assert codes(FakeLedger(ME).report(PLAN), last) == ["ledger-went-back"]


def test_cut_and_written_anew_with_the_same_numbers() -> None:
    ledger = grown()
    last = ledger.report(a_plan(run_id="second")).ledger_head
    other = FakeLedger(ME)
    other.entries = ledger.entries[:-1]
    other.settle(other.entries[-1])  # nothing left, says the new history
    assert other.entries[-1].sequence == last.sequence
    other.base = last
    assert codes(other.report(PLAN), last) == ["ledger-forked"]


def test_entries_left_out_after_the_head() -> None:
    ledger = grown()
    base, ledger.base = ledger.base, ledger.entries[4].head
    assert codes(ledger.report(PLAN), base) == ["bad-tail"]
    assert codes(ledger.report(PLAN), None) == ["bad-tail"]


def test_a_ledger_of_another() -> None:
    thief, other = FakeLedger(ME), Identity.generate()
    thief.entries = [open_ledger(other, AT)]
    assert codes(thief.report(PLAN), None) == ["bad-tail"]
    mixed = FakeLedger(ME)
    stranger = append(other, mixed.entries[-1], mixed.entries[0])
    mixed.entries.append(replace(stranger, kind=EntryKind.VOID))
    assert codes(mixed.report(PLAN), None) == ["bad-tail"]


def test_the_head_is_the_last_entry() -> None:
    report = FakeLedger(ME).report(PLAN)
    for head in (LedgerHead(2, "ef" * 32), LedgerHead(5, report.ledger_head.hash)):
        wrong = replace(report, ledger_head=head)
        assert codes(wrong.signed(ME.sign(wrong.signed_bytes())), None) == ["bad-tail"]


def sealed(entry: LedgerEntry, **changes: Any) -> LedgerEntry:
    return seal(ME, replace(entry, **changes), changes.get("previous", entry.previous))


def reported(ledger: FakeLedger, report: RoundReport, last: LedgerEntry) -> RoundReport:
    ledger.entries[-1] = last
    return ledger.signed(report)


OTHER = replace(PLAN.mechanism(), noise_multiplier=PLAN.noise_multiplier / 2)
RESERVE_WRONG: list[tuple[str, dict[str, Any]]] = [
    ("not-reserved", {"witnessed": None}),
    ("not-reserved", {"witnessed": LedgerHead(7, "cd" * 32)}),
    ("not-reserved", {"witnessed": LedgerHead(6, "ab" * 32)}),
    ("not-reserved", {"mechanism": OTHER}),
    ("bad-tail", {"mechanism": None}),
    ("bad-tail", {"report_digest": "0" * 64}),
    ("bad-tail", {"plan_digest": "0" * 64}),
    ("bad-tail", {"round": 2}),
    ("bad-tail", {"at": "yesterday"}),
    ("bad-tail", {"at": "2026-11-02T09:00:00Z"}),
]


@pytest.mark.parametrize(("code", "changes"), RESERVE_WRONG)
def test_the_reserve_charged_this_plan_under_this_book(code: str, changes: dict[str, Any]) -> None:
    ledger = FakeLedger(ME)
    report = ledger.report(PLAN)
    commit, reserve = ledger.entries.pop(), ledger.entries.pop()
    reserve = sealed(reserve, **changes)
    ledger.entries += [reserve, sealed(commit, previous=reserve.hash)]
    assert codes(ledger.signed(report), None) == [code]


COMMIT_WRONG: list[tuple[str, dict[str, Any]]] = [
    ("not-reserved", {"report_digest": "0" * 64}),
    ("not-reserved", {"kind": EntryKind.VOID, "report_digest": ""}),
    ("bad-tail", {"report_digest": ""}),
    ("bad-tail", {"kind": EntryKind.OPEN, "report_digest": ""}),
    ("bad-tail", {"mechanism": PLAN.mechanism()}),
    ("bad-tail", {"witnessed": BOOK}),
    ("bad-tail", {"reservation": 0}),
    ("bad-tail", {"reservation": -1}),
    ("bad-tail", {"sequence": 3}),
    ("bad-tail", {"previous": "0" * 64}),
    ("bad-tail", {"run_id": "other"}),
]


@pytest.mark.parametrize(("code", "changes"), COMMIT_WRONG)
def test_the_last_entry_commits_this_report(code: str, changes: dict[str, Any]) -> None:
    ledger = FakeLedger(ME)
    report = ledger.report(PLAN)
    assert codes(reported(ledger, report, sealed(ledger.entries[-1], **changes)), None) == [code]


def test_a_charge_for_another_plan_pays_for_nothing() -> None:
    ledger = FakeLedger(ME)
    reserve = ledger.reserve(a_plan(run_id="cheap", noise_multiplier=100.0, book=BOOK))
    report = ledger.report(PLAN)
    ledger.entries = [*ledger.entries[:2]]
    ledger.settle(reserve, report.content_digest())
    assert codes(ledger.signed(report), None) == ["not-reserved"]


def test_a_reserve_of_before_the_head_does_not_pay_for_this_plan() -> None:
    ledger = FakeLedger(ME)
    reserve = ledger.reserve(PLAN)
    ledger.base = reserve.head
    report = ledger.report(PLAN)
    ledger.entries = ledger.entries[:2]
    ledger.settle(reserve, report.content_digest())
    assert codes(ledger.signed(report), ledger.base) == ["not-reserved"]


def test_an_entry_that_was_settled_already_pays_once() -> None:
    ledger = FakeLedger(ME)
    report = ledger.report(PLAN)
    ledger.settle(ledger.entries[1], report.content_digest())
    assert codes(ledger.signed(report), None) == ["bad-tail"]


_NAMES = [f.name for f in fields(LedgerEntry)]
_MECHANISM = Mechanism(MechanismKind.HISTOGRAM, 9.0, 1.0, 1, 1.0, PrivacyUnit(3))


def _other(value: Any, name: str, n: int) -> Any:
    """Another value of the same field."""
    if name == "kind":
        return next(k for k in EntryKind if k is not value)
    if name == "mechanism":
        return None if value is not None and n % 2 else _MECHANISM
    if name == "witnessed":
        return None if value is not None and n % 2 else LedgerHead(n, "9" * 64)
    if isinstance(value, int):
        return value + 1 + n
    return value[:-1] + ("0" if value[-1:] != "0" else "1") if n % 2 and value else value + "x"


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 3), st.sampled_from(_NAMES), st.integers(0, 9), st.booleans())
def test_any_field_of_any_entry_changed_is_refused(
    which: int, name: str, n: int, resign: bool
) -> None:
    """Also when the merchant seals the changed entry anew: what follows no longer fits."""
    ledger = grown()
    report = ledger.report(PLAN)
    tail = list(report.ledger_tail)
    changed = replace(tail[which], **{name: _other(getattr(tail[which], name), name, n)})
    if resign and name not in ("hash", "signature"):
        try:
            changed = seal(ME, changed, changed.previous)
        except ValueError:
            return
        # the last entry sealed anew is another head, which the report then names
        if which == 3 and name in ("at", "code_digest"):
            return
    tail[which] = changed
    wrong = replace(report, ledger_tail=tuple(tail))
    if which == 3 and resign:
        wrong = replace(wrong, ledger_head=changed.head)
    wrong = wrong.signed(ME.sign(wrong.signed_bytes()))
    assert codes(wrong, ledger.base)


def test_the_genesis_is_the_merchants() -> None:
    first = FakeLedger(ME).entries[0]
    assert first.previous == genesis(ME.public) and first.plan_digest == ME.public.hex
