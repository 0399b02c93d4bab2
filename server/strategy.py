"""A league's run: ask the right merchants, close rounds by quorum, keep every step, carry on."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from common import wire
from common.errors import FederationError, InternalError
from common.flower.fleet import Message
from common.keys import Identity
from common.rounds import RoundPlan, Task
from server import aggregation
from server.exchange import Closing, Grid, exchange
from server.options import RunOptions
from server.protocol import Collected, OwnNoise, RoundProtocol
from server.registry import Registry
from server.rows import Arrays, Merchant, RoundRow, RunRow

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


@dataclass(frozen=True, slots=True)
class State:
    """Where a run stands; restored from the registry after a crash.

    Attributes:
        tensors: The shared weights.
        velocity: The server's momentum.
        next_round: Number of the next round; numbers are never reused.
        trained: TRAIN plans that were issued and are over, closed or void: each was paid for.
        useful: Of them, closed.
        open: A round that was sent and not closed: its very plan is sent again.
        metrics: Of the last closed evaluation.
    """

    tensors: Arrays
    velocity: Arrays
    next_round: int
    trained: int
    useful: int
    open: RoundRow | None = None
    metrics: Mapping[str, float] | None = None
    evaluated: bool = False


def restore(run: RunRow, rows: list[RoundRow]) -> State:
    """The state after the rounds that the registry holds."""
    state = State(run.initial, {}, 1, 0, 0)
    for row in rows:
        state = replace(state, next_round=row.round + 1)
        if row.status == "open":
            state = replace(state, open=row)
        elif row.task is Task.EVALUATE:
            closed = row.status == "closed"
            state = replace(state, evaluated=True, metrics=row.metrics if closed else None)
        elif row.status == "closed" and row.result is not None:
            state = replace(
                state, tensors=row.result, velocity=row.velocity or {},
                trained=state.trained + 1, useful=state.useful + 1,
            )  # fmt: skip
        else:
            state = replace(state, trained=state.trained + 1)
    return state


class LeagueRun:
    """One run over a grid. Every public method is one step of `server.app`."""

    def __init__(
        self,
        grid: Grid,
        registry: Registry,
        identity: Identity,
        run: RunRow,
        names: Collection[str],
        tell: Tell,
        protocol: RoundProtocol | None = None,
    ) -> None:
        self.grid, self.registry, self.identity, self.run = grid, registry, identity, run
        self.names, self.tell = tuple(names), tell
        self.protocol: RoundProtocol = protocol or OwnNoise()
        self.state = restore(run, registry.rounds(run.run_id, tensors=True))
        if self.protocol.mode is not run.options.mode:
            raise InternalError("the run was calibrated for another kind of noise")

    @property
    def options(self) -> RunOptions:
        """What the operator chose."""
        return self.run.options

    @property
    def wants_training(self) -> bool:
        """Plans are left. A void round counts: its noise was paid for by whoever trained."""
        open_train = self.state.open is not None and self.state.open.task is Task.TRAIN
        return open_train or self.state.trained < self.options.recipe.rounds

    def train_round(self) -> None:
        """One TRAIN round, to its end.

        Raises:
            FederationError: too few merchants, after every attempt.
        """
        collected, n_asked, enough = self._play(Task.TRAIN)
        number, updates = collected.plan.round, collected.updates()
        if not enough:
            self._void(collected)
            raise self._too_few(len(updates), n_asked)
        done = aggregation.aggregate(
            collected.plan.tensors, updates,
            momentum=self.options.recipe.server_momentum, velocity=self.state.velocity or None,
        )  # fmt: skip
        self.registry.close_round(
            self.run.run_id, number, "closed", list(collected.rows.values()),
            result=done.tensors, velocity=done.velocity,
        )  # fmt: skip
        self.state = replace(
            self.state, tensors=done.tensors, velocity=done.velocity, next_round=number + 1,
            trained=self.state.trained + 1, useful=self.state.useful + 1, open=None,
        )  # fmt: skip
        self._say(f"round {number}", f"{len(updates)} of {n_asked} merchants")

    def evaluate(self) -> None:
        """One EVALUATE round: noised histograms, summed. Too few answers only mean no figures."""
        if self.state.evaluated or not self.options.evaluate:
            return
        collected, n_asked, enough = self._play(Task.EVALUATE)
        updates = collected.updates()
        if not enough:
            self._void(collected)
            return
        total = np.stack([u["histogram"] for u in updates]).astype(np.float64).sum(axis=0)
        plan = collected.plan
        noise_std = plan.noise_multiplier * plan.clip_norm * len(updates) ** 0.5
        curve = aggregation.curve_metrics(np.asarray(total, np.float64), noise_std)
        found = {**asdict(curve), "merchants": len(updates)}
        metrics = {k: float(v) for k, v in found.items() if np.isfinite(v)}
        self.registry.close_round(
            self.run.run_id, collected.plan.round, "closed", list(collected.rows.values()),
            result={"histogram": np.asarray(total, np.float32)}, metrics=metrics,
        )  # fmt: skip
        self.state = replace(self.state, evaluated=True, metrics=metrics, open=None)
        self._say("evaluation", f"{len(updates)} of {n_asked} merchants")

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

        told = set(self._online())
        # a node that reconnects just now loses its message: installing twice is harmless
        for _ in range(self.options.void_limit):
            if not (missing := sorted(told - installed)):
                break
            closing = Closing(len(missing), INSTALL_S, self.options.straggler_s)
            exchange(self.grid, wire.BUNDLE, wire.bundle_to_records(packed), missing, closing, take)
        self._say("bundle", f"installed by {len(installed)} of {len(told)} merchants")
        return len(installed)

    # one round

    def _play(self, task: Task) -> tuple[Collected, int, bool]:
        """Attempts at one plan until the quorum is there; (what came, asked, enough)."""
        options = self.options
        before = self.state.open
        asked: dict[int, Merchant] = {}
        plan = before.open_plan() if before is not None else None
        if plan is None:
            asked = self._gather()
            plan = self._new_plan(task)
            self.registry.open_round(plan, len(asked))
        names = self.names if plan.task is Task.TRAIN else None
        collected = Collected(plan, self.registry.heads(), names)
        for attempt in range(options.void_limit):
            asked = asked if attempt == 0 and asked else self._gather()
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

    def _new_plan(self, task: Task) -> RoundPlan:
        """The plan of the next round, signed."""
        options, recipe = self.options, self.options.recipe
        train = task is Task.TRAIN
        issued = datetime.now(UTC)
        # Every attempt sends this very plan: who answered before answers again for nothing.
        deadline = issued + timedelta(seconds=options.round_s * options.void_limit)
        plan = RoundPlan(
            run_id=self.run.run_id,
            round=self.state.next_round,
            task=task,
            unit=options.unit,
            sampling_rate=recipe.sampling_rate if train else 1.0,
            noise_multiplier=(
                self.run.noise_multiplier if train else recipe.evaluate_noise_multiplier
            ),
            clip_norm=recipe.clip_norm if train else recipe.evaluate_clip_norm,
            local_steps=recipe.local_steps if train else 1,
            learning_rate=recipe.learning_rate,
            expected_batch=recipe.expected_batch,
            heads=recipe.heads,
            spec_digest=self.run.spec_digest,
            train_before_at=options.train_before_at,
            delta=options.delta,
            issued_at=issued.isoformat(timespec="milliseconds"),
            deadline_at=deadline.isoformat(timespec="milliseconds"),
            tensors=self.state.tensors,
            mode=options.mode,
            n_bins=recipe.n_bins,
        )
        return plan.signed(self.identity.sign(plan.signed_bytes()))

    def _void(self, collected: Collected) -> None:
        plan = collected.plan
        self.registry.close_round(
            self.run.run_id, plan.round, "void", list(collected.rows.values())
        )
        train = plan.task is Task.TRAIN
        trained, evaluated = self.state.trained + train, self.state.evaluated or not train
        self.state = replace(
            self.state, next_round=plan.round + 1, open=None, trained=trained, evaluated=evaluated
        )
        self._say(f"round {plan.round}", "void: too few merchants answered")

    # who

    def _online(self) -> dict[int, Merchant]:
        """Enrolled, not banned, connected; by node id."""
        online = {int(n) for n in self.grid.get_node_ids()}
        may = (m for m in self.registry.merchants() if not m.banned_at)
        return {m.node_id: m for m in may if m.node_id in online}

    def _gather(self) -> dict[int, Merchant]:
        """Wait for the least number of merchants.

        Raises:
            FederationError: they do not come.
        """
        until = time.monotonic() + self.options.merchants_wait_s
        told = -1
        while True:
            here = self._online()
            if len(here) >= self.options.merchants_min:
                return here
            if time.monotonic() > until:
                raise self._too_few(len(here), self.options.merchants_min)
            if told != len(here):
                self._say(
                    "waiting", f"{len(here)} of {self.options.merchants_min} merchants online"
                )
            told = len(here)
            time.sleep(0.3)

    def _over(self, plan: RoundPlan) -> bool:
        return datetime.now(UTC) > datetime.fromisoformat(plan.deadline_at)

    def _too_few(self, n: int, wanted: int) -> FederationError:
        return FederationError(
            f"Too few merchants take part: {n}, where {wanted} were asked or are needed.",
            where=f"run {self.run.run_id}",
            safe="Every finished round is kept in the registry; nothing was published.",
            todo="See who is online with 'hansa-server merchants' and why they said no with "
            f"'hansa-server rounds {self.run.run_id}', then: hansa-server run --resume "
            f"{self.run.run_id}",
        )

    def _say(self, step: str, note: str) -> None:
        self.tell(RunEvent(step, self.state.trained, self.options.recipe.rounds, note))
