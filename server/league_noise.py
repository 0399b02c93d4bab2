"""LeagueNoiseProtocol: a round as one secure sum, five stages one after the other, each closed as early as it can be."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from common import wire
from common.errors import InternalError, Refusal
from common.flower.fleet import Message, RecordDict
from common.league_step import league_histogram, league_noise_std, league_update
from common.privacy import PrivacyMode
from common.rounds import RoundPlan
from common.secagg.messages import Down, MaskedSum, Stage, Up
from common.secagg.server_side import SumResult, SumServer
from server.admission import admit_sum
from server.exchange import Closing, Grid, exchange
from server.halves import HalfSum
from server.protocol import Collected, said_no
from server.rows import Arrays, Merchant, ReportRow

#: Between two looks for answers: five stages a round, most of them answered in milliseconds.
POLL_S = 0.03


class LeagueNoiseProtocol:
    """One noised sum a round, under secure aggregation. The coordinator sees nothing else.

    Args:
        stage_s: Once the threshold answered a stage, wait so long for the others.
        straggler_s: The same for the stage in which merchants compute their gradients.
        charging: Told before the masked stage is asked.
    """

    mode = PrivacyMode.LEAGUE

    def __init__(
        self, stage_s: float, straggler_s: float, charging: Callable[[RoundPlan], None]
    ) -> None:
        self.stage_s, self.straggler_s, self.charging = stage_s, straggler_s, charging

    def attempt(
        self,
        grid: Grid,
        collected: Collected,
        merchants: Mapping[int, Merchant],
        closing: Closing,
    ) -> None:
        """Play the one attempt at this plan's sum; what comes of it is in `collected.sum`."""
        _Attempt(self, grid, collected, merchants, closing.limit_s).play()

    def updates(self, collected: Collected) -> list[Arrays]:
        """The step that the opened sum says."""
        found, names = _opened(collected), collected.names or ()
        return [league_update(collected.plan, names, found.total, len(found.members))]

    def histogram(self, collected: Collected) -> tuple[NDArray[np.float64], float]:
        """The opened histogram, and the noise of all shares that arrived."""
        found = _opened(collected)
        total = league_histogram(collected.plan, found.total)
        return total, league_noise_std(collected.plan, len(found.members))


