"""Where a run stands, restored from the registry, and the plan of its next round; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from common.averaging import tail_mean
from common.rounds import RoundPlan, Task
from server.flat import Move, move
from server.options import RunOptions
from server.rows import Arrays, RoundRow, RunRow


@dataclass(frozen=True, slots=True)
class State:
    """Where a run stands; restored from the registry after a crash.

    Attributes:
        tensors: The shared weights, from which learning goes on.
        velocity: The server's momentum.
        next_round: Number of the next round; numbers are never reused.
        trained: TRAIN plans that were issued and are over, closed or void: each was paid for.
        useful: Of them, closed.
        open: A round that was sent and not closed: its very plan is sent again.
        metrics: Of the last closed evaluation.
        recent: The weights after the last closed TRAIN rounds, at most as many as are averaged.
        moves: What the last closed TRAIN rounds moved, at most as many as must be flat to stop.
    """

    tensors: Arrays
    velocity: Arrays
    next_round: int
    trained: int
    useful: int
    open: RoundRow | None = None
    metrics: Mapping[str, float] | None = None
    evaluated: bool = False
    recent: tuple[Arrays, ...] = ()
    moves: tuple[Move, ...] = ()

    @property
    def final(self) -> Arrays:
        """What is evaluated and published: the mean of `recent`."""
        return tail_mean(self.recent) if self.recent else self.tensors

    def after(self, tensors: Arrays, velocity: Arrays, averaged: int) -> State:
        """The state after a closed TRAIN round; it is not open any more."""
        return replace(
            self, tensors=tensors, velocity=velocity, open=None, trained=self.trained + 1,
            useful=self.useful + 1, recent=(*self.recent, tensors)[-averaged:],
        )  # fmt: skip

    def moved(self, velocity: Arrays, noise_std: float | None, options: RunOptions) -> State:
        """The state with one more move, before `after`; as it is where nothing has to be flat."""
        if options.stop_when_flat < 1 or noise_std is None:
            return self
        one = move(velocity, self.velocity, options.recipe.server_momentum, noise_std)
        return replace(self, moves=(*self.moves, one)[-options.stop_when_flat :])


def restore(run: RunRow, rows: list[RoundRow]) -> State:
    """The state after the rounds that the registry holds."""
    state = State(run.initial, {}, 1, 0, 0)
    for row in rows:
        state = replace(state, next_round=row.round + 1)
        if row.status == "open":
            state = replace(state, open=row)
        elif row.status == "void" and not row.paid:
            continue  # it ended before anybody was charged
        elif row.task is Task.EVALUATE:
            closed = row.status == "closed"
            state = replace(state, evaluated=True, metrics=row.metrics if closed else None)
        elif row.status == "closed" and row.result is not None:
            averaged, velocity = run.options.recipe.averaged, row.velocity or {}
            state = state.moved(velocity, row.metrics.get("noise_std"), run.options)
            state = state.after(row.result, velocity, averaged)
        else:
            state = replace(state, trained=state.trained + 1)
    return state


def draft_plan(run: RunRow, state: State, task: Task, issued: datetime) -> RoundPlan:
    """The plan of the next round, without the book's head and without a signature.

    Args:
        run: What the operator chose.
        state: Where the run stands.
        task: What is asked.
        issued: Aware time.
    """
    options, recipe = run.options, run.options.recipe
    train = task is Task.TRAIN
    # Own noise: every attempt sends this very plan, and who answered before answers again for
    # nothing. A secure sum has one attempt.
    whole = options.round_s if options.league else options.round_s * options.void_limit
    deadline = issued + timedelta(seconds=whole + options.hold_s)
    return RoundPlan(
        run_id=run.run_id,
        round=state.next_round,
        task=task,
        unit=options.unit,
        sampling_rate=recipe.sampling_rate if train else 1.0,
        noise_multiplier=run.noise_multiplier if train else recipe.evaluate_noise_multiplier,
        clip_norm=recipe.clip_norm if train else recipe.evaluate_clip_norm,
        local_steps=recipe.local_steps if train else 1,
        learning_rate=recipe.learning_rate,
        expected_batch=recipe.expected_batch,
        heads=recipe.heads,
        spec_digest=run.spec_digest,
        train_before_at=options.train_before_at,
        delta=options.delta,
        issued_at=issued.astimezone(UTC).isoformat(timespec="milliseconds"),
        deadline_at=deadline.astimezone(UTC).isoformat(timespec="milliseconds"),
        tensors=state.tensors if train else state.final,
        mode=options.mode,
        n_bins=recipe.n_bins,
        proximal=recipe.proximal if train else 0.0,
        funnel=recipe.funnel,
    )
