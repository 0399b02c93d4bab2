"""The operator's book and evidence as one signed file, written and read in exactly one way; pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from common.book import BookEntry
from common.book_check import verify
from common.canonical import canonical
from common.errors import InputError
from common.heads import LedgerHead
from common.keys import Identity, PublicIdentity
from common.ledger_check import Problem
from common.seals import without_collector
from common.sum_evidence import SumEvidence
from common.tensor_text import Tensors, pack, unpack

__all__ = [
    "BookExport", "ReportEvidence", "RoundEvidence", "RunEvidence", "dump", "load", "pack", "unpack",
]  # fmt: skip

FORMAT = "hansa-book-export-v1"
_DOMAIN = b"hansa-book-export-v1\n"


@dataclass(frozen=True, slots=True)
class RunEvidence:
    """Where a run began; all of it is public.

    Attributes:
        run_id: The run.
        spec_digest: FeatureSpec of its tensors.
        server_momentum: Of `common.averaging.aggregate`.
        initial: The weights before the first round, by name.
        averaged: The mean of the weights after so many last rounds is evaluated and published; left
            out of the file where it is 1.
    """

    run_id: str
    spec_digest: str
    server_momentum: float
    initial: Tensors = field(default_factory=dict)
    averaged: int = 1

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "run_id": self.run_id,
            "spec_digest": self.spec_digest,
            "server_momentum": self.server_momentum,
            "initial": pack(self.initial),
            **({"averaged": self.averaged} if self.averaged != 1 else {}),
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> RunEvidence:
        """Inverse of `as_dict`.

        Raises:
            ValueError: a field is missing, unknown or of the wrong type.
        """
        types = {"run_id": str, "spec_digest": str, "initial": dict}
        _fields(raw, types, {"server_momentum"} | ({"averaged"} & set(raw)))
        momentum, averaged = raw["server_momentum"], raw.get("averaged", 1)
        if type(momentum) not in (int, float) or type(averaged) is not int or averaged < 1:
            raise ValueError("not a run")
        initial = unpack(raw["initial"])
        return cls(raw["run_id"], raw["spec_digest"], momentum, initial, averaged)


@dataclass(frozen=True, slots=True)
class ReportEvidence:
    """One admitted report.

    Attributes:
        header: `RoundReport.header()`, which names the digest of the tensors.
        signature: The merchant's.
        tensors: What it held; None in an export without updates.
    """

    header: Mapping[str, Any]
    signature: str
    tensors: Tensors | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        out: dict[str, Any] = {"header": dict(self.header), "signature": self.signature}
        if self.tensors is not None:
            out["tensors"] = pack(self.tensors)
        return out

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> ReportEvidence:
        """Inverse of `as_dict`.

        Raises:
            ValueError: a field is missing, unknown or of the wrong type.
        """
        packed = raw.get("tensors")
        _fields(raw, {"header": dict, "signature": str}, {"tensors"} & set(raw))
        return cls(raw["header"], raw["signature"], None if packed is None else unpack(packed))


@dataclass(frozen=True, slots=True)
class RoundEvidence:
    """One round that is over.

    Attributes:
        plan: `RoundPlan.header()`, which names the digest of the weights that were sent.
        plan_signature: The coordinator's.
        status: "closed" or "void".
        reports: The admitted ones, in order of merchant fingerprint.
        sum: What a finished secure sum was opened from; None for own noise, for a void round and in
            an export without updates.
    """

    plan: Mapping[str, Any]
    plan_signature: str
    status: str
    reports: tuple[ReportEvidence, ...] = ()
    sum: SumEvidence | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values; without "sum" when there is none."""
        out: dict[str, Any] = {
            "plan": dict(self.plan),
            "plan_signature": self.plan_signature,
            "status": self.status,
            "reports": [r.as_dict() for r in self.reports],
        }
        if self.sum is not None:
            out["sum"] = self.sum.as_dict()
        return out

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> RoundEvidence:
        """Inverse of `as_dict`.

        Raises:
            ValueError: a field is missing, unknown or of the wrong type.
        """
        types = {"plan": dict, "plan_signature": str, "status": str, "reports": list}
        _fields(raw, types, {"sum"} & set(raw))
        reports = tuple(ReportEvidence.from_dict(r) for r in raw["reports"])
        asked = SumEvidence.from_dict(raw["sum"]) if "sum" in raw else None
        return cls(raw["plan"], raw["plan_signature"], raw["status"], reports, asked)


