"""A league's run: ask the right merchants, close rounds by quorum, keep every step, carry on."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

import numpy as np

from common import wire
from common.errors import InternalError, Refusal
from common.flower.fleet import Message, RecordDict
from common.rounds import RoundPlan, Task
from common.secagg.roster import Roster
from server import aggregation
from server.exchange import Closing, Grid, exchange
from server.flat import is_flat, noise_std
from server.gathering import Gathering
from server.halves import HalfSum, compare, half_of
from server.league_noise import LeagueNoiseProtocol, half_sum
from server.league_terms import league_terms, least_merchants, with_rate
from server.options import RunOptions
from server.planning import draft_plan, restore
from server.protocol import Collected, OwnNoise, RoundProtocol
from server.receipts import receipts
from server.registry import Registry
from server.rows import Merchant, RunRow
from server.sums import SumRecord

#: How long merchants have to check and install a bundle.
INSTALL_S = 30.0


@dataclass(frozen=True, slots=True)
class RunEvent:
    """One line of progress."""

    step: str
    done: int
    total: int
    note: str = ""


Tell = Callable[[RunEvent], None]


class LeagueRun:
    """One run over a grid. Every public method is one step of `server.app`."""

    def __init__(
        self,
        grid: Grid,
        registry: Registry,
        run: RunRow,
        names: Collection[str],
        tell: Tell,
        protocol: RoundProtocol | None = None,
    ) -> None:
        self.grid, self.registry, self.run = grid, registry, run
        self.names, self.tell = tuple(names), tell
        self.protocol: RoundProtocol = protocol or protocol_of(run.options, registry)
        self.state = restore(run, registry.rounds(run.run_id, tensors=True))
        if self.protocol.mode is not run.options.mode:
            raise InternalError("the run was calibrated for another kind of noise")
        self.who = Gathering(grid, registry, run.run_id, run.options.merchants_wait_s, self._say)
        # who is enrolled later joins the next run: its key on the list would stop this one
        self.began_with = {m.fingerprint for m in self.who.members()}
        self._half: HalfSum | None = None
        self._drop_overtaken()

    @property
    def options(self) -> RunOptions:
        """What the operator chose."""
        return self.run.options

    @property
    def wants_training(self) -> bool:
        """Plans are left, and the run is not flat. A void round that was paid for counts as one."""
        open_train = self.state.open is not None and self.state.open.task is Task.TRAIN
        left = self.state.trained < self.options.recipe.rounds
        return open_train or (left and not is_flat(self.state.moves, self.options.stop_when_flat))

    def train_round(self) -> None:
        """One TRAIN round, to its end; void secure sums are tried again as new rounds.

        Raises:
            FederationError: too few merchants, after every attempt.
        """
        for _ in range(self._tries):
            collected, n_asked, enough = self._play(Task.TRAIN)
            if enough:
                return self._step(collected, n_asked)
            self._void(collected)
            if not self.wants_training:
                break
        raise self.who.too_few(len(collected.admitted), n_asked)

    def evaluate(self) -> None:
        """One EVALUATE round: noised histograms, summed. Too few answers only mean no figures."""
        for _ in range(self._tries):
            if self.state.evaluated or not self.options.evaluate:
                return
            collected, n_asked, enough = self._play(Task.EVALUATE)
            if not enough:
                self._void(collected)
                continue
            total, noise_std = self.protocol.histogram(collected)
            curve = aggregation.curve_metrics(total, noise_std)
            found = {**asdict(curve), "merchants": len(collected.admitted)}
            metrics = {k: float(v) for k, v in found.items() if np.isfinite(v)}
            self.registry.close_round(
                collected.plan, "closed", list(collected.rows.values()), record=collected.sum,
                result={"histogram": np.asarray(total, np.float32)}, metrics=metrics,
            )  # fmt: skip
            self.state = replace(
                self.state, evaluated=True, metrics=metrics, open=None,
                next_round=collected.plan.round + 1,
            )  # fmt: skip
            self._say("evaluation", f"{len(collected.admitted)} of {n_asked} merchants")

    def distribute(self, packed: bytes) -> int:
        """Send a bundle to every merchant that is online; how many installed it."""
        installed: set[int] = set()

        def take(node: int, message: Message) -> bool:
            try:
                if message.has_content() and wire.installed_from_records(message.content):
                    installed.add(node)
            except ValueError:
                return False
            return node in installed

        records, newest, told = (
            wire.bundle_to_records(packed),
            receipts(self.registry),
            self.who.online(),
        )

        def content(node: int) -> RecordDict:
            return wire.with_receipt(records, newest.get(told[node].fingerprint))

        # a node that reconnects just now loses its message: installing twice is harmless
        for _ in range(self.options.void_limit):
            if not (missing := sorted(set(told) - installed)):
                break
            closing = Closing(len(missing), INSTALL_S, self.options.straggler_s)
            exchange(self.grid, wire.BUNDLE, content, missing, closing, take)
        self._say("bundle", f"installed by {len(installed)} of {len(told)} merchants")
        return len(installed)

    # one round

    @property
    def _tries(self) -> int:
        """Own noise asks the same plan again inside of a round; a secure sum needs a new one."""
        return self.options.void_limit if self.options.league else 1

    def _play(self, task: Task) -> tuple[Collected, int, bool]:
        """One round; (what came, asked, enough)."""
        return self._play_sum(task) if self.options.league else self._play_reports(task)

    def _play_sum(self, task: Task) -> tuple[Collected, int, bool]:
        """One secure sum among those of the run's merchants who are online now."""
        whom: Collection[str] = self.began_with
        if self.options.halves and task is Task.TRAIN:
            whom = half_of(self.run.run_id, self.state.trained, self.began_with)
        asked = self.who.gather(least_merchants(self.options), whom)
        members = [m for m in self.who.members() if m.fingerprint in self.began_with]
        record = SumRecord(Roster.of(m.public for m in members))
        draft = draft_plan(self.run, self.state, task, datetime.now(UTC))
        terms = league_terms(draft, self.options, self.names, record.roster, len(asked))
        draft = with_rate(replace(draft, league=terms), self.options.recipe, len(asked))
        plan = self.registry.open_round(draft, len(asked), record)
        names = self.names if task is Task.TRAIN else None
        collected = Collected(plan, receipts(self.registry), names, sum=record)
        closing = Closing(terms.threshold, self.options.round_s, self.options.stage_s)
        self.protocol.attempt(self.grid, collected, asked, closing)
        return collected, len(asked), record.result is not None

    def _play_reports(self, task: Task) -> tuple[Collected, int, bool]:
        """Attempts at one plan until the quorum is there."""
        options = self.options
        asked: dict[int, Merchant] = {}
        if self.state.open is not None:
            plan = self.state.open.open_plan()
        else:
            asked = self.who.gather(options.merchants_min)
            draft = draft_plan(self.run, self.state, task, datetime.now(UTC))
            plan = self.registry.open_round(draft, len(asked))
        names = self.names if plan.task is Task.TRAIN else None
        collected = Collected(plan, receipts(self.registry), names)
        for attempt in range(options.void_limit):
            asked = asked if attempt == 0 and asked else self.who.gather(options.merchants_min)
            needed = options.needed(len(asked))
            missing = needed - len(collected.admitted)
            closing = Closing(missing, options.round_s, options.straggler_s)
            self.protocol.attempt(self.grid, collected, asked, closing)
            if len(collected.admitted) >= needed:
                return collected, len(asked), True
            if self._over(plan):
                break  # nobody who has not trained yet would start now
            note = f"{len(collected.admitted)} of {needed} needed: asking again"
            self._say(f"round {plan.round}", note)
        return collected, len(asked), False

    def _step(self, collected: Collected, n_asked: int) -> None:
        """Move the shared weights and close the round."""
        number = collected.plan.round
        done = aggregation.aggregate(
            collected.plan.tensors, self.protocol.updates(collected),
            momentum=self.options.recipe.server_momentum, velocity=self.state.velocity or None,
        )  # fmt: skip
        noise = {}
        if self.options.stop_when_flat:
            opened = collected.sum.result if collected.sum else None
            n = len(opened.members) if opened else len(collected.admitted)
            noise = {"noise_std": noise_std(collected.plan, n)}
        self.registry.close_round(
            collected.plan, "closed", list(collected.rows.values()), record=collected.sum,
            result=done.tensors, velocity=done.velocity, metrics=self._compared(collected) | noise,
        )  # fmt: skip
        averaged = self.options.recipe.averaged
        moved = self.state.moved(done.velocity, noise.get("noise_std"), self.options)
        self.state = replace(
            moved.after(done.tensors, done.velocity, averaged), next_round=number + 1
        )
        self._say(f"round {number}", f"{len(collected.admitted)} of {n_asked} merchants")

    def _compared(self, collected: Collected) -> dict[str, float]:
        """What the sum of one half says beside the other's; nothing where the whole league is asked."""
        if not self.options.halves:
            return {}
        this = half_sum(collected, self.state.trained)
        before, self._half = self._half, this
        found = {"signal": this.signal}
        if before is not None and (before.pair, before.half) == (this.pair, 1 - this.half):
            two = compare(before, this)
            found |= {"cosine": two.cosine, "halves_z": two.z}
        return found

    def _drop_overtaken(self) -> None:
        """An open plan of before another run's rounds is given up, and any open secure sum.

        Who answered it kept the bytes, and they prove growth from a head that is no longer the
        last co-signed one; asking again would look like a ledger that went back. The keys of a
        secure sum lived in this process only.
        """
        row = self.state.open
        if row is None:
            return
        plan = row.open_plan()
        if plan.league is not None:
            record = SumRecord(Roster.of(m.public for m in self.who.members()), charged=row.paid)
            record.void = Refusal("coordinator-restarted", "The run ended in the middle of it.")
            self._void(Collected(plan, {}, None, sum=record))
        elif plan.book is None or self.registry.book.closed_since(plan.book.sequence):
            self._void(Collected(plan, {}, None))

    def _void(self, collected: Collected) -> None:
        plan = collected.plan
        rows = list(collected.rows.values())
        self.registry.close_round(plan, "void", rows, record=collected.sum)
        train = plan.task is Task.TRAIN
        trained, evaluated = self.state.trained, self.state.evaluated
        if collected.paid:
            trained, evaluated = trained + train, evaluated or not train
        self.state = replace(
            self.state, next_round=plan.round + 1, open=None, trained=trained, evaluated=evaluated
        )
        why = "too few merchants answered" + ("" if collected.paid else "; nobody was charged")
        self._say(f"round {plan.round}", f"void: {why}")

    def _over(self, plan: RoundPlan) -> bool:
        return datetime.now(UTC) > datetime.fromisoformat(plan.deadline_at)

    def _say(self, step: str, note: str) -> None:
        self.tell(RunEvent(step, self.state.trained, self.options.recipe.rounds, note))


def protocol_of(options: RunOptions, registry: Registry) -> RoundProtocol:
    """How the rounds of a run are played."""
    if options.league:
        return LeagueNoiseProtocol(options.stage_s, options.straggler_s, registry.charging)
    return OwnNoise(options.hold_s)
