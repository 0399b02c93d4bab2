"""Shares: any t give the secret, fewer say nothing, wrong ones are found out."""

import secrets
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare, kstest

from common.secagg import shamir

SECRET = bytes(range(32))


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.integers(1, 12), st.data())
def test_any_t_shares_give_the_secret(secret, n, data):
    t = data.draw(st.integers(1, n))
    places = data.draw(st.lists(st.integers(1, 2000), min_size=n, max_size=n, unique=True))
    shares = shamir.split(secret, places, t)
    chosen = data.draw(st.permutations(places))[:t]
    assert shamir.join({x: shares[x] for x in chosen}) == secret
    assert shamir.join(shares) == secret
    for share in shares.values():
        assert shamir.share_from_bytes(shamir.share_to_bytes(share)) == share


def test_the_largest_and_the_smallest_secret():
    for secret in (b"\0" * 32, b"\xff" * 32):
        assert shamir.join(shamir.split(secret, [1, 2, 3], 3)) == secret


def test_every_t_minus_1_shares_fit_every_secret():
    """Perfect secrecy, exactly: with t - 1 shares there is one polynomial for any secret at all."""
    shares = shamir.split(SECRET, [1, 2, 3, 4], 3)
    for other in (b"\0" * 32, secrets.token_bytes(32)):
        points = {1: shares[1], 2: shares[2]}
        third = shamir._at({0: int.from_bytes(other, "big"), **points}, (0, 1, 2), 3)
        assert shamir.join({**points, 3: third}) == other


def test_t_minus_1_shares_are_uniform_whatever_the_secret():
    """Statistically too: one fixed secret, many splits, the shares spread evenly over the field."""
    low, high = [], []
    for _ in range(2000):
        shares = shamir.split(SECRET, [1, 2, 3], 3)
        low.append(shares[1] / shamir.PRIME)
        high.append((shares[1] + shares[2]) % shamir.PRIME % 16)
    assert kstest(low, "uniform").pvalue > 1e-4
    assert chisquare(np.bincount(high, minlength=16)).pvalue > 1e-4


def test_too_few_shares_give_another_secret():
    shares = shamir.split(SECRET, [1, 2, 3, 4], 3)
    with suppress(ValueError):
        assert shamir.join({1: shares[1], 2: shares[2]}) != SECRET


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 8), st.integers(1, 4), st.data())
def test_one_wrong_share_is_found_when_one_is_to_spare(t, spare, data):
    places = list(range(1, t + spare + 1))
    shares = shamir.split(SECRET, places, t)
    wrong = data.draw(st.sampled_from(places))
    shares[wrong] = (shares[wrong] + data.draw(st.integers(1, shamir.PRIME - 1))) % shamir.PRIME
    found = shamir.recover(shares, t, lambda s: s == SECRET)
    assert found == shamir.Recovered(SECRET, (wrong,))


def test_a_wrong_share_without_any_to_spare_is_no_secret():
    shares = shamir.split(SECRET, [1, 2, 3], 3)
    shares[2] = 5
    assert shamir.recover(shares, 3, lambda s: s == SECRET) is None
    assert shamir.recover({1: 1}, 3, lambda s: True) is None


@pytest.mark.parametrize(
    ("secret", "places", "t"),
    [
        (b"short", [1, 2], 1),
        (SECRET, [1, 1], 1),
        (SECRET, [0, 1], 1),
        (SECRET, [1, 2], 3),
        (SECRET, [1, 2], 0),
        (SECRET, [], 1),
    ],
)
def test_nonsense_is_refused(secret, places, t):
    with pytest.raises(ValueError):
        shamir.split(secret, places, t)


def test_shares_from_foreign_bytes():
    with pytest.raises(ValueError):
        shamir.share_from_bytes(b"\1" * 32)
    with pytest.raises(ValueError):
        shamir.share_from_bytes(shamir.PRIME.to_bytes(33, "big"))
    with pytest.raises(ValueError, match="no shares"):
        shamir.join({})
    with pytest.raises(ValueError, match="no secret"):
        shamir.join({1: shamir.PRIME - 1})
