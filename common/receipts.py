"""Receipt: the coordinator's countersignature under a merchant's ledger head, with proof of inclusion; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from common import merkle
from common.book import BookEntry, BookKind, leaf
from common.canonical import canonical
from common.heads import LedgerHead, is_digest
from common.keys import Identity, PublicIdentity

_DOMAIN = b"hansa-receipt-v1\n"
MAX_PATH = 64


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a merchant gets for an admitted report, with the next message: both heads, co-signed.

    Attributes:
        merchant: Fingerprint.
        head: The merchant's ledger head in that report: the last co-signed head.
        report_digest: `RoundReport.digest()` of that report.
        index: Its place among the round's leaves.
        path: Inclusion proof of its leaf in `entry.root`, from the bottom up.
        entry: The book's `round` entry.
        signature: Ed25519 of the coordinator over all of the above.
    """

    merchant: str
    head: LedgerHead
    report_digest: str
    index: int
    path: tuple[str, ...]
    entry: BookEntry
    signature: str = ""

    def body(self) -> dict[str, Any]:
        """Everything that is signed, as plain JSON values."""
        return {
            "merchant": self.merchant,
            "head": self.head.as_dict(),
            "report_digest": self.report_digest,
            "index": self.index,
            "path": list(self.path),
            "entry": self.entry.as_dict(),
        }

    def as_dict(self) -> dict[str, Any]:
        """The body with its signature."""
        return {**self.body(), "signature": self.signature}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Receipt:
        """Inverse of `as_dict`.

        Raises:
            ValueError: a field is missing, unknown or of the wrong type.
        """
        names = {"merchant", "head", "report_digest", "index", "path", "entry", "signature"}
        if not isinstance(raw, Mapping) or set(raw) != names:
            raise ValueError("not a receipt")
        path, texts = raw["path"], ("merchant", "report_digest", "signature")
        if not isinstance(path, list) or len(path) > MAX_PATH or type(raw["index"]) is not int:
            raise ValueError("not a receipt")
        if not all(isinstance(raw[n], str) for n in texts) or not all(map(is_digest, path)):
            raise ValueError("not a receipt")
        return cls(
            merchant=raw["merchant"],
            head=LedgerHead.from_dict(raw["head"]),
            report_digest=raw["report_digest"],
            index=raw["index"],
            path=tuple(path),
            entry=BookEntry.from_dict(raw["entry"]),
            signature=raw["signature"],
        )

    def signed(self, identity: Identity) -> Receipt:
        """The same receipt, signed by the coordinator."""
        return replace(self, signature=identity.sign(_DOMAIN + canonical(self.body())))

    def problems(self, coordinator: PublicIdentity) -> list[str]:
        """What does not hold of the receipt by itself, as short codes; empty = it holds.

        "receipt-signature", "receipt-entry" (the book's entry is not sealed by this coordinator,
        or is no round), "receipt-inclusion" (the report is not among the round's leaves).
        """
        found = []
        if not coordinator.verify(_DOMAIN + canonical(self.body()), self.signature):
            found.append("receipt-signature")
        e = self.entry
        sealed = e.hash == e.computed_hash() and coordinator.verify(e.signed_bytes(), e.signature)
        if not sealed or e.kind is not BookKind.ROUND:
            found.append("receipt-entry")
        if not merkle.included(leaf(self.report_digest), self.index, e.n_leaves, self.path, e.root):
            found.append("receipt-inclusion")
        return found
