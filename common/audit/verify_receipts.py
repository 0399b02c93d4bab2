"""What a merchant's export says of the coordinator: receipts and witnessed heads of its book."""

from __future__ import annotations

from common.audit.verify_tally import Tally
from common.errors import InputError
from common.heads import LedgerHead
from common.keys import PublicIdentity
from common.ledger_file import LedgerExport
from common.receipts import Receipt

_WORDS = {
    "receipt-signature": "is not signed by the coordinator that this merchant pinned",
    "receipt-entry": "holds an entry of the book that is not sealed by that coordinator",
    "receipt-inclusion": "does not prove that the report is among those of its round",
}


def check_receipts(export: LedgerExport, tally: Tally) -> None:
    """Receipts by themselves, against the ledger, and against what the ledger witnessed."""
    seen: dict[int, str] = {}
    for e in export.entries:
        if e.witnessed is not None:
            _same_book(seen, e.witnessed, f"entry {e.sequence} of the ledger", tally)
    newest = -1
    for e in export.entries:
        if e.witnessed is not None:
            text = (
                f"Entry {e.sequence} of the ledger stands under an older book than one before it: "
                "the coordinator's book went back."
            )
            tally.demand(e.witnessed.sequence >= newest, "book-went-back", text, e.sequence)
            newest = max(newest, e.witnessed.sequence)
    if not export.receipts:
        return
    coordinator = _coordinator(export, tally)
    if coordinator is None:
        return
    before: Receipt | None = None
    for receipt in export.receipts:
        _check_one(export, receipt, coordinator, tally)
        _same_book(
            seen, receipt.entry.head, f"the receipt for entry {receipt.head.sequence}", tally
        )
        if before is not None and (
            receipt.head.sequence <= before.head.sequence
            or receipt.entry.sequence <= before.entry.sequence
        ):
            text = f"The receipt for entry {receipt.head.sequence} stands after that for entry {before.head.sequence}."
            tally.bad("receipt-order", text, receipt.head.sequence)
        before = receipt
        tally.checked["receipts"] += 1


def _coordinator(export: LedgerExport, tally: Tally) -> PublicIdentity | None:
    try:
        return PublicIdentity.from_hex(export.coordinator)
    except InputError:
        tally.bad("receipt-coordinator", "There are receipts, but no coordinator's key for them.")
        return None


def _check_one(
    export: LedgerExport, receipt: Receipt, coordinator: PublicIdentity, tally: Tally
) -> None:
    n = receipt.head.sequence
    for code in receipt.problems(coordinator):
        tally.bad(code, f"The receipt for entry {n} {_WORDS[code]}.", n)
    if receipt.merchant != export.merchant.fingerprint:
        tally.bad("receipt-merchant", f"The receipt for entry {n} is for another merchant.", n)
    last = export.entries[-1].sequence if export.entries else -1
    if n > last:
        text = (
            f"The coordinator co-signed entry {n} of this ledger, but the ledger ends at entry {last}: "
            "its end was cut off, or the shop's database was restored from a backup."
        )
        tally.bad("cut", text, n)
    elif not 0 <= n < len(export.entries) or export.entries[n].hash != receipt.head.hash:
        text = (
            f"The coordinator co-signed another entry {n} than this ledger holds: the history was "
            "forked or edited, or the client was reinstalled and began a new ledger."
        )
        tally.bad("forked", text, n)


def _same_book(seen: dict[int, str], head: LedgerHead, where: str, tally: Tally) -> None:
    known = seen.setdefault(head.sequence, head.hash)
    if known != head.hash:
        text = (
            f"By {where}, entry {head.sequence} of the coordinator's book is not what it was before: "
            "the book was forked, or rolled back and written anew."
        )
        tally.bad("book-forked", text)
