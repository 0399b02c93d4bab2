"""The operator's book and evidence as one signed file, written and read in exactly one way; pure."""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.book import BookEntry
from common.book_check import verify
from common.canonical import canonical
from common.errors import InputError
from common.heads import LedgerHead
from common.keys import Identity, PublicIdentity
from common.ledger_check import Problem
from common.seals import without_collector

FORMAT = "hansa-book-export-v1"
_DOMAIN = b"hansa-book-export-v1\n"

Tensors = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class RunEvidence:
    """Where a run began; all of it is public.

    Attributes:
        run_id: The run.
        spec_digest: FeatureSpec of its tensors.
        server_momentum: Of `common.averaging.aggregate`.
        initial: The weights before the first round, by name.
    """

    run_id: str
    spec_digest: str
    server_momentum: float
    initial: Tensors = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "run_id": self.run_id,
            "spec_digest": self.spec_digest,
            "server_momentum": self.server_momentum,
            "initial": pack(self.initial),
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> RunEvidence:
        """Inverse of `as_dict`.

        Raises:
            ValueError: a field is missing, unknown or of the wrong type.
        """
        _fields(raw, {"run_id": str, "spec_digest": str, "initial": dict}, {"server_momentum"})
        momentum = raw["server_momentum"]
        if type(momentum) not in (int, float):
            raise ValueError("not a run")
        return cls(raw["run_id"], raw["spec_digest"], momentum, unpack(raw["initial"]))


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
    """

    plan: Mapping[str, Any]
    plan_signature: str
    status: str
    reports: tuple[ReportEvidence, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "plan": dict(self.plan),
            "plan_signature": self.plan_signature,
            "status": self.status,
            "reports": [r.as_dict() for r in self.reports],
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> RoundEvidence:
        """Inverse of `as_dict`.

        Raises:
            ValueError: a field is missing, unknown or of the wrong type.
        """
        _fields(raw, {"plan": dict, "plan_signature": str, "status": str, "reports": list})
        reports = tuple(ReportEvidence.from_dict(r) for r in raw["reports"])
        return cls(raw["plan"], raw["plan_signature"], raw["status"], reports)


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


def pack(tensors: Tensors) -> dict[str, Any]:
    """Float32 arrays by name as JSON: a layout in order of name, and little-endian bytes in base64."""
    names = sorted(tensors)
    data = b"".join(np.asarray(tensors[n], dtype="<f4").tobytes("C") for n in names)
    return {
        "layout": [[n, list(np.shape(tensors[n]))] for n in names],
        "data": base64.b64encode(data).decode("ascii"),
    }


def unpack(raw: Mapping[str, Any]) -> dict[str, NDArray[np.float32]]:
    """Inverse of `pack`.

    Raises:
        ValueError: the layout does not use up exactly all bytes, or a name comes twice.
    """
    _fields(raw, {"layout": list, "data": str})
    try:
        data = base64.b64decode(raw["data"], validate=True)
    except binascii.Error as e:
        raise ValueError("not tensors") from e
    out: dict[str, NDArray[np.float32]] = {}
    at = 0
    for item in raw["layout"]:
        name, shape = _place(item)
        n = math.prod(shape)
        if name in out or at + 4 * n > len(data):
            raise ValueError("not tensors")
        flat = np.frombuffer(data, dtype="<f4", count=n, offset=at)
        out[name] = flat.astype(np.float32).reshape(shape)
        at += 4 * n
    if at != len(data):
        raise ValueError("not tensors")
    return out


def _place(item: Any) -> tuple[str, tuple[int, ...]]:
    if not isinstance(item, list) or len(item) != 2:
        raise ValueError("not tensors")
    name, shape = item
    if not isinstance(name, str) or not isinstance(shape, list) or len(shape) > 8:
        raise ValueError("not tensors")
    if not all(type(n) is int and n >= 0 for n in shape):
        raise ValueError("not tensors")
    return name, tuple(shape)


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
