"""How one round is played: RoundProtocol, and OwnNoise, where every report is whole by itself."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from common import wire
from common.errors import Refusal
from common.flower.fleet import Message
from common.privacy import PrivacyMode
from common.receipts import Receipt
from common.rounds import RoundPlan, RoundReport, Task
from server.admission import admit
from server.exchange import Closing, Grid, exchange
from server.rows import Arrays, Merchant, ReportRow
from server.sums import SumRecord

#: Between two questions to a merchant whose owner has not said yes yet.
ASK_AGAIN_S = 3.0


@dataclass
class Collected:
    """What a round has brought so far; kept over its attempts, so nobody is asked twice.

    Attributes:
        plan: What was asked.
        receipts: The newest of every merchant before this round; its head is the last co-signed.
        names: Tensors that the plan trains; None for an evaluation.
        rows: By fingerprint: the last thing that came from each merchant.
        sum: The round's secure sum; None for own noise.
    """

    plan: RoundPlan
    receipts: Mapping[str, Receipt]
    names: Collection[str] | None
    rows: dict[str, ReportRow] = field(default_factory=dict)
    sum: SumRecord | None = None

    @property
    def paid(self) -> bool:
        """Whether merchants may have been charged for this plan, so that it counts even if void."""
        return self.sum is None or self.sum.charged

    @property
    def admitted(self) -> list[RoundReport]:
        """Reports that count, in order of merchant: the sum must not depend on who was fast."""
        rows = (self.rows[key] for key in sorted(self.rows))
        return [r.report for r in rows if r.admitted and r.report is not None]

    def updates(self) -> list[Arrays]:
        """Tensors of the reports that count."""
        return [dict(report.tensors) for report in self.admitted]

    def take(self, merchant: Merchant, message: Message) -> bool:
        """Read, check and keep one answer; True if it counts."""
        row = self._row(merchant, message)
        self.rows[merchant.fingerprint] = row
        return row.admitted

    def miss(self, merchant: Merchant) -> None:
        """Nothing came in time."""
        late = Refusal("no-answer", "The merchant did not answer in time.")
        self.rows.setdefault(merchant.fingerprint, ReportRow(merchant.fingerprint, (late,)))

    def _row(self, merchant: Merchant, message: Message) -> ReportRow:
        who = merchant.fingerprint
        if message.has_error():
            return ReportRow(who, (said_no(message),))
        try:
            report = wire.report_from_records(message.content)
        except ValueError:
            refusal = Refusal("unreadable", "The answer is not a report of this protocol.")
            return ReportRow(who, (refusal,))
        answered = [r.merchant for r in self.admitted]
        last = self.receipts.get(who)
        refusals = admit(
            self.plan, report, merchant.public, last.head if last else None,
            trainable=self.names, answered=answered,
        )  # fmt: skip
        return ReportRow(who, tuple(refusals), report)


class RoundProtocol(Protocol):
    """How an attempt at a round is played, and what it has brought."""

    mode: PrivacyMode

    def attempt(
        self,
        grid: Grid,
        collected: Collected,
        merchants: Mapping[int, Merchant],
        closing: Closing,
    ) -> None:
        """Ask the merchants (by node id) and put what comes back into `collected`."""

    def updates(self, collected: Collected) -> list[Arrays]:
        """The updates of a TRAIN round, to be averaged."""

    def histogram(self, collected: Collected) -> tuple[NDArray[np.float64], float]:
        """The summed histogram [2, n_bins] of an EVALUATE round, and its noise in each cell."""


class OwnNoise:
    """One message there, one report back; every report is private by its own noise.

    Args:
        hold_s: So long a merchant that holds its report for its owner's yes is asked again.
    """

    mode = PrivacyMode.OWN

    def __init__(self, hold_s: float = 0.0) -> None:
        self.hold_s = hold_s

    def attempt(
        self,
        grid: Grid,
        collected: Collected,
        merchants: Mapping[int, Merchant],
        closing: Closing,
    ) -> None:
        """Ask every merchant whose report is not there yet; those that hold it again and again."""
        have = {r.merchant for r in collected.admitted}
        todo = {n: m for n, m in merchants.items() if m.fingerprint not in have}
        until = time.monotonic() + self.hold_s
        good = self._ask(grid, collected, todo, closing)
        while True:
            held = {n: m for n, m in todo.items() if _holds(collected.rows.get(m.fingerprint))}
            left = until - time.monotonic()
            if not held or left <= 0:
                return
            time.sleep(min(ASK_AGAIN_S, left))
            again = replace(closing, needed=max(1, closing.needed - good))
            good += self._ask(grid, collected, held, again)

    def updates(self, collected: Collected) -> list[Arrays]:
        """Every report's update."""
        return collected.updates()

    def histogram(self, collected: Collected) -> tuple[NDArray[np.float64], float]:
        """The sum of the reports' histograms; each brought its own noise."""
        updates, plan = collected.updates(), collected.plan
        total = np.stack([u["histogram"] for u in updates]).astype(np.float64).sum(axis=0)
        noise_std = plan.noise_multiplier * plan.clip_norm * len(updates) ** 0.5
        return np.asarray(total, np.float64), noise_std

    def _ask(
        self,
        grid: Grid,
        collected: Collected,
        todo: Mapping[int, Merchant],
        closing: Closing,
    ) -> int:
        """One question to each of these merchants; how many good answers came."""
        plan, before = collected.plan, len(collected.admitted)
        kind = wire.TRAIN if plan.task is Task.TRAIN else wire.EVALUATE
        records = wire.plan_to_records(plan)
        missing = exchange(
            grid, kind,
            lambda node: wire.with_receipt(
                records, collected.receipts.get(todo[node].fingerprint)
            ),
            list(todo), closing,
            lambda node, message: collected.take(todo[node], message),
            group=f"{plan.run_id}/{plan.round}",
        )  # fmt: skip
        for node in missing:
            collected.miss(todo[node])
        return len(collected.admitted) - before


def _holds(row: ReportRow | None) -> bool:
    """Whether the merchant's last word was that its owner has not said yes yet."""
    return row is not None and any(
        r.code.startswith("merchant-error") and r.reason.endswith(":held") for r in row.refusals
    )


def said_no(message: Message) -> Refusal:
    """A merchant's refusal: code and type name only; anything longer is cut, not trusted."""
    reason = (message.error.reason or "").split("\n")[0][:80]
    clean = "".join(c for c in reason if c.isalnum() or c in "-:._ ")
    return Refusal(f"merchant-error-{message.error.code}", clean)
