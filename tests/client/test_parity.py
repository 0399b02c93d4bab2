"""Exposure parity by segments and by files: shares, intervals, warnings, and nothing of few people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from client import audience
from client.commands.parity import _lines
from client.commands.parity import parity as verb
from client.ingest.pseudonym import Pseudonyms
from client.parity import Parity, of_highest, report, wilson
from client.parity_groups import Groups, from_file, from_segments
from client.parity_hidden import beside
from client.salt import place
from client.store import Store
from common.errors import AudienceError, InputError
from common.settings import Settings
from tests.client import audience_shop
from tests.client.audience_shop import N, key

SETTINGS = Settings(audience_floor=10)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with audience_shop.copy(tmp_path / "shop") as s:
        yield s


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Who buys much is mostly in the west; five are in the north; every seventh is nowhere."""
    rows = [
        f"c{i},{'' if i % 7 == 6 else 'north' if i < 5 else 'west' if i % 4 > 1 else 'east'}"
        for i in range(N)
    ]
    out = tmp_path / "groups.csv"
    out.write_text("customer_id,region\n" + "\n".join(rows) + "\n", "utf-8")
    return out


def of(store: Store, file: Path, size: int = 40) -> Parity:
    made = audience.pick(store, SETTINGS, "P1", size)
    groups = from_file(file, "region", Pseudonyms(place.load(store.home)))
    return report(store, SETTINGS, made.audience_id, groups, "region")


def test_shares_ratios_and_the_four_fifths_rule(store: Store, file: Path) -> None:
    found = of(store, file, 70)
    by = {g.name: g for g in found.groups}
    assert set(by) == {"west", "east"} and found.n_hidden == 1 and found.same_model
    west, east = by["west"], by["east"]
    assert west.ratio is not None and west.ratio.low < west.ratio.value < west.ratio.high
    assert west.ratio.value > 1 and west.warning == ""
    assert west.of_highest is not None and west.of_highest.value == 1
    assert "below four fifths" in east.warning
    assert west.mean_p_conversion > east.mean_p_conversion
    # the hidden group is told together with those in none: neither follows from the other
    assert west.share_addressable + east.share_addressable == pytest.approx(1)
    assert 0.1 < found.share_elsewhere < 0.25


@pytest.mark.privacy
def test_counts_of_few_people_are_not_shown(store: Store, file: Path) -> None:
    found = of(store, file)
    east = next(g for g in found.groups if g.name == "east")
    inside = audience.audiences.load(store, found.audience_id).members
    keys = {key(store, i) for i in range(5, N) if i % 4 <= 1 and i % 7 != 6}
    n = sum(m.shopper_key in keys for m in inside)
    if n < 10:
        assert east.n_audience is east.ratio is east.of_highest is east.share_audience is None
        assert east.ratio_under is not None and "north" not in json.dumps(str(found))
    else:
        assert east.n_audience == n
    with pytest.raises(AudienceError, match="No group"):
        everybody = Groups(
            {key(store, i): str(i) for i in range(N)}, {str(i): "x" for i in range(N)}
        )
        report(store, SETTINGS, found.audience_id, everybody, "x")
    with pytest.raises(AudienceError, match="Fewer than 41"):
        report(store, Settings(audience_floor=41), found.audience_id, Groups({}, {}), "x")


@pytest.mark.privacy
def test_of_two_groups_none_is_shown_where_one_is_few(store: Store) -> None:
    made = audience.pick(store, SETTINGS, "P1", 40)
    inside = [m.shopper_key for m in made.members]
    outside = [key(store, i) for i in range(N) if key(store, i) not in inside]
    of = {k: "few" for k in (*inside[:4], *outside[:30])}
    of |= {k: "many" for k in (*inside[4:], *outside[30:])}
    found = report(store, SETTINGS, made.audience_id, Groups(of, {"few": "f", "many": "m"}), "x")
    few, many = sorted(found.groups, key=lambda g: g.group)
    for g in (few, many):
        assert g.n_audience is g.share_audience is g.ratio is g.of_highest is None
    assert few.ratio_under is not None and many.ratio_under is None
    assert "below four fifths" in few.warning and many.warning == ""
    said = "\n".join(_lines(found))
    assert "under 10 people" in said and "not shown" in said
    # a group of few addressable people does not follow from the size of the shop either
    all_of_them = {key(store, i): "few" if i < 5 else "ab"[i % 2] for i in range(N)}
    names = {g: g for g in ("few", "a", "b")}
    found = report(store, SETTINGS, made.audience_id, Groups(all_of_them, names), "x")
    assert len(found.groups) == 1 and found.n_hidden == 2


