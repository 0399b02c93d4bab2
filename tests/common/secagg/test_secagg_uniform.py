"""What the coordinator holds of one merchant is uniform and has nothing to do with the plaintext."""

import numpy as np
import pytest
from scipy.stats import chisquare, kstest

from common.secagg import masks
from common.secagg.messages import Stage
from tests.common.secagg.league import League

pytestmark = pytest.mark.privacy
LENGTH = 40_000


@pytest.fixture(scope="module", params=[20, 32, 48])
def seen(request):
    """Bits, plaintexts and masked vectors of a league whose vectors are anything but uniform."""
    bits = request.param
    league = League(5, bits=bits, length=LENGTH)
    kind = masks.dtype_of(bits).type
    rng = np.random.default_rng(5)
    for i, m in enumerate(league.names):
        small = np.rint(rng.normal(0, 50, LENGTH)).astype(np.int64)
        # constant, small and signed, sparse, a ramp, the same as the first one
        plain = [
            np.full(LENGTH, 7),
            small,
            small * (small > 120),
            np.arange(LENGTH),
            np.full(LENGTH, 7),
        ]
        league.vectors[m] = masks.reduced(
            plain[i].astype(np.int64).view(np.uint64).astype(kind), bits
        )
    result = league.run({Stage.CONFIRM: [league.names[4]]})
    np.testing.assert_array_equal(result.total, league.plain(league.names))
    masked = {
        m: masks.from_bytes(league.sent[Stage.MASKED][m].vector, LENGTH, bits) for m in league.names
    }
    return bits, league.vectors, masked


def test_chi_squared_of_high_and_low_bits(seen):
    bits, _, masked = seen
    for vector in masked.values():
        for shift in (bits - 8, 0, bits // 2 - 4):
            piece = (vector >> vector.dtype.type(shift)) & vector.dtype.type(255)
            assert chisquare(np.bincount(piece.astype(int), minlength=256)).pvalue > 1e-6


def test_every_bit_is_even(seen):
    bits, _, masked = seen
    for vector in masked.values():
        ones = [
            int(((vector >> vector.dtype.type(b)) & vector.dtype.type(1)).sum())
            for b in range(bits)
        ]
        assert max(abs(o - LENGTH / 2) for o in ones) < 6 * np.sqrt(LENGTH) / 2


def test_no_distribution_but_the_uniform_one(seen):
    bits, _, masked = seen
    for vector in masked.values():
        assert kstest(vector / 2.0**bits, "uniform").pvalue > 1e-6


def test_no_correlation_with_its_plaintext_nor_with_another_merchants(seen):
    bits, plain, masked = seen
    names = sorted(masked)
    unit = {m: masked[m] / 2.0**bits - 0.5 for m in names}
    near = 6 / np.sqrt(LENGTH)
    for m in names:
        signed = plain[m] / 2.0**bits
        signed = np.where(signed >= 0.5, signed - 1, signed)
        if signed.std() > 0:
            assert abs(np.corrcoef(signed, unit[m])[0, 1]) < near
        assert abs(np.corrcoef(unit[m][1:], unit[m][:-1])[0, 1]) < near
        for other in names:
            if other > m:
                assert abs(np.corrcoef(unit[m], unit[other])[0, 1]) < near


def test_the_same_vector_looks_different_every_time():
    """The same constant at two merchants, and in two attempts."""
    league = League(4, length=1000)
    for m in league.names:
        league.vectors[m] = np.full(1000, 9, dtype=np.uint32)
    league.run()
    again = League(4, length=1000, round=2)
    again.vectors = league.vectors
    again.run()
    raw = [part.sent[Stage.MASKED][m].vector for part in (league, again) for m in league.names]
    assert len(set(raw)) == 8
    words = np.stack([np.frombuffer(r, dtype="<u4") for r in raw])
    same = (words[:, None, :] == words[None, :, :]).sum(axis=2)
    assert same[~np.eye(8, dtype=bool)].max() <= 1


def test_without_their_seeds_the_sum_of_a_part_of_the_league_stays_uniform():
    """All masked vectors, and every dropped merchant's key: still nothing, until seeds are rebuilt."""
    league = League(6, length=LENGTH, threshold=4)
    for m in league.names:
        league.vectors[m] = np.zeros(LENGTH, dtype=np.uint32)
    league.run()
    whole = sum(
        np.frombuffer(league.sent[Stage.MASKED][m].vector, dtype="<u4") for m in league.names
    )
    for some in (whole, np.frombuffer(league.sent[Stage.MASKED][league.names[0]].vector, "<u4")):
        assert kstest(some / 2.0**32, "uniform").pvalue > 1e-6
