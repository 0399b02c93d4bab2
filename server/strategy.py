"""A league's run: ask the right merchants, close rounds by quorum, keep every step, carry on."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

import numpy as np

from common import wire
from common.errors import FederationError, InternalError
from common.flower.fleet import Message, RecordDict
from common.rounds import RoundPlan, Task
from server import aggregation
from server.exchange import Closing, Grid, exchange
from server.options import RunOptions
from server.planning import draft_plan, restore
from server.protocol import Collected, OwnNoise, RoundProtocol
from server.receipts import receipts
from server.registry import Registry
from server.rows import Merchant, RunRow

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
        self.protocol: RoundProtocol = protocol or OwnNoise()
        self.state = restore(run, registry.rounds(run.run_id, tensors=True))
        if self.protocol.mode is not run.options.mode:
            raise InternalError("the run was calibrated for another kind of noise")
        self._drop_overtaken()

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
            collected.plan, "closed", list(collected.rows.values()),
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
            collected.plan, "closed", list(collected.rows.values()),
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

        records, newest, told = (
            wire.bundle_to_records(packed),
            receipts(self.registry),
            self._online(),
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

    def _play(self, task: Task) -> tuple[Collected, int, bool]:
        """Attempts at one plan until the quorum is there; (what came, asked, enough)."""
        options = self.options
        asked: dict[int, Merchant] = {}
        if self.state.open is not None:
            plan = self.state.open.open_plan()
        else:
            asked = self._gather()
            draft = draft_plan(self.run, self.state, task, datetime.now(UTC))
            plan = self.registry.open_round(draft, len(asked))
        names = self.names if plan.task is Task.TRAIN else None
        collected = Collected(plan, receipts(self.registry), names)
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

    def _drop_overtaken(self) -> None:
        """An open plan of before another run's rounds is given up.

        Who answered it kept the bytes, and they prove growth from a head that is no longer the
        last co-signed one; asking again would look like a ledger that went back.
        """
        if self.state.open is None:
            return
        plan = self.state.open.open_plan()
        if plan.book is None or self.registry.book.closed_since(plan.book.sequence):
            self._void(Collected(plan, {}, None))

    def _void(self, collected: Collected) -> None:
        plan = collected.plan
        self.registry.close_round(plan, "void", list(collected.rows.values()))
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
