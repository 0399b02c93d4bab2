"""Rows of the registry as frozen values, and tensors as bytes."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.canonical import canonical
from common.errors import Refusal
from common.keys import PublicIdentity
from common.rounds import RoundPlan, RoundReport, Task, Tensors
from server.options import RunOptions

Arrays = dict[str, NDArray[np.float32]]


def now() -> str:
    """ISO-8601 UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def pack(tensors: Tensors) -> bytes:
    """Float32 arrays by name as one NPZ file."""
    out = io.BytesIO()
    arrays: dict[str, Any] = {f"t:{k}": np.asarray(v, np.float32) for k, v in tensors.items()}
    np.savez(out, **arrays)
    return out.getvalue()


def unpack(blob: bytes) -> Arrays:
    """Inverse of `pack`."""
    with np.load(io.BytesIO(blob), allow_pickle=False) as archive:
        return {k.removeprefix("t:"): archive[k].astype(np.float32) for k in archive.files}


@dataclass(frozen=True, slots=True)
class Merchant:
    """An enrolled merchant. `banned_at` is empty while it may take part."""

    fingerprint: str
    name: str
    merchant_key: str
    node_key_pem: str
    node_id: int
    enrolled_at: str
    banned_at: str = ""
    ban_reason: str = ""

    @property
    def public(self) -> PublicIdentity:
        """The key that its reports are signed with."""
        return PublicIdentity.from_hex(self.merchant_key)


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as the registry holds it."""

    run_id: str
    options: RunOptions
    status: str
    started_at: str
    ended_at: str
    noise_multiplier: float
    spec_digest: str
    initial: dict[str, NDArray[np.float32]]
    flower_run: str
    bundle_digest: str
    note: str


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round as the registry holds it; `plan` is complete only while the round is open.

    `paid`: merchants may have been charged for it; not so for a secure sum that ended early.
    """

    run_id: str
    round: int
    task: Task
    status: str
    plan: dict[str, Any]
    signature: str
    n_asked: int
    n_admitted: int
    metrics: dict[str, float]
    opened_at: str
    closed_at: str
    sent: dict[str, NDArray[np.float32]] | None = None
    result: dict[str, NDArray[np.float32]] | None = None
    velocity: dict[str, NDArray[np.float32]] | None = None
    paid: bool = True

    def open_plan(self) -> RoundPlan:
        """The plan of an open round, as it was sent."""
        return RoundPlan.from_header(self.plan, self.sent or {}, self.signature)


@dataclass(frozen=True, slots=True)
class KeptReport:
    """An admitted report as the registry holds it; its tensors are kept apart."""

    merchant: str
    digest: str
    header: dict[str, Any]
    signature: str


@dataclass(frozen=True, slots=True)
class ReportRow:
    """What came back from one merchant in one round; `report` is None when nothing readable did."""

    merchant: str
    refusals: tuple[Refusal, ...]
    report: RoundReport | None = None
    received_at: str = ""

    @property
    def admitted(self) -> bool:
        """It counts."""
        return self.report is not None and not self.refusals

    def values(self, run_id: str, round_: int) -> tuple[str | int, ...]:
        """In the order of the table's columns."""
        r = self.report
        codes = json.dumps([refusal.code for refusal in self.refusals])
        header = canonical(r.header()).decode("utf-8") if r else "{}"
        digest, signature = (r.digest(), r.signature) if r else ("", "")
        return (
            run_id, round_, self.merchant, int(self.admitted), codes, digest, header, signature,
            self.received_at or now(),
        )  # fmt: skip
