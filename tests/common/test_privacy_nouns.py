import math

import pytest

from common.privacy import (
    DELTA_BY_TIER,
    TIER_LIMIT,
    Mechanism,
    MechanismKind,
    PrivacyBudget,
    PrivacyUnit,
)


def mechanism(**more):
    values = {"noise_multiplier": 1.0, "sampling_rate": 0.1, "steps": 5, "clip_norm": 1.0}
    return Mechanism(MechanismKind.DP_SGD, **{**values, **more})


def test_round_trip():
    m = mechanism(unit=PrivacyUnit(8), pool="later")
    assert Mechanism.from_dict(m.as_dict()) == m


@pytest.mark.parametrize(
    "bad",
    [
        {"noise_multiplier": 0.0},
        {"noise_multiplier": math.nan},
        {"noise_multiplier": math.inf},
        {"sampling_rate": 0.0},
        {"sampling_rate": 1.1},
        {"steps": 0},
        {"clip_norm": 0.0},
        {"clip_norm": math.inf},
    ],
)
def test_a_mechanism_without_privacy_cannot_be_made(bad):
    with pytest.raises(ValueError):
        mechanism(**bad)


def test_budget_bounds():
    for epsilon, delta in ((0, 1e-5), (-1, 1e-5), (1, 0), (1, 1)):
        with pytest.raises(ValueError):
            PrivacyBudget(epsilon, delta)


def test_delta_of_every_tier_is_at_most_n_to_minus_1_1():
    for tier, delta in DELTA_BY_TIER.items():
        assert delta <= TIER_LIMIT[tier] ** -1.1 * 1.1
