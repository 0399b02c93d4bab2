"""Tests and bounds of `hansa-audit canary`: tails, Kolmogorov, one-run and Gaussian lower bounds."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_FINE = 1e-14
_MAX_EPSILON = 200.0


def normal_tail(z: float) -> float:
    """P[N(0,1) > z], accurate far out."""
    return 0.5 * math.erfc(z / math.sqrt(2))


def normal_p(z: float) -> float:
    """Two-sided p-value of a standard normal."""
    return min(1.0, 2 * normal_tail(abs(z)))


def normal_quantile(tail: float) -> float:
    """The z with P[N(0,1) > z] = tail, for tails down to 1e-300."""
    return root(lambda z: normal_tail(z) < tail, 0.0 if tail < 0.5 else -40.0, 40.0)


def chi_square_p(x: float, k: int) -> float:
    """Two-sided p-value of a chi-square with k degrees of freedom."""
    lower, upper = chi_square_tails(x, k)
    return min(1.0, 2 * min(lower, upper))


def chi_square_tails(x: float, k: int) -> tuple[float, float]:
    """(P[chi2_k < x], P[chi2_k > x]).

    Up to 2,000 degrees by the incomplete gamma function (Press et al., Numerical Recipes,
    section 6.2), above by the cube root (Wilson & Hilferty 1931), which is exact enough there.
    """
    if x <= 0:
        return 0.0, 1.0
    if k > 2000:
        c = 2 / (9 * k)
        z = ((x / k) ** (1 / 3) - (1 - c)) / math.sqrt(c)
        return normal_tail(-z), normal_tail(z)
    a, y = k / 2, x / 2
    front = math.exp(a * math.log(y) - y - math.lgamma(a))
    if y < a + 1:
        lower = min(1.0, front * _series(a, y))
        return lower, 1 - lower
    upper = min(1.0, front * _fraction(a, y))
    return 1 - upper, upper


def spread_interval(ratio2: float, k: int, z: float = 1.96) -> tuple[float, float]:
    """Interval for sigma/claimed from the mean square ratio of k values (Wilson & Hilferty)."""
    c = 2 / (9 * k)
    low, high = ((1 - c + s * z * math.sqrt(c)) ** 3 for s in (1, -1))
    return math.sqrt(ratio2 / low), math.sqrt(ratio2 / high) if high > 0 else math.inf


def kolmogorov_p(values: Floats) -> float:
    """p-value that `values` [n] are standard normal (Kolmogorov; Stephens' correction for n)."""
    x = np.sort(values.ravel())
    n = len(x)
    below = np.array([0.5 * math.erfc(-v / math.sqrt(2)) for v in x.tolist()])
    gap = max(
        float((np.arange(1, n + 1) / n - below).max()), float((below - np.arange(n) / n).max())
    )
    t = (math.sqrt(n) + 0.12 + 0.11 / math.sqrt(n)) * gap
    if t < 0.2:
        return 1.0
    total = 0.0
    for j in range(1, 101):
        term = 2 * math.exp(-2 * (j * t) ** 2)
        total += term if j % 2 else -term
    return min(1.0, max(0.0, total))


def binomial_p(successes: int, n: int, p: float) -> float:
    """Two-sided p-value of a binomial count: twice the smaller tail."""
    pmf = binomial_pmf(n, p)
    low, high = float(pmf[: successes + 1].sum()), float(pmf[successes:].sum())
    return min(1.0, 2 * min(low, high))


def binomial_pmf(n: int, p: float) -> Floats:
    """[n + 1] probabilities of 0..n successes."""
    if p <= 0 or p >= 1:
        certain = np.zeros(n + 1)
        certain[n if p >= 1 else 0] = 1.0
        return certain
    log = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])
    k = np.arange(n + 1)
    exponent = log[n] - log[k] - log[n - k] + k * math.log(p) + (n - k) * math.log1p(-p)
    out: Floats = np.exp(exponent)
    return out


def one_run_p(m: int, guesses: int, right: int, epsilon: float, delta: float) -> float:
    """p-value of "the training is (epsilon, delta)-private", from one run with m coins.

    Steinke, Nasr & Jagielski 2023, theorem 5.2: the number of right guesses is dominated by a
    binomial with p = e^eps / (1 + e^eps), but for a term of m * delta.

    Args:
        m: Coins that were flipped.
        guesses: For how many of them a guess was made.
        right: How many guesses were right.
        epsilon: Of the claim that is tested.
        delta: Of the claim.
    """
    p = 1 / (1 + math.exp(-epsilon))
    pmf = binomial_pmf(guesses, p)
    tail = float(pmf[right:].sum())
    more = np.cumsum(pmf[:right][::-1])
    alpha = float((more / np.arange(1, right + 1)).max()) if right else 0.0
    return min(1.0, tail + 2 * m * delta * alpha)


def one_run_bound(m: int, guesses: int, right: int, delta: float, level: float) -> float:
    """Largest epsilon that one run refutes at `level`; 0 when it refutes none."""
    if one_run_p(m, guesses, right, 0.0, delta) >= level:
        return 0.0
    return root(lambda e: one_run_p(m, guesses, right, e, delta) >= level, 0.0, 60.0)


def gaussian_delta(mu: float, epsilon: float) -> float:
    """delta(epsilon) of a mu-Gaussian-private release (Dong, Roth & Su 2022, corollary 2.13)."""
    far = normal_tail(epsilon / mu + mu / 2)
    return normal_tail(epsilon / mu - mu / 2) - (math.exp(epsilon) * far if far else 0.0)


def gaussian_epsilon(mu: float, delta: float) -> float:
    """Epsilon at delta of two normals that stand mu standard deviations apart; at most 200."""
    if mu <= 0 or gaussian_delta(mu, 0.0) <= delta:
        return 0.0
    if gaussian_delta(mu, _MAX_EPSILON) > delta:
        return _MAX_EPSILON
    return root(lambda e: gaussian_delta(mu, e) <= delta, 0.0, _MAX_EPSILON)


def root(passed: Callable[[float], bool], low: float, high: float) -> float:
    """Where a condition that is false at `low` becomes true, by halving; `low`'s side."""
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (low, middle) if passed(middle) else (middle, high)
    return low


def _series(a: float, x: float) -> float:
    term = total = 1 / a
    n = a
    while term > total * _FINE:
        n += 1
        term *= x / n
        total += term
    return total


def _fraction(a: float, x: float) -> float:
    """Lentz's method for the upper incomplete gamma function."""
    tiny = 1e-300
    b = x + 1 - a
    c, d = 1 / tiny, 1 / b
    h = d
    for i in range(1, 100_000):
        an = -i * (i - a)
        b += 2
        d = 1 / (an * d + b or tiny)
        c = b + an / c or tiny
        h *= d * c
        if abs(d * c - 1) < _FINE:
            break
    return h
