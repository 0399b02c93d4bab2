"""Merchants' exports against the operator's book and evidence: each side's word on the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from common.audit.verify_evidence import Admitted, Evidence
from common.audit.verify_tally import Tally
from common.book import BookKind
from common.heads import LedgerHead
from common.ledger import EntryKind, LedgerEntry
from common.ledger_file import LedgerExport


@dataclass(frozen=True, slots=True)
class Ledger:
    """One merchant's export and where it was read."""

    where: str
    export: LedgerExport

    @property
    def who(self) -> str:
        """Fingerprint."""
        return self.export.merchant.fingerprint


def check_league(ledgers: Sequence[Ledger], books: Sequence[Evidence], tally: Tally) -> None:
    """Everything that only several files together can show."""
    for ledger in ledgers:
        # a merchant that changed its league has charges of both in one ledger
        own = [b for b in books if _belongs(ledger, b)]
        if not own:
            if ledger.export.coordinator or ledger.export.receipts:
                tally.skip(f"{ledger.where}: no book of its coordinator was given.")
            continue
        for book in own:
            _heads(ledger, book, tally)
            _shown(ledger, book, tally)
            _commits(ledger, book, tally)
            _mechanisms(ledger, book, tally)
        _under(ledger, own, tally)
    for book in books:
        _absent(ledgers, book, tally)
    _newest(ledgers, tally)


def _belongs(ledger: Ledger, book: Evidence) -> bool:
    return ledger.export.coordinator == book.book.coordinator.hex or ledger.who in book.members


def _under(ledger: Ledger, books: Sequence[Evidence], tally: Tally) -> None:
    """Every head that the merchant signed under, and every plan, is in a book."""
    plans = {e.subject for b in books for e in b.book.entries if e.kind is BookKind.PLAN}
    newest = max(b.book.exported_at for b in books)
    for e in ledger.export.entries:
        if e.kind is not EntryKind.RESERVE:
            continue
        if e.witnessed is not None:
            what = f"{ledger.where}: entry {e.sequence}"
            _in_a_book(what, e.at, e.witnessed, books, tally)
            tally.checked["witnessed heads"] += 1
        if e.plan_digest in plans:
            continue
        if e.at > newest:
            tally.note(f"{ledger.where} is newer than the operator's export.")
        elif e.witnessed is not None:
            text = f"{ledger.where}: entry {e.sequence} charges a plan that is in no book that was given."
            tally.bad("unbooked-plan", text, e.sequence)
        else:
            tally.note(f"{ledger.where}: entry {e.sequence} charges a plan without a book.")


def _heads(ledger: Ledger, book: Evidence, tally: Tally) -> None:
    """Receipts: the round of the book that each of them names."""
    if ledger.export.coordinator not in ("", book.book.coordinator.hex):
        return
    for receipt in ledger.export.receipts:
        what = f"{ledger.where}: the receipt for entry {receipt.head.sequence}"
        _in_a_book(what, receipt.entry.at, receipt.entry.head, [book], tally)
        shown = book.rounds.get(receipt.entry.subject)
        if shown is None:
            continue
        digests = [a.digest for a in shown.admitted if a.merchant == ledger.who]
        if digests != [receipt.report_digest]:
            text = f"{what} is for another report than the operator's evidence shows."
            tally.bad("receipt-report", text)


def _in_a_book(
    what: str, at: str, head: LedgerHead, books: Sequence[Evidence], tally: Tally
) -> None:
    n = head.sequence
    if any(n in b.entries and b.entries[n].hash == head.hash for b in books):
        return
    if any(n in b.entries for b in books):
        text = (
            f"{what} stands under another entry {n} than the operator's book holds: the book was "
            "forked, or rolled back and written anew."
        )
        tally.bad("book-forked", text)
    elif all(b.book.exported_at < at for b in books):
        tally.note(f"{what.split(':')[0]} is newer than the operator's export.")
    else:
        text = (
            f"{what} stands under entry {n} of the operator's book, which is gone: its end was cut "
            "off, or an older book was restored."
        )
        tally.bad("book-cut", text)


