"""The private work behind the door: this shop's rows become noised tensors that fit the plan, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from client.preview import Membership
from client.refusals import UNAVAILABLE
from client.store import Store
from client.watch import Watch
from common.errors import TrainingError, UserFacing
from common.features import default_spec
from common.rounds import RoundPlan, Task, Tensors
from common.settings import Settings

#: What does the private work: plan in, noised tensors out.
Work = Callable[[Store, Settings, RoundPlan], Tensors]


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
    try:
        if work is not None:
            made = Made(work(store, settings, plan))
        elif watched:
            made = _watched(store, settings, plan)
        else:
            made = Made(_work(store, settings, plan))
        check(plan, made.tensors)
        return made
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
