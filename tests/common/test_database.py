import sqlite3

import pytest

from common.database import open_database, split_statements, transaction
from common.errors import DatabaseBusy, NewerDatabase, OlderDatabase, StoreError

ONE = "CREATE TABLE a (x INTEGER); CREATE TRIGGER t BEFORE DELETE ON a BEGIN SELECT RAISE(ABORT, 'no; never'); END;"
TWO = "ALTER TABLE a ADD COLUMN y TEXT"


def test_migrates_in_order_and_keeps_rows(tmp_path):
    path = tmp_path / "a.db"
    db = open_database(path, [ONE])
    with transaction(db) as c:
        c.execute("INSERT INTO a VALUES (1)")
    db.close()
    db = open_database(path, [ONE, TWO])
    assert list(db.query("SELECT * FROM a")) == [{"x": 1, "y": None}]
    with pytest.raises(sqlite3.IntegrityError):
        db.execute("DELETE FROM a")


def test_newer_database_is_left_alone(tmp_path):
    path = tmp_path / "a.db"
    open_database(path, [ONE, TWO]).close()
    before = path.read_bytes()
    with pytest.raises(NewerDatabase) as e:
        open_database(path, [ONE])
    assert "newer" in e.value.what and e.value.todo
    assert path.read_bytes() == before


def test_an_older_database_is_not_read_as_if_it_were_new(tmp_path):
    path = tmp_path / "a.db"
    open_database(path, [ONE]).close()
    before = path.read_bytes()
    with pytest.raises(OlderDatabase) as e:
        open_database(path, [ONE, TWO], read_only=True)
    assert "older" in e.value.what and e.value.todo
    assert path.read_bytes() == before


def test_no_database_at_all(tmp_path):
    path = tmp_path / "a.db"
    path.write_bytes(b"this is a text file, not a database at all" * 50)
    with pytest.raises(StoreError) as e:
        open_database(path, [ONE])
    assert "not a Hansa database" in e.value.what


def test_a_failed_migration_changes_nothing(tmp_path):
    path = tmp_path / "a.db"
    open_database(path, [ONE]).close()
    with pytest.raises(StoreError):
        open_database(path, [ONE, "CREATE TABLE b (x); NONSENSE"])
    db = open_database(path, [ONE])
    assert db.table_names() == ["a"]


def test_a_transaction_is_all_or_nothing(tmp_path):
    db = open_database(tmp_path / "a.db", [ONE])
    with pytest.raises(RuntimeError), transaction(db) as c:
        c.execute("INSERT INTO a VALUES (1)")
        raise RuntimeError
    assert db["a"].count == 0


def test_a_busy_database_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("common.database.BUSY_TIMEOUT_MS", 50)
    path = tmp_path / "a.db"
    first, second = open_database(path, [ONE]), open_database(path, [ONE])
    with transaction(first), pytest.raises(DatabaseBusy), transaction(second):
        pass


def test_triggers_stay_whole():
    assert len(list(split_statements(ONE))) == 2
