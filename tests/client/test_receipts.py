"""The coordinator's receipts: taken when they hold, and a rollback of this ledger named in words."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from client.store import Store, ledger, receipts, rounds
from client.store.schema import MIGRATIONS
from common import ledger_file
from common.database import open_database
from common.errors import LedgerBroken, PlanRefused
from common.keys import Identity
from common.ledger import EntryKind, LedgerEntry, append, open_ledger
from common.ledger_check import verify
from common.privacy import PrivacyBudget
from common.receipts import Receipt
from common.rounds import RoundReport, Task
from tests.client.door_shop import NOW, Shop, a_plan, fresh_noise
from tests.client.fake_book import FakeBook

pytestmark = pytest.mark.privacy


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop")


def play(shop: Shop, book: FakeBook, number: int, receipt: Receipt | None = None) -> Receipt:
    """One whole round: its receipt, which comes with the next."""
    plan = book.plan(round=number)
    report = shop.ask(plan, receipt=receipt)
    return book.close(plan, [report])[0]


def codes(shop: Shop) -> set[str]:
    with shop.open() as store:
        return {p.code for p in receipts.verify_all(store, shop.identity.public, NOW)}


def base_of(report: RoundReport) -> int:
    return report.ledger_tail[0].sequence


def test_every_report_proves_growth_since_the_last_receipt(shop: Shop) -> None:
    book = FakeBook.of(shop)
    plans = [book.plan(round=1)]
    reports = [shop.ask(plans[0])]
    for number in (2, 3, 4):
        [receipt] = book.close(plans[-1], reports[-1:])
        plans.append(book.plan(round=number))
        reports.append(shop.ask(plans[-1], receipt=receipt))
    assert [base_of(r) for r in reports] == [0, 3, 5, 7]
    with shop.open() as store:
        entries = ledger.checked(store, shop.identity.public)
        assert [e for r in reports for e in r.ledger_tail] == list(entries)
        assert len(receipts.all(store)) == 3
        assert receipts.last(store) == receipt
    for plan, report in zip(plans, reports, strict=True):
        reserve, commit = report.ledger_tail[-2:]
        assert reserve.witnessed == plan.book and commit.witnessed is None
        assert commit.head == report.ledger_head
        assert commit.report_digest == report.content_digest()
    assert verify([e for r in reports for e in r.ledger_tail], shop.identity.public) == []
    assert codes(shop) == set()


def test_without_a_receipt_the_tail_goes_back_to_the_opening(shop: Shop) -> None:
    book = FakeBook.of(shop)
    for number in (1, 2, 3):
        report = shop.ask(book.plan(round=number))
    assert base_of(report) == 0 and len(report.ledger_tail) == 7


def test_a_stored_report_keeps_its_tail(shop: Shop) -> None:
    book = FakeBook.of(shop)
    receipt, plan = play(shop, book, 1), book.plan(round=2)
    first = shop.ask(plan, receipt=receipt)
    later = shop.ask(plan, receipt=receipt, now=NOW + timedelta(minutes=3))
    assert rounds.pack(first) == rounds.pack(later)
    assert later.ledger_tail == first.ledger_tail and len(first.ledger_tail) == 2
    with shop.open() as store:
        assert rounds.pack(rounds.unpack(rounds.pack(first))) == rounds.pack(first)
        assert len(receipts.all(store)) == 1  # idempotent


def altered(receipt: Receipt, book: FakeBook) -> dict[str, Receipt]:
    other = Identity.generate()
    entry = receipt.entry
    fake = replace(entry, run_id="run-2")
    return {
        "not signed by": replace(receipt, index=receipt.index + 1),
        "not sealed": replace(receipt, entry=replace(entry, n_leaves=9)).signed(book.identity),
        "does not prove": replace(receipt, path=("00" * 32,)).signed(book.identity),
        "another merchant": replace(receipt, merchant=other.public.fingerprint).signed(
            book.identity
        ),
        "signed by this league": receipt.signed(other),
        "not the one of its report": replace(
            receipt,
            entry=replace(
                fake,
                hash=fake.computed_hash(),
                signature=book.identity.sign(
                    replace(fake, hash=fake.computed_hash()).signed_bytes()
                ),
            ),
        ).signed(book.identity),
    }


@pytest.mark.parametrize("words", list(range(6)))
def test_a_receipt_that_does_not_hold_refuses_the_plan(shop: Shop, words: int) -> None:
    book = FakeBook.of(shop)
    receipt = play(shop, book, 1)
    text, wrong = list(altered(receipt, book).items())[words]
    with pytest.raises(PlanRefused, match=text) as caught:
        shop.ask(book.plan(round=2), receipt=wrong)
    assert caught.value.code == "bad-receipt"
    with shop.open() as store:
        assert receipts.all(store) == () and len(ledger.entries(store)) == 3
        assert rounds.received(store)[0].code == "bad-receipt"
    assert codes(shop) == set()
    shop.ask(book.plan(round=2), receipt=receipt)


def test_a_receipt_for_a_report_that_was_not_sent(shop: Shop) -> None:
    book = FakeBook.of(shop)
    plan = book.plan(round=1)
    report = shop.ask(plan)
    other = replace(report, tensors=fresh_noise(None, None, plan))  # type: ignore[arg-type]
    [wrong] = book.close(plan, [other])
    with pytest.raises(PlanRefused, match="not sent from here"):
        shop.ask(book.plan(round=2), receipt=wrong)


def test_two_rounds_for_one_report_are_a_forked_book(shop: Shop) -> None:
    book = FakeBook.of(shop)
    plan = book.plan(round=1)
    report = shop.ask(plan)
    [first], [second] = book.close(plan, [report]), book.close(plan, [report], status="void")
    shop.ask(book.plan(round=2), receipt=first)
    with pytest.raises(PlanRefused, match="two histories"):
        shop.ask(book.plan(round=3), receipt=second)


def test_a_book_that_another_history_contradicts(shop: Shop) -> None:
    """The plan named one entry of the book, the receipt proves another one at its place."""
    book = FakeBook.of(shop)
    plan = book.plan(round=1)
    fork = FakeBook(book.identity, list(book.entries))
    report = shop.ask(plan)
    [receipt] = book.close(plan, [report])
    honest = book.plan(round=2)
    shop.ask(honest)  # witnesses the entry of the round
    [forked] = fork.close(plan, [report], status="void")
    assert forked.entry.sequence == receipt.entry.sequence
    with pytest.raises(PlanRefused, match="two histories"):
        shop.ask(book.plan(round=3), receipt=forked)


def test_the_book_only_grows(shop: Shop) -> None:
    book = FakeBook.of(shop)
    early = book.plan(round=9)
    receipt = play(shop, book, 1)
    with pytest.raises(PlanRefused) as caught:
        shop.ask(early)
    assert caught.value.code == "book-went-back"
    # the receipt's entry counts as seen, too
    between = book.plan(round=3, book=receipt.entry.head)
    shop.ask(book.plan(round=2), receipt=receipt)
    with pytest.raises(PlanRefused):
        shop.ask(between)
    forked = replace(book.last.head, hash="f" * 64)
    shop.ask(book.plan(round=4))
    with pytest.raises(PlanRefused) as caught:
        shop.ask(book.plan(round=5, book=forked))
    assert caught.value.code == "book-went-back"
    assert shop.calls == 3


def test_another_league_has_another_book(shop: Shop) -> None:
    """A shop that moved: a short book and a tail from the opening entry, both are right there."""
    first = FakeBook.of(shop)
    play(shop, first, 2, play(shop, first, 1))
    shop.coordinator = Identity.generate()
    second = FakeBook.of(shop)
    plan = second.plan(run_id="run-b")
    report = shop.ask(plan)
    assert base_of(report) == 0 and len(report.ledger_tail) == 7
    [receipt] = second.close(plan, [report])
    report = shop.ask(second.plan(run_id="run-b", round=2), receipt=receipt)
    assert base_of(report) == 7
    assert codes(shop) == set()
    with shop.open() as store:
        document = ledger.export(store, shop.identity, PrivacyBudget(3.0, 1e-4))
    export = ledger_file.load(ledger_file.dump(document))
    assert export.coordinator == second.identity.public.hex and export.receipts == (receipt,)


# rollbacks ----------------------------------------------------------------------------------------


def backup(shop: Shop) -> Callable[[], None]:
    """Keep a copy of the folder as it is; call to put it back."""
    copy = shop.home.with_name("backup")
    shutil.copytree(shop.home, copy)

    def restore() -> None:
        shutil.rmtree(shop.home)
        shutil.copytree(copy, shop.home)

    return restore


def test_a_restored_backup_is_named_and_nothing_is_trained_again(shop: Shop) -> None:
    book = FakeBook.of(shop)
    receipt = play(shop, book, 1)
    restore = backup(shop)
    receipt = play(shop, book, 2, receipt)
    whole = shop.home.with_name("whole")
    shutil.copytree(shop.home, whole)
    restore()
    calls = shop.calls
    with pytest.raises(LedgerBroken, match="restored from a backup") as caught:
        shop.ask(book.plan(round=3), receipt=receipt)
    assert "new shop folder" in caught.value.todo
    # from now on, with or without the receipt, even for a plan that was answered
    with pytest.raises(LedgerBroken, match="restored from a backup"):
        shop.ask(book.plan(round=4))
    assert codes(shop) == {"rolled-back"} and shop.calls == calls
    with shop.open() as store:
        with pytest.raises(LedgerBroken):
            ledger.export(store, shop.identity, PrivacyBudget(3.0, 1e-4))
        with pytest.raises(sqlite3.IntegrityError):
            store.db.conn.execute("DELETE FROM foreign_heads")
    # the whole ledger put back: all is well
    shutil.rmtree(shop.home)
    shutil.copytree(whole, shop.home)
    shop.ask(book.plan(round=5), receipt=receipt)
    assert codes(shop) == set()


def test_a_reinstalled_client_is_named(shop: Shop) -> None:
    book = FakeBook.of(shop)
    receipt = play(shop, book, 1)
    (shop.home / "hansa.db").unlink()
    with pytest.raises(LedgerBroken, match="reinstalled"):
        shop.ask(book.plan(round=2), receipt=receipt)
    assert codes(shop) == {"reinstalled"}
    with pytest.raises(LedgerBroken, match="reinstalled"):
        shop.ask(book.plan(round=3))


def test_a_ledger_that_went_on_after_a_rollback_is_forked(shop: Shop) -> None:
    book = FakeBook.of(shop)
    receipt = play(shop, book, 1)
    restore = backup(shop)
    second = play(shop, book, 2, receipt)
    restore()
    shop.ask(book.plan(round=3), receipt=receipt)  # nobody knows yet
    with pytest.raises(LedgerBroken, match="went on"):
        shop.ask(book.plan(round=4), receipt=second)
    assert codes(shop) == {"forked"}


def edit(shop: Shop, *statements: str) -> None:
    with closing(sqlite3.connect(shop.home / "hansa.db")) as conn, conn:
        for table in ("ledger", "receipts", "sent_reports", "plan_signers"):
            for trigger in ("update", "delete"):
                conn.execute(f"DROP TRIGGER IF EXISTS {table}_no_{trigger}")
        for statement in statements:
            conn.execute(statement)


@pytest.mark.parametrize(
    ("statements", "code", "words"),
    [
        (["UPDATE ledger SET round = 7 WHERE sequence = 1"], "edited", "edited"),
        (["DELETE FROM ledger WHERE sequence > 2"], "cut", "end was cut off"),
        (["DELETE FROM sent_reports", "DELETE FROM ledger WHERE sequence = 4"], "cut", "cut off"),
        (["DELETE FROM ledger WHERE sequence = 0"], "missing", "beginning was cut"),
        (["DELETE FROM ledger WHERE sequence = 1"], "missing", "missing"),
        (
            [
                "UPDATE ledger SET sequence = 99 WHERE sequence = 1",
                "UPDATE ledger SET sequence = 1 WHERE sequence = 2",
                "UPDATE ledger SET sequence = 2 WHERE sequence = 99",
            ],
            "edited",
            "edited",
        ),
        (["UPDATE ledger SET witnessed = NULL WHERE sequence = 1"], "edited", "edited"),
        (
            ["UPDATE ledger SET witnessed = replace(witnessed, '0', '1') WHERE sequence = 1"],
            "edited",
            "edited",
        ),
        (["UPDATE ledger SET witnessed = '{}' WHERE sequence = 1"], "unreadable", "not an entry"),
        (["UPDATE receipts SET content = '{}'"], "unreadable", "damaged"),
        (["UPDATE receipts SET coordinator = 'x'"], "unreadable", "public key"),
        (
            ["UPDATE receipts SET content = replace(content, 'closed', 'opened')"],
            "receipt",
            "not signed",
        ),
    ],
)
def test_what_somebody_changed_is_named(
    shop: Shop, statements: list[str], code: str, words: str
) -> None:
    book = FakeBook.of(shop)
    receipt = play(shop, book, 1)
    receipt = play(shop, book, 2, receipt)
    shop.ask(book.plan(round=3), receipt=receipt)
    edit(shop, *statements)
    with shop.open() as store:
        found = receipts.verify_all(store, shop.identity.public, NOW)
    assert code in {p.code for p in found}
    assert any(words in p.text for p in found)


def test_a_clock_set_back_is_named(shop: Shop) -> None:
    book = FakeBook.of(shop)
    play(shop, book, 1)
    with shop.open() as store:
        me = shop.identity.public
        [found] = receipts.verify_all(store, me, NOW - timedelta(hours=1))
        assert found.code == "clock" and "set back" in found.text
        assert receipts.verify_all(store, me, NOW + timedelta(days=9)) == []


def test_a_clock_that_was_ahead_shows_in_the_receipt(shop: Shop) -> None:
    book, ahead = FakeBook.of(shop), NOW + timedelta(hours=2)
    plan = book.plan(ahead)
    report = shop.ask(plan, now=ahead)
    early = FakeBook(book.identity, book.entries[:1])
    [receipt] = early.close(plan, [report], NOW)
    with shop.open() as store:
        me = shop.identity.public
        receipts.take(store, me, book.identity.public, receipt, ahead)
        [found] = receipts.verify_all(store, me, ahead)
        assert found.code == "clock" and "after the coordinator co-signed it" in found.text


def test_an_export_carries_receipts_and_the_live_figures(shop: Shop) -> None:
    book = FakeBook.of(shop)
    receipt = play(shop, book, 1)
    shop.ask(book.plan(round=2, task=Task.EVALUATE, noise_multiplier=8.0), receipt=receipt)
    with shop.open() as store:
        document = ledger.export(store, shop.identity, PrivacyBudget(3.0, 1e-4))
        views = ledger.spent_history(store, 1e-4)
    export = ledger_file.load(ledger_file.dump(document))
    assert export.problems() == []
    assert export.coordinator == book.identity.public.hex and export.receipts == (receipt,)
    assert [(s.sequence, s.epsilon) for s in export.stated] == [
        (v.sequence, v.spent.epsilon) for v in views
    ]
    assert [s.sequence for s in export.stated] == [1, 3]


def test_a_ledger_of_an_older_version_still_verifies(tmp_path: Path, shop: Shop) -> None:
    """Entries and reports that were written before books and receipts existed."""
    db = open_database(shop.home / "hansa.db", MIGRATIONS[:4])
    opened = open_ledger(shop.identity, "2026-05-01T10:00:00Z")
    mechanism = replace(a_plan().mechanism(), pool="train")
    draft = LedgerEntry(0, opened.at, EntryKind.RESERVE, "run-0", 1, "train", "0" * 64, mechanism)
    reserve = append(shop.identity, opened, draft)
    settle = replace(
        draft, kind=EntryKind.COMMIT, mechanism=None, reservation=1, report_digest="1" * 64
    )
    commit = append(shop.identity, reserve, settle)
    for e in (opened, reserve, commit):
        raw = {**e.as_dict(), "code_digest": ""}
        raw["mechanism"] = json.dumps(raw["mechanism"]) if e.mechanism else None
        db["ledger"].insert(raw)
    old_head = b'{"header":{"protocol":1},"signature":"","tensors":[["a",[2]]]}'
    content = len(old_head).to_bytes(8) + old_head + bytes(8)
    db["sent_reports"].insert(
        {
            "plan_digest": "0" * 64, "run_id": "run-0", "round": 1, "task": "train",
            "sequence": 2, "ledger_hash": commit.hash, "content_digest": "1" * 64,
            "made_at": commit.at, "content": content,
        }
    )  # fmt: skip
    db.close()
    with Store.open(shop.home) as store:
        assert ledger.checked(store, shop.identity.public) == (opened, reserve, commit)
        assert rounds.history(store)[0].tensors[0].shape == (2,)
    report = shop.ask(FakeBook.of(shop).plan())
    assert base_of(report) == 0 and len(report.ledger_tail) == 5
    assert codes(shop) == set()


# any order of events -------------------------------------------------------------------------------


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sampled_from(["sent", "lost", "failed", "receipt"]), min_size=1, max_size=7))
def test_whatever_happens_tails_join_without_a_gap(
    tmp_path_factory: pytest.TempPathFactory, events: list[str]
) -> None:
    """A coordinator that knows only what it admitted can follow the whole ledger."""
    shop = Shop(tmp_path_factory.mktemp("shop"))
    book = FakeBook.of(shop)
    known: list[LedgerEntry] = []
    waiting: Receipt | None = None
    for number, event in enumerate(events, 1):
        plan = book.plan(round=number, noise_multiplier=9.0)
        if event == "failed":
            with pytest.raises(Exception, match="ValueError"):
                shop.ask(plan, work=lambda *_: int("x"), receipt=waiting)
        else:
            report = shop.ask(plan, receipt=waiting)
        waiting = None
        if event in ("sent", "receipt"):
            tail = list(report.ledger_tail)
            known = known[: tail[0].sequence] + tail
            assert verify(known, shop.identity.public) == []
            [made] = book.close(plan, [report])
            waiting = made if event == "receipt" else None
    with shop.open() as store:
        entries = ledger.checked(store, shop.identity.public)
        assert list(entries[: len(known)]) == known
        assert receipts.verify_all(store, shop.identity.public, NOW) == []
