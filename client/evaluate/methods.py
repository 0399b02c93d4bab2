"""The ways to learn that are compared, by name; each takes a case and gives scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from client.evaluate import networks
from client.evaluate.nouns import Case, NotPossible, Scored
from client.evaluate.plain import PLAIN_ROUNDS
from client.noise import Noise
from common.errors import InputError

NAMES = (
    *("popularity", "logistic", "lightgbm", "local", "federated", "own", "league"),
    *("given", "pooled"),
)
LOCAL, FEDERATED, GIVEN = "local", "federated", "given"
#: Whose scores `given` begins with, and its budget: the usual one of a league.
SHARED, GIVEN_EPSILON = "league-3", 3.0


@dataclass(frozen=True, slots=True)
class Method:
    """One way to learn.

    Attributes:
        key: "league-3".
        label: As people read it.
        learn: Scores of all rows.
        chance: Whether two runs on the same rows differ.
        epsilon: Of its budget; None = no privacy.
        of: Key of the method whose scores it takes further; empty = none.
        further: From those scores to its own.
    """

    key: str
    label: str
    learn: Callable[[Case, Noise], Scored | NotPossible]
    chance: bool = True
    epsilon: float | None = None
    of: str = ""
    further: Callable[[Case, Scored | NotPossible], Scored | NotPossible] | None = None


def chosen(
    names: Sequence[str], epsilons: Sequence[float], plain_rounds: int | None = None
) -> list[Method]:
    """The methods of these names, in the order of the table.

    `local` is always among them: all others are compared with it.

    Args:
        names: Some of NAMES.
        epsilons: For "own" and "league".
        plain_rounds: Rounds of "federated"; None = the usual.

    Raises:
        InputError: a name is unknown.
    """
    if unknown := sorted({*names} - {*NAMES}):
        raise InputError(
            f"There is no method {', '.join(unknown)[:80]!r}.",
            todo=f"Choose from: {', '.join(NAMES)}.",
        )
    wanted = {*names, LOCAL}
    found = []
    for name in (n for n in NAMES if n in wanted):
        if name in ("own", "league"):
            found += [_noisy(name, e) for e in sorted(epsilons, reverse=True)]
        else:
            found += _plain(name, plain_rounds)
    return found


def _noisy(name: str, epsilon: float) -> Method:
    learn = networks.own_noise if name == "own" else networks.league_noise
    return Method(
        f"{name}-{epsilon:g}",
        f"federated, {name} noise, epsilon {epsilon:g}",
        lambda case, noise: learn(case, noise, epsilon),
        epsilon=epsilon,
    )


def _plain(name: str, plain_rounds: int | None) -> list[Method]:
    if name == LOCAL:
        return [Method(LOCAL, "TargetingNet, each alone", networks.local)]
    if name == GIVEN:
        return [_given()]
    if name == FEDERATED:
        rounds = PLAIN_ROUNDS if plain_rounds is None else plain_rounds
        learn = lambda case, noise: networks.federated(case, noise, rounds)  # noqa: E731
        return [Method(FEDERATED, "federated, no privacy", learn)]
    # scikit-learn is slow to import and only these need it
    from client.evaluate import baselines as b

    pooled = "all rows in one place, which nobody may do"
    rows: dict[str, list[tuple[str, str, Callable[[Case], Scored | NotPossible]]]] = {
        "popularity": [("popularity", "popularity of the product", b.popularity)],
        "logistic": [("logistic", "logistic regression, each alone", b.logistic)],
        "lightgbm": [("lightgbm", "LightGBM, each alone", b.trees)],
        "pooled": [
            ("pooled-logistic", f"logistic regression, {pooled}", b.pooled_logistic),
            ("pooled-lightgbm", f"LightGBM, {pooled}", b.pooled_trees),
        ],
    }
    return [Method(key, label, _fixed(f), chance=False) for key, label, f in rows[name]]


def _given() -> Method:
    # scipy is slow to import and only this needs it
    from client.evaluate.given import given

    return Method(
        GIVEN,
        f"given to the merchant: league noise, epsilon {GIVEN_EPSILON:g}, and its own head",
        lambda case, noise: given(case, networks.league_noise(case, noise, GIVEN_EPSILON)),
        epsilon=GIVEN_EPSILON,
        of=SHARED,
        further=given,
    )


def _fixed(
    f: Callable[[Case], Scored | NotPossible],
) -> Callable[[Case, Noise], Scored | NotPossible]:
    return lambda case, _: f(case)
