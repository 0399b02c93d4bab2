"""Reasons of a score and of an audience: additive, exact, worded as what the model used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

from client import audience
from client.commands.model import explain as verb
from client.explain import WORTH, background_of, explain, reasons
from client.explain_why import why_audience, why_shopper
from client.score import Scorer
from client.store import Store
from common.errors import AudienceError, InputError
from common.features import Encoded, default_spec
from common.metrics import sigmoid
from common.settings import Settings
from tests.client import audience_shop
from tests.client.audience_shop import key
from tests.client.made_up import encoded
from tests.client.made_up_shop import model

SETTINGS = Settings(audience_floor=10)
SPEC = default_spec()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with audience_shop.copy(tmp_path / "shop") as s:
        yield s


def tangled(e: Encoded) -> NDArray[np.float64]:
    """A model that no small number of terms describes: products over all columns."""
    x = np.concatenate([e.ids % 7 / 7, e.numeric], axis=1).astype(np.float64)
    return np.asarray(np.sin(3 * x.sum(1)) + np.prod(1 + 0.2 * x, axis=1))


def test_contributions_add_up_exactly_whatever_the_model() -> None:
    rows, behind = encoded(30, 1), encoded(16, 2)
    why = explain(tangled, SPEC, rows, behind)
    np.testing.assert_allclose(why.base + why.values.sum(1), tangled(rows), rtol=0, atol=1e-12)
    scorer = Scorer(model())
    why = explain(lambda e: scorer.logits(e)["conversion"], SPEC, rows, behind)
    exact = scorer.logits(rows)["conversion"].astype(np.float64)
    np.testing.assert_allclose(why.base + why.values.sum(1), exact, rtol=0, atol=1e-12)


def test_many_rows_in_chunks_are_as_each_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, behind = encoded(7, 1), encoded(3, 2)
    whole = explain(tangled, SPEC, rows, behind)
    monkeypatch.setattr("client.explain._MAX_ROWS", 500)
    np.testing.assert_allclose(whole.values, explain(tangled, SPEC, rows, behind).values)
    alone = explain(tangled, SPEC, Encoded(rows.ids[4:5], rows.numeric[4:5]), behind)
    np.testing.assert_allclose(whole.values[4:5], alone.values)


def test_with_three_groups_that_matter_it_is_near_exact_shapley() -> None:
    """Exact over all 6 orders of the groups that matter; the others are worth nothing."""
    groups = list(SPEC.groups().values())[:3]
    places = [
        (
            [i for i, c in enumerate(SPEC.categorical_names) if c in g],
            [i for i, c in enumerate(SPEC.numeric_names) if c in g],
        )
        for g in groups
    ]

    def parts(e: Encoded) -> list[NDArray[np.float64]]:
        return [
            (e.ids[:, a] % 5).sum(1) / 10.0 + e.numeric[:, b].sum(1).astype(np.float64)
            for a, b in places
        ]

    def logit(e: Encoded) -> NDArray[np.float64]:
        a, b, c = parts(e)
        return np.asarray(a * b * c + a - c)

    row, behind = encoded(1, 1), encoded(16, 2)
    own, other = [p[0] for p in parts(row)], parts(behind)
    exact = np.zeros(3)
    for order in permutations(range(3)):
        taken: set[int] = set()
        for g in order:
            was = _value(own, other, taken)
            taken.add(g)
            exact[g] += (_value(own, other, taken) - was) / 6
    why = explain(logit, SPEC, row, behind)
    np.testing.assert_allclose(why.values[0, 3:], 0, atol=1e-9)
    assert np.abs(why.values[0, :3] - exact).max() < 0.15 * np.abs(exact).max()


def _value(own: list[float], other: list[NDArray[np.float64]], taken: set[int]) -> float:
    a, b, c = (np.full(16, own[i]) if i in taken else other[i] for i in range(3))
    return float((a * b * c + a - c).mean())


def test_reasons_are_worth_naming_and_never_say_because() -> None:
    value = np.array([WORTH - 1e-6, WORTH, -1.0, 0.7])
    up = reasons(("a", "b", "c", "d"), value)
    assert [r.group for r in up] == ["d", "b"]
    both = reasons(("a", "b", "c", "d"), value, both_ways=True)
    assert [r.group for r in both] == ["c", "d", "b"]
    assert both[0].odds_factor == pytest.approx(np.exp(-1))
    for r in both:
        assert r.text.startswith("the model used") and "because" not in r.text
        assert "those who may be addressed" in r.text
    assert len(reasons(tuple("abcdef"), np.ones(6), n=3, both_ways=True)) == 3


def test_a_background_of_few_or_none() -> None:
    assert len(background_of(encoded(3)).ids) == 3
    assert len(background_of(encoded(100)).ids) == 16
    assert len(background_of(encoded(0)).ids) == 0


def test_why_a_shopper_adds_up_to_the_score(store: Store) -> None:
    why = why_shopper(store, "c3", "Green Tea")
    assert why.shopper == key(store, 3) and why.product_id == "P1"
    odds = why.base_odds * np.prod(list(why.odds_factors.values()))
    # the shared log-odds are float32, and may differ in their last bit by the size of a batch
    assert odds / (1 + odds) == pytest.approx(why.p_conversion, rel=1e-6)
    assert why == why_shopper(store, key(store, 3), "P1")
    with pytest.raises(AudienceError, match="No shopper"):
        why_shopper(store, "c9", "P1")
    with pytest.raises(AudienceError, match="no such product"):
        why_shopper(store, "c3", "Grean Tea")


def test_why_an_audience_is_the_mean_of_its_people(store: Store) -> None:
    made = audience.pick(store, SETTINGS, "P1", 12)
    why = why_audience(store, SETTINGS, made.audience_id)
    assert why.n_people == 12 and why.same_model
    assert why.p_conversion == pytest.approx(made.expected_cvr.value)
    each = [why_shopper(store, m.shopper_key, "P1") for m in made.members]
    for group, factor in why.odds_factors.items():
        logs = [np.log(w.odds_factors[group]) for w in each]
        assert np.log(factor) == pytest.approx(np.mean(logs), abs=1e-6)
    total = np.log(why.base_odds) + sum(np.log(f) for f in why.odds_factors.values())
    mean = np.mean([np.log(w.p_conversion / (1 - w.p_conversion)) for w in each])
    assert total == pytest.approx(mean, abs=1e-6) and sigmoid(np.array([total]))[0] > 0
    assert why.reasons and why.reasons[0].odds_factor > 1


@pytest.mark.privacy
def test_an_audience_that_shrank_below_the_floor_is_not_explained(store: Store) -> None:
    made = audience.pick(store, SETTINGS, "P1", 12)
    for m in made.members[:3]:
        store.db.execute("UPDATE shoppers SET minor = 1 WHERE shopper_key = ?", [m.shopper_key])
    with pytest.raises(AudienceError, match="Fewer than 10"):
        why_audience(store, SETTINGS, made.audience_id)
    with pytest.raises(AudienceError, match="no audience"):
        why_audience(store, SETTINGS, "nothing")


def test_the_verb(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANSA_AUDIENCE_FLOOR", "10")
    made = audience.pick(store, SETTINGS, "P1", 12)
    home = ["--home", str(store.home)]
    words = CliRunner().invoke(verb, ["--audience", made.audience_id, *home])
    assert words.exit_code == 0 and "the model used" in words.output
    assert "because" not in words.output.lower()
    found = CliRunner().invoke(verb, ["--shopper", "c3", "--product", "P1", "--json", *home])
    value = json.loads(found.output.splitlines()[-1])
    assert (
        value["shopper"] == key(store, 3) and value["reasons"] and len(value["odds_factors"]) == 10
    )
    for args in ([], ["--shopper", "c3"], ["--audience", "x", "--product", "P1"]):
        assert isinstance(CliRunner().invoke(verb, [*args, *home]).exception, InputError)
