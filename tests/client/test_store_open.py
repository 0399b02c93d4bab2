"""A shop of an older Hansa is brought up to date by whoever opens it first, also only to look."""

from __future__ import annotations

from pathlib import Path

from client.store import DATABASE_NAME, Store
from client.store.schema import MIGRATIONS
from common.database import open_database


def test_looking_at_an_older_shop_brings_it_up_to_date(tmp_path: Path) -> None:
    open_database(tmp_path / DATABASE_NAME, MIGRATIONS[:4]).close()
    with Store.open(tmp_path, read_only=True) as store:
        version = store.db.execute("PRAGMA user_version").fetchone()[0]
        assert version == len(MIGRATIONS)
        assert store.db.execute("SELECT count(*) FROM creatives").fetchone() == (0,)
