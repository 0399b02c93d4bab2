"""What the Ads screen is given: findings with places, contributions, previews, decisions, results, banners."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from shutil import copy

import pytest

from client.adsdesk import AdsDesk
from client.creative.marks import Place, marked
from client.creative.origin import Part, origin
from client.creative.preview import previews
from client.store import Store, creatives
from common.domain import Creative, CreativeState, Finding
from common.settings import Settings
from tests.client.made_up_ads import ad, shop, show


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("shop")
    shop(home).close()
    return home


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Store:
    copy(made / "hansa.db", tmp_path / "hansa.db")
    return Store.open(tmp_path)


@pytest.fixture
def desk(store: Store) -> AdsDesk:
    return AdsDesk(store, Settings())


def creative(**more: object) -> Creative:
    base = Creative("a", 1, "p1", "", "en", "H", "B", "", CreativeState.DRAFT, "template")
    return replace(base, **more)  # type: ignore[arg-type]


def places(words: str, headline: str, body: str = "") -> tuple[Place, ...]:
    finding = Finding("claims", "error", words, "No.")
    return marked(creative(headline=headline, body=body, findings=(finding,)))[0].places


def test_findings_point_at_their_words() -> None:
    assert places("best", "The best mug", "best") == (Place("headline", 4, 8), Place("body", 0, 4))
    assert places("best", "We bestow the best mug") == (Place("headline", 14, 18),)
    assert places("BEST", "The best mug") == (Place("headline", 4, 8),)
    assert places("best", "The b\u200best mug") == (Place("headline", 4, 9),)
    assert places("最佳", "这是最佳杯子") == (Place("headline", 2, 4),)
    assert places("", "The best mug") == () == places("elsewhere", "The best mug")


def test_the_origin_of_an_old_ad_is_what_it_recorded() -> None:
    full = origin(
        creative(
            provenance={
                "template": "a+b",
                "facts": "price brand",
                "score": '{"hook": 1.0, "echo": -2, "x": true}',
                "weights": '{"hook": 0.5}',
                "rules": "claims_zh@1",
            }
        )
    )
    assert full.templates == ("a", "b") and full.facts == ("price", "brand")
    assert full.parts == (Part("echo", -2.0), Part("hook", 1.0, 0.5)) and full.score == -1
    assert origin(creative(provenance={"score": "["})).parts == ()
    assert origin(creative()).slot == "search"


def test_previews_start_with_the_ads_own_slot() -> None:
    shown = previews(creative(headline="一" * 16, language="zh", provenance={"slot": "feed"}))
    own, search = shown[0], next(p for p in shown if p.slot == "search")
    assert own.slot == "feed" and own.is_own and own.fits and own.label == "广告"
    assert (search.parts[0].length, search.parts[0].fits, search.fits) == (32, False, False)
    title = next(p for p in shown if p.slot == "marketplace")
    assert not title.fits and title.parts[1].limit == 0


def test_the_desk_shows_an_ad_whole(desk: AdsDesk, store: Store) -> None:
    c = ad(store, "A bottle for the road", audience="au-1", state="live")
    show(store, c.creative_id, 100, 4)
    creatives.record_export(store, [c], "mei", "ads.csv")
    view = desk.ad(c.creative_id)
    assert view.possible == {"retire", "undo"} and view.audience
    assert [str(d.state) for d in view.decisions] == ["approved", "live"]
    assert view.exports[0].file == "ads.csv" and view.previews[0].is_own
    assert view.origin and view.origin.writer == "template"
    assert view.results[0].n_clicks == 4
    assert desk.ad_results("p1").groups[0].audience_id == "au-1"
    assert desk.ad_results("p1") is desk.ad_results("p1")
    show(store, c.creative_id, 100, 4)
    assert desk.ad(c.creative_id).results[0].n_clicks == 8
    assert (desk.ad_pairs().n, desk.waiting().n_drafts) == (0, 0)
    assert [a.creative_id for a in desk.ads("live", "search")] == [c.creative_id]
    assert desk.ads("live", "feed") == []


def test_the_desk_decides(desk: AdsDesk, store: Store) -> None:
    c = ad(store, "A bottle for the road", state="draft")
    assert desk.ad(c.creative_id).possible == {"approve", "reject"}
    c = desk.approve(c, "mei")
    assert desk.ad(c.creative_id).possible == {"reject", "live", "retire", "undo"}
    c = desk.retire(desk.live(c, "mei"), "mei", "winter is over")
    assert (c.state, c.reason) == (CreativeState.RETIRED, "winter is over")
    assert desk.undo_decision(c, "mei").state is CreativeState.LIVE
    new = desk.edit(replace(c, headline="The best bottle"), "mei")
    assert new.state is CreativeState.REFUSED
    assert desk.ad(c.creative_id).possible == {"reject", "retire", "undo"}
    found = desk.check_words(replace(new, headline="The best mug, guaranteed"))
    assert any(p.part == "headline" for m in found for p in m.places)
    assert creatives.load(store, c.creative_id) == new


def test_a_banner_is_a_picture(desk: AdsDesk, store: Store) -> None:
    pytest.importorskip("PIL")
    c = ad(store, "A bottle for the road", state="draft")
    assert desk.banner(c, "300x250").startswith(b"\x89PNG")
