import gzip
import json
import re
import sqlite3
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from client.commands.data import data
from client.commands.imports import import_
from client.commands.shop import init
from client.ingest.columns import KINDS
from client.ingest.files import Options, import_files
from client.ingest.pseudonym import Pseudonyms, Seal
from client.ingest.refused import export
from client.ingest.sensitive import is_sensitive
from client.ingest.source_bytes import MAX_LINE
from client.shop import SALT_PATH, load_salt, make_shop
from client.store import Store, rows
from client.store.intake import COLUMNS
from common.errors import InputError, NewerDatabase, SettingsError

EVENTS = "customer_id,kind,happened_at,product_id,value\n"
DOC = Path(__file__).parents[2] / "docs" / "data-format.md"


@pytest.fixture
def home(tmp_path):
    make_shop(tmp_path / "shop", "Tea", "en", {})
    return tmp_path / "shop"


def take(home: Path, content: str | bytes, name: str = "events.csv", **options):
    path = home.parent / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with Store.open(home) as store:
        return import_files(store, [path], Options(**options))[0]


def table(home: Path, name: str) -> list[tuple]:
    with Store.open(home) as store:
        return store.db.execute(f"SELECT * FROM {name}").fetchall()


def test_columns_of_files_and_tables_are_in_the_same_order():
    names = {
        "customer_id": {"shopper", "shopper_key"},
        "event_id": {"event_key"},
        "impressions": {"n_impressions"},
        "clicks": {"n_clicks"},
    }
    for kind, columns in KINDS.items():
        for theirs, ours in zip(columns, COLUMNS[kind], strict=True):
            same = ours.removesuffix("_minor") == theirs.name
            assert same or ours in names[theirs.name]
            assert not is_sensitive(theirs.name)


def test_the_samples_of_the_document_import(home):
    samples = re.findall(r"```csv (\w+)\n(.*?)```", DOC.read_text("utf-8"), re.S)
    assert [kind for kind, _ in samples] == list(KINDS)
    for kind, text in samples:
        done = take(home, text, f"{kind}.csv")
        assert (done.kind, done.n_refused) == (kind, 0)
        assert done.n_rows == done.n_new == text.count("\n") - 1
    with Store.open(home) as store:
        summary = rows.summary(store)
    assert (summary.n_consenting, summary.n_labelled, summary.n_converted) == (2, 3, 1)
    assert (summary.n_clicks_known, summary.n_clicked) == (3, 1)
    documented = set(re.findall(r"[a-z_]+", DOC.read_text("utf-8")))
    assert {c.name for columns in KINDS.values() for c in columns} <= documented


def test_money_times_and_other_spellings(home):
    take(
        home,
        "﻿Customer_ID;KIND;happened_at;value;product_id\r\n"
        "a;buy;2024-01-01 10:00;12,5;P1\r\n"
        "a;收藏;2024-01-01T10:00:00+08:00;0.005;\r\n"
        'a;pv;1704103200.;"";\r\n'
        "a;pv;1704103200;;\r\n",
    )
    found = sorted(r[2:6] for r in table(home, "events"))
    assert found == [
        ("favourite", "2024-01-01T02:00:00Z", "", 1),
        ("purchase", "2024-01-01T10:00:00Z", "P1", 1250),
        ("view", "2024-01-01T10:00:00Z", "", 0),
        ("view", "2024-01-01T10:00:00Z", "", 0),
    ]


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("a,purchase,2024-01-01,P1", "", "4 fields where the header has 5"),
        ("a,purchase,2024-01-01,P1,1,2", "", "6 fields where the header has 5"),
        ('a,purchase,2024-01-01,"P1,1', "", "a quote is not closed"),
        ('a,purchase,2024-01-01,"P"1,1', "", "quotes are wrong, or a field is too long"),
        ("a,purchase,2024-01-01,P1,1e5", "value", "not an amount such as 12.50"),
        ("a,purchase,2024-01-01,P1,-1", "value", "not an amount such as 12.50"),
        ("a,purchase,2024-01-01,P1,nan", "value", "not an amount such as 12.50"),
        ("a,purchase,2024-01-01,P1,٣", "value", "not an amount such as 12.50"),
        ("a,purchase,2024-13-01,P1,1", "happened_at", "not a time such as 2024-05-31T18:30:00Z"),
        ("a,purchase,0001-01-01T00:00:00+23:00,P1,1", "happened_at", "not a time such as"),
        ("a,purchase,1200-01-01,P1,1", "happened_at", "not a time between 1990 and 2100"),
        ("a,stole,2024-01-01,P1,1", "kind", "not one of view, search, cart, favourite, purchase"),
        (",purchase,2024-01-01,P1,1", "customer_id", "empty"),
        ("a,purchase,2024-01-01,P\x001,1", "", "holds a NUL byte"),
        ("a,purchase,2024-01-01,P\x071,1", "product_id", "holds control characters"),
        (f"a,purchase,2024-01-01,{'P' * 201},1", "product_id", "longer than 200 characters"),
        (f"a,purchase,2024-01-01,{'P' * MAX_LINE},1", "", f"line longer than {MAX_LINE} bytes"),
        ("a,purchase,2024-01-01,\udcff,1", "", "not UTF-8"),
    ],
)
def test_a_broken_line_is_refused_alone(home, line, column, reason):
    good = "b,purchase,2024-01-01,P1,1\n"
    content = (EVENTS + good + line + "\n" + good).encode("utf-8", "surrogateescape")
    done = take(home, content)
    assert (done.n_rows, done.n_refused) == (2, 1)
    (found,) = done.refused
    assert found[:2] == (3, column)
    assert found[2].startswith(reason)
    (kept,) = table(home, "refused_rows")
    assert kept[4:7] == (3, column, found[2])
    raw = Seal(load_salt(home)).open(kept[7])
    assert raw == line.encode("utf-8", "surrogateescape")[:MAX_LINE]


