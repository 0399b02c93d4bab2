"""The window's facade for audiences and models: reach, overlap, exports, going back, and was it worth it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from client import audience, worth
from client.api import Asked, Shop, pick_asked, preview_audience
from client.audience_wish import Wish
from client.commands.audience import audience as audience_verb
from client.commands.model import bundle as bundle_verb
from client.store import Store, audience_exports, audiences, models
from common.errors import AudienceError, InputError
from tests.client import audience_shop
from tests.client.audience_shop import key
from tests.client.made_up_shop import COORDINATOR, model


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    audience_shop.copy(tmp_path / "shop").close()
    made = Shop.open(tmp_path / "shop")
    yield made
    made.close()


def test_what_is_asked_becomes_flags_of_the_verb() -> None:
    asked = Asked("-P", size=40, bought_days=30, not_in=("a", "b"), segments=("rfm-low",))
    assert asked.flags() == (
        *("--product=-P", "--size=40", "--exclude-buyers=30"),
        *("--exclude-audience=a", "--exclude-audience=b", "--segment=rfm-low"),
    )
    rate = Asked("P1", budget="12.50", cost="0.1", min_cvr=0.015)
    assert rate.flags()[1:] == ("--budget=12.50", "--cost-per-impression=0.1", "--min-cvr=0.015")
    assert pick_asked(asked).name == "audience" and preview_audience(asked).args[-1] == "--preview"


def test_the_look_ahead_is_what_would_be_picked_and_keeps_nothing(shop: Shop) -> None:
    with Store.open(shop.home) as store:
        wish = Wish(size=40)
        seen = audience.preview(store, shop.settings, "P1", wish)
        assert audiences.listing(store) == []
        made = audience.choose(store, shop.settings, "P1", wish)
    assert (seen.size, seen.n_addressable) == (made.audience.size, made.n_addressable)
    assert seen.expected_cvr == made.audience.expected_cvr
    assert seen.expected_ctr == made.audience.expected_ctr and seen.expected == made.expected
    assert seen.n_asked == made.n_asked == 40


def test_preview_by_the_verb_keeps_nothing_and_refuses_as_picking_does(shop: Shop) -> None:
    home = ["--home", str(shop.home), "--json"]
    done = CliRunner().invoke(audience_verb, ["pick", "P1", "--size", "40", "--preview", *home])
    assert done.exit_code == 0 and json.loads(done.output.splitlines()[-1])["size"] == 40
    beyond = CliRunner().invoke(audience_verb, ["pick", "P1", "--size=5000", "--preview", *home])
    found = json.loads(beyond.output.splitlines()[-1])
    assert (found["size"], found["n_asked"]) == (108, 5000)
    told = CliRunner().invoke(
        audience_verb, ["pick", "P1", "--size", "5000", *home[:2], "--preview"]
    )
    assert "108 found of 5000 asked for: no more shoppers fit" in told.output
    refused = CliRunner().invoke(audience_verb, ["pick", "P1", "--size", "3", "--preview", *home])
    assert isinstance(refused.exception, AudienceError)
    assert not shop.audiences()


def test_reach_counts_without_a_model(shop: Shop) -> None:
    everybody = shop.reach(Asked("P1"))
    assert everybody.n_addressable == everybody.n_left == 108 and everybody.n_paid is None
    buyers = shop.reach(Asked("P1", bought_days=3650))
    assert 0 < buyers.n_left < 108
    paid = shop.reach(Asked("P1", budget="5", cost="0.1"))
    assert (paid.n_paid, paid.cost_minor) == (50, 10.0)
    with pytest.raises(InputError):
        shop.reach(Asked("P1", budget="five"))
    with pytest.raises(AudienceError):
        shop.reach(Asked("P1", not_in=("nobody",)))


def test_small_overlaps_are_not_told(shop: Shop) -> None:
    assert shop.shared() == ()
    with Store.open(shop.home) as store:
        first = audience.choose(store, shop.settings, "P1", Wish(size=40)).audience
        second = audience.choose(store, shop.settings, "P3", Wish(size=40)).audience
        alone = Wish(size=30, exclude_audiences=(first.audience_id,))
        third = audience.choose(store, shop.settings, "P1", alone).audience
    found = {frozenset((s.first, s.second)): s for s in shop.shared()}
    assert len(found) == 3
    apart = found[frozenset((first.audience_id, third.audience_id))]
    assert apart.n_shared is None and {apart.n_first, apart.n_second} == {40, 30}
    near = found[frozenset((first.audience_id, second.audience_id))]
    inside = {m.shopper_key for m in first.members} & {m.shopper_key for m in second.members}
    assert near.n_shared == (len(inside) if len(inside) >= 20 else None)


@pytest.mark.privacy
def test_overlap_leaves_out_who_withdrew(shop: Shop) -> None:
    with Store.open(shop.home) as store:
        made = audience.choose(store, shop.settings, "P1", Wish(size=40)).audience
        audience.choose(store, shop.settings, "P3", Wish(size=40))
        gone = made.members[0].shopper_key
    shop.set_consent(gone, False)
    assert {s.n_second for s in shop.shared()} | {s.n_first for s in shop.shared()} <= {38, 39, 40}
    pair = shop.shared()[0]
    assert 39 in (pair.n_first, pair.n_second)


def test_a_file_is_deleted_again_only_as_it_was_written(shop: Shop, tmp_path: Path) -> None:
    file, text = tmp_path / "audience.csv", "shopper_key\nab\n"
    digest = sha256(text.encode()).hexdigest()
    with Store.open(shop.home) as store:
        made = audience_exports.record(store, "a1", "me", "csv", 40, file, digest)
        store.db.execute(
            "INSERT INTO audience_exports (export_id, audience_id, exported_at, exported_by, form,"
            " n_people, file_name) VALUES ('old', 'a1', '2020-01-01T00:00:00Z', 'me', 'csv', 30, 'o')"
        )
    assert [(e.taken_back, e.there) for e in shop.exports()] == [(False, False), (False, False)]
    file.write_text("changed")
    assert [e.there for e in shop.exports()] == [True, False]
    with pytest.raises(InputError, match="changed"):
        shop.take_back(made.export_id)
    file.write_text(text)
    shop.close()
    again = Shop.open(shop.home)  # another sitting
    again.take_back(made.export_id)
    assert not file.exists()
    assert [(e.taken_back, e.there) for e in again.exports()] == [(True, False), (False, False)]
    for gone in (made.export_id, "old", "nothing"):
        with pytest.raises(InputError, match="not there"):
            again.take_back(gone)
    again.close()


def test_an_older_model_is_used_again_and_undone(shop: Shop) -> None:
    first = shop.models().installed[0].digest
    assert shop.models().heads == ()
    with Store.open(shop.home) as store:
        second = models.install(store, model(seed=5).pack(), COORDINATOR.public)
    assert [m.digest for m in shop.models().installed] == [second, first]
    assert shop.use_model(first) == second
    assert [m.digest for m in shop.models().installed if m.current] == [first]
    since = {m.digest: (m.installed_at, m.used_since) for m in shop.models().installed}
    assert since[first][1] > since[second][0] == since[second][1] > since[first][0]
    assert shop.use_model(second) == first and shop.models().installed[0].digest == second
    now = {m.digest: (m.installed_at, m.used_since) for m in shop.models().installed}
    assert now[first] == since[first] and now[second][0] == since[second][0] < now[second][1]
    assert shop.use_model(second[:12]) == second
    with pytest.raises(InputError, match="No single"):
        shop.use_model("ffff")
    home = ["--home", str(shop.home), "--json"]
    done = CliRunner().invoke(bundle_verb, ["use", first[:10], *home])
    assert json.loads(done.output) == {"current": first, "before": second}
    again = CliRunner().invoke(bundle_verb, ["use", first[:10], *home[:2]])
    assert "in use already" in again.output and shop.models().installed[0].digest == first


def test_worth_says_what_is_sure_and_nothing_else(shop: Shop) -> None:
    rng = np.random.default_rng(1)
    shopper = np.repeat(np.arange(300), 4)
    label = (rng.random(1200) < 0.2).astype(np.int8)
    noise = rng.standard_normal(1200)
    told = ("d" * 8, "conversion", 1200)
    good = label * 1.5 + noise
    assert worth._judged(label, shopper, noise, good, told).verdict == worth.BETTER
    assert worth._judged(label, shopper, good, noise, told).verdict == worth.WORSE
    same = worth._judged(label, shopper, good, good + 1e-9, told)
    assert same.verdict == worth.SAME and same.gain is not None and same.gain.value == 0
    with Store.open(shop.home, read_only=True) as store:
        found = worth.worth(store)
    assert found.verdict in (worth.BETTER, worth.SAME, worth.WORSE)
    assert found.gain is not None and found.gain.low <= found.gain.value <= found.gain.high
    with Store.open(shop.home) as store:
        store.db.execute("DELETE FROM conversions")
        assert worth.worth(store).verdict == worth.UNKNOWN


def test_the_facade_reaches_no_heavy_library() -> None:
    heavy = "('torch', 'onnxruntime', 'onnx', 'polars', 'pyarrow', 'pandas', 'scipy', 'flwr')"
    code = f"import sys, client.api; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_who_is_left_out_by_hand_is_not_reached(shop: Shop) -> None:
    with Store.open(shop.home) as store:
        audiences.exclude(store, [key(store, 0)], "P1")
    assert shop.reach(Asked("P1")).n_addressable == 107
    assert shop.reach(Asked("P2")).n_addressable == 108
