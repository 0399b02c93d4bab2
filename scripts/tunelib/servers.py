"""Other ways for a coordinator to move the weights by released sums, to compare with its momentum.

All are functions of sums that are released already and of public figures, so none costs any privacy.
Each takes steps whose noise walks as far as that of momentum .8, so that only what it does with the
signal is compared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from common.features import FeatureSpec
from common.recipe import LEAGUE, Recipe

Flat = NDArray[np.float64]
#: Of the averages of gradients; the same as momentum's, so that steps reach as far.
_BETA, _BETA2 = LEAGUE.server_momentum, 0.99


class Server(Protocol):
    """What a coordinator does with the mean update of a round."""

    def step(self, update: Flat, noise: float) -> Flat:
        """What to add to the weights [d], given a mean update [d] and its noise in one value."""


class Momentum:
    """As shipped; `ahead` is Nesterov's form of it, `fall` makes steps 1 + fall at first, 1 - fall last."""

    def __init__(
        self, rounds: int, *, ahead: bool = False, fall: float = 0.0, pace: Flat | float = 1.0
    ) -> None:
        self._rounds, self._ahead, self._fall, self._pace = rounds, ahead, fall, pace
        self._speed: Flat | float = 0.0
        self._done = 0

    def step(self, update: Flat, noise: float) -> Flat:
        """See `Server.step`."""
        done = self._done / max(1, self._rounds - 1)
        self._done += 1
        new = (1 + self._fall * (1 - 2 * done)) * self._pace * update
        self._speed = _BETA * self._speed + new
        return _BETA * self._speed + new if self._ahead else self._speed


class Adam:
    """FedAdam and FedYogi (Reddi et al. 2021), and Adam whose second moment is freed of noise.

    `floor` above 0: noise's known variance is taken from the second moment, which is never less than
    (floor x noise)^2 (DP-AdamBC, Tang et al. 2024). `yogi`: the second moment changes by additions.
    """

    def __init__(self, *, floor: float = 0.0, yogi: bool = False) -> None:
        self._floor, self._yogi, self._done = floor, yogi, 0
        self._first: Flat | float = 0.0
        self._second: Flat = np.zeros(0)

    def step(self, update: Flat, noise: float) -> Flat:
        """See `Server.step`."""
        square = update * update
        if not self._done:
            self._second = square if self._yogi else np.zeros_like(square)
        self._done += 1
        self._first = _BETA * self._first + (1 - _BETA) * update
        if self._yogi:
            sign = np.sign(self._second - square)
            self._second = self._second - (1 - _BETA2) * sign * square
            second = self._second
        else:
            self._second = _BETA2 * self._second + (1 - _BETA2) * square
            second = self._second / (1 - _BETA2**self._done)
        if self._floor:
            second = np.maximum(second - noise**2, (self._floor * noise) ** 2)
        rate = (self._floor or 1.0) * noise / (1 - _BETA)
        mean = self._first / (1 - _BETA**self._done)
        moved: Flat = rate * mean / (np.sqrt(second) + 1e-12)
        return moved


@dataclass(frozen=True, slots=True)
class Way:
    """One line of the comparison.

    Attributes:
        name: As it is shown.
        recipe: Constants; the walk of the noise is the same for all but those that say otherwise.
        server: A fresh server for one run; None = the product's own `aggregate`.
        spare: So many merchants may be missing in a sum; None = a third, as shipped.
    """

    name: str
    recipe: Recipe
    server: Callable[[FeatureSpec, int], Server] | None = None
    spare: int | None = None


def pace(spec: FeatureSpec, size: int, hashed: float, crossed: float) -> Flat:
    """A public rate for each weight [d]: of ids of hashed columns, of crosses, 1 for all else.

    The ids' first-order weights are the first of the one head that is trained.
    """
    of = {"hash": hashed, "cross": crossed}
    ids = [np.full(c.buckets, of.get(c.kind, 1.0)) for c in spec.categorical]
    return np.concatenate([*ids, np.ones(size - spec.n_ids)])


def ways(recipe: Recipe = LEAGUE) -> list[Way]:
    """What is compared: the shipped way first, other servers in its place, then other constants."""
    n = recipe.rounds
    # the noise of twice as many rounds walks as far; a sum of twice as many shoppers is moved half as far by
    long = replace(
        recipe,
        rounds=2 * n,
        sampling_rate=2 * recipe.sampling_rate,
        learning_rate=recipe.learning_rate / 2,
        step_noise=recipe.step_noise / 2**0.5,
    )
    made: dict[str, Callable[[FeatureSpec, int], Server]] = {
        "Nesterov": lambda s, d: Momentum(n, ahead=True),
        "FedAdam": lambda s, d: Adam(),
        "FedYogi": lambda s, d: Adam(yogi=True),
        "Adam, noise taken out, floor 1": lambda s, d: Adam(floor=1.0),
        "Adam, noise taken out, floor 3": lambda s, d: Adam(floor=3.0),
        "steps fall from 1.5 to .5": lambda s, d: Momentum(n, fall=0.5),
        "hashed columns x 2, crosses x .5": lambda s, d: Momentum(n, pace=pace(s, d, 2, 0.5)),
    }
    return [
        Way("shipped", recipe),
        *(Way(name, recipe, server) for name, server in made.items()),
        Way("noise walks twice as far", replace(recipe, step_noise=2 * recipe.step_noise)),
        Way("noise walks half as far", replace(recipe, step_noise=recipe.step_noise / 2)),
        Way(f"{2 * n} rounds, q {long.sampling_rate:g}", long),
        Way("all but one merchant in every sum", recipe, spare=1),
    ]
