"""verify over a whole league: a sound one holds, and every lie of either side is named in words."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from common.audit.cli import audit as group
from common.audit.verify import Findings, audit
from common.book import BookKind
from common.book_file import ReportEvidence
from common.keys import Identity
from common.ledger import EntryKind
from common.privacy import Mechanism
from common.recentring import recentre
from common.rounds import Task
from tests.common.small_league import SmallLeague, save

EARLY = "2026-11-01T00:00:00Z"


def a_league(n: int = 2) -> SmallLeague:
    league = SmallLeague(n)
    league.play()
    league.play()
    league.play(Task.EVALUATE)
    league.publish()
    return league


def codes(found: Findings) -> set[str]:
    alone = [p for v in found.ledgers for p in v.problems]
    alone += [p for b in found.books for p in b.problems]
    return {p.code for p in (*found.problems, *alone)}


def text(found: Findings) -> str:
    alone = [p for v in found.ledgers for p in v.problems]
    alone += [p for b in found.books for p in b.problems]
    return " ".join([p.text for p in (*found.problems, *alone)] + list(found.notes))


def test_a_sound_league_holds_and_everything_was_checked(tmp_path: Path) -> None:
    a_league().write_all(tmp_path)
    found = audit([tmp_path])
    assert found.holds, text(found)
    assert found.unchecked == () and found.notes == ()
    done = dict(found.checked)
    assert done["rounds computed again"] == 2 and done["evaluations computed again"] == 1
    assert done["admitted reports"] == done["reports found in their ledger"] == 6
    assert done["published models computed again"] == 1 and done["witnessed heads"] == 6
    result = CliRunner().invoke(group, ["verify", str(tmp_path)])
    assert result.exit_code == 0 and "checked: 6 admitted reports" in result.stdout
    result = CliRunner().invoke(group, ["verify", str(tmp_path), "--json"])
    assert json.loads(result.stdout)["checked"]["rounds"] == 3


def test_a_void_round_and_a_second_run_are_sound_too(tmp_path: Path) -> None:
    league = SmallLeague()
    plan = league.plan()
    league.close(plan, league.answers(plan)[:1], "void")
    league.play()
    open_plan = league.plan()
    league.members[0].ledger.report(open_plan)
    league.write_all(tmp_path)
    found = audit([tmp_path])
    assert found.holds, text(found)
    assert "is not over in the book" in text(found) and "was not admitted" in text(found)


def test_merchants_without_an_export_and_books_without_updates_are_said(tmp_path: Path) -> None:
    league = a_league()
    bare = [
        replace(r, reports=tuple(ReportEvidence(x.header, x.signature) for x in r.reports))
        for r in league.rounds
    ]
    save(league.operator(rounds=tuple(bare)), tmp_path / "book.json")
    save(league.ledger(0), tmp_path / "a.json")
    found = audit([tmp_path])
    assert found.holds, text(found)
    assert "no updates" in " ".join(found.unchecked)
    assert "no export of its ledger was given" in text(found)
    found = audit([tmp_path / "a.json"])
    assert found.holds and "No operator's book" in " ".join(found.unchecked)


def test_a_restored_backup(tmp_path: Path) -> None:
    """The merchant's database as it was after round 1: ledger, receipts and all."""
    league = a_league()
    save(league.operator(), tmp_path / "book.json")
    whole = league.ledger(0)
    cut = replace(whole, entries=whole.entries[:3], receipts=whole.receipts[:1])
    cut = replace(cut, stated=whole.stated[:1]).signed(league.members[0].identity)
    assert cut.problems() == []
    save(cut, tmp_path / "a.json")
    found = audit([tmp_path])
    assert {"cut", "unledgered"} <= codes(found) and "restored from a backup" in text(found)
    # the same file, written before: nothing is wrong, it is only older
    save(replace(cut, exported_at=EARLY).signed(league.members[0].identity), tmp_path / "a.json")
    found = audit([tmp_path])
    assert found.holds, text(found)
    assert "older than the operator's export" in text(found)


def test_a_cut_tail_that_kept_its_receipts(tmp_path: Path) -> None:
    league = a_league()
    whole = league.ledger(0)
    cut = replace(whole, entries=whole.entries[:3], stated=whole.stated[:1])
    save(cut.signed(league.members[0].identity), tmp_path / "a.json")
    found = audit([tmp_path])
    assert codes(found) == {"cut"} and "co-signed entry 4" in text(found)


def test_a_reinstalled_client_with_the_same_key(tmp_path: Path) -> None:
    league = a_league()
    save(league.operator(), tmp_path / "book.json")
    other = SmallLeague(0)
    other.identity = league.identity
    member = other.join(league.members[0].identity, "again")
    member.ledger.entries[0] = replace(member.ledger.entries[0])
    from common.ledger import open_ledger

    member.ledger.entries = [open_ledger(member.identity, "2026-11-02T11:00:00Z")]
    save(other.ledger(0), tmp_path / "a.json")
    found = audit([tmp_path])
    assert "reinstalled" in codes(found) and "counts too" in text(found)


