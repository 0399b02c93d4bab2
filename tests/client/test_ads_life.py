"""The life of an ad from a product to a file: writing, edits, approval, export; store and commands."""

from __future__ import annotations

import csv
import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from client.commands.ads import ads
from client.creative import review
from client.creative.brief import AdText, Brief, Candidate
from client.creative.language import Watch
from client.creative.write import draft
from client.store import Store, creatives, rows
from common.domain import Creative, CreativeState
from common.errors import CreativeError, InputError, UserFacing
from common.settings import Settings


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with Store.open(tmp_path, create=True) as store:
        store.db.table("products").insert_all(
            {
                "product_id": p,
                "title": title,
                "category": "Bottles",
                "brand": brand,
                "description": "Steel bottle, 750 ml, leak-proof.",
                "price_minor": 1999,
                "currency": "USD",
            }
            for p, title, brand in (("p1", "Steel Bottle", "PolarSip"), ("p2", "Mug", "Brewmate"))
        )
    # no text vectors: what the ranker makes of them is not tested here, and they take seconds
    (tmp_path / "text.toml").write_text("", encoding="utf-8")
    return tmp_path


@pytest.fixture
def store(home: Path) -> Store:
    return Store.open(home)


def write(store: Store, n: int = 3) -> list[Creative]:
    return draft(store, Settings(), rows.product(store, "p1"), None, "en", n)


def test_drafts_are_stored_with_their_provenance(store: Store) -> None:
    made = write(store)
    assert [c.state for c in made] == [CreativeState.DRAFT] * 3
    assert {c.creative_id for c in creatives.listing(store)} == {c.creative_id for c in made}
    p = made[0].provenance
    assert p["template"] and p["hook"] and p["facts"] and p["seed"] and "@" in p["rules"]
    assert p["label"] == "Ad" and made[0].writer == "template"
    assert creatives.load(store, made[0].creative_id) == made[0]


def test_writing_again_gives_other_ads(store: Store) -> None:
    first = {(c.headline, c.body) for c in write(store)}
    second = {(c.headline, c.body) for c in write(store)}
    assert not first & second


def test_approve_keeps_who_and_when(store: Store) -> None:
    ad = write(store, 1)[0]
    done = review.approve(store, ad.creative_id, "mei")
    assert (done.state, done.decided_by) == (CreativeState.APPROVED, "mei")
    assert done.decided_at
    assert creatives.listing(store, CreativeState.APPROVED) == [done]


def test_an_edit_is_a_new_version_and_waits_again(store: Store) -> None:
    ad = write(store, 1)[0]
    review.approve(store, ad.creative_id, "mei")
    new = review.edit(store, ad.creative_id, headline="A bottle for the road", by="mei")
    assert (new.version, new.state, new.decided_by) == (2, CreativeState.DRAFT, "")
    versions = creatives.history(store, ad.creative_id)
    assert [v.state for v in versions] == [CreativeState.APPROVED, CreativeState.DRAFT]
    assert versions[0].headline == ad.headline
    assert creatives.listing(store, CreativeState.APPROVED) == []


def test_an_ad_with_errors_cannot_be_approved(store: Store) -> None:
    ad = write(store, 1)[0]
    bad = review.edit(store, ad.creative_id, headline="The best bottle", by="mei")
    assert bad.state is CreativeState.REFUSED
    with pytest.raises(CreativeError) as e:
        review.approve(store, ad.creative_id, "mei")
    assert "best" in e.value.what and e.value.todo
    with pytest.raises(CreativeError):
        creatives.decide(store, ad.creative_id, CreativeState.APPROVED, "mei")
    good = review.edit(store, ad.creative_id, headline="A bottle for the road", by="mei")
    assert review.approve(store, good.creative_id, "mei").version == 3


def test_the_database_itself_refuses_an_approved_error(store: Store) -> None:
    ad = write(store, 1)[0]
    review.edit(store, ad.creative_id, headline="The best bottle")
    with pytest.raises(sqlite3.IntegrityError):
        store.db.conn.execute(
            "UPDATE creative_versions SET state = 'approved', decided_by = 'x', decided_at = 'y'"
            " WHERE version = 2"
        )
    with pytest.raises(sqlite3.IntegrityError, match="new version"):
        store.db.conn.execute("UPDATE creative_versions SET headline = 'x'")


