"""The private work behind the door: this shop's rows become noised tensors that fit the plan, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from client.preview import Membership
from client.refusals import UNAVAILABLE
from client.store import Store
from client.watch import Watch
from common.errors import InternalError, TrainingError, UserFacing
from common.features import default_spec
from common.rounds import RoundPlan, Task, Tensors
from common.secagg.discrete import system_source
from common.secagg.masks import Words
from common.settings import Settings

#: What does the private work: plan in, noised tensors out.
Work = Callable[[Store, Settings, RoundPlan], Tensors]
#: The same for a secure sum: float64 [dimension], clipped, not noised yet.
SumWork = Callable[[Store, Settings, RoundPlan], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Made:
    """What the work gave.

    Attributes:
        tensors: Noised; the only part that may ever leave.
        watch: What happened, for a merchant who holds reports; None when it was not watched.
        membership: Score of a quick attack, None when not watched or not computable.
    """

    tensors: Tensors
    watch: Watch | None = None
    membership: Membership | None = None


def make(
    store: Store, settings: Settings, plan: RoundPlan, work: Work | None, *, watched: bool
) -> Made:
    """Do the work and check what came of it.

    Args:
        store: The shop.
        settings: Its settings.
        plan: Agreed to and charged.
        work: Only tests bring their own.
        watched: Also say what only the merchant may see of it.

    Raises:
        TrainingError: the update is not sound, or whatever else went wrong.
        UserFacing: the shop's data cannot be read. Either has the code "unavailable": how the work
            ended depends on rows, so the other side does not hear why.
    """
    with _unavailable():
        if work is not None:
            made = Made(work(store, settings, plan))
        elif watched:
            made = _watched(store, settings, plan)
        else:
            made = Made(_work(store, settings, plan))
        check(plan, made.tensors)
        return made


def noised_sum(store: Store, settings: Settings, plan: RoundPlan, work: SumWork | None) -> Words:
    """The merchant's part of a secure sum: its clipped sum on the lattice, plus its share of the noise.

    Args:
        store: The shop.
        settings: Its settings.
        plan: Agreed to and charged, with the terms of its sum.
        work: Only tests bring their own.

    Returns:
        Whole numbers modulo 2^bits [length].

    Raises:
        TrainingError: as in `make`, with the code "unavailable".
        UserFacing: the shop's data cannot be read; the same code.
    """
    if plan.league is None:
        raise InternalError("a plan without the terms of a sum")
    with _unavailable():
        total = (work or _total)(store, settings, plan)
        return plan.league.codec.noised(total, plan.league.noise, system_source())


def dimension_of(plan: RoundPlan) -> int:
    """Values of the sum that a plan asks for: its trained weights, or two rows of cells; 0 = none."""
    if plan.task is Task.EVALUATE:
        return 2 * plan.n_bins
    # imported here: refusing a plan must not cost the start of torch
    from common.model import trainable

    names = trainable(default_spec(), plan.heads)
    known = all(name in plan.tensors for name in names)
    return sum(plan.tensors[name].size for name in names) if known else 0


@contextmanager
def _unavailable() -> Iterator[None]:
    """How the work ended depends on rows, so the other side does not hear why."""
    try:
        yield
    except UserFacing as e:
        e.code = UNAVAILABLE
        raise
    except Exception as e:
        error = TrainingError(
            f"The plan could not be answered ({type(e).__name__}).",
            safe="Nothing was sent. The attempt stays charged.",
        )
        error.code = UNAVAILABLE
        raise error from e


def _total(store: Store, settings: Settings, plan: RoundPlan) -> NDArray[np.float64]:
    """The real work of a secure sum: this shop's clipped gradients, or histograms, added up."""
    # imported here: refusing a plan must not cost the start of torch
    from client.prepared import rows_for
    from client.sums import clipped_total

    spec = default_spec()
    return clipped_total(plan, spec, rows_for(store, spec, plan), device=settings.device)


def _work(store: Store, settings: Settings, plan: RoundPlan) -> Tensors:
    """The real work: this shop's rows through DP-SGD, or into a noised histogram."""
    # imported here: refusing a plan must not cost the start of torch
    from client.prepared import rows_for
    from client.train import histogram, train

    spec = default_spec()
    data = rows_for(store, spec, plan)
    if plan.task is Task.TRAIN:
        return train(plan, spec, data, device=settings.device)
    return {"histogram": histogram(plan, spec, data, device=settings.device)}


def _watched(store: Store, settings: Settings, plan: RoundPlan) -> Made:
    """The same work, seen by the merchant."""
    from client.attack import work

    seen = work(store, settings, plan)
    return Made(seen.tensors, seen.watch, seen.membership)


def check(plan: RoundPlan, tensors: Tensors) -> None:
    """Nothing leaves but what the plan asked for: known names, known shapes, finite float32.

    Raises:
        TrainingError: there is something else, or something is missing.
    """
    if plan.task is Task.TRAIN:
        allowed = {name: a.shape for name, a in plan.tensors.items()}
        fits = bool(tensors) and all(allowed.get(n) == a.shape for n, a in tensors.items())
    else:
        fits = {n: a.shape for n, a in tensors.items()} == {"histogram": (2, plan.n_bins)}
    finite = all(a.dtype == np.float32 and bool(np.isfinite(a).all()) for a in tensors.values())
    if not (fits and finite):
        raise TrainingError(
            "Training gave something else than the plan asked for.",
            safe="Nothing was sent. The attempt stays charged.",
        )
