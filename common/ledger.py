"""The privacy ledger: LedgerEntry, canonical bytes, hash chain and signatures; pure.

An entry records a mechanism, never an epsilon. A release is two entries: `reserve` before the rows
are touched (from then on it counts as spent, for ever), `commit` with the digest of what leaves, or
`void` when nothing left. Every entry names the hash of the one before it and is signed; the first
one names the merchant's identity. A `note` charges nothing: it is the receipt of something that the
merchant did at home (a person was forgotten, old rows were deleted), by the digest of its body. The
body holds a nonce, so that who sees the chain sees that there was a note, and not what it says.

File format rules: kinds are never removed, meanings never change, new fields are optional and are
left out of the canonical bytes when empty.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from common.canonical import digest
from common.heads import LedgerHead
from common.keys import Identity, PublicIdentity
from common.privacy import Mechanism

#: What every signature of an entry begins with.
ENTRY_DOMAIN = b"hansa-ledger-entry-v1\n"
_TEXTS = (
    "at",
    "run_id",
    "task",
    "plan_digest",
    "report_digest",
    "code_digest",
    "note_digest",
    "previous",
    "hash",
    "signature",
)


class EntryKind(StrEnum):
    """What an entry says."""

    OPEN = "open"
    RESERVE = "reserve"
    COMMIT = "commit"
    VOID = "void"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line of the ledger.

    Attributes:
        sequence: 0 for the opening entry, then one more each.
        at: ISO-8601 UTC, whole seconds; never earlier than the entry before.
        kind: open, reserve, commit, void or note.
        run_id: The coordinator's run; empty for `open` and `note`.
        round: Of the plan; 0 for `open` and `note`.
        task: "train" or "evaluate"; empty for `open` and `note`.
        plan_digest: The plan that is answered; for `open` the merchant's public key.
        mechanism: What is charged; only in `reserve`.
        reservation: Sequence of the reserve that a commit or void settles, else -1.
        report_digest: `RoundReport.content_digest()` of what leaves; only in `commit`.
        code_digest: Digest of the program that ran, when it is known.
        witnessed: Where the coordinator's book stood when the plan was signed; only in `reserve`:
            the merchant's signature under the coordinator's head.
        note_digest: SHA-256 of the canonical body of a receipt; only in `note`.
        previous: Hash of the entry before; for `open` `genesis(merchant)`.
        hash: SHA-256 over all of the above.
        signature: Ed25519 of the merchant over the hash.
    """

    sequence: int
    at: str
    kind: EntryKind
    run_id: str = ""
    round: int = 0
    task: str = ""
    plan_digest: str = ""
    mechanism: Mechanism | None = None
    reservation: int = -1
    report_digest: str = ""
    code_digest: str = ""
    witnessed: LedgerHead | None = None
    note_digest: str = ""
    previous: str = ""
    hash: str = ""
    signature: str = ""

    def body(self) -> dict[str, Any]:
        """Everything that is hashed, as plain JSON values."""
        body: dict[str, Any] = {
            "sequence": self.sequence,
            "at": self.at,
            "kind": self.kind.value,
            "run_id": self.run_id,
            "round": self.round,
            "task": self.task,
            "plan_digest": self.plan_digest,
            "mechanism": self.mechanism.as_dict() if self.mechanism else None,
            "reservation": self.reservation,
            "report_digest": self.report_digest,
            "previous": self.previous,
        }
        if self.code_digest:
            body["code_digest"] = self.code_digest
        if self.witnessed is not None:
            body["witnessed"] = self.witnessed.as_dict()
        if self.note_digest:
            body["note_digest"] = self.note_digest
        return body

    def as_dict(self) -> dict[str, Any]:
        """The body with hash and signature."""
        return {**self.body(), "hash": self.hash, "signature": self.signature}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> LedgerEntry:
        """Inverse of `as_dict`.

        Raises:
            ValueError: a field is missing, unknown or of the wrong type.
        """
        rest = dict(raw)
        mechanism, witnessed = rest.pop("mechanism", None), rest.pop("witnessed", None)
        try:
            entry = cls(
                **{**rest, "kind": EntryKind(rest["kind"])},
                mechanism=Mechanism.from_dict(mechanism) if mechanism is not None else None,
                witnessed=LedgerHead.from_dict(witnessed) if witnessed is not None else None,
            )
        except (KeyError, TypeError, AttributeError) as e:
            raise ValueError("not a ledger entry") from e
        numbers = (entry.sequence, entry.round, entry.reservation)
        if not all(type(n) is int for n in numbers):
            raise ValueError("not a ledger entry")
        if not all(type(rest.get(name, "")) is str for name in _TEXTS):
            raise ValueError("not a ledger entry")
        return entry

    def computed_hash(self) -> str:
        """What `hash` must be."""
        return digest(self.body())

    def signed_bytes(self) -> bytes:
        """What the merchant signs."""
        return ENTRY_DOMAIN + self.hash.encode()

    @property
    def head(self) -> LedgerHead:
        """The ledger's head when this is its last entry."""
        return LedgerHead(self.sequence, self.hash)


