"""The sum is the plain sum of the survivors, whoever drops out and whenever."""

import secrets
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import Refusal
from common.secagg.messages import Stage, Statement, unmask_content
from common.secagg.shamir import PRIME, share_from_bytes, share_to_bytes
from tests.common.secagg.league import League

ANSWERS = [Stage.KEYS, Stage.SHARES, Stage.MASKED, Stage.CONFIRM, Stage.UNMASK]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_sum_is_the_plain_sum(data):
    n = data.draw(st.integers(4, 12))
    bits = data.draw(st.sampled_from([16, 17, 20, 24, 31, 32, 33, 40, 48, 63, 64]))
    colluders = data.draw(st.integers(0, max(0, (n - 1) // 3 - 1)))
    length = data.draw(st.sampled_from([1, 2, 5, 33, 1000]))
    league = League(
        n, colluders=colluders, bits=bits, length=length, seed=data.draw(st.integers(0, 99))
    )
    spare = n - league.threshold
    gone = data.draw(st.lists(st.sampled_from(league.names), max_size=spare, unique=True))
    drop = {s: [] for s in ANSWERS}
    for m in gone:
        drop[data.draw(st.sampled_from(ANSWERS))].append(m)
    result = league.run(drop)
    assert not isinstance(result, Refusal), result
    absent = {m for s in ANSWERS[:3] for m in drop[s]}
    assert result.members == tuple(m for m in league.names if m not in absent)
    np.testing.assert_array_equal(result.total, league.plain(result.members))
    assert result.total.dtype == np.dtype("<u4" if bits <= 32 else "<u8")
    assert result.dropped == {m: s for s in ANSWERS[1:] for m in drop[s]}
    assert result.liars == ()


@pytest.mark.parametrize("stage", ANSWERS)
@pytest.mark.parametrize("n", [4, 8, 9, 12])
def test_a_third_drops_out_at_any_stage(n, stage):
    league = League(n)
    gone = league.names[:: max(1, n // (n // 3))][: n // 3]
    result = league.run({stage: gone})
    in_sum = stage in (Stage.CONFIRM, Stage.UNMASK)
    expected = league.names if in_sum else [m for m in league.names if m not in gone]
    assert result.members == tuple(expected)
    np.testing.assert_array_equal(result.total, league.plain(expected))


@pytest.mark.parametrize("stage", ANSWERS)
def test_one_more_makes_the_round_void(stage):
    league = League(9)
    result = league.run({stage: league.names[:4]})
    assert result.code == "below-threshold" and "void" in result.reason
    assert league.server.void == result
    assert league.server.result() == result
    assert league.server.stage is Stage.CLOSED


@pytest.mark.parametrize(("n", "threshold", "colluders"), [(60, 54, 3), (61, 55, 3), (64, 50, 1)])
def test_a_sparse_league_sums_too(n, threshold, colluders):
    league = League(n, threshold=threshold, colluders=colluders, length=3)
    gone = list(np.random.default_rng(n).permutation(league.names)[: n - threshold])
    drop = {s: gone[i::5] for i, s in enumerate(ANSWERS)}
    result = league.run(drop)
    absent = {m for s in ANSWERS[:3] for m in drop[s]}
    assert result.members == tuple(m for m in league.names if m not in absent)
    np.testing.assert_array_equal(result.total, league.plain(result.members))


def test_all_neighbours_but_the_least_drop_out_and_the_sum_still_opens():
    """The coordinator knows the graph and takes the worst merchants away after the masked sum."""
    league = League(60, threshold=54, colluders=3, length=3)
    league.open()
    told = league.server.key_list()
    victim = league.names[0]
    near = league.server._graph.neighbours[victim]
    assert len(near) == 10
    again = League(60, threshold=54, colluders=3, length=3, attempt=2, memories=league.memories)

    def worst(stage):
        return again.server._graph.neighbours[victim][:6] if stage is Stage.CONFIRM else ()

    class Drop(dict):
        def get(self, stage, default=()):
            return worst(stage)

    result = again.run(Drop())
    assert len(told.keys) == 60 and len(result.members) == 60
    np.testing.assert_array_equal(result.total, again.plain(again.names))


def test_attempts_go_on_until_a_masked_sum_was_sent():
    first = League(5)
    assert first.run({Stage.SHARES: first.names[:3]}).code == "below-threshold"
    second = League(5, attempt=2, memories=first.memories)
    assert second.run({Stage.CONFIRM: second.names[:3]}).code == "below-threshold"
    third = League(5, attempt=3, memories=second.memories)
    assert third.run().code == "below-threshold"
    assert third.codes() == {"round-answered"}
    fresh = League(5, round=2, memories=third.memories)
    np.testing.assert_array_equal(fresh.run().total, fresh.plain(fresh.names))


def test_a_group_that_shrinks_below_the_floor_before_it_starts_is_refused():
    league = League(3)
    assert league.run({Stage.KEYS: league.names[:1]}).code == "below-threshold"
    assert league.codes() == {"group-too-small"}


def test_a_lying_holder_is_found_and_named_and_the_sum_is_right():
    league = League(7, threshold=5, colluders=1)
    liar = league.names[2]

    def lie(stage, merchant, message):
        if stage is not Stage.UNMASK or merchant != liar:
            return message
        return _resigned(league, liar, message)

    result = league.run({Stage.MASKED: league.names[:1]}, lie=lie)
    assert result.liars == (liar,)
    np.testing.assert_array_equal(result.total, league.plain(result.members))


def test_too_many_liars_make_the_round_void():
    league = League(6, threshold=4, colluders=1)
    liars = league.names[:3]

    def lie(stage, merchant, message):
        if stage is not Stage.UNMASK or merchant not in liars:
            return message
        return _resigned(league, merchant, message)

    assert league.run(lie=lie).code == "shares-do-not-fit"


def _resigned(league, merchant, message):
    """An Unmask with wrong shares, signed all the same."""

    def bend(pairs):
        # any one number for all would be a polynomial too, and may meet the secret by chance
        return tuple(
            (m, share_to_bytes((share_from_bytes(s) + secrets.randbelow(PRIME)) % PRIME))
            for m, s in pairs
        )

    seeds, keys = bend(message.seeds), bend(message.mask_keys)
    on = league.server._on
    said = Statement.sign(
        league.identities[merchant], Stage.UNMASK, message.task, on, unmask_content(seeds, keys)
    )
    return replace(message, seeds=seeds, mask_keys=keys, statement=said)
