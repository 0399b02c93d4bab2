"""Recipe: the constants of a run, chosen once on an inner split of public sample data."""

from __future__ import annotations

from dataclasses import dataclass, replace


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
        step_noise: League noise: the learning rate is lowered until the noise moves a weight by
            no more than this in a round; 0 = never. A larger league may take larger steps.
        averaged: The mean of the weights after the last so many closed TRAIN rounds is evaluated and
            published (`common.averaging.tail_mean`); 1 = the last weights.
        proximal: mu of FedProx (Li et al. 2020): every local step is pulled towards the weights that
            the round began with, so that several steps drift apart less; 0 = none, and of no effect
            where a round is one step.
        funnel: The conversion head means a conversion given a click (ESMM, `common.model.TargetingNet`);
            with both heads only.
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
    step_noise: float = 0.0
    averaged: int = 1
    proximal: float = 0.0
    funnel: bool = False


DEFAULT = Recipe()
#: Of runs with league noise: the sum carries the noise once, so that more and larger steps pay. Chosen
#: on an inner split of public sample data, like `DEFAULT`. The histogram's noise is in the sum once
#: too: a multiplier of 8 there is what four merchants' own noise of 4 adds up to, and it takes 8 %
#: more noise in training at epsilon 1 (1 % at 3) where 4 would take 63 % (4 %).
LEAGUE = Recipe(
    rounds=60,
    local_steps=1,
    sampling_rate=0.25,
    clip_norm=0.25,
    learning_rate=100.0,
    expected_batch=100.0,
    server_momentum=0.8,
    evaluate_noise_multiplier=8.0,
    step_noise=0.0035,
)

#: Public divisor of a noisy sum with own noise, by the size tier that the run is made for. A merchant may
#: have nine times as many shoppers in the next tier; divided by the same 100 its steps overshoot. It grows
#: with the root of the tier's limit (`common.privacy.TIER_LIMIT`). Small and medium are measured on inner
#: splits (docs/model.md), large only follows the rule.
OWN_DIVISOR: dict[str, float] = {"small": 100.0, "medium": 300.0, "large": 800.0}
#: The histogram's multiplier with own noise is at least this, divided by epsilon.
OWN_HISTOGRAM = 6.0


def own_recipe(tier: str, epsilon: float) -> Recipe:
    """Constants of an own-noise run; at "small" and from epsilon 1.5 on they are `DEFAULT`.

    Args:
        tier: Declared size of the run's largest merchants, one of `common.privacy.TIER_LIMIT`.
        epsilon: Of the whole run.
    """
    return for_epsilon(replace(DEFAULT, expected_batch=OWN_DIVISOR[tier]), epsilon)


def for_epsilon(recipe: Recipe, epsilon: float) -> Recipe:
    """The same with an evaluation that leaves most of a small budget to training.

    At epsilon 1 a multiplier of 4 makes training's noise 1.6 times (delta 1e-4) and 2.7 times (1e-5)
    what it is without an evaluation, and at 1e-6 leaves nothing; one of 6 makes it 1.2, 1.3 and 1.4
    times.
    """
    if not epsilon > 0:
        return recipe  # no budget: `server.options.RunOptions` refuses it
    multiplier = max(recipe.evaluate_noise_multiplier, OWN_HISTOGRAM / epsilon)
    return replace(recipe, evaluate_noise_multiplier=multiplier)
