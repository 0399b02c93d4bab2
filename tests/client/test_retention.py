"""Retention: what is too old goes in chunks, with a receipt; nothing by itself that nobody asked for."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from client.commands.people import retention
from client.people import keeping, rights
from client.shop import make_shop
from client.store import Store, ledger, people_retention
from common.errors import InputError
from common.keys import Identity
from common.ledger import utc
from common.settings import load_settings
from tests.client.people_shop import AT, n_rows, people_shop

#: 200 days after the rows of the made-up shop.
NOW = datetime.fromisoformat(AT).astimezone(UTC) + timedelta(days=200)
NEW = utc(NOW - timedelta(days=5))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "shop"


def with_new_rows(home: Path) -> Store:
    """The made-up shop, and a few rows of last week; conversions of old and of no impressions."""
    store = people_shop(home, 100)
    for i in range(1, 11):
        store.db.execute(
            "INSERT INTO events (event_key, shopper, kind, happened_at) VALUES (?, ?, 'view', ?)",
            [f"n{i}", i, NEW],
        )
        store.db.execute(
            "INSERT INTO impressions (impression_id, shopper, product_id, shown_at)"
            " VALUES (?, ?, 'P1', ?)",
            [f"n{i}", i, NEW],
        )
        store.db.execute(
            "INSERT INTO conversions (impression_id, converted_at) VALUES (?, ?)", [f"n{i}", NEW]
        )
    store.db.execute(
        "INSERT INTO conversions (impression_id, converted_at) VALUES ('lost', ?)", [AT]
    )
    store.db.execute(
        "INSERT INTO conversions (impression_id, converted_at) VALUES ('soon', ?)", [NEW]
    )
    store.db.execute("INSERT INTO costs (cost_key, day, cost_minor) VALUES ('k', '2020-01-01', 5)")
    return store


def test_old_rows_go_and_new_ones_and_costs_stay(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_retention, "CHUNK", 7)
    with with_new_rows(home) as store:
        steps: list[tuple[str, int, int]] = []
        planned = rights.retention_preview(store, 180, NOW)
        receipt = rights.retention_run(
            store, 180, NOW, progress=lambda table, done, n: steps.append((table, done, n))
        )
        assert dict(receipt.counts) == planned == {
            "events": 200, "impressions": 200, "conversions": 101, "profiles": 3,
            "audience_members": 120, "refused_rows": 6,
        }  # fmt: skip
        left = {t: n_rows(store, t) for t in (*planned, "shoppers", "costs", "audiences")}
        assert left == {
            "events": 10, "impressions": 10, "conversions": 11, "profiles": 0,
            "audience_members": 0, "refused_rows": 0, "shoppers": 100, "costs": 1, "audiences": 3,
        }  # fmt: skip
        assert [s for s in steps if s[0] == "events"][:2] == [
            ("events", 7, 200),
            ("events", 14, 200),
        ]
        assert rights.holds(store, receipt)
        ledger.checked(store, Identity.load(home / "keys" / "identity.pem").public)
        # nothing is left to do, and it says so with a note of its own
        assert rights.retention_run(store, 180, NOW).n_rows == 0
        assert len(rights.receipts(store)) == 2


def test_it_never_empties_a_shop_by_itself(home: Path) -> None:
    with people_shop(home, 50) as store:
        with pytest.raises(InputError, match="nothing would be left"):
            rights.retention_run(store, 180, NOW)
        assert n_rows(store, "events") == 100 and n_rows(store, "ledger") == 0
        assert rights.retention_run(store, 0, NOW).n_rows == 0
        assert rights.retention_run(store, 201, NOW).n_rows == 0
        assert rights.retention_run(store, 180, NOW, everything=True).n_rows > 0


def test_the_daily_job_is_off_until_the_owner_says_so(home: Path) -> None:
    with with_new_rows(home) as store:
        assert not rights.due(store, NOW) and keeping.daily_days(home) == 0
        assert load_settings(home).people.retention_days == 180
        keeping.switch(home, 90)
        assert rights.due(store, NOW) and keeping.daily_days(home) == 90
        rights.retention_run(store, 90, NOW)
        assert not rights.due(store, NOW + timedelta(hours=23))
        assert rights.due(store, NOW + timedelta(hours=24))
        assert rights.due(store, NOW - timedelta(days=3))
        keeping.switch(home, None)
        assert not rights.due(store, NOW + timedelta(days=2))
        keeping.switch(home, 0)
        assert not rights.due(store, NOW + timedelta(days=2))
        text = (home / "hansa.toml").read_text()
    assert 'shop_name = "People"' in text and "retention_days = 0" in text


def test_a_new_shop_may_switch_it_on(home: Path) -> None:
    make_shop(home, "New", "en", {"epsilon": 2.0}, retention_days=180)
    people = load_settings(home).people
    assert (people.retention, people.retention_days) == (True, 180)
    assert load_settings(home).policy.epsilon == 2.0


def test_the_older_name_of_the_setting_still_counts(home: Path) -> None:
    make_shop(home, "Old", "en", {})
    path = home / "hansa.toml"
    path.write_text("retention_days = 30\n" + path.read_text())
    assert load_settings(home).people.retention_days == 30
    keeping.switch(home, 60)
    assert load_settings(home).people.retention_days == 60


def test_rows_of_minors_go_after_their_time(home: Path) -> None:
    with with_new_rows(home) as store:
        store.db.execute("UPDATE shoppers SET minor = 1 WHERE shopper IN (2, 3)")
        assert rights.due(store, NOW)
        receipt = rights.retention_run(store, keeping.daily_days(home), NOW)
        assert dict(receipt.counts) == {
            "events": 4, "impressions": 4, "conversions": 2, "profiles": 2,
            "audience_members": 0, "refused_rows": 0,
        }  # fmt: skip
        assert not rights.due(store, NOW + timedelta(days=2))
        # their rows of last week follow when they are 30 days old
        assert rights.due(store, NOW + timedelta(days=26))


def test_minors_can_be_deleted_at_once_and_stay_known(home: Path) -> None:
    with with_new_rows(home) as store:
        store.db.execute("UPDATE shoppers SET minor = 1 WHERE shopper IN (2, 3)")
        receipt = rights.delete_minors(store, NOW)
        assert dict(receipt.counts) == {
            "events": 6, "impressions": 6, "conversions": 4, "profiles": 2, "audience_members": 6,
        }  # fmt: skip
        assert store.db.execute("SELECT count(*) FROM shoppers WHERE minor = 1").fetchone()[0] == 2
        assert rights.holds(store, receipt)


def test_the_command(home: Path) -> None:
    people_shop(home, 30).close()
    run = CliRunner().invoke
    dry = run(retention, ["--home", str(home), "--dry-run", "--days", "1", "--json"])
    assert json.loads(dry.output)["counts"]["events"] == 60
    said = run(retention, ["--home", str(home), "--dry-run", "--days", "0"])
    assert "for ever" in said.output
    idle = run(retention, ["--home", str(home), "--daily", "--json"])
    assert json.loads(idle.output) == {"due": False}
    no = run(retention, ["--home", str(home), "--days", "1"], input="n\n")
    assert isinstance(no.exception, InputError)
    zero = run(retention, ["--home", str(home), "--keep", "0"])
    assert "for ever" in zero.output
    on = run(retention, ["--home", str(home), "--keep", "100", "--json"])
    assert json.loads(on.output)["people"]["retention"] is True
    done = run(
        retention, ["--home", str(home), "--days", "1", "--everything", "--json", "--compact"]
    )
    assert json.loads(done.output.splitlines()[-1])["counts"]["events"] == 60
    with Store.open(home) as store:
        assert n_rows(store, "events") == 0
