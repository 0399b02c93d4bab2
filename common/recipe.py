"""Recipe: the constants of a run, chosen once on an inner split of public sample data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the coordinator puts into its plans unless the operator says otherwise.

    Attributes:
        rounds: TRAIN rounds of a run.
        local_steps: Noisy steps a round.
        sampling_rate: q, chance of a shopper to be in a step.
        clip_norm: C, bound on a shopper's gradient.
        learning_rate: Of the local steps.
        expected_batch: Public divisor of every noisy sum.
        server_momentum: Of `server.aggregation.aggregate`.
        heads: Which heads are trained.
        max_impressions: K.
        n_bins: Bins of the evaluation histogram.
        evaluate_clip_norm: C of the evaluation histogram.
        evaluate_noise_multiplier: sigma of the evaluation histogram.
    """

    rounds: int = 20
    local_steps: int = 1
    sampling_rate: float = 0.5
    clip_norm: float = 0.05
    learning_rate: float = 24.0
    expected_batch: float = 100.0
    server_momentum: float = 0.5
    heads: tuple[str, ...] = ("conversion",)
    max_impressions: int = 16
    n_bins: int = 12
    evaluate_clip_norm: float = 1.0
    evaluate_noise_multiplier: float = 4.0


DEFAULT = Recipe()
