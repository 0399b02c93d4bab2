"""The registry: what went in comes out; a newer file is not touched; options keep their bounds."""

import sqlite3

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import InputError, NewerDatabase
from server.options import RunOptions
from server.registry import Registry
from server.rows import pack, unpack
from tests.server.fake_league import RECIPE, League, Shop, options


def test_tensors_survive():
    tensors = {
        "a.b": np.arange(6, dtype=np.float32).reshape(2, 3),
        "file": np.float32(2) * np.ones(()),
    }
    back = unpack(pack(tensors))
    assert back["a.b"].dtype == np.float32 and back["file"].shape == ()
    np.testing.assert_array_equal(back["a.b"], tensors["a.b"])


@settings(max_examples=20, deadline=None)
@given(st.floats(0.1, 10), st.integers(1, 9), st.floats(0.01, 1), st.booleans())
def test_options_survive(epsilon, merchants_min, quorum, evaluate):
    chosen = options(epsilon=epsilon, merchants_min=merchants_min, quorum=quorum, evaluate=evaluate)
    assert RunOptions.from_dict(chosen.as_dict()) == chosen


@pytest.mark.parametrize(
    "change",
    [
        {"epsilon": 0}, {"tier": "huge"}, {"merchants_min": 0}, {"quorum": 0}, {"quorum": 1.1},
        {"round_s": 0}, {"straggler_s": -1},
    ],
)  # fmt: skip
def test_options_out_of_bounds(change):
    with pytest.raises(InputError):
        options(**change)


@given(st.integers(1, 500), st.floats(0.01, 1), st.integers(1, 20))
@settings(max_examples=50, deadline=None)
def test_the_quorum_is_between_the_least_and_all(n, quorum, least):
    needed = options(quorum=quorum, merchants_min=least).needed(n)
    assert needed >= least and needed >= quorum * n
    assert needed <= max(n, least)


def test_merchants_by_name_and_fingerprint(tmp_path):
    shops = [Shop("tea", 2**64 - 1), Shop("silk", 5)]
    league = League(tmp_path, shops)
    registry = league.registry
    assert registry.merchant("tea").node_id == 2**64 - 1
    assert registry.merchant(shops[1].identity.public.fingerprint[:10]).name == "silk"
    for who in ("nobody", ""):
        with pytest.raises(InputError):
            registry.merchant(who)
    registry.set_ban(shops[0].identity.public.fingerprint, "spam")
    assert registry.merchant("tea").ban_reason == "spam"
    registry.add_merchant(shops[0].merchant())
    assert registry.merchant("tea").banned_at == ""


def test_an_unknown_run(tmp_path):
    with pytest.raises(InputError):
        Registry(tmp_path / "r.db").run("nothing")


def test_a_registry_of_a_newer_version(tmp_path):
    path = tmp_path / "r.db"
    Registry(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(NewerDatabase):
        Registry(path)


def test_a_run_is_kept_whole(tmp_path):
    league = League(tmp_path, [Shop("a", 1), Shop("b", 2)])
    row = league.registry.run("r1")
    assert row.options.recipe == RECIPE and row.status == "open"
    np.testing.assert_array_equal(row.initial["frozen"], np.ones(3))
    league.registry.end_run("r1", "failed", "why")
    league.registry.note_flower_run("r1", 2**64 - 1)
    row = league.registry.run("r1")
    assert (row.status, row.flower_run, row.ended_at) == ("open", str(2**64 - 1), "")
    assert league.registry.run_ids() == [("r1", "open")]
