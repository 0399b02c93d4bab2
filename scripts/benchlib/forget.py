"""How long 'hansa shopper forget' takes in a shop of millions of rows, made up here."""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from client.people import rights
from client.shop import make_shop
from client.store import DATABASE_NAME, Store
from client.store.people_forget import copies

START = datetime(2026, 1, 1, tzinfo=UTC)
BATCH = 100_000


def make(home: Path, n_rows: int, n_shoppers: int) -> list[str]:
    """A shop with `n_rows` events, impressions and conversions in the ratio 5 : 4 : 1; all pseudonyms."""
    make_shop(home, "Large", "en", {})
    rng = random.Random(7)
    keys = [f"{rng.getrandbits(128):032x}" for _ in range(n_shoppers)]
    with Store.open(home) as store:
        conn = store.db.conn
        # only while the rows are made up: nothing is lost if this fails
        conn.execute("PRAGMA synchronous = OFF")
        conn.execute("PRAGMA cache_size = -400000")
        conn.executemany(
            "INSERT INTO shoppers (shopper, shopper_key, consent) VALUES (?, ?, 1)",
            enumerate(keys, start=1),
        )
        for begin in range(0, n_rows, BATCH):
            conn.execute("BEGIN")
            n = min(BATCH, n_rows - begin)
            seen = [
                (begin + i, rng.randrange(n_shoppers) + 1, rng.randrange(15_000_000))
                for i in range(n)
            ]
            conn.executemany(
                "INSERT INTO events (event_key, shopper, kind, happened_at, product_id, query)"
                " VALUES (?, ?, 'search', ?, 'P1', 'green tea')",
                [(f"e{i}", who, _at(s)) for i, who, s in seen[: n // 2]],
            )
            shown = seen[n // 2 : n // 2 + n * 2 // 5]
            conn.executemany(
                "INSERT INTO impressions (impression_id, shopper, product_id, shown_at)"
                " VALUES (?, ?, 'P1', ?)",
                [(f"i{i:09d}", who, _at(s)) for i, who, s in shown],
            )
            conn.executemany(
                "INSERT INTO conversions (impression_id, converted_at) VALUES (?, ?)",
                [(f"i{i:09d}", _at(s)) for i, _, s in shown[: n // 10]],
            )
            conn.execute("COMMIT")
        _audiences(store, keys, rng)
        # what the making left behind is not part of forgetting
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return keys


def _audiences(store: Store, keys: list[str], rng: random.Random, n: int = 50) -> None:
    conn = store.db.conn
    conn.execute("BEGIN")
    for a in range(n):
        conn.execute(
            "INSERT INTO audiences (audience_id, name, product_id, size, expected_cvr, base_cvr,"
            " bundle_digest, created_at) VALUES (?, 'A', 'P1', 1000, '{}', 0.1, '', ?)",
            (f"a{a}", _at(a)),
        )
        conn.executemany(
            "INSERT INTO audience_members (audience_id, rank, shopper_key, p_conversion)"
            " VALUES (?, ?, ?, 0.5)",
            [(f"a{a}", rank, k) for rank, k in enumerate(rng.sample(keys, 1000))],
        )
    conn.execute("COMMIT")


def _at(seconds: int) -> str:
    return (START + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def measure(
    n_rows: int = 5_000_000, n_shoppers: int = 200_000, n_forgotten: int = 7
) -> dict[str, float]:
    """Seconds to forget one person: median and worst of a few, and what is left of them in the raw file."""
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "shop"
        keys = make(home, n_rows, n_shoppers)
        took, deleted, left = [], 0, 0
        for key in random.Random(3).sample(keys, n_forgotten):
            begun = time.perf_counter()
            with Store.open(home) as store:
                deleted += rights.forget(store, key, datetime.now(UTC)).n_rows
            took.append(time.perf_counter() - begun)
            with Store.open(home, read_only=True) as store:
                left += copies(store, key)
        size = (home / DATABASE_NAME).stat().st_size
    return {
        "forget_s": sorted(took)[len(took) // 2],
        "forget_worst_s": max(took),
        "forget_rows_each": deleted / n_forgotten,
        "forget_copies_left": left,
        "forget_database_mb": size / 1e6,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    print(json.dumps(measure(parser.parse_args().rows)))
