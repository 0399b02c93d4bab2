"""The judge of hansa-audit canary: its statistics, its reference, and what single changes it flags."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from client.canary.__main__ import run
from client.train import shopper_loss
from common import model
from common.audit import canary_reference as ref
from common.audit import canary_scenario as scenario
from common.audit import canary_stats as cs
from common.audit.canary_command import canary
from common.audit.canary_judge import judge
from common.audit.canary_observed import Observed, read
from common.audit.canary_plan import HEADS, CanaryPlan
from common.errors import InputError
from tests.client.made_up import SPEC, shop

pytestmark = pytest.mark.privacy
SMALL = CanaryPlan(2.9238140529182672, seed=5, n_canaries=200, n_noise=48, n_draws=64)


@pytest.mark.parametrize("k", [1, 7, 96, 1999, 5000, 300_000])
def test_chi_square_tails_are_those_of_scipy(k: int) -> None:
    for x in (k * 0.25, k * 0.9, float(k), k * 1.1, k * 3.0):
        low, high = cs.chi_square_tails(x, k)
        assert low == pytest.approx(stats.chi2.cdf(x, k), rel=2e-2, abs=1e-12)
        assert high == pytest.approx(stats.chi2.sf(x, k), rel=2e-2, abs=1e-12)


def test_other_tails_are_those_of_scipy() -> None:
    z = np.random.default_rng(0).standard_normal(5000)
    assert cs.kolmogorov_p(z) == pytest.approx(stats.kstest(z, "norm").pvalue, abs=0.01)
    assert cs.kolmogorov_p(z * 0.5) < 1e-30
    assert cs.binomial_pmf(300, 0.3) == pytest.approx(stats.binom.pmf(range(301), 300, 0.3))
    assert cs.binomial_p(90, 300, 0.3) == 1.0 and cs.binomial_p(300, 300, 0.3) < 1e-100
    assert cs.normal_quantile(2e-6) == pytest.approx(stats.norm.isf(2e-6))
    assert cs.binomial_pmf(3, 1.0).tolist() == [0, 0, 0, 1]


@settings(max_examples=20, deadline=None)
@given(st.floats(0.2, 6), st.sampled_from([1e-4, 1e-5, 1e-6]))
def test_gaussian_epsilon_is_that_of_the_gaussian_mechanism(mu: float, delta: float) -> None:
    epsilon = cs.gaussian_epsilon(mu, delta)
    exact = stats.norm.cdf(mu / 2 - epsilon / mu) - np.exp(epsilon) * stats.norm.cdf(
        -mu / 2 - epsilon / mu
    )
    assert epsilon > 0 and exact == pytest.approx(delta, rel=1e-6)


def test_the_one_run_bound_is_rarely_above_the_truth() -> None:
    rng = np.random.default_rng(1)
    m, epsilon = 400, 1.0
    p = np.exp(epsilon) / (1 + np.exp(epsilon))
    found = [cs.one_run_bound(m, m, int(rng.binomial(m, p)), 0.0, 0.05) for _ in range(200)]
    assert np.mean([f > epsilon for f in found]) <= 0.09
    assert np.median(found) > 0.7
    assert cs.one_run_bound(m, m, m, 1e-5, 0.05) > 3
    assert cs.one_run_bound(m, m, m // 2, 1e-5, 0.05) == 0


def test_the_reference_has_the_models_constants() -> None:
    assert (ref.VECTOR_GAIN, ref.NUMERIC_GAIN) == (model.VECTOR_GAIN, model.NUMERIC_GAIN)


@pytest.mark.parametrize("heads", HEADS)
def test_the_reference_gradient_is_that_of_autograd(heads: tuple[str, ...]) -> None:
    import torch

    rng = np.random.default_rng(0)
    start = {
        n: v + rng.normal(0, 0.3, v.shape).astype(np.float32)
        for n, v in model.initial_tensors(SPEC).items()
    }
    net = model.build(SPEC)
    model.load_tensors(net, start)
    data = replace(
        shop(3, most=4), click=np.array([1, 0, -1] * 5, np.int8)[: shop(3, most=4).n_rows]
    )
    batch = data.everybody(16, np.random.default_rng(0) and _Still())
    torch.autograd.backward(shopper_loss(net, batch, heads, 16)[1])
    a, b = data.start[1], data.start[2]
    unit = ref.Unit(
        data.ids[a:b],
        data.numeric[a:b].astype(float),
        data.click[a:b].astype(float),
        data.conversion[a:b].astype(float),
    )
    weights = {n: v.astype(float) for n, v in start.items()}
    found = ref.gradient(weights, unit, heads, 16)
    grads = dict(net.named_parameters())
    assert set(found) == set(model.trainable(SPEC, heads))
    for name, value in found.items():
        np.testing.assert_allclose(value, grads[name].grad.numpy(), rtol=1e-4, atol=1e-6)


class _Still:
    def uniform(self, n: int) -> np.ndarray:
        return np.linspace(0.1, 0.9, n)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Observed:
    folder = tmp_path_factory.mktemp("canary")
    run(SMALL, folder)
    return read(folder, SMALL)


def flagged(seen: Observed, **arrays: np.ndarray) -> set[str]:
    changed = replace(seen, arrays={**seen.arrays, **arrays})
    return {c.code for c in judge(changed).flagged}


def test_the_sound_client_passes(seen: Observed) -> None:
    verdict = judge(seen)
    assert verdict.sound, [c.text for c in verdict.flagged]
    assert verdict.false_alarm < 1e-3 and verdict.claimed == pytest.approx(3.0, abs=0.01)
    json.dumps(verdict.as_dict(), allow_nan=False)


def test_single_changes_of_the_noise_are_flagged(seen: Observed) -> None:
    one = seen.arrays["noise/one"]
    quiet = one.copy()
    quiet[:, 700] = 0
    assert flagged(seen, **{"noise/one": quiet}) == {"noise.coordinates"}
    again = one.copy()
    again[7] = -2 * again[3]
    assert "noise.fresh" in flagged(seen, **{"noise/one": again})
    shared = one.copy()
    shared[:, :400] = shared[:, 1000:1400]
    assert "noise.apart" in flagged(seen, **{"noise/one": shared})
    assert "noise.sigma" in flagged(seen, **{"noise/one": one * np.float32(0.97)})
    assert "noise.steps" in flagged(seen, **{"noise/several": seen.arrays["noise/several"] * 2})
    std = SMALL.noise_multiplier * SMALL.clip_norm
    cut = np.clip(one, -3 * std, 3 * std)
    assert "noise.tails" in flagged(seen, **{"noise/one": cut})


def test_single_changes_of_the_sums_and_draws_are_flagged(seen: Observed) -> None:
    name = "sum/moved/1/2"
    more = seen.arrays[name].copy()
    more[0] += 0.01 * SMALL.clip_norm
    assert flagged(seen, **{name: more}) == {"sensitivity.duplicate_ids", "sensitivity.equal_rows"}
    draws = seen.arrays["draws/one"]
    assert "sampler.independent" in flagged(seen, **{"draws/one": np.repeat(draws[::2], 2, axis=0)})
    start = seen.arrays["train/start"]
    assert "units" in flagged(seen, **{"train/start": np.delete(start, 3)})
    door = replace(seen, door={**seen.door, "stated": [0.5, 0.5, 0.5]})
    assert {c.code for c in judge(door).flagged} == {"door.stated_epsilon"}
    door = replace(seen, door={**seen.door, "mechanisms": seen.door["mechanisms"][:2]})
    assert "door.charges" in {c.code for c in judge(door).flagged}


def test_two_rounds_may_share_a_figure_by_chance_but_not_their_noise(seen: Observed) -> None:
    rounds = seen.arrays["door/train"].copy()
    rounds[1, 5] = rounds[0, 5]
    assert flagged(seen, **{"door/train": rounds}) == set()
    rounds[1] = rounds[0]
    assert flagged(seen, **{"door/train": rounds}) == {"door.noise"}


def test_half_the_noise_is_a_violation_of_the_claim(seen: Observed) -> None:
    """Canary scores as they would be with half the noise: the separation bound passes the claim."""
    from common.audit.canary_bounds import bounds

    rng, plan = np.random.default_rng(2), replace(SMALL, n_canaries=1000)
    inside = scenario.coins(plan)
    signal = inside * rng.binomial(plan.rounds, plan.sampling_rate, 1000)
    noise = rng.standard_normal(1000) * plan.noise_multiplier * np.sqrt(plan.rounds)
    honest, half = bounds(signal + noise, inside, plan), bounds(signal + noise / 2, inside, plan)
    assert honest.gaussian < honest.gaussian_usual <= honest.claimed
    assert half.gaussian > half.claimed
    none = bounds(signal + noise * 1e-9, inside, plan)
    assert none.one_run_usual > none.claimed and none.gaussian > none.claimed


def test_observations_of_another_plan_or_with_damage_are_not_judged(
    seen: Observed, tmp_path: Path
) -> None:
    with pytest.raises(InputError):
        read(tmp_path, SMALL)
    (tmp_path / "observations.json").write_text("{}", encoding="utf-8")
    (tmp_path / "observations.npz").write_bytes(b"no archive")
    with pytest.raises(InputError):
        read(tmp_path, SMALL)
    for name, value in (
        ("noise/one", np.full((3, 3), np.nan)),
        ("noise/one", np.zeros((5, 7))),
        ("draws/one", np.zeros(4)),
        ("train/start", np.array([0, 5])),
    ):
        with pytest.raises(InputError):
            judge(replace(seen, arrays={**seen.arrays, name: value}))


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.floats() | st.text(max_size=3)))
@settings(max_examples=30, deadline=None)
def test_a_plan_is_read_or_refused(raw: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        CanaryPlan.from_dict(raw)


def test_a_plan_survives_json() -> None:
    assert CanaryPlan.from_dict(json.loads(json.dumps(SMALL.as_dict()))) == SMALL
    with pytest.raises(ValueError):
        replace(SMALL, sampling_rate=0.0)
    with pytest.raises(ValueError):
        replace(SMALL, n_canaries=10**9)


@pytest.mark.parametrize("program", ["import sys; sys.exit(3)", "pass", "raise SystemExit('x')"])
def test_a_worker_that_fails_gives_no_verdict(program: str) -> None:
    worker = f'"{sys.executable}" -c "{program}"'
    done = CliRunner().invoke(canary, ["--quick", "--worker", worker])
    assert isinstance(done.exception, InputError) and done.exception.exit_code == 2


def test_a_claim_out_of_bounds_is_refused_in_words() -> None:
    done = CliRunner().invoke(canary, ["--sampling-rate", "2"])
    assert isinstance(done.exception, InputError)


def test_help_needs_no_engine() -> None:
    done = CliRunner().invoke(canary, ["--help"])
    assert done.exit_code == 0 and "--quick" in done.output
