"""How fast a large file is imported beside `sqlite3 .import`, in how much memory, and how fast one is forgotten."""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROWS, QUICK_ROWS = 5_000_000, 200_000
_HEADER = "impression_id,customer_id,product_id,shown_at,campaign_id,placement,position,device,cost,clicked"
#: The table of `client/store/schema_shop.py` under the file's names, with the same indexes.
_TABLE = """
CREATE TABLE impressions (impression_id TEXT PRIMARY KEY, customer_id TEXT NOT NULL,
  product_id TEXT NOT NULL, shown_at TEXT NOT NULL, campaign_id TEXT, placement TEXT,
  position INTEGER, device TEXT, cost REAL, clicked TEXT);
CREATE INDEX by_shopper ON impressions (customer_id, shown_at);
CREATE INDEX by_time ON impressions (shown_at, impression_id);
CREATE INDEX by_product ON impressions (product_id);
"""
#: What a child prints: seconds of wall clock and of the processor, and its peak of memory in KiB.
_TELL = """
import json, resource, time
began = time.perf_counter()
{work}
used = resource.getrusage(resource.RUSAGE_{who})
print(json.dumps([time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss, {more}]))
"""
_OURS = """
from pathlib import Path
from client.ingest.files import import_files
from client.store import Store
with Store.open(Path({home!r})) as store:
    done = import_files(store, [Path({file!r})])[0]
"""
_SHELL = """
import subprocess
subprocess.run(["sqlite3", {db!r}, ".import --csv --skip 1 {file} impressions"], check=True)
"""
_FORGET = """
from pathlib import Path
from datetime import UTC, datetime
from client.people.rights import forget
from client.store import Store
with Store.open(Path({home!r})) as store:
    began = time.perf_counter()
    forget(store, {who!r}, datetime.now(UTC))
    took = time.perf_counter() - began
"""


def measure(*, quick: bool, rows: int = 0) -> dict[str, float]:
    """`import_vs_sqlite_import` (ratio of speeds), `import_peak_mb`, `forget_s`; and of `batches`.

    The ratio is of wall clock; `..._cpu` is the same of processor time, for shared machines.

    Args:
        quick: Fewer rows.
        rows: Of the file; 0: five million, or two hundred thousand where quick.
    """
    rows = rows or (QUICK_ROWS if quick else ROWS)
    with tempfile.TemporaryDirectory(prefix="hansa-bench-") as folder:
        file = Path(folder) / "impressions.csv"
        write_file(file, rows)
        theirs, theirs_cpu, program = _sqlite(Path(folder), file)
        home = Path(folder) / "shop"
        ours, ours_cpu, peak_kib, n = _ours(home, file)
        if n != rows:
            raise RuntimeError(f"{n} rows of {rows} were imported")
        out = {
            "rows": float(rows),
            "import_vs_sqlite_import": theirs / ours,
            "import_vs_sqlite_import_cpu": theirs_cpu / ours_cpu,
            "compared_with_program": float(program),
            "import_rows_per_s": rows / ours,
            "sqlite_rows_per_s": rows / theirs,
            "import_peak_mb": peak_kib / 1024,
        }
        out |= _forget(home)
    from benchlib import batches

    return out | batches.measure(quick=quick)


def write_file(path: Path, rows: int) -> None:
    """Impressions in the order of time: a shopper has fifty, there are two thousand products."""
    rng = random.Random(7)
    with path.open("w", encoding="utf-8") as f:
        f.write(_HEADER + "\n")
        lines = _lines(rng, rows)
        while part := list(islice(lines, 100_000)):
            f.writelines(part)


def _lines(rng: random.Random, rows: int) -> Iterator[str]:
    for i in range(rows):
        minute = i // 12
        day = minute // 1440
        at = (
            f"{2022 + day // 336}-{1 + day // 28 % 12:02d}-{1 + day % 28:02d}"
            f"T{minute // 60 % 24:02d}:{minute % 60:02d}:{i % 12 * 5:02d}Z"
        )
        yield (
            f"i{i:09d},c{int(rng.random() * rows / 50)},p{int(rng.random() * 2000)},{at},"
            f"k{i // 100_000},feed,{i % 20},mobile,0.{i % 90 + 10},{'yes' if i % 47 == 0 else 'no'}\n"
        )


def _child(work: str, who: str = "SELF", more: str = "0") -> list[float]:
    done = subprocess.run(
        [sys.executable, "-c", _TELL.format(work=work, who=who, more=more)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "POLARS_MAX_THREADS": "1"},
        check=True,
        capture_output=True,
        text=True,
    )
    return [float(v) for v in json.loads(done.stdout.splitlines()[-1])]


def _ours(home: Path, file: Path) -> tuple[float, float, float, int]:
    from client.shop import make_shop

    make_shop(home, "Bench", "en", {})
    work = _OURS.format(home=str(home), file=str(file))
    seconds, cpu, peak, n = _child(work, more="done.n_new")
    return seconds, cpu, peak, int(n)


def _sqlite(folder: Path, file: Path) -> tuple[float, float, bool]:
    """Seconds, processor seconds, and whether it was the program (else Python's csv module)."""
    db = folder / "plain.db"
    conn = sqlite3.connect(db)
    conn.executescript(_TABLE)
    conn.close()
    program = shutil.which("sqlite3") is not None
    if program:
        work, who = _SHELL.format(db=str(db), file=str(file)), "CHILDREN"
    else:
        work = f"from benchlib.data import by_csv\nby_csv({str(db)!r}, {str(file)!r})"
        work, who = f"import sys\nsys.path.insert(0, 'scripts')\n{work}", "SELF"
    seconds, cpu, *_ = _child(work, who)
    for path in folder.glob("plain.db*"):
        path.unlink()
    return seconds, cpu, program


def by_csv(db: str, file: str) -> None:
    """What stands in where there is no program: the csv module and one transaction."""
    with Path(file).open(encoding="utf-8", newline="") as f:
        rows = csv.reader(f)
        next(rows)
        conn = sqlite3.connect(db)
        with conn:
            conn.executemany(f"INSERT INTO impressions VALUES ({', '.join('?' * 10)})", rows)
        conn.close()


def _forget(home: Path) -> dict[str, float]:
    """Seconds until one shopper is gone; nothing where that is not built."""
    try:
        import client.people.rights  # noqa: F401
    except ImportError:
        return {}
    work = _FORGET.format(home=str(home), who="c7")
    return {"forget_s": _child(work, more="took")[3]}
