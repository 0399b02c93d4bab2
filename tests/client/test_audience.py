"""Audiences and the verbs around them: above the floor, with an interval, with reasons."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from client import audience
from client.commands import model as verbs
from client.store import Store, audiences, models
from common.errors import AudienceError, BadSignature, BundleError, InputError
from common.keys import Identity
from common.kit import SiteKit
from common.settings import Settings
from tests.client.made_up_shop import COORDINATOR, model, shop

SETTINGS = Settings(audience_floor=10)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with shop(tmp_path) as s:
        models.install(s, model().pack(), COORDINATOR.public)
        yield s


def test_an_audience_is_the_top_and_says_what_to_expect(store: Store) -> None:
    made = audience.pick(store, SETTINGS, "P1", 20)
    assert made.size == 20 == len(made.members)
    cvr = made.expected_cvr
    assert cvr.low <= cvr.value <= cvr.high and cvr.value > made.base_cvr and cvr.low < cvr.high
    p = [m.p_conversion for m in made.members]
    assert p == sorted(p, reverse=True) and np.mean(p) == pytest.approx(cvr.value)
    assert made.reasons and made.reasons[0].odds_factor > 1
    assert made.reasons[0].text.startswith("the model used")
    assert made.expected_ctr is None
    assert audiences.load(store, made.audience_id) == made
    listed = audiences.listing(store)
    assert [a.audience_id for a in listed] == [made.audience_id] and listed[0].members == ()
    assert audiences.listing(store, "P2") == []


def test_only_those_who_consent_and_were_not_left_out(store: Store) -> None:
    everybody = audience.pick(store, SETTINGS, "P1", 1000)
    assert everybody.size == 54
    gone = everybody.members[0].shopper_key
    assert audiences.exclude(store, [gone]) == 1 and audiences.exclude(store, [gone]) == 0
    after = audience.pick(store, SETTINGS, "P1", 1000)
    assert after.size == 53 and gone not in {m.shopper_key for m in after.members}


def test_who_leaves_later_is_no_member_of_older_audiences(store: Store) -> None:
    made = audience.pick(store, SETTINGS, "P1", 20)
    left_out, withdrew, private = (m.shopper_key for m in made.members[:3])
    audiences.exclude(store, [left_out])
    store.db.execute("UPDATE shoppers SET consent = 0 WHERE shopper_key = ?", [withdrew])
    store.db.execute("UPDATE shoppers SET personalise = 0 WHERE shopper_key = ?", [private])
    kept = [m.shopper_key for m in audiences.load(store, made.audience_id).members]
    assert kept == [m.shopper_key for m in made.members[3:]]


def test_a_model_of_another_signer_is_not_scored_in_a_league(store: Store) -> None:
    authority = Identity.generate()
    kit = SiteKit("L", "127.0.0.1:1", "PEM", authority.public.hex, "0" * 64, "2026-01-01")
    (store.home / "league").mkdir()
    (store.home / "league" / "kit.json").write_text(kit.signed(authority).to_json())
    with pytest.raises(BadSignature, match="league"):
        audience.pick(store, SETTINGS, "P1", 20)


def test_too_small_and_unknown_end_in_words(store: Store) -> None:
    with pytest.raises(AudienceError, match="floor of 10"):
        audience.pick(store, SETTINGS, "P1", 9)
    with pytest.raises(AudienceError, match="floor is 100"):
        audience.pick(store, Settings(audience_floor=100), "P1")
    with pytest.raises(AudienceError) as e:
        audience.pick(store, SETTINGS, "green te")
    assert "P1" in e.value.todo
    assert audiences.listing(store) == []
    with pytest.raises(AudienceError):
        audiences.load(store, "nothing")


def test_a_click_head_gives_an_expected_click_rate(tmp_path: Path) -> None:
    with shop(tmp_path) as s:
        models.install(s, model(("click", "conversion")).pack(), COORDINATOR.public)
        made = audience.pick(s, SETTINGS, "Green Tea")
    assert made.product_id == "P1" and made.size == 10 and made.expected_ctr is not None
    # no clicks are recorded: the interval is wide, for nothing here supports the figure
    assert made.expected_ctr.high > 2 * made.expected_ctr.value
    assert made.members[0].p_click is not None


@pytest.mark.parametrize(("n", "rate"), [(3, 0.5), (40, 0.0)])
def test_tiny_and_all_negative_shops(tmp_path: Path, n: int, rate: float) -> None:
    with shop(tmp_path, n, rate) as s:
        models.install(s, model().pack(), COORDINATOR.public)
        if n == 3:
            with pytest.raises(AudienceError):
                audience.pick(s, SETTINGS, "P1")
            return
        made = audience.pick(s, SETTINGS, "P1")
    assert np.isfinite(made.expected_cvr.high) and made.expected_cvr.low >= 0


def verb(store: Store, *args: str) -> Result:
    command, *rest = args
    return CliRunner().invoke(getattr(verbs, command), [*rest, "--home", str(store.home), "--json"])


def last(result: Result) -> dict:
    assert result.exit_code == 0, result.exception
    return json.loads(result.output.strip().splitlines()[-1])


def test_the_verbs(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANSA_AUDIENCE_FLOOR", "10")
    top = last(verb(store, "score", "--product", "P1", "--limit", "5"))
    assert len(top["top"]) == 5 and top["calibrated_here"] and top["n_shoppers"] == 54
    made = last(verb(store, "audience", "P1", "--size", "12"))
    assert made["size"] == 12 and made["lift"] > 1
    assert last(verb(store, "audience", "--product", "P1"))["size"] == 10
    assert len(last(verb(store, "audience", "--list"))["audiences"]) == 2
    who = top["top"][0]["shopper"]
    why = last(verb(store, "explain", "--shopper", who, "--product", "P1"))
    odds = why["base_odds"] * np.prod(list(why["odds_factors"].values()))
    assert odds / (1 + odds) == pytest.approx(why["p_conversion"], rel=1e-3)
    assert isinstance(
        verb(store, "explain", "--shopper", "x", "--product", "P1").exception, AudienceError
    )
    assert last(verb(store, "audience", "--exclude", who))["excluded"] == 1
    assert who not in {r["shopper"] for r in last(verb(store, "score", "--product", "P1"))["top"]}
    assert isinstance(verb(store, "audience").exception, InputError)
    # a customer id leaves out its person, and a name of nobody is no silent success
    assert last(verb(store, "audience", "--exclude", "c1"))["excluded"] == 1
    assert isinstance(verb(store, "audience", "--exclude", "nobody").exception, InputError)
    assert last(verb(store, "score", "--product", "P1"))["n_shoppers"] == 52


def test_bundle_verbs(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "model.hansa"
    file.write_bytes(model(seed=1).pack())
    key = COORDINATOR.public.hex
    assert last(verb(store, "bundle", "verify", str(file), "--key", key))["sound"]
    installed = last(verb(store, "bundle", "install", str(file), "--key", key))["installed"]
    listed = last(verb(store, "bundle", "list"))["bundles"]
    assert listed[0]["digest"] == installed and listed[0]["current"] and len(listed) == 2
    assert last(verb(store, "bundle", "show"))["digest"] == installed
    assert last(verb(store, "bundle", "show", listed[1]["digest"][:8]))["heads"] == ["conversion"]
    foreign = Identity.generate().public.hex
    assert isinstance(
        verb(store, "bundle", "install", str(file), "--key", foreign).exception, BadSignature
    )
    file.write_bytes(b"broken")
    assert isinstance(
        verb(store, "bundle", "verify", str(file), "--key", key).exception, BadSignature
    )
    missing = verb(store, "bundle", "verify", str(tmp_path / "no"), "--key", key)
    assert isinstance(missing.exception, InputError)


def test_without_a_model_everything_says_so(tmp_path: Path) -> None:
    with shop(tmp_path, 12) as s:
        with pytest.raises(BundleError):
            audience.pick(s, SETTINGS, "P1")
        assert isinstance(verb(s, "score", "--product", "P1").exception, BundleError)
        assert isinstance(verb(s, "bundle", "show").exception, InputError)