def test_a_quote_over_two_lines_is_one_row(home):
    text = 'product_id,title,description\nP1,"Tea ""green""","first\nsecond"\nP2,Pot,\n'
    assert take(home, text, "p.csv").n_rows == 2
    assert table(home, "products")[0][6] == "first\nsecond"
    assert table(home, "products")[0][1] == 'Tea "green"'


def test_the_same_file_again_changes_nothing(home):
    line = "a,purchase,2024-01-01,P1,1\n"
    content = EVENTS + line * 3 + "broken\n"
    first, second = take(home, content), take(home, content)
    assert (first.n_new, first.n_refused) == (3, 1)
    assert (second.n_rows, second.n_new, second.n_changed) == (3, 0, 0)
    assert len(table(home, "events")) == 3
    assert len(table(home, "refused_rows")) == 1
    assert take(home, EVENTS + line * 4).n_new == 1


def test_a_known_key_with_another_value_is_a_change(home):
    head = "impression_id,customer_id,product_id,shown_at,clicked\n"
    take(home, head + "i1,a,P1,2024-01-01,\ni2,a,P1,2024-01-01,no\n", "i.csv")
    done = take(home, head + "i1,a,P1,2024-01-01,yes\ni2,a,P1,2024-01-01,no\n", "i.csv")
    assert (done.n_rows, done.n_new, done.n_changed) == (2, 0, 1)
    with Store.open(home) as store:
        found = store.db.execute("SELECT clicked FROM impressions ORDER BY 1 DESC").fetchall()
    assert found == [(1,), (0,)]


def test_several_files_go_in_by_kind_and_folders_work(home):
    folder = home.parent / "in"
    folder.mkdir()
    (folder / "a.csv").write_text(EVENTS + "a,view,2024-01-01,P1,\n")
    (folder / "b.csv.gz").write_bytes(gzip.compress(b"customer_id,consent\na,yes\n"))
    (folder / "notes.txt").write_text("not data")
    with Store.open(home) as store:
        assert [d.kind for d in import_files(store, [folder])] == ["shoppers", "events"]
    assert [r[2] for r in table(home, "shoppers")] == [1]
    (home.parent / "empty").mkdir()
    with Store.open(home) as store, pytest.raises(InputError, match="no files"):
        import_files(store, [home.parent / "empty"])