def test_a_reinstalled_client_with_a_new_key_is_noted(tmp_path: Path) -> None:
    league = SmallLeague(1)
    league.play()
    league.join(Identity.generate(), "shop 0")
    league.play()
    league.write_all(tmp_path)
    found = audit([tmp_path])
    assert found.holds, text(found)
    assert "enrolled under 2 keys" in text(found) and "earlier epsilon counts too" in text(found)


def test_a_forked_ledger(tmp_path: Path) -> None:
    """Two histories from one opening: another round 2 is shown to the auditor."""
    league = SmallLeague()
    league.play()
    entries = list(league.members[0].ledger.entries)
    league.play()
    save(league.operator(), tmp_path / "book.json")
    m = league.members[0]
    m.ledger.entries, m.receipts, m.ledger.base = entries, m.receipts[:1], None
    m.ledger.report(league.plan())
    save(league.ledger(0), tmp_path / "a.json")
    found = audit([tmp_path])
    assert {"forked", "unledgered", "unbooked-plan"} <= codes(found)


def test_an_operator_that_restored_an_older_book(tmp_path: Path) -> None:
    league = a_league()
    save(league.ledger(0), tmp_path / "a.json")
    n = next(i for i, e in enumerate(league.book) if e.kind is BookKind.ROUND) + 1
    league.book, league.rounds = league.book[:n], league.rounds[:1]
    save(league.operator(), tmp_path / "book.json")
    found = audit([tmp_path])
    assert {"book-cut", "unbooked-plan"} <= codes(found) and "older book" in text(found)


def test_an_operator_that_wrote_its_book_anew(tmp_path: Path) -> None:
    league = a_league()
    save(league.ledger(0), tmp_path / "a.json")
    forged = SmallLeague(0)
    forged.identity, forged.members = league.identity, []
    forged.book = league.book[:2]
    for name in "abcdefghij":
        forged.join(Identity.generate(), name)
    save(forged.operator(runs=()), tmp_path / "book.json")
    found = audit([tmp_path])
    assert "book-forked" in codes(found) and "rolled back" in text(found)


def test_an_admitted_report_that_no_ledger_shows(tmp_path: Path) -> None:
    league = SmallLeague()
    plan = league.plan()
    reports = league.answers(plan)
    thief = league.members[0]
    # the operator admitted another report than the one that the ledger commits
    other = replace(reports[0], tensors={"numeric_conversion.bias": np.ones(1, np.float32)})
    other = other.signed(thief.identity.sign(other.signed_bytes()))
    league.close(plan, [other, reports[1]])
    league.write_all(tmp_path)
    found = audit([tmp_path])
    assert "unledgered" in codes(found)


@pytest.mark.parametrize(
    ("what", "wanted"),
    [
        ("tensors", "report-tensors"),
        ("signature", "report-signature"),
        ("dropped", "root"),
        ("doubled", "reports-order"),
        ("plan", "unbooked-plan"),
        ("plan-signature", "plan-signature"),
        ("status", "status"),
        ("round", "missing-evidence"),
        ("momentum", "aggregate"),
        ("initial", "weights"),
    ],
)
def test_evidence_that_was_changed(tmp_path: Path, what: str, wanted: str) -> None:
    """The operator signs its file, so only the book and the merchants' seals can tell."""
    league = a_league()
    first, export = league.rounds[1], league.operator()
    report = first.reports[0]
    changed = {
        "tensors": replace(report, tensors={"numeric_conversion.bias": np.ones(1, np.float32)}),
        "signature": replace(report, signature=first.reports[1].signature),
    }
    shown = {
        **{k: replace(first, reports=(r, first.reports[1])) for k, r in changed.items()},
        "dropped": replace(first, reports=first.reports[1:]),
        "doubled": replace(first, reports=(*first.reports, first.reports[1])),
        "plan": replace(first, plan={**first.plan, "noise_multiplier": 9.0}),
        "plan-signature": replace(first, plan_signature=league.rounds[0].plan_signature),
        "status": replace(first, status="void"),
    }
    if what in shown:
        export = replace(export, rounds=(league.rounds[0], shown[what], league.rounds[2]))
    elif what == "round":
        export = replace(export, rounds=export.rounds[1:])
    else:
        begun = {"momentum": {"server_momentum": 0.25}, "initial": {"initial": {"x": np.ones(1)}}}
        export = replace(export, runs=(replace(export.runs[0], **begun[what]),))
    save(export.signed(league.identity), tmp_path / "book.json")
    assert wanted in codes(audit([tmp_path]))


def test_weights_that_are_not_the_mean(tmp_path: Path) -> None:
    league = SmallLeague()
    league.result = lambda plan, reports: ("a" * 64, "b" * 64)  # type: ignore[method-assign]
    league.play()
    league.publish()
    save(league.operator(), tmp_path / "book.json")
    found = audit([tmp_path])
    assert "aggregate" in codes(found) and "not the mean" in text(found)


