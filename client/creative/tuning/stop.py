"""When training stops: no more gain on held-out pairs, or the chosen words are learned by heart."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from client.creative.tuning.nouns import Look, Recipe

#: a gain of the held-out loss below this is none
LEAST_GAIN = 1e-4


@dataclass(frozen=True, slots=True)
class Stop:
    """What was seen so far.

    Attributes:
        looks: At the held-out pairs.
        best: The one with the least loss; None = none yet.
        since: Looks since then.
        why: Why to stop; "" = go on.
    """

    looks: tuple[Look, ...] = ()
    best: Look | None = None
    since: int = 0
    why: str = ""

    @property
    def is_best(self) -> bool:
        """Whether the last look is the best one."""
        return bool(self.looks) and self.looks[-1] is self.best


def looked(so_far: Stop, look: Look, recipe: Recipe) -> Stop:
    """After another look at the held-out pairs."""
    looks = (*so_far.looks, look)
    # not a number never counts as better; the first look is before training and counts
    if so_far.best is None or look.loss < so_far.best.loss - LEAST_GAIN:
        return replace(so_far, looks=looks, best=look, since=0)
    since = so_far.since + 1
    why = so_far.why
    if since >= recipe.patience:
        why = f"no gain on held-out pairs since step {so_far.best.step}"
    return replace(so_far, looks=looks, since=since, why=why)


def by_heart(so_far: Stop, nll: float, recipe: Recipe) -> Stop:
    """After a training step whose chosen words had this mean loss per token."""
    least = recipe.least_nll
    if so_far.looks and recipe.plain:
        # before any step the preference part is ln 2, the rest is the plain loss
        began = (so_far.looks[0].loss - math.log(2)) / recipe.plain
        least = min(least, recipe.least_share * began)
    # written so that "not a number" is no reason
    if not nll < least:
        return so_far
    return replace(
        so_far,
        why=f"the chosen words are being learned by heart ({nll:.2f} per token, least {least:.2g})",
    )