@dataclass(frozen=True, slots=True)
class BookExport:
    """What an operator gives to an auditor: the whole book, and what each round was made of.

    Attributes:
        coordinator: Public key that signs plans, receipts, bundles and this file.
        league: The league's name.
        exported_at: ISO-8601 UTC.
        program: Name and version of the program that wrote the file.
        entries: The whole book.
        runs: Where each run began.
        rounds: Every round that is over, in order of the book.
        signature: Of the coordinator over everything else.
    """

    coordinator: PublicIdentity
    league: str
    exported_at: str
    program: str
    entries: tuple[BookEntry, ...]
    runs: tuple[RunEvidence, ...] = ()
    rounds: tuple[RoundEvidence, ...] = ()
    signature: str = ""

    def body(self) -> dict[str, Any]:
        """Everything that is signed, as plain JSON values."""
        return {
            "format": FORMAT,
            "coordinator": {
                "public_key": self.coordinator.hex,
                "fingerprint": self.coordinator.fingerprint,
            },
            "league": self.league,
            "exported_at": self.exported_at,
            "program": self.program,
            "entries": [e.as_dict() for e in self.entries],
            "runs": [r.as_dict() for r in self.runs],
            "rounds": [r.as_dict() for r in self.rounds],
        }

    def as_dict(self) -> dict[str, Any]:
        """The body with its signature."""
        return {**self.body(), "signature": self.signature}

    def signed(self, identity: Identity) -> BookExport:
        """The same export, signed by the coordinator."""
        return replace(self, signature=identity.sign(_DOMAIN + canonical(self.body())))

    @property
    def head(self) -> LedgerHead | None:
        """Where the book stood; None for one without entries."""
        return self.entries[-1].head if self.entries else None

    def problems(self, witnessed: Sequence[LedgerHead] = ()) -> list[Problem]:
        """Everything that does not hold: the book itself, then the file's signature."""
        with without_collector():
            found = verify(self.entries, self.coordinator, witnessed)
            message = _DOMAIN + canonical(self.body())
        plain = len(self.signature) == 128 and self.signature == self.signature.lower()
        if not (plain and self.coordinator.verify(message, self.signature)):
            found.append(Problem("file-signature", "The file was changed after it was signed."))
        return found


def dump(export: dict[str, Any]) -> bytes:
    """The one way to write an export."""
    return canonical(export) + b"\n"


def load(data: bytes, where: str = "") -> BookExport:
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
            "This is not an export of an operator's book, or it was changed after it was written.",
            where=where,
            safe="Nothing was changed.",
            todo="Ask the operator for a fresh 'hansa-server ledger export'.",
        ) from e
    return export


def _fields(raw: Any, types: Mapping[str, type], others: Sequence[str] | set[str] = ()) -> None:
    if not isinstance(raw, Mapping) or set(raw) != {*types, *others}:
        raise ValueError("missing or unknown fields")
    if not all(isinstance(raw[name], wanted) for name, wanted in types.items()):
        raise ValueError("a field of another type")


def _from_dict(raw: dict[str, Any]) -> BookExport:
    return BookExport(
        coordinator=PublicIdentity.from_hex(raw["coordinator"]["public_key"]),
        league=raw["league"],
        exported_at=raw["exported_at"],
        program=raw["program"],
        entries=tuple(BookEntry.from_dict(e) for e in raw["entries"]),
        runs=tuple(RunEvidence.from_dict(r) for r in raw["runs"]),
        rounds=tuple(RoundEvidence.from_dict(r) for r in raw["rounds"]),
        signature=raw["signature"],
    )