def test_published_weights_are_the_aggregate_or_recentred(tmp_path: Path) -> None:
    league = a_league()
    league.book.pop()
    from common import scorebins

    total = 2 * np.array([[900, 500, 200, 100], [10, 20, 30, 40]], np.float64)
    pcoc = scorebins.read(total, 4.0 * 2**0.5).pcoc
    assert np.isfinite(pcoc)
    league.publish(recentre(league.weights, "conversion", pcoc))
    save(league.operator(), tmp_path / "book.json")
    found = audit([tmp_path])
    assert found.holds, text(found)
    league.book.pop()
    league.publish(recentre(league.weights, "conversion", pcoc * 1.001))
    save(league.operator(), tmp_path / "book.json")
    assert "published" in codes(audit([tmp_path]))


def test_another_mechanism_than_the_plan_asked_for(tmp_path: Path) -> None:
    league = SmallLeague()
    plan = league.plan()
    half = replace(plan.mechanism(), noise_multiplier=1.0)
    reports = [
        m.ledger.report(plan, {"numeric_conversion.bias": np.ones(1, np.float32)}, mechanism=half)
        for m in league.members
    ]
    assert isinstance(half, Mechanism)
    league.close(plan, reports)
    league.write_all(tmp_path)
    assert "report-mechanism" in codes(audit([tmp_path]))


def test_a_receipt_of_a_round_that_leaves_the_report_out(tmp_path: Path) -> None:
    league = a_league()
    m = league.members[0]
    forged = replace(m.receipts[0], report_digest="d" * 64).signed(league.identity)
    m.receipts[0] = forged
    league.write_all(tmp_path)
    assert {"receipt-inclusion", "receipt-report"} <= codes(audit([tmp_path]))
    m.receipts[0] = replace(forged, signature=m.receipts[1].signature)
    league.write_all(tmp_path)
    assert "receipt-signature" in codes(audit([tmp_path]))
    m.receipts[0], m.receipts[1] = m.receipts[1], m.receipts[0]
    league.write_all(tmp_path)
    assert "receipt-order" in codes(audit([tmp_path]))


def test_a_banned_merchant_and_a_stranger(tmp_path: Path) -> None:
    league = SmallLeague(1)
    league.write(BookKind.BAN, league.members[0].identity.public.fingerprint)
    league.play()
    save(league.operator(), tmp_path / "book.json")
    assert "banned" in codes(audit([tmp_path]))
    league = SmallLeague(1)
    league.members[0].identity = Identity.generate()
    league.members[0].ledger.identity = league.members[0].identity
    league.play()
    save(league.operator(), tmp_path / "book.json")
    assert "stranger" in codes(audit([tmp_path]))


def test_a_ledger_that_went_back_between_two_rounds(tmp_path: Path) -> None:
    """Seen in the evidence alone, without the merchant's export."""
    league = SmallLeague()
    league.play()
    m = league.members[0]
    m.ledger.entries, m.ledger.base = m.ledger.entries[:1], None
    league.play()
    save(league.operator(), tmp_path / "book.json")
    assert codes(audit([tmp_path])) & {"ledger-forked", "ledger-went-back"}


def test_two_exports_of_one_operator(tmp_path: Path) -> None:
    league = a_league()
    save(league.operator(exported_at=EARLY), tmp_path / "1.json")
    league.play()
    save(league.operator(), tmp_path / "2.json")
    assert audit([tmp_path]).holds
    short = league.operator(entries=tuple(league.book[:-2]), rounds=tuple(league.rounds[:-1]))
    later = replace(short, exported_at="2026-12-01T00:00:00Z").signed(league.identity)
    save(later, tmp_path / "3.json")
    found = audit([tmp_path])
    assert "book-cut" in codes(found) and "rolled back" in text(found)


def test_a_shorter_later_export_of_a_merchant(tmp_path: Path) -> None:
    league = a_league()
    save(league.ledger(0, exported_at="2026-11-02T12:00:00Z"), tmp_path / "1.json")
    whole = league.ledger(0)
    kept = [s for s in whole.stated if s.sequence < 3]
    short = replace(whole, entries=whole.entries[:3], receipts=(), stated=tuple(kept))
    save(short.signed(league.members[0].identity), tmp_path / "2.json")
    assert "shortened" in codes(audit([tmp_path]))


def test_a_witness_outside_a_reserve_is_named() -> None:
    from common.ledger_check import verify

    league = a_league()
    ledger = league.members[0].ledger
    reserve = ledger.reserve(league.plan())
    ledger.settle(reserve, witnessed=reserve.witnessed)
    assert ledger.entries[-1].kind is EntryKind.VOID
    assert {p.code for p in verify(ledger.entries, ledger.identity.public)} == {"witness"}