def test_json_lines(home):
    lines = [
        {"customer_id": 7, "kind": "view", "happened_at": "2024-01-01", "value": None},
        {"customer_id": "8", "kind": "purchase", "happened_at": "2024-01-01", "value": 12.5},
        {"customer_id": "8", "kind": "purchase", "happened_at": "2024-01-01", "value": {}},
        {"customer_id": "8", "kind": "purchase", "happened_at": ["2024-01-01"]},
        "text",
    ]
    done = take(home, "\n".join(map(json.dumps, lines)) + '\n{"cust', "e.jsonl")
    assert (done.n_rows, done.n_refused) == (2, 4)
    assert sorted(r[5] for r in table(home, "events")) == [0, 1250]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("custmer_id,kind,happened_at", "'custmer_id' (do you mean 'customer_id'?)"),
        ("customer_id,kind", "lacks 'happened_at'"),
        ("customer_id,kind,happened_at,colour", "unknown: 'colour'"),
        ("customer_id,kind,happened_at,kind", "unknown: 'kind (2)'"),
        ("x,y", "No column of this file is known"),
        ("customer_id,kind,happened_at,Email", "never takes: 'Email'"),
        ("customer_id,kind,happened_at,客户姓名", "never takes: '客户姓名'"),
        ("", "The file is empty"),
        ("\xff\xfea", "UTF-16"),
        ('"customer_id', "no list of column names"),
    ],
)
def test_columns_that_do_not_fit_are_named(home, header, message):
    with pytest.raises(InputError) as caught:
        take(home, header.encode("latin-1" if header.startswith("\xff") else "utf-8"), "x.csv")
    assert message in str(caught.value)
    assert "x.csv" in caught.value.where
    assert caught.value.safe
    assert caught.value.todo
    assert table(home, "imports") == []


def test_renaming_and_leaving_out(home):
    content = "user,when,kind,colour\na,2024-01-01,view,red\n"
    mapping = {"User": "customer_id", "when": "happened_at"}
    assert take(home, content, mapping=mapping, skip_unknown=True).n_new == 1
    with pytest.raises(InputError, match="never takes"):
        take(home, "phone,kind,happened_at\n", mapping={"phone": "customer_id"})


@pytest.mark.parametrize(
    "name",
    [
        "email",
        "E-Mail",
        "customer_email",
        "phoneNumber",
        "mobile",
        "first_name",
        "Name",
        "surname",
        "home_address",
        "zip",
        "id_number",
        "health_status",
        "religion",
        "手机号",
        "邮箱",
        "身份证号",
        "宗教信仰",
        "收货地址",
        "ip_address",
    ],
)
def test_sensitive_names(name):
    assert is_sensitive(name)


@pytest.mark.parametrize(
    "name", ["product_name", "brand", "title", "image", "colour", "shop_name", "商品"]
)
def test_harmless_names(name):
    assert not is_sensitive(name)


def test_of_a_damaged_archive_whole_blocks_stay_and_the_whole_file_adds_the_rest(home):
    text = EVENTS + "".join(f"a{i},view,2024-01-01,P{i},\n" for i in range(20_000))
    with pytest.raises(InputError, match="damaged") as caught:
        take(home, gzip.compress(text.encode())[:-2000], "e.csv.gz")
    n = len(table(home, "events"))
    assert n < 20_000
    assert (f"first {n} rows" if n else "Nothing of this file") in caught.value.safe
    done = take(home, gzip.compress(text.encode()), "e.csv.gz")
    assert (done.n_rows, done.n_new) == (20_000, 20_000 - n)
    assert len(table(home, "events")) == 20_000


def test_a_dry_run_counts_and_changes_nothing(home):
    done = take(home, EVENTS + "a,view,2024-01-01,P1,\nbroken\n", dry_run=True)
    assert (done.n_new, done.n_refused) == (1, 1)
    assert table(home, "events") == table(home, "refused_rows") == table(home, "imports") == []


def test_refused_lines_come_back_as_they_were(home):
    take(home, EVENTS.encode() + b"first\na,view,2024-01-01,P1,\nsec\xffond,\n")
    out = home.parent / "repair.csv"
    with Store.open(home) as store:
        assert export(store, out) == 2
        assert out.read_bytes() == b"first\nsec\xffond,\n"
        assert out.stat().st_mode & 0o777 == 0o600
        with pytest.raises(InputError, match="cannot be written"):
            export(store, out)
        (home / SALT_PATH).write_bytes(b"x" * 32)
        with pytest.raises(InputError, match="another salt"):
            export(store, home.parent / "again.csv")