def test_a_changed_price_takes_the_approval_back(store: Store, tmp_path: Path) -> None:
    ad = write(store, 1)[0]
    edited = review.edit(store, ad.creative_id, body="The PolarSip Steel Bottle for $19.99.")
    review.approve(store, edited.creative_id, "mei")
    assert len(review.export(store).ready) == 1
    store.db.conn.execute("UPDATE products SET price_minor = 2499")
    with pytest.raises(CreativeError, match="no longer hold"):
        review.export(store)
    assert creatives.load(store, ad.creative_id).state is CreativeState.REFUSED


def test_a_decision_on_an_older_version_is_refused(store: Store) -> None:
    ad = write(store, 1)[0]
    review.edit(store, ad.creative_id, headline="A bottle for the road")
    with pytest.raises(CreativeError, match="edited meanwhile"):
        review.approve(store, ad.creative_id, "mei", version=1)
    with pytest.raises(CreativeError, match="edited meanwhile"):
        creatives.edit(store, replace(ad, headline="Another"))


@pytest.mark.parametrize("state", [CreativeState.DRAFT, CreativeState.REFUSED])
def test_nobody_decides_anything_else(store: Store, state: CreativeState) -> None:
    ad = write(store, 1)[0]
    with pytest.raises(CreativeError):
        creatives.decide(store, ad.creative_id, state, "mei")
    with pytest.raises(CreativeError):
        creatives.decide(store, ad.creative_id, CreativeState.APPROVED, " ")
    with pytest.raises(CreativeError):
        creatives.save(store, [replace(ad, creative_id="", state=CreativeState.APPROVED)])


def test_every_decision_is_kept(store: Store) -> None:
    ad = write(store, 1)[0]
    review.approve(store, ad.creative_id, "mei")
    review.reject(store, ad.creative_id, "li", "off season")
    kept = creatives.decisions(store, ad.creative_id)
    assert [(d.state, d.decided_by) for d in kept] == [
        ("approved", "mei"),
        ("rejected", "li"),
    ]


def test_refused_ads_are_kept_only_if_nothing_passes(store: Store) -> None:
    class Boaster:
        name = "boaster"

        version = "1"

        def write(
            self, brief: Brief, n: int, seed: int | None = None, watch: Watch | None = None
        ) -> list[Candidate]:
            return [Candidate(AdText("The best bottle", "Guaranteed.", "", "Ad"))] * 4

    made = draft(store, Settings(), rows.product(store, "p1"), None, "en", 2, writer=Boaster())
    assert [c.state for c in made] == [CreativeState.REFUSED] * 2
    assert all(c.findings for c in made)


def test_unknown_ads_are_named(store: Store) -> None:
    with pytest.raises(CreativeError, match="no ad with the id"):
        creatives.load(store, "ad-none")
    ad = write(store, 1)[0]
    with pytest.raises(CreativeError, match="no version 7"):
        creatives.load(store, ad.creative_id, 7)


def run(home: Path, *args: str) -> dict[str, object]:
    result = CliRunner().invoke(ads, [*args, "--home", str(home), "--json"])
    if isinstance(result.exception, UserFacing):
        raise result.exception
    assert result.exit_code == 0, result.output
    value = json.loads(result.output.splitlines()[-1])
    assert isinstance(value, dict)
    return value


def test_the_commands_lead_from_a_product_to_a_file(home: Path, tmp_path: Path) -> None:
    made = run(home, "write", "--product", "p1", "--language", "zh", "--n", "2")["ads"]
    assert isinstance(made, list) and len(made) == 2
    one, two = (a["creative_id"] for a in made)
    with pytest.raises(CreativeError, match="No ad is approved"):
        run(home, "export", str(tmp_path / "out.csv"))
    run(home, "approve", one, "--by", "mei")
    run(home, "reject", two, "--by", "mei", "--reason", "too plain")
    with pytest.raises(CreativeError, match="Not approved"):
        run(home, "export", str(tmp_path / "out.csv"), "--id", two)
    run(home, "export", str(tmp_path / "out"))
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    assert [(r["creative_id"], r["label"], r["approved_by"]) for r in table] == [
        (one, "广告", "mei")
    ]
    assert json.loads((tmp_path / "out.json").read_text("utf-8"))["ads"][0]["creative_id"] == one
    assert len(run(home, "list", "--state", "rejected")["ads"]) == 1  # type: ignore[arg-type]
    shown = run(home, "show", one)
    assert shown["state"] == "approved" and len(shown["decisions"]) == 1  # type: ignore[arg-type]