class _Attempt:
    """One attempt at a secure sum over the grid."""

    def __init__(
        self,
        rules: LeagueNoiseProtocol,
        grid: Grid,
        collected: Collected,
        merchants: Mapping[int, Merchant],
        limit_s: float,
    ) -> None:
        plan, record = collected.plan, collected.sum
        if plan.league is None or record is None:
            raise InternalError("the plan asks for no secure sum")
        self.rules, self.grid, self.collected, self.record = rules, grid, collected, record
        self.merchants, self.plan = merchants, plan
        self.until = time.monotonic() + limit_s
        self.threshold = plan.league.threshold
        task = plan.league.task(plan.run_id, plan.round, record.attempt, plan.digest())
        asked = [m.fingerprint for m in merchants.values()]
        self.server = SumServer(task, record.roster, asked)

    def play(self) -> None:
        """All stages, or as far as enough merchants answer."""
        server, receipts = self.server, self.collected.receipts
        invite = wire.invite_to_records(self.plan, self.record.attempt, self.record.roster)
        self._ask(lambda who: wire.with_receipt(invite, receipts.get(who)))
        if not self._tell(server.key_list()):
            return
        lists = server.share_lists()
        if isinstance(lists, Refusal):
            self.record.void = lists
            return
        # on disk before anybody is asked: a crash from here on must count as paid for
        self.rules.charging(self.plan)
        self.record.charged = True
        self._ask(lambda who: wire.sum_to_records(lists[who]))
        if self._tell(server.survivor_list()) and self._tell(server.survivor_proof()):
            result = server.result()
            if isinstance(result, Refusal):
                self.record.void = result
            else:
                self.record.result = result

    def _tell(self, told: Down | Refusal) -> bool:
        """Send everybody who is left the same message and collect the stage; False if it is over."""
        if isinstance(told, Refusal):
            self.record.void = told
            return False
        records = wire.sum_to_records(told)
        self._ask(lambda _: records)
        return True

    def _ask(self, content: Callable[[str], RecordDict]) -> None:
        """The open stage: ask who may answer it, keep the answers until it can be closed."""
        stage, began = self.server.stage, time.monotonic()
        nodes = {n: m for n, m in self.merchants.items() if m.fingerprint in self.server.waiting}
        wait = self.rules.straggler_s if stage is Stage.MASKED else self.rules.stage_s
        # the last stages are answered at once, or never: they need not fit into the round's time
        limit = max(self.until - began, self.rules.stage_s)
        closing = Closing(self.threshold, limit, wait, POLL_S, hopeless=True)
        missing = exchange(
            self.grid, wire.SUM, lambda n: content(nodes[n].fingerprint), list(nodes), closing,
            lambda n, message: self._take(stage, nodes[n], message),
            group=f"{self.plan.run_id}/{self.plan.round}",
        )  # fmt: skip
        for node in missing:
            late = Refusal("no-answer", "The merchant did not answer in time.")
            self._drop(stage, nodes[node], late)
        self.record.seconds[stage.value] = round(time.monotonic() - began, 3)

    def _take(self, stage: Stage, merchant: Merchant, message: Message) -> bool:
        """Read, check and keep one answer; True if it counts."""
        if message.has_error():
            return self._drop(stage, merchant, said_no(message))
        row: ReportRow | None = None
        said: Up | Down
        try:
            if stage is Stage.MASKED:
                report, said = wire.masked_from_records(message.content)
                row = ReportRow(merchant.fingerprint, (), report)
            else:
                said = wire.sum_from_records(message.content)
        except ValueError:
            wrong = Refusal("unreadable", "The answer is not a message of this protocol.")
            return self._drop(stage, merchant, wrong)
        if not isinstance(said, Up):
            wrong = Refusal("unreadable", "The answer is not a message of a merchant.")
            return self._drop(stage, merchant, wrong)
        if said.statement.merchant != merchant.fingerprint:
            other = "The answer names another merchant than the one who sent it."
            return self._drop(stage, merchant, Refusal("wrong-merchant", other))
        refusals = self._against(merchant, row, said) if row else []
        if not refusals:
            refused = self.server.take(said)
            refusals = [refused] if refused else []
        if refusals:
            return self._drop(stage, merchant, refusals[0], row, refusals)
        self.record.messages.append(said)
        if row:
            self.collected.rows[merchant.fingerprint] = row
        return True

    def _against(self, merchant: Merchant, row: ReportRow, said: Up) -> list[Refusal]:
        """Why a report must not count, nor its vector be in the sum."""
        if row.report is None or not isinstance(said, MaskedSum):
            return [Refusal("unreadable", "The answer is not a report and its vector.")]
        last = self.collected.receipts.get(merchant.fingerprint)
        answered = [r.merchant for r in self.collected.admitted]
        head = last.head if last else None
        return admit_sum(self.plan, row.report, said, merchant.public, head, answered=answered)

    def _drop(
        self,
        stage: Stage,
        merchant: Merchant,
        why: Refusal,
        row: ReportRow | None = None,
        refusals: list[Refusal] | None = None,
    ) -> bool:
        """Not in the next stage; and unless the vector is in the sum already, not in the round."""
        who = merchant.fingerprint
        code = f"{why.code} {why.reason}" if why.code.startswith("merchant-error") else why.code
        self.record.dropped.setdefault(who, (stage.value, code.strip()))
        if stage in (Stage.KEYS, Stage.SHARES, Stage.MASKED):
            report = row.report if row else None
            self.collected.rows[who] = ReportRow(who, tuple(refusals or [why]), report)
        return False


def half_sum(collected: Collected, trained: int) -> HalfSum:
    """The opened sum as `server.halves` compares it; `trained`: index of the TRAIN round."""
    found, plan = _opened(collected), collected.plan
    if plan.league is None:
        raise InternalError("the plan asks for no secure sum")
    n, (pair, half) = len(found.members), divmod(trained, 2)
    return HalfSum(
        pair, half, plan.league.codec.decode(found.total) / n, league_noise_std(plan, n) / n
    )


def _opened(collected: Collected) -> SumResult:
    if collected.sum is None or collected.sum.result is None:
        raise InternalError("the round has no opened sum")
    return collected.sum.result
