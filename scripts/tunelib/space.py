"""What the search may choose: a recipe from a trial, and the shipped recipe as one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from common.recipe import DEFAULT, LEAGUE, Recipe

MODES = {"own": DEFAULT, "league": LEAGUE}


def recipe_of(trial: Any, league: bool) -> Recipe:
    """The recipe that an optuna trial stands for.

    Public figures that others count on (heads, K, bins, the divisor, the histogram's noise) stay.
    """
    common = {
        "clip_norm": trial.suggest_float("clip_norm", 0.02, 0.6, log=True),
        "sampling_rate": trial.suggest_categorical("sampling_rate", (0.1, 0.25, 0.5, 0.75)),
        "server_momentum": trial.suggest_float("server_momentum", 0.0, 0.95),
        "averaged": trial.suggest_int("averaged", 1, 10),
    }
    if league:  # a round is one step; its rate follows from the noise
        return replace(
            LEAGUE,
            rounds=trial.suggest_int("rounds", 20, 100, step=20),
            step_noise=trial.suggest_float("step_noise", 0.0007, 0.014, log=True),
            **common,
        )
    steps = trial.suggest_int("local_steps", 1, 3)
    rate = trial.suggest_float("learning_rate", 4.0, 64.0, log=True)
    pull = trial.suggest_float("proximal_share", 0.0, 0.5) if steps > 1 else 0.0
    return replace(
        DEFAULT,
        rounds=trial.suggest_int("rounds", 10, 40, step=10),
        local_steps=steps,
        learning_rate=rate,
        proximal=pull / rate,
        **common,
    )


def shipped(mode: str) -> dict[str, Any]:
    """The shipped recipe as the values of a trial."""
    recipe = MODES[mode]
    names = ("rounds", "clip_norm", "sampling_rate", "server_momentum", "averaged")
    more = ("step_noise",) if mode == "league" else ("local_steps", "learning_rate")
    return {name: getattr(recipe, name) for name in (*names, *more)}