def ids(value: dict[str, object]) -> list[str]:
    found = value["ads"]
    assert isinstance(found, list)
    return [a["creative_id"] for a in found]


def test_several_slots_at_once_and_lists_by_slot(home: Path) -> None:
    slots = ("--slot", "feed", "--slot", "email")
    assert len(ids(run(home, "write", "--product", "p1", "--n", "1", *slots))) == 2
    (one,) = ids(run(home, "list", "--slot", "feed", "--language", "en", "--since", "2020-01-01"))
    assert run(home, "show", one)["slot"] == "feed"
    assert ids(run(home, "list", "--since", "2099-01-01")) == []
    assert ids(run(home, "list", "--slot", "search")) == []


def test_the_commands_lead_from_approval_to_retirement(home: Path, tmp_path: Path) -> None:
    one, two = ids(run(home, "write", "--product", "p1", "--n", "2"))
    with pytest.raises(CreativeError, match="cannot become live"):
        run(home, "live", one)
    for each in (one, two):
        run(home, "approve", each, "--by", "mei")
    assert run(home, "live", one, "--by", "li")["state"] == "live"
    run(home, "export", str(tmp_path / "a.json"), "--live", "--by", "li")
    records = json.loads((tmp_path / "a.json").read_text("utf-8"))["ads"]
    assert {r["variant"] for r in records} == {f"{one}.1", f"{two}.1"}
    assert {(r["slot"], r["label"], r["approved_by"]) for r in records} == {("search", "Ad", "mei")}
    assert ids(run(home, "list", "--state", "approved")) == []
    assert run(home, "retire", one, "--reason", "sold out")["state"] == "retired"
    assert run(home, "undo", one, "--reason", "a slip")["state"] == "live"
    shown = run(home, "show", one)
    assert isinstance(shown["decisions"], list) and isinstance(shown["exports"], list)
    assert [d["state"] for d in shown["decisions"]] == ["approved", "live", "retired", "live"]
    assert [d["undone"] for d in shown["decisions"]] == [False, False, True, False]
    assert shown["exports"][0]["exported_by"] == "li"
    words = CliRunner().invoke(ads, ["show", one, "--home", str(home)]).output
    for part in ("taken back to live by", "exported to a.json by li", "facts used: ", "score: "):
        assert part in words


def test_an_export_that_cannot_be_written_changes_nothing(home: Path) -> None:
    (one,) = ids(run(home, "write", "--product", "p1", "--n", "1"))
    run(home, "approve", one)
    with pytest.raises(InputError, match="cannot be written"):
        run(home, "export", str(home / "no" / "x"), "--live")
    shown = run(home, "show", one)
    assert shown["state"] == "approved" and shown["exports"] == []


def test_a_live_ad_that_no_longer_holds_goes_off(store: Store) -> None:
    ad = write(store, 1)[0]
    edited = review.edit(store, ad.creative_id, body="The PolarSip Steel Bottle for $19.99.")
    review.approve(store, edited.creative_id, "mei")
    review.live(store, edited.creative_id, "mei")
    store.db.conn.execute("UPDATE products SET price_minor = 2499")
    with pytest.raises(CreativeError, match="no longer hold"):
        review.export(store)
    off = creatives.load(store, ad.creative_id)
    assert (off.state, off.approved_by) == (CreativeState.REFUSED, "")
    assert creatives.decisions(store, ad.creative_id)[-1].decided_by == creatives.CHECKS


def test_words_for_people(home: Path) -> None:
    result = CliRunner().invoke(ads, ["write", "--product", "p1", "--home", str(home)])
    assert result.exit_code == 0 and "[Ad]" in result.output and "PolarSip" in result.output
    listed = CliRunner().invoke(ads, ["list", "--home", str(home)])
    assert listed.output.count("draft") == 3


def test_a_product_may_be_given_by_its_title(home: Path) -> None:
    made = run(home, "write", "--product", "steel bottle", "--n", "1")["ads"]
    assert isinstance(made, list) and made[0]["product_id"] == "p1"


def test_an_unknown_product_is_named(home: Path) -> None:
    with pytest.raises(InputError, match="no such product"):
        run(home, "write", "--product", "nothing")