def _shown(ledger: Ledger, book: Evidence, tally: Tally) -> None:
    """What the merchant showed with its reports is what its export holds."""
    tails = book.tails.get(ledger.who)
    if tails is None:
        return
    export, who = ledger.export, ledger.where
    own = {e.sequence: e for e in export.entries}
    last = max(own, default=-1)
    for n, e in sorted(tails.entries.items()):
        kept = own.get(n)
        if kept is not None and kept.hash == e.hash:
            tally.checked["ledger entries seen by both sides"] += 1
            continue
        if kept is None and n > last:
            _missing_end(who, export, e, last, tally)
        elif n == 0:
            text = (
                f"{who}: the league knows a ledger of this very key that was opened at {e.at}, and "
                "this is another one: the client was reinstalled or its database started anew. What "
                "was charged in the other one counts too."
            )
            tally.bad("reinstalled", text, n)
        else:
            text = (
                f"{who}: entry {n} is not the one that was shown to the league: the history was forked "
                "or edited, or the client was reinstalled and began a new ledger."
            )
            tally.bad("forked", text, n)
        return  # everything after it differs as well


def _missing_end(who: str, export: LedgerExport, e: LedgerEntry, last: int, tally: Tally) -> None:
    if e.at > export.exported_at:
        tally.note(f"{who} is older than the operator's export.")
        return
    text = (
        f"{who} ends at entry {last}, but the league saw entry {e.sequence} of {e.at}: the end was "
        "cut off, or the shop's database was restored from a backup."
    )
    tally.bad("cut", text, e.sequence)


def _commits(ledger: Ledger, book: Evidence, tally: Tally) -> None:
    """Every report in the evidence is in the ledger, and every commit is in the evidence or noted."""
    export = ledger.export
    by_plan = {e.plan_digest: e for e in export.entries if e.kind is EntryKind.COMMIT}
    receipted = {r.entry.subject for r in export.receipts}
    for name, shown in book.rounds.items():
        mine = [a for a in shown.admitted if a.merchant == ledger.who]
        commit = by_plan.get(name)
        where = f"round {shown.entry.round} of run {shown.entry.run_id}"
        for a in mine:
            _in_ledger(ledger, a, commit, where, tally)
        if commit is not None and not mine:
            if name in receipted:
                text = (
                    f"{ledger.where}: it holds a receipt for {where}, whose evidence leaves it out."
                )
                tally.bad("dropped", text, commit.sequence)
            else:
                tally.note(f"{ledger.where}: its report for {where} was not admitted.")


def _mechanisms(ledger: Ledger, book: Evidence, tally: Tally) -> None:
    """Each charge is the mechanism of its plan, with league noise the very shares."""
    for e in ledger.export.entries:
        shown = book.rounds.get(e.plan_digest) if e.kind is EntryKind.RESERVE else None
        if shown is not None and shown.plan is not None:
            text = (
                f"{ledger.where}: entry {e.sequence} charges another mechanism than its plan names."
            )
            same = e.mechanism == shown.plan.mechanism()
            tally.demand(same, "report-mechanism", text, e.sequence)


def _in_ledger(
    ledger: Ledger, a: Admitted, commit: LedgerEntry | None, where: str, tally: Tally
) -> None:
    if commit is not None and commit.report_digest == a.content:
        tally.checked["reports found in their ledger"] += 1
        return
    charged = a.report.ledger_tail[-1].at if a.report and a.report.ledger_tail else ""
    if commit is None and charged > ledger.export.exported_at:
        return  # noted already: the export is older
    what = "commits another report" if commit else "shows nothing"
    text = f"{ledger.where}: {what} for {where}, where the operator admitted a report of it."
    tally.bad("unledgered", text, commit.sequence if commit else None)


def _absent(ledgers: Sequence[Ledger], book: Evidence, tally: Tally) -> None:
    given = {ledger.who for ledger in ledgers}
    labels = {e.subject: e.label for e in book.book.entries if e.kind is BookKind.ENROL and e.label}
    reported = {a.merchant for r in book.rounds.values() for a in r.admitted}
    for who, public in sorted(book.members.items()):
        if who not in given:
            took = "took part, but" if who in reported else "is enrolled;"
            name = labels.get(public.hex, "")
            tally.note(f"Merchant {who} ('{name}') {took} no export of its ledger was given.")


def _newest(ledgers: Sequence[Ledger], tally: Tally) -> None:
    """A later export of the same merchant is never the shorter one."""
    for i, one in enumerate(ledgers):
        for other in ledgers[:i]:
            if one.who != other.who or one.export.exported_at == other.export.exported_at:
                continue
            old, new = sorted((one, other), key=lambda x: x.export.exported_at)
            if len(new.export.entries) < len(old.export.entries):
                text = (
                    f"{new.where} was written after {old.where} but is shorter: its end was cut off, "
                    "or the shop's database was restored from a backup."
                )
                tally.bad("shortened", text)
