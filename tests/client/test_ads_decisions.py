"""Decisions after approval: live, retired, taken back; preference pairs of the same transaction."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from shutil import copy

import pytest

from client.creative.review import findings_of
from client.creative.write import draft
from client.store import Store, creative_pairs, creatives, rows
from common.domain import Creative, CreativeState, Finding
from common.errors import CreativeError
from common.settings import Settings
from tests.client.made_up_ads import ad, shop

S = CreativeState
WRONG = (Finding("facts", "error", "x", "No longer true.", "Edit it."),)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("shop")
    shop(home).close()
    return home


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Store:
    copy(made / "hansa.db", tmp_path / "hansa.db")
    return Store.open(tmp_path)


def test_a_title_of_one_marketplace_is_no_copy_of_another(store: Store) -> None:
    product = rows.products(store)[0].product
    slots = ("marketplace", "marketplace-taobao", "marketplace-amazon")
    made = [draft(store, Settings(), product, None, "en", 1, slot_name=s)[0] for s in slots]
    assert [c.state for c in made] == [S.DRAFT] * 3
    assert not any(f.check == "copies" for c in made for f in findings_of(store, c))


def decide(store: Store, c: Creative, state: CreativeState, by: str = "mei") -> Creative:
    return creatives.decide(store, c.creative_id, state, by, "why")


def edit(store: Store, c: Creative, headline: str) -> Creative:
    return creatives.edit(store, replace(c, headline=headline, writer="person"))


def states(store: Store, c: Creative) -> list[str]:
    return [str(v.state) for v in creatives.history(store, c.creative_id)]


def test_the_way_from_draft_to_retired_keeps_who_approved(store: Store) -> None:
    c = ad(store, "One", state="approved")
    shown = decide(store, c, S.LIVE, "li")
    assert (shown.state, shown.decided_by, shown.approved_by) == (S.LIVE, "li", "mei")
    gone = decide(store, c, S.RETIRED, "li")
    assert (gone.state, gone.reason, gone.approved_by) == (S.RETIRED, "why", "mei")
    again = decide(store, c, S.APPROVED, "ana")
    assert (again.approved_by, again.approved_at) == ("ana", again.decided_at)
    log = creatives.decisions(store, c.creative_id)
    assert [(str(d.was), str(d.state)) for d in log] == [
        ("draft", "approved"),
        ("approved", "live"),
        ("live", "retired"),
        ("retired", "approved"),
    ]


def test_a_decision_follows_only_certain_states(store: Store) -> None:
    for start, to in (
        ("draft", S.LIVE),
        ("draft", S.RETIRED),
        ("rejected", S.LIVE),
        ("rejected", S.RETIRED),
        ("live", S.REJECTED),
        ("live", S.APPROVED),
        ("live", S.LIVE),
        ("approved", S.APPROVED),
    ):
        c = ad(store, f"{start} {to}", state=start)
        with pytest.raises(CreativeError, match="cannot become"):
            decide(store, c, to)
        assert states(store, c) == [start]


def test_a_newer_version_that_goes_live_retires_the_older(store: Store) -> None:
    c = ad(store, "One", state="live")
    edit(store, c, "Two")
    assert states(store, c) == ["live", "draft"]
    decide(store, c, S.APPROVED)
    assert states(store, c) == ["live", "approved"]
    decide(store, c, S.LIVE)
    assert states(store, c) == ["retired", "live"]
    creatives.undo(store, c.creative_id, "li")
    assert states(store, c) == ["live", "approved"]


def test_what_is_on_show_is_listed_and_exported_while_an_edit_waits(store: Store) -> None:
    c = ad(store, "One", state="live")
    edit(store, c, "Two")
    assert [x.version for x in creatives.listing(store, S.LIVE)] == [1]
    assert [x.version for x in creatives.listing(store)] == [2]
    assert [x.version for x in creatives.usable(store, "p1")] == [1]
    assert [x.version for x in creatives.export_approved(store, [c.creative_id])] == [1]
    assert (creatives.counts(store)["live"], creatives.counts(store)["draft"]) == (1, 1)
    decide(store, c, S.APPROVED)
    assert [x.version for x in creatives.export_approved(store)] == [2]
    assert [x.version for x in creatives.usable(store, slot="feed")] == []


def test_retire_stops_an_older_version_while_an_edit_waits(store: Store) -> None:
    c = ad(store, "One", state="live")
    edit(store, c, "Two")
    decide(store, c, S.RETIRED)
    assert states(store, c) == ["retired", "draft"]


def test_taking_back_goes_one_decision_further_each_time(store: Store) -> None:
    c = ad(store, "One", state="live")
    decide(store, c, S.RETIRED, "li")
    expected = [(S.LIVE, "mei", "mei"), (S.APPROVED, "mei", "mei"), (S.DRAFT, "", "")]
    for state, decided_by, approved_by in expected:
        back = creatives.undo(store, c.creative_id, "ana", "a slip")
        assert (back.state, back.decided_by, back.approved_by) == (state, decided_by, approved_by)
    with pytest.raises(CreativeError, match="no decision"):
        creatives.undo(store, c.creative_id, "ana")
    log = creatives.decisions(store, c.creative_id)
    assert [d.undone for d in log] == [True] * 3 + [False] * 3
    assert [d.undoes for d in log[3:]] == [3, 2, 1] and log[3].reason == "a slip"
    decide(store, c, S.APPROVED, "new")
    assert creatives.load(store, c.creative_id).approved_by == "new"


def test_the_approval_that_stood_before_comes_back(store: Store) -> None:
    c = ad(store, "One")
    decide(store, c, S.REJECTED)
    back = creatives.undo(store, c.creative_id, "ana")
    assert (back.state, back.approved_by) == (S.APPROVED, "mei") and back.approved_at


def test_what_no_longer_holds_comes_back_as_refused(store: Store) -> None:
    c = ad(store, "One")
    decide(store, c, S.REJECTED)
    creatives.recheck(store, c.creative_id, 1, WRONG)
    assert creatives.load(store, c.creative_id).state is S.REJECTED
    assert creatives.undo(store, c.creative_id, "ana").state is S.REFUSED


def test_the_checks_take_an_ad_off_and_are_in_the_log(store: Store) -> None:
    c = ad(store, "One", state="live")
    creatives.recheck(store, c.creative_id, 1, WRONG)
    off = creatives.load(store, c.creative_id)
    assert (off.state, off.approved_by) == (S.REFUSED, "")
    last = creatives.decisions(store, c.creative_id)[-1]
    assert (last.decided_by, last.reason) == (creatives.CHECKS, "No longer true.")
    with pytest.raises(CreativeError, match="checks"):
        creatives.undo(store, c.creative_id, "ana")
    creatives.recheck(store, c.creative_id, 1, ())
    assert creatives.load(store, c.creative_id).state is S.DRAFT


def test_a_decision_on_older_words_is_not_taken_back(store: Store) -> None:
    c = ad(store, "One")
    edit(store, c, "Two")
    with pytest.raises(CreativeError, match="edited since"):
        creatives.undo(store, c.creative_id, "ana")
    with pytest.raises(CreativeError, match="Nobody"):
        creatives.undo(store, c.creative_id, " ")


def test_only_approved_and_live_ads_are_exported_and_that_is_kept(store: Store) -> None:
    one, two = ad(store, "One", state="live"), ad(store, "Two", slot="feed")
    ad(store, "Three", state="draft")
    ready = creatives.export_approved(store)
    assert {c.creative_id for c in ready} == {one.creative_id, two.creative_id}
    assert creatives.export_approved(store, slot="feed") == [two]
    creatives.record_export(store, ready, "mei", "ads.csv")
    (kept,) = creatives.exports(store, one.creative_id)
    assert (kept[0], kept[2], kept[3]) == (1, "mei", "ads.csv")
    draft = ad(store, "Four", state="draft")
    with pytest.raises(sqlite3.IntegrityError, match="only an approved"):
        creatives.record_export(store, [two, draft], "mei", "x.csv")
    assert len(creatives.exports(store, two.creative_id)) == 1


def test_lists_by_slot_language_and_day(store: Store) -> None:
    one, two = ad(store, "One"), ad(store, "Two", slot="feed")
    assert creatives.listing(store, slot="feed") == [two]
    assert creatives.listing(store, slot="search", language="en") == [one]
    assert creatives.listing(store, language="zh") == []
    assert creatives.listing(store, since="2099-01-01") == []
    assert len(creatives.listing(store, since="2020-01-01")) == 2


def pairs(store: Store, hold: bool = True) -> list[tuple[str, tuple[str, int], tuple[str, int]]]:
    return [
        (p.kind, p.winner, p.loser) for p in creative_pairs.listing(store) if p.holds or not hold
    ]


def test_an_edit_is_preferred_to_what_the_writer_wrote(store: Store) -> None:
    c = ad(store, "One", state="draft")
    second = edit(store, c, "Two")
    edit(store, second, "Three")
    own = c.creative_id
    assert pairs(store) == []
    assert pairs(store, hold=False) == [
        ("edited", (own, 2), (own, 1)),
        ("edited", (own, 3), (own, 1)),
    ]
    decide(store, c, S.APPROVED)
    assert pairs(store) == [("edited", (own, 3), (own, 1))]


def test_approved_over_rejected_of_the_same_brief_only(store: Store) -> None:
    good, bad = ad(store, "One", state="draft"), ad(store, "Two", state="draft")
    ad(store, "Three", slot="feed", state="rejected")
    ad(store, "Four", product="p2", state="rejected")
    decide(store, bad, S.REJECTED)
    decide(store, good, S.APPROVED)
    pair = ("approved", (good.creative_id, 1), (bad.creative_id, 1))
    assert pairs(store) == [pair]
    late = ad(store, "Five", state="rejected")
    assert set(pairs(store)) == {pair, ("approved", pair[1], (late.creative_id, 1))}
    creatives.undo(store, late.creative_id, "mei")
    assert pairs(store) == [pair]
    decide(store, bad, S.APPROVED)
    assert pairs(store) == []


def test_one_decision_makes_few_pairs(store: Store) -> None:
    for i in range(creative_pairs.MOST_A_DECISION + 3):
        ad(store, f"Bad {i}", state="rejected")
    ad(store, "Good")
    assert len(pairs(store)) == creative_pairs.MOST_A_DECISION


def test_pair_and_decision_are_one_transaction(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ad(store, "Bad", state="rejected")
    c = ad(store, "Good", state="draft")

    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(creative_pairs, "_insert", fail)
    with pytest.raises(RuntimeError):
        decide(store, c, S.APPROVED)
    assert states(store, c) == ["draft"] and creatives.decisions(store, c.creative_id) == []
