"""The operator's book: BookEntry, hash chain and signatures of what a coordinator asked and took; pure.

Where a merchant's ledger says what was spent, the book says what was asked (`plan`), what was taken
and what became of it (`round`: the Merkle root of the admitted reports, the weights before and after),
who may take part (`enrol`, `ban`, `unban`) and what was published (`bundle`). Every entry names the
hash of the one before it and is signed by the coordinator; the first one names the coordinator's key.

File format rules: kinds are never removed, meanings never change, new fields are optional and are
left out of the canonical bytes when empty.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any

from common.canonical import digest
from common.heads import LedgerHead
from common.keys import Identity, PublicIdentity

#: What every signature of an entry begins with.
ENTRY_DOMAIN = b"hansa-book-entry-v1\n"
_ALWAYS = ("sequence", "at", "kind", "subject", "previous")


class BookKind(StrEnum):
    """What an entry says."""

    OPEN = "open"
    ENROL = "enrol"
    BAN = "ban"
    UNBAN = "unban"
    PLAN = "plan"
    ROUND = "round"
    BUNDLE = "bundle"


@dataclass(frozen=True, slots=True)
class BookEntry:
    """One line of the book.

    Attributes:
        sequence: 0 for the opening entry, then one more each.
        at: ISO-8601 UTC, whole seconds; never earlier than the entry before.
        kind: What it says.
        subject: open: the coordinator's public key; enrol: the merchant's public key; ban, unban:
            the merchant's fingerprint; plan, round: the plan's digest; bundle: the bundle's digest.
        label: enrol: the shop's name as enrolled; bundle, plan, round: empty.
        run_id: plan, round, bundle: the run.
        round: plan, round: its number.
        task: plan, round: "train" or "evaluate" (or what later versions name).
        status: round: "closed" or "void".
        root: round: Merkle root over the admitted reports' leaves (see `leaf`), in order of merchant.
        n_leaves: round: how many reports were admitted.
        before: round: `tensors_digest` of the weights that the plan sent; bundle: of the weights
            that were published.
        after: round, if closed: `tensors_digest` of the result.
        velocity: round, if closed: `tensors_digest` of the server's momentum after it, if any.
        previous: Hash of the entry before; for `open` `genesis(coordinator)`.
        hash: SHA-256 over all of the above.
        signature: Ed25519 of the coordinator over the hash.
    """

    sequence: int
    at: str
    kind: BookKind
    subject: str
    label: str = ""
    run_id: str = ""
    round: int = 0
    task: str = ""
    status: str = ""
    root: str = ""
    n_leaves: int = 0
    before: str = ""
    after: str = ""
    velocity: str = ""
    previous: str = ""
    hash: str = ""
    signature: str = ""

    def body(self) -> dict[str, Any]:
        """Everything that is hashed, as plain JSON values."""
        raw = {**asdict(self), "kind": self.kind.value}
        del raw["hash"], raw["signature"]
        return {k: v for k, v in raw.items() if k in _ALWAYS or v}

    def as_dict(self) -> dict[str, Any]:
        """The body with hash and signature."""
        return {**self.body(), "hash": self.hash, "signature": self.signature}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> BookEntry:
        """Inverse of `as_dict`.

        Raises:
            ValueError: a field is missing, unknown or of the wrong type.
        """
        try:
            entry = cls(**{**raw, "kind": BookKind(raw["kind"])})
        except (KeyError, TypeError, AttributeError) as e:
            raise ValueError("not an entry of a book") from e
        for f in fields(cls):
            wanted = int if f.name in ("sequence", "round", "n_leaves") else str
            value = getattr(entry, f.name)
            if not isinstance(value, wanted) or isinstance(value, bool):
                raise ValueError("not an entry of a book")
        return entry

    def computed_hash(self) -> str:
        """What `hash` must be."""
        return digest(self.body())

    def signed_bytes(self) -> bytes:
        """What the coordinator signs."""
        return ENTRY_DOMAIN + self.hash.encode()

    @property
    def head(self) -> LedgerHead:
        """The book's head when this is its last entry."""
        return LedgerHead(self.sequence, self.hash)


def genesis(coordinator: PublicIdentity) -> str:
    """What the opening entry of this coordinator's book points back to."""
    return hashlib.sha256(b"hansa-book-genesis-v1\n" + coordinator.raw).hexdigest()


def open_book(identity: Identity, at: str) -> BookEntry:
    """The first entry: names whose book this is."""
    draft = BookEntry(0, at, BookKind.OPEN, identity.public.hex)
    return seal(identity, draft, genesis(identity.public))


def append(identity: Identity, last: BookEntry, draft: BookEntry) -> BookEntry:
    """The draft as the entry after `last`: numbered, chained, signed; never before it in time."""
    at = max(draft.at, last.at)
    return seal(identity, replace(draft, sequence=last.sequence + 1, at=at), last.hash)


def seal(identity: Identity, draft: BookEntry, previous: str) -> BookEntry:
    """Fill in previous, hash and signature."""
    entry = replace(draft, previous=previous)
    entry = replace(entry, hash=entry.computed_hash())
    return replace(entry, signature=identity.sign(entry.signed_bytes()))


def leaf(report_digest: str) -> bytes:
    """An admitted report as a leaf: `RoundReport.digest()`, which covers merchant, plan and tensors."""
    return b"hansa-report-leaf-v1\n" + report_digest.encode()


def leaves(report_digests: Sequence[str]) -> list[bytes]:
    """The leaves of a round; the digests are in order of merchant fingerprint."""
    return [leaf(d) for d in report_digests]
