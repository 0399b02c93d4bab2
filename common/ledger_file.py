"""A whole ledger as one signed file: written and read in exactly one way, byte for byte; pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from common.canonical import canonical
from common.errors import InputError
from common.heads import LedgerHead
from common.keys import Identity, PublicIdentity
from common.ledger import LedgerEntry
from common.ledger_check import Problem, verify
from common.privacy import PrivacyBudget
from common.receipts import Receipt
from common.seals import without_collector

FORMAT = "hansa-ledger-export-v1"
_DOMAIN = b"hansa-ledger-export-v1\n"


@dataclass(frozen=True, slots=True)
class Stated:
    """What the live program showed its merchant after one charge: a claim, to be computed again.

    Attributes:
        sequence: Of the reserve entry.
        accountant: "pld" or "rdp", with the library's version (`PrivacySpent.accountant`).
        epsilon: Of everything reserved up to and with that entry, at the budget's delta.
    """

    sequence: int
    accountant: str
    epsilon: float

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "sequence": self.sequence,
            "accountant": self.accountant,
            "epsilon": self.epsilon,
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Stated:
        """Inverse of `as_dict`.

        Raises:
            ValueError: a field is missing, unknown or of the wrong type.
        """
        if not isinstance(raw, Mapping) or set(raw) != {"sequence", "accountant", "epsilon"}:
            raise ValueError("not a stated figure")
        sequence, accountant, epsilon = raw["sequence"], raw["accountant"], raw["epsilon"]
        sound = type(sequence) is int and isinstance(accountant, str)
        if not sound or type(epsilon) not in (int, float):
            raise ValueError("not a stated figure")
        return cls(sequence, accountant, epsilon)


@dataclass(frozen=True, slots=True)
class LedgerExport:
    """What a merchant gives to an auditor: no row, no count, only mechanisms and digests.

    Attributes:
        merchant: Public key of the merchant.
        budget: The merchant's own limit, lifetime epsilon and delta by declared size.
        exported_at: ISO-8601 UTC.
        program: Name and version of the program that wrote the file.
        entries: The whole ledger.
        signature: Of the merchant over everything else.
        coordinator: Public key, hexadecimal, that this merchant pinned; "" when it knows none.
        receipts: Every receipt that it was given, in order of time.
        stated: The live figures, as the merchant saw them.
    """

    merchant: PublicIdentity
    budget: PrivacyBudget
    exported_at: str
    program: str
    entries: tuple[LedgerEntry, ...]
    signature: str = ""
    coordinator: str = ""
    receipts: tuple[Receipt, ...] = ()
    stated: tuple[Stated, ...] = ()

    def body(self) -> dict[str, Any]:
        """Everything that is signed, as plain JSON values."""
        body: dict[str, Any] = {
            "format": FORMAT,
            "merchant": {"public_key": self.merchant.hex, "fingerprint": self.merchant.fingerprint},
            "budget": {"epsilon": self.budget.epsilon, "delta": self.budget.delta},
            "exported_at": self.exported_at,
            "program": self.program,
            "entries": [e.as_dict() for e in self.entries],
        }
        if self.coordinator:
            body["coordinator"] = self.coordinator
        if self.receipts:
            body["receipts"] = [r.as_dict() for r in self.receipts]
        if self.stated:
            body["stated"] = [s.as_dict() for s in self.stated]
        return body

    def as_dict(self) -> dict[str, Any]:
        """The body with its signature."""
        return {**self.body(), "signature": self.signature}

    def signed(self, identity: Identity) -> LedgerExport:
        """The same export, signed by the merchant."""
        return replace(self, signature=identity.sign(_DOMAIN + canonical(self.body())))

    @property
    def head(self) -> LedgerHead | None:
        """Where the ledger stood; None for one without entries."""
        return self.entries[-1].head if self.entries else None

    def problems(self, witnessed: Sequence[LedgerHead] = ()) -> list[Problem]:
        """Everything that does not hold: the file's signature, then the ledger itself."""
        with without_collector():
            found = verify(self.entries, self.merchant, witnessed)
            message = _DOMAIN + canonical(self.body())
        plain = len(self.signature) == 128 and self.signature == self.signature.lower()
        if not (plain and self.merchant.verify(message, self.signature)):
            found.append(Problem("file-signature", "The file was changed after it was signed."))
        return found


def dump(export: dict[str, Any]) -> bytes:
    """The one way to write an export."""
    return canonical(export) + b"\n"


def load(data: bytes, where: str = "") -> LedgerExport:
    """Read an export.

    Raises:
        InputError: it is no export, or not in the one form in which Hansa writes it.
    """
    try:
        with without_collector():
            export = _from_dict(json.loads(data))
            # The one form and nothing else: covers white space, order, numbers and letters written
            # in another way, and everything that is derived (format, fingerprint, extra fields).
            if dump(export.as_dict()) != data:
                raise ValueError("not an export of this version")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, InputError) as e:
        raise InputError(
            "This is not a ledger export, or it was changed after it was written.",
            where=where,
            safe="Nothing was changed.",
            todo="Ask the merchant for a fresh 'hansa ledger export'.",
        ) from e
    return export


def _from_dict(raw: dict[str, Any]) -> LedgerExport:
    return LedgerExport(
        merchant=PublicIdentity.from_hex(raw["merchant"]["public_key"]),
        budget=PrivacyBudget(**raw["budget"]),
        exported_at=raw["exported_at"],
        program=raw["program"],
        entries=tuple(LedgerEntry.from_dict(e) for e in raw["entries"]),
        signature=raw["signature"],
        coordinator=raw.get("coordinator", ""),
        receipts=tuple(Receipt.from_dict(r) for r in raw.get("receipts", ())),
        stated=tuple(Stated.from_dict(s) for s in raw.get("stated", ())),
    )