@pytest.mark.privacy
def test_customer_ids_are_nowhere_in_the_database(home):
    secret = "customer-4711-secret"
    take(home, EVENTS + f"{secret},view,2024-01-01,P1,\n{secret},view,broken,P1,\n")
    with Store.open(home) as store:
        store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for file in home.rglob("*"):
        if file.is_file():
            assert secret.encode() not in file.read_bytes()
    key = Pseudonyms(load_salt(home))(secret)
    assert table(home, "shoppers")[0][1] == key
    assert Pseudonyms(b"x" * 32)(secret) != key


def test_without_its_salt_a_shop_imports_nothing(home):
    (home / SALT_PATH).unlink()
    with pytest.raises(InputError, match="salt"):
        take(home, EVENTS)


def test_a_newer_database_is_left_alone(home):
    conn = sqlite3.connect(home / "hansa.db")
    conn.execute("PRAGMA user_version = 99")
    conn.close()
    with pytest.raises(NewerDatabase):
        take(home, EVENTS)


def test_missing_files(home):
    with Store.open(home) as store, pytest.raises(InputError, match="cannot be opened"):
        import_files(store, [home / "nowhere.csv"])


def test_speed(home):
    text = "impression_id,customer_id,product_id,shown_at\n" + "".join(
        f"i{i},c{i % 900},P{i % 50},2024-01-{1 + i % 28:02d}\n" for i in range(20_000)
    )
    start = time.perf_counter()
    assert take(home, text, "i.csv").n_new == 20_000
    assert time.perf_counter() - start < 10


BYTES = st.one_of(
    st.binary(max_size=200),
    st.binary(max_size=120).map(lambda b: EVENTS.encode() + b),
    st.lists(
        st.sampled_from(
            [
                b"a,view,2024-01-01,P1,1",
                b'"',
                b",",
                b"\n",
                b"\r",
                b"\x00",
                b"\xff",
                b'b,"x\ny"',
                b"1",
            ]
        ),
        max_size=30,
    ).map(lambda parts: EVENTS.encode() + b"".join(parts)),
    st.text(max_size=60).map(
        lambda t: b'{"customer_id":"a","kind":' + t.encode("utf-8", "replace")
    ),
)


@given(BYTES)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_bytes_are_imported_or_refused_with_line_and_reason(tmp_path, content):
    home = tmp_path / "shop"
    if not home.exists():
        make_shop(home, "Tea", "en", {})
    try:
        done = take(home, content)
    except InputError as e:
        assert e.what
        assert e.safe
        assert e.todo
    else:
        assert all(line > 0 and reason for line, _, reason in done.refused)
        assert done.n_refused == len(done.refused) or len(done.refused) == 20
        lines = [n for n in content.split(b"\n") if n.strip()]
        if b'"' not in content:
            assert done.n_rows + done.n_refused == len(lines) - 1
    with Store.open(home) as store:
        assert store.db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def run(command, *args):
    return CliRunner().invoke(command, [str(a) for a in args], catch_exceptions=False)


def test_the_commands(tmp_path):
    shop = tmp_path / "tea 茶"
    made = run(init, "--home", shop, "--name", 'Tea "茶" 😀', "--epsilon", 2, "--json")
    assert json.loads(made.output)["name"] == 'Tea "茶" 😀'
    for secret in ("identity.pem", "salt"):
        assert (shop / "keys" / secret).stat().st_mode & 0o777 == 0o600
    with pytest.raises(InputError, match="already"):
        run(init, "--home", shop, "--name", "x")
    with pytest.raises(SettingsError):
        run(init, "--home", tmp_path / "other", "--name", "x", "--epsilon", 99)
    assert not (tmp_path / "other").exists()
    file = tmp_path / "e.csv"
    file.write_text(EVENTS + "a,view,2024-01-01,P1,\nx\n")
    out = run(import_, file, "--home", shop).output
    assert "imported 1 events (1 new, 0 changed, 0 known), 1 refused" in out
    assert "line 3" in out
    last = run(import_, file, "--home", shop, "--json").output.strip().splitlines()[-1]
    assert json.loads(last)["files"][0]["n_refused"] == 1
    shown = run(data, "--home", shop, "--days", "--refused", 5, "--products", 5).output
    assert "2024-01-01  events 1" in shown
    found = json.loads(run(data, "--home", shop, "--json").output)
    assert found["tables"]["events"] == 1
    assert found["conversion_rate"] is None
    with pytest.raises(InputError, match="THEIRS=OURS"):
        run(import_, file, "--home", shop, "--map", "x")
