"""Feature batches of a large shop out of SQLite, measured in a process of its own."""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

PRODUCTS = 5000
KINDS = ("view", "view", "view", "cart", "favourite", "purchase", "search", "review")
START = np.datetime64("2024-01-01T00:00:00", "s")
YEAR_S = 365 * 86_400
CHUNK = 50_000


def measure(*, quick: bool) -> dict[str, float]:
    """`batches_1m_s` (wall seconds from the closed database to ShopperData) and `batches_peak_mb`.

    A quick run has a tenth of the rows, and its seconds are those of the tenth times ten.
    """
    share = 10 if quick else 1
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "shop"
        fill(home, 100_000 // share, 1_000_000 // share, 3_000_000 // share)
        found = json.loads(_child(home))
    return {"batches_1m_s": found["seconds"] * share, "batches_peak_mb": found["peak_mb"]}


def fill(home: Path, n_shoppers: int, n_impressions: int, n_events: int, seed: int = 0) -> None:
    """A made-up shop of that size; rows in random order, as files come."""
    from client.shop import make_shop
    from client.store import DATABASE_NAME

    make_shop(home, "bench", "en", {})
    rng = np.random.default_rng(seed)
    db = sqlite3.connect(home / DATABASE_NAME)
    db.execute("PRAGMA synchronous = OFF")
    with db:
        db.executemany(
            "INSERT INTO products (product_id, title, department, category, product_type)"
            " VALUES (?, ?, ?, ?, ?)",
            [(f"P{i}", f"T{i}", f"D{i % 20}", f"C{i % 200}", "") for i in range(PRODUCTS)],
        )
        db.executemany(
            "INSERT INTO shoppers (shopper, shopper_key, consent) VALUES (?, ?, ?)",
            [(i + 1, f"{i:032x}", int(i % 20 > 0)) for i in range(n_shoppers)],
        )
        db.executemany(
            "INSERT INTO events (event_key, shopper, kind, happened_at, product_id, value_minor)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            _events(rng, n_shoppers, n_events),
        )
        db.executemany(
            "INSERT INTO impressions (impression_id, shopper, product_id, shown_at, campaign_type,"
            " placement, position, device, platform_activity, clicked)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            _impressions(rng, n_shoppers, n_impressions),
        )
        db.executemany(
            "INSERT INTO conversions (impression_id, converted_at) VALUES (?, ?)",
            ((f"i{i:09d}", "2025-01-01T00:00:00Z") for i in range(0, n_impressions, 50)),
        )
        db.execute(
            "INSERT INTO imports (imported_at, file_name, sha256, kind, n_rows, n_new, n_changed,"
            " n_refused) VALUES ('2025-01-01T00:00:00Z', '', '', 'conversions', 0, 0, 0, 0)"
        )
    db.close()


def _events(rng: np.random.Generator, n_shoppers: int, n: int) -> Iterator[tuple[object, ...]]:
    for first in range(0, n, CHUNK):
        m = min(CHUNK, n - first)
        yield from zip(
            [f"{first + i:032x}" for i in range(m)],
            rng.integers(1, n_shoppers + 1, m).tolist(),
            [KINDS[k] for k in rng.integers(0, len(KINDS), m)],
            _times(rng, m),
            [f"P{p}" for p in rng.integers(0, PRODUCTS + 50, m)],
            rng.integers(0, 20_000, m).tolist(),
            strict=True,
        )


def _impressions(rng: np.random.Generator, n_shoppers: int, n: int) -> Iterator[tuple[object, ...]]:
    for first in range(0, n, CHUNK):
        m = min(CHUNK, n - first)
        yield from zip(
            [f"i{first + i:09d}" for i in range(m)],
            rng.integers(1, n_shoppers + 1, m).tolist(),
            [f"P{p}" for p in rng.integers(0, PRODUCTS, m)],
            _times(rng, m),
            [f"Type {k}" for k in rng.integers(0, 4, m)],
            [f"place {k}" for k in rng.integers(0, 6, m)],
            rng.integers(0, 20, m).tolist(),
            [("phone", "desktop", "tablet")[k] for k in rng.integers(0, 3, m)],
            rng.integers(0, 6, m).tolist(),
            [None] * m,
            strict=True,
        )


def _times(rng: np.random.Generator, m: int) -> list[str]:
    at = START + rng.integers(0, YEAR_S, m).astype("timedelta64[s]")
    return [f"{t}Z" for t in at.astype(str).tolist()]


def _child(home: Path) -> str:
    """The measurement in a fresh process: its peak is nobody else's."""
    here = Path(__file__).resolve()
    env = {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
    env["PYTHONPATH"] = os.pathsep.join([str(here.parents[2]), str(here.parents[1])])
    done = subprocess.run(
        [sys.executable, str(here), str(home)], env=env, capture_output=True, text=True, check=True
    )
    return done.stdout


def build(home: Path) -> dict[str, float]:
    """Exposures and ShopperData of the shop; wall and CPU seconds, this process' peak in MB."""
    from client.dataset import ShopperData
    from client.store import Store
    from client.store.exposures import load
    from common.features import default_spec

    began, cpu = time.perf_counter(), time.process_time()
    with Store.open(home, read_only=True) as store:
        exposures = load(store)
    data = ShopperData.from_exposures(default_spec(), exposures)
    seconds, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "cpu_s": cpu_s, "peak_mb": peak, "rows": data.n_rows}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(build(Path(sys.argv[1]))) + "\n")