@pytest.mark.privacy
@given(st.data())
@settings(max_examples=60, deadline=None)
def test_no_count_of_few_follows_from_what_is_shown(data: st.DataObject) -> None:
    floor = 5
    n_in = data.draw(st.lists(st.integers(0, 30), min_size=1, max_size=6))
    n_all = [n + data.draw(st.integers(5, 40)) for n in n_in]
    hidden = beside(n_in, n_all, floor)
    few = [n < floor for n in n_in]
    assert not any(h and f for h, f in zip(hidden, few, strict=True))
    if not any(few):
        assert not hidden.any()
        return
    away = [i for i in range(len(n_in)) if few[i] or hidden[i]]
    if len(away) == len(n_in):
        return  # nothing is shown
    total = sum(n_in[i] for i in away)
    bounds = [(0, floor - 1) if few[i] else (floor, n_all[i]) for i in away]
    for at, i in enumerate(away):
        if few[i]:
            rest = [b for j, b in enumerate(bounds) if j != at]
            low, high = total - sum(b[1] for b in rest), total - sum(b[0] for b in rest)
            assert low <= 0 and high >= floor - 1


@pytest.mark.privacy
def test_the_file_leaves_no_trace(store: Store, file: Path) -> None:
    of(store, file)
    raw = b"".join(f.read_bytes() for f in store.home.rglob("*") if f.is_file())
    assert b"north" not in raw and b"region" not in raw


def test_a_fair_audience_is_not_warned_of(store: Store) -> None:
    made = audience.pick(store, SETTINGS, "P1", 108)
    groups = Groups({key(store, i): "ab"[i % 2] for i in range(N)}, {"a": "a", "b": "b"})
    found = report(store, SETTINGS, made.audience_id, groups, "x")
    assert all(g.warning == "" and g.ratio and g.ratio.value == 1 for g in found.groups)


def test_intervals() -> None:
    assert wilson(0, 0) == (0.0, 1.0) and wilson(0, 10)[0] == 0 and wilson(10, 10)[1] == 1
    low, high = wilson(50, 100)
    assert (low, high) == (pytest.approx(0.4038, abs=1e-3), pytest.approx(0.5962, abs=1e-3))
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(2000):
        a, b = rng.binomial(80, 0.2), rng.binomial(120, 0.4)
        found = of_highest((int(a), 80), (int(b), 120))
        hits += found.low <= 0.5 <= found.high
    assert 0.93 < hits / 2000 < 0.985
    none = of_highest((0, 50), (20, 50))
    assert none.value == 0 and 0 < none.high < 0.8 and none.low == 0


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    file = tmp_path / "g.csv"
    for text, words in (
        ("customer_id,other\n", "heading"),
        ("customer_id,region\n", "nobody"),
        ("customer_id,region\nanna,a\nanna,b\n", "two groups"),
        ("customer_id,region\n" + "".join(f"c{i},g{i}\n" for i in range(300)), "More than 200"),
    ):
        file.write_text(text)
        with pytest.raises(InputError, match=words) as e:
            from_file(file, "region", str)
        assert "anna" not in str(e.value)
    file.write_bytes(b"customer_id,region\nanna,\xff\n")
    with pytest.raises(InputError, match="cannot be read"):
        from_file(file, "region", str)
    file.write_text("customer_id,region\nanna, west \nbert\n,east\n")
    assert from_file(file, "region", str).of == {"anna": "west"}


def test_the_verb(store: Store, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANSA_AUDIENCE_FLOOR", "10")

    def run(*args: str):  # type: ignore[no-untyped-def]
        return CliRunner().invoke(verb, [*args, "--home", str(store.home)])

    assert isinstance(run("--by", "region", "--groups", str(file)).exception, AudienceError)
    made = audience.pick(store, SETTINGS, "P1", 40)
    found = run("--by", "region", "--groups", str(file))
    assert found.exit_code == 0, found.exception
    assert "west" in found.output and "below four fifths" in found.output
    value = json.loads(
        run(
            "--by", "region", "--groups", str(file), "--audience", made.audience_id, "--json"
        ).output
    )
    assert value["reports"][0]["audience_id"] == made.audience_id
    assert isinstance(run("--by", "region").exception, InputError)
    assert isinstance(run("--by", "segment").exception, InputError)
    with pytest.raises(InputError, match="no clusters"):
        from_segments(store, "cluster")
    from client.profiles.run import Choices, recompute

    recompute(store, Choices("rfm", None, "", "UTC", 10, False))
    seen = run("--by", "segment")
    assert seen.exit_code == 0 and "by segment" in seen.output
