"""Imports that are cut off: killed, out of room, locked out; nothing is lost, nothing doubled."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from client.ingest.files import Options, import_files
from client.ingest.source_bytes import FileBytes
from client.shop import make_shop
from client.store import Store, intake
from common.errors import DatabaseBusy, StoreError

ROOT = Path(__file__).parents[2]
HEAD = "customer_id,kind,happened_at,product_id,value\n"
CHILD = """
import sys
from pathlib import Path
from client.store import Store, intake
from client.ingest import source_bytes, files
intake.CHUNK_ROWS = 1
if len(sys.argv) > 3:
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), -1))
with Store.open(Path(sys.argv[1])) as store:
    print('begun', flush=True)
    told = lambda *_: print('block', flush=True)
    files.import_files(store, [Path(sys.argv[2])], watch=told)
"""


@pytest.fixture
def home(tmp_path):
    make_shop(tmp_path / "shop", "Tea", "en", {})
    return tmp_path / "shop"


def events(path: Path, n: int) -> Path:
    """Many lines are equal, also over the borders of blocks."""
    kinds = ("view", "cart", "purchase")
    path.write_text(
        HEAD
        + "".join(
            f"c{i * 7 % 900},{kinds[i % 3]},2024-01-{1 + i % 7:02d},P{i % 5},\n"
            if i % 1000
            else "broken\n"
            for i in range(n)
        )
    )
    return path


def tables(home: Path) -> list[list[tuple]]:
    with Store.open(home) as store:
        assert store.db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return [
            store.db.execute(sql).fetchall()
            for sql in (
                "SELECT shopper_key, consent, minor FROM shoppers ORDER BY 1",
                "SELECT event_key, shopper_key, kind, happened_at, product_id, value_minor"
                " FROM events JOIN shoppers USING (shopper) ORDER BY 1",
                "SELECT line, column, code, reason, state FROM refused_rows ORDER BY 1",
                "SELECT state, cursor, n_rows, n_new, n_changed, n_refused FROM imports",
            )
        ]


def child(home: Path, file: Path, *more: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(home), str(file), *more],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def undisturbed(tmp_path: Path, home: Path, file: Path) -> list[list[tuple]]:
    other = tmp_path / "other"
    make_shop(other, "Tea", "en", {})
    (other / "keys" / "salt").write_bytes((home / "keys" / "salt").read_bytes())
    with Store.open(other) as store:
        import_files(store, [file])
    return tables(other)


@pytest.mark.slow
def test_killed_anywhere_it_goes_on_without_a_lost_or_doubled_row(tmp_path, home):
    file = events(tmp_path / "e.csv", 200_000)
    rng = random.Random(3)
    kills = 0
    for blocks in (0, 1, 0, 1):
        process = child(home, file)
        for _ in range(1 + blocks):
            process.stdout.readline()
        time.sleep(rng.uniform(0, 0.4))
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.communicate()
    assert kills
    with Store.open(home) as store:
        import_files(store, [file])
    assert tables(home) == undisturbed(tmp_path, home, file)


class _Cut(Exception):
    pass


def test_cut_off_after_any_block_it_goes_on_there(tmp_path, home, monkeypatch):
    monkeypatch.setattr(intake, "CHUNK_ROWS", 1)
    file = events(tmp_path / "e.csv", 130_000)
    cuts = 0

    def watch(name, n, share):
        raise _Cut

    for _ in range(2):
        with Store.open(home) as store:
            try:
                import_files(store, [file], watch=watch)
            except _Cut:
                cuts += 1
            state, cursor = store.db.execute("SELECT state, cursor FROM imports").fetchone()
            assert (state == "done") != bool(cursor)
    assert cuts
    with Store.open(home) as store:
        (done,) = import_files(store, [file])
        assert done.state in ("resumed", "known")
        (again,) = import_files(store, [file])
        assert (again.state, again.n_new) == ("known", 0)
    assert tables(home) == undisturbed(tmp_path, home, file)


def test_out_of_room_says_so_and_goes_on_with_more(tmp_path, home):
    file = events(tmp_path / "e.csv", 20_000)
    process = child(home, file, "400000")
    _, err = process.communicate()
    assert process.returncode != 0
    assert "StoreError" in err
    assert "safe:" in err
    assert tables(home)[1] == []
    with Store.open(home) as store:
        store.db.execute("PRAGMA max_page_count = 60")
        with pytest.raises(StoreError, match="full") as caught:
            import_files(store, [file])
        assert caught.value.safe
    with Store.open(home) as store:
        import_files(store, [file])
    assert tables(home) == undisturbed(tmp_path, home, file)


def test_a_locked_or_closed_database_is_told_in_words(tmp_path, home):
    file = events(tmp_path / "e.csv", 50)
    other = sqlite3.connect(home / "hansa.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Store.open(home) as store:
        store.db.execute("PRAGMA busy_timeout = 10")
        with pytest.raises(DatabaseBusy):
            import_files(store, [file])
    other.execute("ROLLBACK")
    with Store.open(home, read_only=True) as store, pytest.raises(StoreError) as caught:
        import_files(store, [file])
    assert caught.value.todo
    with Store.open(home) as store:
        assert import_files(store, [file])[0].n_new == 49


def test_the_last_file_wins_and_a_dry_run_keeps_nothing(tmp_path, home):
    files = []
    for answer in ("yes", "no"):
        files.append(tmp_path / f"{answer}.csv")
        files[-1].write_text(f"customer_id,consent\nc1,{answer}\n")
    with Store.open(home) as store:
        for n, file in enumerate((files[0], files[1], files[0])):
            (done,) = import_files(store, [file])
            assert (done.n_new, done.n_changed) == ((1, 0) if n == 0 else (0, 1))
        assert import_files(store, [files[0]])[0].state == "known"
        assert import_files(store, [files[0]], Options(again=True))[0].n_changed == 0
        assert import_files(store, [files[1]], Options(dry_run=True))[0].n_changed == 1
        assert store.db.execute("SELECT consent FROM shoppers").fetchall() == [(1,)]
        mappings = store.db.execute("SELECT mapping FROM imports").fetchall()
        assert json.loads(mappings[0][0])["columns"] == {
            "customer_id": "customer_id",
            "consent": "consent",
        }


@pytest.mark.parametrize("kind", [None, "shoppers"])
def test_a_file_of_shoppers_changes_nothing_of_which_it_does_not_speak(tmp_path, home, kind):
    said, silent = tmp_path / "said.csv", tmp_path / "silent.csv"
    said.write_text("customer_id,consent,personalise,minor\na,yes,no,no\nb,no,yes,yes\n")
    silent.write_text(
        "customer_id,minor\na,no\nnew,no\n" if kind is None else "customer_id\na\nnew\n"
    )
    with Store.open(home) as store:
        import_files(store, [said])
        import_files(store, [silent], Options(kind="shoppers"))
        rows = store.db.execute("SELECT consent, personalise, minor FROM shoppers").fetchall()
    assert sorted(rows) == [(0, 1, 0), (0, 1, 1), (1, 0, 0)]


def test_going_on_with_other_blocks_counts_equal_events_the_same(tmp_path, home, monkeypatch):
    """A second reading may cut the file elsewhere: what was written is told by lines."""
    monkeypatch.setattr(intake, "CHUNK_ROWS", 1)
    file = events(tmp_path / "e.csv", 4_000)
    for size in (30_000, 41_000):
        monkeypatch.setitem(FileBytes.__init__.__kwdefaults__, "chunk", size)
        seen = 0

        def watch(name, n, share):
            nonlocal seen
            seen += 1
            if seen == 2:
                raise _Cut

        with Store.open(home) as store, pytest.raises(_Cut):
            import_files(store, [file], watch=watch)
    with Store.open(home) as store:
        import_files(store, [file])
    assert tables(home) == undisturbed(tmp_path, home, file)
