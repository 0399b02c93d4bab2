"""Conformance of the accountants: known figures, order, composition, calibration."""

from __future__ import annotations

from dataclasses import replace

import pytest
from dp_accounting.pld import privacy_loss_distribution as pld
from hypothesis import given, settings
from hypothesis import strategies as st

from common import accounting
from common.accounting import agreement, calibrate, rounds_left, spent
from common.composition import Gaussian
from common.errors import BudgetExhausted
from common.privacy import Mechanism, MechanismKind, PrivacyBudget, PrivacyUnit


def sgd(sigma: float, q: float, steps: int, k: int = 16) -> Mechanism:
    return Mechanism(MechanismKind.DP_SGD, sigma, q, steps, 1.0, PrivacyUnit(k))


def histogram(sigma: float, n: int = 1) -> Mechanism:
    return Mechanism(MechanismKind.HISTOGRAM, sigma, 1.0, n, 1.0, pool="later")


@pytest.mark.parametrize("accountant", ["pld", "rdp"])
def test_nothing_released_costs_nothing(accountant: str) -> None:
    assert spent([], 1e-5, accountant).epsilon == 0


@pytest.mark.parametrize(
    ("q", "sigma", "steps", "delta", "pld", "rdp"),
    [
        (0.01, 1.0, 1000, 1e-6, 2.1245, 2.437),
        (0.001, 0.8, 10000, 1e-6, 0.947, 1.704),
        (0.1, 2.0, 200, 1e-5, 3.360, 3.680),
        (0.02, 1.0, 500, 1e-5, 2.774, 3.144),
        (1.0, 20.0, 100, 1e-5, 1.993, 2.166),
        (0.05, 4.0, 10000, 1e-6, 6.456, 6.893),
    ],
)
def test_known_figures(
    q: float, sigma: float, steps: int, delta: float, pld: float, rdp: float
) -> None:
    """The table of the laboratory report, made with both libraries."""
    m = [sgd(sigma, q, steps)]
    by_pld, by_rdp = spent(m, delta), spent(m, delta, "rdp")
    assert by_pld.epsilon == pytest.approx(pld, abs=1e-3)
    assert by_rdp.epsilon == pytest.approx(rdp, abs=1e-3)
    assert agreement(by_pld, by_rdp) == ""


def test_rounds_compose_jointly() -> None:
    """20 rounds of 50 steps are 1000 steps: not 20 epsilons, not the last one."""
    rounds = [sgd(1.0, 0.01, 50) for _ in range(20)]
    assert spent(rounds, 1e-6).epsilon == pytest.approx(2.1245, abs=1e-3)
    assert spent(rounds, 1e-6).epsilon == spent([sgd(1.0, 0.01, 1000)], 1e-6).epsilon


def test_unknown_accountants_are_refused() -> None:
    with pytest.raises(ValueError, match="no other is sound"):
        spent([sgd(1.0, 0.01, 10)], 1e-6, "gdp")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="delta"):
        spent([], 0.0)


def test_a_disagreement_is_an_alarm() -> None:
    ok = spent([sgd(1.0, 0.01, 100)], 1e-6)
    assert "disagree" in agreement(ok, replace(ok, epsilon=ok.epsilon / 2))


def test_every_figure_names_its_unit_and_adversary() -> None:
    s = spent([sgd(1.0, 0.01, 10, k=4), sgd(1.0, 0.01, 10, k=9)], 1e-6)
    assert "at most 9 impressions" in s.unit and s.adversary.startswith("everybody")


mechanisms = st.lists(
    st.one_of(
        st.builds(
            sgd,
            st.sampled_from([0.8, 1.1, 3.0]),
            st.sampled_from([0.01, 0.1]),
            st.integers(1, 60),
        ),
        st.builds(histogram, st.sampled_from([5.0, 20.0]), st.integers(1, 3)),
    ),
    max_size=5,
)


@settings(max_examples=8, deadline=None)
@given(mechanisms, st.randoms(use_true_random=False))
def test_order_does_not_matter_and_more_never_costs_less(ms, random) -> None:
    delta = 1e-5
    shuffled = list(ms)
    random.shuffle(shuffled)
    whole = spent(ms, delta)
    assert spent(shuffled, delta).epsilon == whole.epsilon
    assert agreement(whole, spent(ms, delta, "rdp")) == ""
    assert spent([*ms, histogram(20.0)], delta).epsilon >= whole.epsilon - 1e-9


@pytest.mark.parametrize("epsilon", [0.5, 3.0, 8.0])
def test_calibrated_noise_keeps_the_budget_and_wastes_little(epsilon: float) -> None:
    budget, extra = PrivacyBudget(epsilon, 1e-5), [histogram(10.0)]
    sigma = calibrate(budget, 0.05, 300, extra)
    got = spent([sgd(sigma, 0.05, 300), *extra], 1e-5).epsilon
    assert 0.98 * epsilon <= got <= epsilon


def test_calibration_says_when_it_cannot() -> None:
    with pytest.raises(BudgetExhausted):
        calibrate(PrivacyBudget(0.1, 1e-5), 0.05, 10, [histogram(0.5)])


def test_rounds_left() -> None:
    budget, one = PrivacyBudget(3.0, 1e-4), sgd(1.2, 0.1, 10)
    n = rounds_left([], one, budget)
    assert spent([replace(one, steps=10 * n)], 1e-4).epsilon <= 3.0
    assert spent([replace(one, steps=10 * (n + 1))], 1e-4).epsilon > 3.0
    assert rounds_left([one] * n, one, budget) == 0


def test_a_ledger_may_have_more_groups_than_a_stack_is_deep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nothing, composed = pld.identity(value_discretization_interval=0.1), []

    def many(g: Gaussian, _: float) -> pld.PrivacyLossDistribution:
        composed.append(g)
        return nothing

    monkeypatch.setattr(accounting, "_many", many)
    groups = tuple(Gaussian(5.0 + i / 1000, 0.01, 1) for i in range(1100))
    accounting._total(groups, 0.1)
    assert composed == list(groups)
    accounting._total.cache_clear()
