"""The schema of an ad's life: old databases are carried over whole; the database itself says no."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from shutil import copy

import pytest
from sqlite_utils import Database

from client.store import Store, creatives
from client.store.schema import MIGRATIONS
from client.store.schema_life import LIFE
from common.database import open_database
from common.domain import CreativeState

T = "2026-01-0{}T00:00:00+00:00"


def version(state: str, ad: str = "ad-1", number: int = 1, by: str = "") -> dict[str, object]:
    return {
        "creative_id": ad,
        "version": number,
        "headline": f"Words of {ad} {number}",
        "body": "Body",
        "state": state,
        "writer": "template",
        "created_at": T.format(1),
        "decided_at": T.format(2) if by else "",
        "decided_by": by,
    }


def fill(db: Database) -> None:
    db.table("products").insert({"product_id": "p1", "title": "Mug"})
    for ad in ("ad-1", "ad-2"):
        db.table("creatives").insert(
            {"creative_id": ad, "product_id": "p1", "language": "en", "created_at": T.format(1)}
        )
    db.table("creative_versions").insert_all(
        [version("rejected", by="li"), version("approved", number=2, by="mei")]
    )
    db.table("creative_versions").insert(version("draft", "ad-2"))
    for number, state, by in ((1, "rejected", "li"), (2, "approved", "mei")):
        db.table("creative_decisions").insert(
            {
                "creative_id": "ad-1",
                "version": number,
                "state": state,
                "decided_at": T.format(number + 1),
                "decided_by": by,
            }
        )
    db.conn.commit()


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop of before this migration, with ads in it, opened by today's program."""
    home = tmp_path_factory.mktemp("shop")
    db = open_database(home / "hansa.db", MIGRATIONS[: MIGRATIONS.index(LIFE)])
    fill(db)
    db.close()
    Store.open(home).close()
    return home


@pytest.fixture
def store(upgraded: Path, tmp_path: Path) -> Store:
    copy(upgraded / "hansa.db", tmp_path / "hansa.db")
    return Store.open(tmp_path)


def execute(store: Store, sql: str, *values: object) -> None:
    store.db.conn.execute(sql, values)


def test_an_older_database_keeps_every_ad_and_decision(store: Store) -> None:
    first, second = creatives.history(store, "ad-1")
    assert (first.state, first.decided_by, first.approved_by) == (CreativeState.REJECTED, "li", "")
    assert (second.state, second.approved_by) == (CreativeState.APPROVED, "mei")
    assert second.approved_at == second.decided_at == T.format(2)
    assert creatives.load(store, "ad-2").headline == "Words of ad-2 1"
    kept = creatives.decisions(store, "ad-1")
    assert [(d.state, d.decided_by) for d in kept] == [("rejected", "li"), ("approved", "mei")]
    assert store.db.execute("PRAGMA foreign_key_check").fetchall() == []
    assert store.db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_an_upgraded_schema_is_the_schema_of_a_new_shop(store: Store, tmp_path: Path) -> None:
    new = Store.open(tmp_path / "new", create=True)
    sql = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
    assert store.db.execute(sql).fetchall() == new.db.execute(sql).fetchall()
    targets = {
        r[2] for r in new.db.execute("PRAGMA foreign_key_list(creative_decisions)").fetchall()
    }
    assert targets == {"creative_versions", "creative_decisions"}


def test_an_ad_that_goes_takes_its_rows_along(store: Store) -> None:
    execute(store, "DELETE FROM creatives WHERE creative_id = 'ad-1'")
    for table in ("creative_versions", "creative_decisions"):
        found = store.db.execute(f"SELECT count(*) FROM {table} WHERE creative_id = 'ad-1'")
        assert found.fetchone()[0] == 0


APPROVE = (
    "UPDATE creative_versions SET state = 'approved', decided_by = 'x', decided_at = 'y',"
    " approved_by = ?, approved_at = 'y' WHERE creative_id = 'ad-2'"
)


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("UPDATE creative_versions SET state = 'shown'", "CHECK"),
        ("UPDATE creative_versions SET state = 'live' WHERE creative_id = 'ad-2'", "goes live"),
        ("UPDATE creative_versions SET state = 'retired' WHERE creative_id = 'ad-2'", "CHECK"),
        ("UPDATE creative_versions SET n_errors = 1 WHERE version = 2", "CHECK"),
        ("UPDATE creative_versions SET approved_by = '' WHERE version = 2", "CHECK"),
        ("UPDATE creative_versions SET headline = 'x'", "new version"),
        ("UPDATE creative_versions SET version = 9 WHERE creative_id = 'ad-2'", "new version"),
        ("UPDATE creative_decisions SET decided_by = 'x'", "never changed"),
        ("INSERT INTO creative_exports VALUES ('ad-2', 1, 'now', 'mei', 'f.csv')", "exported"),
        ("INSERT INTO creative_exports VALUES ('ad-9', 1, 'now', 'mei', 'f.csv')", "exported"),
        (
            "INSERT INTO creative_choice_arms VALUES ('c', 'ad-2', 1, 0.5, 0, 0, NULL, NULL)",
            "chosen from",
        ),
        (
            "INSERT INTO creative_versions (creative_id, version, headline, body, state, writer,"
            " created_at, decided_at, decided_by, approved_at, approved_by) VALUES ('ad-2', 2, 'a',"
            " 'b', 'approved', 'x', 'now', 'now', 'me', 'now', 'me')",
            "waits for a person",
        ),
    ],
)
def test_the_database_itself_says_no(store: Store, sql: str, why: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=why):
        execute(store, sql)


def test_approval_needs_a_name_also_past_the_program(store: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        execute(store, APPROVE, " ")
    execute(store, APPROVE, "mei")
    execute(store, "INSERT INTO creative_exports VALUES ('ad-2', 1, 'now', 'mei', 'f.csv')")
    execute(store, "UPDATE creative_versions SET state = 'live' WHERE creative_id = 'ad-2'")
    with pytest.raises(sqlite3.IntegrityError):
        execute(store, "UPDATE creative_versions SET n_errors = 1 WHERE creative_id = 'ad-2'")
