"""Parquet, workbooks and SQLite tables: canonical texts, going on, damage in every byte."""

import datetime as dt
import io
import random
import sqlite3
import zipfile
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from client.ingest import source_parquet, source_sqlite
from client.ingest.blocks import BLOCK_ROWS, Hints, Layout
from client.ingest.source import open_source
from common.errors import InputError

KNOWN = {"customer_id", "kind", "happened_at"}
HINTS = Hints(known=KNOWN.__contains__)
FUZZ = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def read(where, hints=HINTS):
    with open_source(where, hints) as source:
        blocks = list(source.blocks())
    return source, [r for b in blocks for r in b.frame.rows()], [x for b in blocks for x in b.bad]


def test_parquet_columns_become_canonical_texts(tmp_path):
    at = dt.datetime(2024, 5, 31, 18, 30)
    frame = pl.DataFrame(
        {
            "text": ["茶", "", None],
            "whole": [1, -2, None],
            "number": [0.1, 1001.0, float("nan")],
            "yes": [True, False, None],
            "day": [dt.date(2024, 5, 31), None, None],
            "local": [at, at.replace(microsecond=500_000), None],
            "zoned": pl.Series([at, at, None]).dt.replace_time_zone("Asia/Shanghai"),
            "money": [Decimal("12.50"), Decimal("0.10"), None],
            "list": [[1, 2], [], None],
            "kind": pl.Series(["a", "b", None], dtype=pl.Categorical),
            "took": [dt.timedelta(seconds=90), None, None],
            "clock": [dt.time(1, 2, 3), None, None],
        }
    )
    path = tmp_path / "named.csv"
    frame.write_parquet(path)
    source, rows, bad = read(path)
    assert (source.layout.format, source.names) == ("parquet", tuple(frame.columns))
    assert rows[0] == (
        *("茶", "1", "0.1", "true", "2024-05-31", "2024-05-31T18:30:00"),
        *("2024-05-31T10:30:00Z", "12.50", '{"list":[1,2]}', "a", "90", "01:02:03"),
    )
    assert rows[1][:4] == (None, "-2", "1001", "false")
    assert rows[1][5] == "2024-05-31T18:30:00.500"
    assert rows[2] == (None,) * 12
    assert bad == []


def test_parquet_goes_on_and_refuses_bytes_that_are_no_text(tmp_path, monkeypatch):
    path = tmp_path / "x.parquet"
    n = 1000
    values = [b"\xff" if i == 700 else str(i).encode() for i in range(n)]
    pl.DataFrame({"a": values}).write_parquet(path, row_group_size=170)
    monkeypatch.setattr(source_parquet, "BLOCK_ROWS", 130)
    with open_source(path) as source:
        blocks = list(source.blocks())
        assert [r[0] for b in blocks for r in b.frame.rows()] == [
            str(i) for i in range(n) if i != 700
        ]
        assert [(x.line, x.code) for b in blocks for x in b.bad] == [(701, "bad-encoding")]
        rest = list(source.blocks(blocks[2].cursor))
        assert rest[0].lines[0] == blocks[3].lines[0]
        assert rest[0].raw(0) == blocks[3].frame["a"][0].encode()
        assert max(b.frame.height for b in blocks) <= 130
        with pytest.raises(InputError, match="go on"):
            list(source.blocks(blocks[0].cursor.replace("parquet", "csv")))


SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


def cell(column: int, row: int, value: object) -> str:
    ref = f'r="{chr(65 + column)}{row}"'
    if isinstance(value, bool):
        return f'<c {ref} t="b"><v>{int(value)}</v></c>'
    if isinstance(value, dt.datetime):
        days = (value - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)
        return f'<c {ref} s="1"><v>{days!r}</v></c>'
    if isinstance(value, int | float):
        return f"<c {ref}><v>{value}</v></c>"
    return f'<c {ref} t="inlineStr"><is><t>{value}</t></is></c>'


def workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    """The smallest XLSX that Excel opens."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", f'<Types xmlns="{types}"/>')
        z.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="r" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        names = "".join(
            f'<sheet name="{n}" sheetId="{i}" r:id="r{i}"/>' for i, n in enumerate(sheets, 1)
        )
        z.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{names}</sheets></workbook>',
        )
        links = "".join(
            f'<Relationship Id="r{i}" Type="{office}/worksheet" Target="worksheets/s{i}.xml"/>'
            for i in range(1, len(sheets) + 1)
        )
        z.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}">{links}</Relationships>',
        )
        z.writestr(
            "xl/styles.xml",
            f'<styleSheet xmlns="{main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>',
        )
        for i, rows in enumerate(sheets.values(), 1):
            body = "".join(
                f'<row r="{r}">{"".join(cell(c, r, v) for c, v in enumerate(row) if v is not None)}</row>'
                for r, row in enumerate(rows, 1)
                if row
            )
            z.writestr(f"xl/worksheets/s{i}.xml", f"{SHEET}{body}</sheetData></worksheet>")
    return out.getvalue()


ROWS: list[list[object]] = [
    ["订单报表"],
    [],
    ["customer_id", "kind", "happened_at", "value"],
    [1001, "view", dt.datetime(2024, 5, 31, 18, 30), 12.5],
    ["c2", True, 45443, None],
    [],
    ["c3", "buy", None, None, "remark"],
    ["总计", None, None, 12.5],
]


def test_workbooks(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(workbook({"empty": [], "data": ROWS, "other": [["a"], ["b"]]}))
    source, rows, bad = read(path)
    assert source.layout == Layout("xlsx", sheet="data")
    assert source.names == ("customer_id", "kind", "happened_at", "value")
    assert rows == [
        ("1001", "view", "2024-05-31T18:30:00", "12.5"),
        ("c2", "true", "45443", None),
    ]
    assert [(b.line, b.code, b.raw) for b in bad] == [
        (7, "bad-width", b"c3,buy,,,remark"),
        (8, "footer", "总计,,,12.5,".encode()),
    ]
    other = Hints(Layout("", sheet="other"))
    assert read(path, other)[1] == [("b",)]
    with pytest.raises(InputError, match="no sheet 'none'") as caught:
        read(path, Hints(Layout("", sheet="none")))
    assert "'data'" in caught.value.todo
    path.write_bytes(workbook({"a": []}))
    with pytest.raises(InputError, match="empty"):
        read(path)
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(InputError, match="password"):
        read(path)


def test_a_sheet_goes_on(tmp_path):
    path = tmp_path / "x.xlsx"
    body: list[list[object]] = [
        ["customer_id", "kind"],
        *([f"c{i}", "view"] for i in range(60_000)),
    ]
    path.write_bytes(workbook({"a": body}))
    with open_source(path, HINTS) as source:
        blocks = list(source.blocks())
        assert [b.frame.height for b in blocks] == [BLOCK_ROWS, 10_000]
        (rest,) = source.blocks(blocks[0].cursor)
    assert rest.frame.equals(blocks[1].frame)
    assert rest.lines[0] == BLOCK_ROWS + 2


def database(path: Path) -> Path:
    with sqlite3.connect(path) as db:
        db.executescript(
            """
            CREATE TABLE "odd ""name" (rowid TEXT, number REAL, whole INTEGER, data BLOB);
            CREATE TABLE keyed (a TEXT PRIMARY KEY, b) WITHOUT ROWID;
            CREATE VIEW seen AS SELECT a, b AS value FROM keyed;
            """
        )
        db.executemany(
            'INSERT INTO "odd ""name" VALUES (?,?,?,?)',
            [("茶", 0.1, 1, b"text"), (None, 3.0, None, b"\xff"), ("", 1e300, 2**62, None)],
        )
        db.executemany("INSERT INTO keyed VALUES (?,?)", [(f"k{i:04}", i) for i in range(1000)])
    db.close()
    return path


def test_sqlite(tmp_path, monkeypatch):
    path = database(tmp_path / "shop 茶?.db")
    monkeypatch.setattr(source_sqlite, "BLOCK_ROWS", 300)
    before = path.read_bytes()
    source, rows, bad = read(f'sqlite:///{path}#odd "name')
    assert source.names == ("rowid", "number", "whole", "data")
    assert rows == [("茶", "0.1", "1", "text"), (None, "1e+300", str(2**62), None)]
    assert [(b.line, b.code) for b in bad] == [(2, "bad-encoding")]
    for table in ("keyed", "seen"):
        with open_source(f"sqlite:///{path}#{table}") as source:
            blocks = list(source.blocks())
            assert [b.frame.height for b in blocks] == [300, 300, 300, 100]
            rest = list(source.blocks(blocks[1].cursor))
        assert [r for b in rest for r in b.frame.rows()] == [
            (f"k{i:04}", str(i)) for i in range(600, 1000)
        ]
    assert path.read_bytes() == before
    for where, message in (
        (str(path), "not clear which table"),
        (f"sqlite:///{path}#none", "no such table"),
        (f"sqlite:///{path}x#keyed", "cannot be opened"),
    ):
        with pytest.raises(InputError, match=message) as caught:
            read(where)
        assert caught.value.todo


def test_a_database_in_use(tmp_path, monkeypatch):
    path = tmp_path / "live.db"
    monkeypatch.setattr(source_sqlite, "BLOCK_ROWS", 5)
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("CREATE TABLE t (a)")
    writer.executemany("INSERT INTO t VALUES (?)", [(i,) for i in range(20)])
    with open_source(path) as source:
        blocks = source.blocks()
        next(blocks)
        writer.execute("INSERT INTO t VALUES (99)")
        with pytest.raises(InputError, match="changed"):
            list(blocks)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("INSERT INTO t VALUES (100)")
    with open_source(path) as source:
        first = source.digest()
        blocks = source.blocks()
        next(blocks)
        writer.execute("INSERT INTO t VALUES (101)")
        assert sum(b.frame.height for b in blocks) == 17
        assert source.digest() != first
    writer.close()


class Files(list[bytes]):
    """Good files; hypothesis shows its arguments, and these are long."""

    def __repr__(self) -> str:
        return "good files"


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    folder = tmp_path_factory.mktemp("good")
    pl.DataFrame(
        {"customer_id": [f"c{i}" for i in range(300)], "kind": ["view"] * 300, "n": range(300)}
    ).write_parquet(folder / "p")
    pl.DataFrame({"customer_id": ["a", "b"], "t": [dt.datetime(2024, 1, 1)] * 2}).write_parquet(
        folder / "q", compression="uncompressed"
    )
    (folder / "x").write_bytes(workbook({"a": ROWS}))
    with sqlite3.connect(folder / "s") as db:
        db.execute("CREATE TABLE t (customer_id TEXT, kind TEXT, n INTEGER)")
        db.executemany("INSERT INTO t VALUES (?,?,?)", [(f"c{i}", "view", i) for i in range(300)])
    db.close()
    return Files(p.read_bytes() for p in sorted(folder.iterdir()))


@given(st.integers(0, 3), st.integers(0, 2**32), st.sampled_from(["flip", "cut", "fill", "swap"]))
@example(2, 2081, "fill")
@FUZZ
def test_a_damaged_file_of_any_format_is_read_or_refused(tmp_path, good, which, seed, how):
    rng = random.Random(seed)
    data = bytearray(good[which])
    for _ in range(rng.randint(1, 8)):
        a, b = sorted(rng.randrange(len(data)) for _ in range(2))
        if how == "flip":
            data[a] ^= 1 << rng.randrange(8)
        elif how == "cut":
            del data[a : a + rng.randint(1, 40)]
        elif how == "fill":
            data[a : min(b, a + 30)] = bytes([rng.choice([0, 255, 127])]) * (min(b, a + 30) - a)
        else:
            data[a], data[b] = data[b], data[a]
        if len(data) < 8:
            break
    path = tmp_path / "any"
    path.write_bytes(data)
    try:
        with open_source(path, HINTS) as source:
            for block in source.blocks():
                assert block.frame.height == len(block.lines)
                assert all(x.line > 0 and x.code and x.reason for x in block.bad)
    except InputError as e:
        assert e.what and e.where and e.safe and e.todo
