"""hansa import: previews, mappings, and refused rows that come back."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from client.commands.imports import import_
from client.ingest.files import import_files
from client.ingest.fix import apply, offers
from client.ingest.progress import Progress
from client.shop import make_shop
from client.store import Store
from common.errors import InputError

EVENTS = "customer_id,kind,happened_at,product_id,value\n"


@pytest.fixture
def home(tmp_path):
    make_shop(tmp_path / "shop", "Tea", "en", {})
    return tmp_path / "shop"


def run(home: Path, *args) -> str:
    done = CliRunner().invoke(
        import_, [*map(str, args), "--home", str(home)], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    return done.output


def rows(home: Path) -> list[tuple]:
    with Store.open(home) as store:
        return store.db.execute(
            "SELECT kind, happened_at, value_minor FROM events ORDER BY 1, 2, 3"
        ).fetchall()


def group(store: Store, column: str) -> str:
    return next(o.group.group_id for o in offers(store) if o.group.column == column)


def test_refused_rows_come_back_with_one_thing_changed(tmp_path, home):
    file = tmp_path / "e.csv"
    file.write_text(
        EVENTS
        + "a,purchase,2024-01-02,P1,12 golden\n"
        + "a,purchase,2024-01-03,P1,a lot\n"
        + 'b,cart,31/31/2024,"P,1",1\n'
        + "short\n"
    )
    with Store.open(home) as store:
        (done,) = import_files(store, [file])
        assert (done.n_new, done.n_refused) == (0, 4)
        assert [o.group.n_waiting for o in offers(store)] == [2, 1, 1]
        fixed = apply(store, group(store, "value"), "trim-currency")
        assert (fixed.n_fixed, fixed.n_still) == (1, 1)
        fixed = apply(store, group(store, "value"), "set", "value=3")
        assert (fixed.n_fixed, fixed.n_still) == (1, 0)
        assert apply(store, group(store, "happened_at"), "day-first").n_fixed == 0
        fixed = apply(store, group(store, "happened_at"), "set", "happened_at=2024-01-31")
        assert fixed.n_fixed == 1
        whole = group(store, "")
        assert apply(store, whole, "leave").n_still == 1
        assert offers(store)[0].deeds == ("undo",)
        assert apply(store, whole, "undo").n_still == 1
        for bad in (("nowhere", "leave", ""), (whole, "wish", ""), (whole, "set", "")):
            with pytest.raises(InputError):
                apply(store, *bad)
        states = store.db.execute("SELECT state FROM refused_rows ORDER BY line").fetchall()
        assert [s for (s,) in states] == ["fixed"] * 3 + ["waiting"]
    assert rows(home) == [
        ("cart", "2024-01-31T00:00:00Z", 100),
        ("purchase", "2024-01-02T00:00:00Z", 1200),
        ("purchase", "2024-01-03T00:00:00Z", 300),
    ]


def test_the_commands_of_fix(tmp_path, home):
    file = tmp_path / "e.csv"
    file.write_text(EVENTS + "a,purchase,2024-01-02,P1,a lot\nb,view,2024-01-02,P1,\n")
    assert "1 refused" in run(home, file)
    assert "known" in run(home, file)
    assert "1 new" not in run(home, file, "--again")
    listed = json.loads(run(home, "fix", "--json"))["groups"]
    assert (listed[0]["column"], listed[0]["n_waiting"]) == ("value", 1)
    assert "trim-currency" in run(home, "fix")
    out = tmp_path / "out.csv"
    run(home, "fix", "--export", out)
    assert out.read_bytes() == b"a,purchase,2024-01-02,P1,a lot\n"
    told = run(home, "fix", listed[0]["group_id"], "--do", "set", "value=2")
    assert "1 rows are in the shop now" in told
    assert "no rows wait" in told


def test_a_preview_writes_nothing_and_its_mapping_can_be_kept(tmp_path, home):
    file = tmp_path / "log.csv"
    file.write_text("user;item;what;when\nu4711;p1;pv;2024-01-01T00:00:00Z\n")
    shown = json.loads(run(home, file, "--as", "events", "--preview", "--json"))["files"][0]
    assert shown["kind"] == "events"
    assert "u4711" not in json.dumps(shown)
    assert rows(home) == []
    pairs = ["user=customer_id", "item=product_id", "what=kind", "when=happened_at"]
    flags = [x for p in pairs for x in ("--map", p)]
    assert "1 new" in run(home, file, *flags, "--save-map", "log")
    assert (home / "mappings" / "log.toml").exists()
    file.write_text("user;item;what;when\nu4711;p1;pv;2024-01-02T00:00:00Z\n")
    assert "1 new" in run(home, file)


def test_progress_tells_speed_and_what_is_left():
    moments = iter([0.0, 10.0, 10.0])
    told = Progress(lambda: next(moments))
    assert told.note("a", 100, 0.0) == "100 rows"
    assert told.note("a", 1100, 0.25) == "1,100 rows, 100 rows/s, 30 s left"
    assert told.note("b", 5, 0.5) == "5 rows"