def genesis(merchant: PublicIdentity) -> str:
    """What the opening entry of this merchant's ledger points back to."""
    return hashlib.sha256(b"hansa-ledger-genesis-v1\n" + merchant.raw).hexdigest()


def open_ledger(identity: Identity, at: str) -> LedgerEntry:
    """The first entry: names whose ledger this is."""
    public = identity.public
    return seal(
        identity, LedgerEntry(0, at, EntryKind.OPEN, plan_digest=public.hex), genesis(public)
    )


def append(identity: Identity, last: LedgerEntry, draft: LedgerEntry) -> LedgerEntry:
    """The draft as the entry after `last`: numbered, chained, signed.

    Args:
        identity: The merchant's.
        last: The present head of the ledger.
        draft: Its sequence, previous, hash and signature are overwritten; its time is never
            before that of `last` (small steps back of a clock are levelled out).
    """
    at = max(draft.at, last.at)
    return seal(identity, replace(draft, sequence=last.sequence + 1, at=at), last.hash)


def note(at: str, digest_of_body: str) -> LedgerEntry:
    """A note that is still to be appended.

    Args:
        at: ISO-8601 UTC, whole seconds.
        digest_of_body: SHA-256 of a body that nobody can guess (it holds a nonce).
    """
    return LedgerEntry(0, at, EntryKind.NOTE, note_digest=digest_of_body)


def note_fault(entry: LedgerEntry) -> str:
    """Why this is no sound note, or why another kind of entry must not carry one; "" for a yes."""
    if entry.kind is not EntryKind.NOTE:
        return f"is a {entry.kind.value} and must not name a note" if entry.note_digest else ""
    if len(entry.note_digest) != 64 or set(entry.note_digest) - set("0123456789abcdef"):
        return "is a note without the digest of its receipt"
    plain = replace(note(entry.at, entry.note_digest), sequence=entry.sequence)
    chained = replace(entry, previous="", hash="", signature="")
    return "" if chained == plain else "is a note and must say nothing else"


def seal(identity: Identity, draft: LedgerEntry, previous: str) -> LedgerEntry:
    """Fill in previous, hash and signature."""
    entry = replace(draft, previous=previous)
    entry = replace(entry, hash=entry.computed_hash())
    return replace(entry, signature=identity.sign(entry.signed_bytes()))


def mechanisms(entries: Sequence[LedgerEntry]) -> tuple[Mechanism, ...]:
    """Everything that was ever reserved: a reserved mechanism is spent, whatever came of it."""
    return tuple(e.mechanism for e in entries if e.mechanism is not None)


def open_reservations(entries: Sequence[LedgerEntry]) -> tuple[LedgerEntry, ...]:
    """Reserves that were neither committed nor voided: work in progress, or a crash."""
    settled = {e.reservation for e in entries}
    return tuple(e for e in entries if e.kind is EntryKind.RESERVE and e.sequence not in settled)


def utc(moment: datetime) -> str:
    """The ledger's way to write a time: ISO-8601 UTC, whole seconds; sorts as text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
