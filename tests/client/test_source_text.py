"""Text files as merchants have them: encodings, delimiters, titles, totals, line ends, damage."""

import gzip
import json
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from client.ingest.blocks import BLOCK_ROWS, Hints, Layout
from client.ingest.source import open_source
from common.errors import InputError

KNOWN = {"customer_id", "kind", "happened_at", "value", "客户编号", "时间", "类型", "金额"}
HINTS = Hints(known=lambda name: name.strip().lower() in KNOWN)


def read(path, content: bytes, hints: Hints = HINTS):
    path.write_bytes(content)
    with open_source(path, hints) as source:
        blocks = list(source.blocks())
    return source, [r for b in blocks for r in b.frame.rows()], [x for b in blocks for x in b.bad]


TEXT = "客户编号,时间,金额\n甲一,2024-05-31,12.5\n乙二,2024-06-01,3\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (b"\xef\xbb\xbf" + TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (b"\xff\xfe" + TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("gbk"), "gb18030"),
        (TEXT.encode("gb18030").replace(b"\n", b"\r\n"), "gb18030"),
        (gzip.compress(TEXT.encode("gbk"), mtime=0), "gb18030"),
    ],
)
def test_encodings_are_found(tmp_path, content, encoding):
    source, rows, bad = read(tmp_path / "x.csv", content)
    assert source.layout.encoding == encoding
    assert source.names == ("客户编号", "时间", "金额")
    assert rows == [("甲一", "2024-05-31", "12.5"), ("乙二", "2024-06-01", "3")]
    assert bad == []


def test_chinese_is_found_in_the_midst_of_a_large_file_and_western_letters_are_not_chinese(
    tmp_path,
):
    ascii_rows = b"c1,2024-05-31\n" * 300_000
    content = b"customer_id,happened_at\n" + ascii_rows + "茶,2024\n".encode("gbk") * 100_000
    source, rows, _ = read(tmp_path / "x.csv", content)
    assert (source.layout.encoding, rows[-1]) == ("gb18030", ("茶", "2024"))
    source, rows, _ = read(
        tmp_path / "y.csv", "customer_id;value\nMüller;Straße é\n".encode("cp1252")
    )
    assert (source.layout.encoding, rows) == ("cp1252", [("Müller", "Straße é")])


def test_a_broken_line_makes_no_other_encoding(tmp_path):
    lines = TEXT.encode() + b"\xff,1,2\n" + "丙,2024,1\n".encode() * 5
    source, rows, bad = read(tmp_path / "x.csv", lines)
    assert (source.layout.encoding, len(rows)) == ("utf-8", 7)
    assert [(b.line, b.code, b.raw) for b in bad] == [(4, "bad-encoding", b"\xff,1,2")]
    broken = "客户编号,时间\n甲,2024\n".encode("gbk") + b"\xff\xff,1\n" + "乙,2024\n".encode("gbk")
    source, rows, bad = read(tmp_path / "y.csv", broken)
    assert (source.layout.encoding, rows) == ("gb18030", [("甲", "2024"), ("乙", "2024")])
    assert [(b.line, b.reason, b.raw) for b in bad] == [(4 - 1, "not GB18030", b"\xff\xff,1")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "\x01"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(tmp_path, delimiter, end):
    rows = [["customer_id", "kind", "value"], ["a", "view", "1 2"], ["", "buy", ""]]
    content = end.join(delimiter.join(r) for r in rows).encode()
    source, found, bad = read(tmp_path / "x.txt", content)
    assert source.layout.delimiter == delimiter
    assert (found, bad) == ([("a", "view", "1 2"), (None, "buy", None)], [])


@pytest.mark.parametrize(
    "above",
    [
        "订单导出报表\n导出时间：2024-05-31\n\n",
        "# exported by a shop\n# filters: none\n",
        "Report,Orders\nFrom,2024-01-01\n,,\n",
        "sep=,\n",
        "",
    ],
)
@pytest.mark.parametrize("names", ["customer_id,kind,value", "who,what,how_much"])
def test_titles_above_and_totals_below(tmp_path, above, names):
    text = f"{above}{names}\na,view,1\nb,buy,2\nc,buy,3\n总计,,6\nTotal\n"
    source, rows, bad = read(tmp_path / "x.csv", text.encode())
    assert source.names == tuple(names.split(","))
    assert [r[0] for r in rows] == ["a", "b", "c"]
    n = above.count("\n")
    assert [(b.line, b.code) for b in bad] == [(n + 5, "footer"), (n + 6, "footer")]
    assert source.start.skip == n + 1


def test_a_total_in_the_midst_is_a_row(tmp_path):
    text = "customer_id,kind\nTotal,buy\n" + "a,view\n" * 9
    assert len(read(tmp_path / "x.csv", text.encode())[1]) == 10


def test_names_are_told_apart(tmp_path):
    source, rows, _ = read(tmp_path / "x.csv", b"kind,kind,,kind (2),\n1,2,3,4,5\n")
    assert source.names == ("kind", "kind (3)", "(3)", "kind (2)", "(5)")
    assert rows == [("1", "2", "3", "4", "5")]


def test_json_lines(tmp_path):
    lines = [
        {"customer_id": 7, "value": None, "ok": True},
        {"customer_id": "8", "value": 12.50, "query": "茶\n"},
        {"customer_id": ["9"]},
        "text",
    ]
    body = "\n".join(json.dumps(x) for x in lines) + '\n{"value": 1.10}\n{"value": NaN}\n{"cust'
    source, rows, bad = read(tmp_path / "x.json", b"\xef\xbb\xbf" + body.encode())
    assert source.names == ("customer_id", "value", "ok", "query")
    assert rows[0] == ("7", None, "true", None)
    assert rows[1] == ("8", "12.5", None, "茶\n")
    assert rows[2] == (None, "1.10", None, None)
    assert [(b.line, b.code) for b in bad] == [(n, "bad-json") for n in (3, 4, 6, 7)]


def test_raw_bytes_lines_and_fraction(tmp_path):
    content = b'customer_id,kind\r\n"a\r\nb",view\r\nc,"buy"\r\n'
    (tmp_path / "x.csv").write_bytes(content)
    with open_source(tmp_path / "x.csv", HINTS) as source:
        (block,) = source.blocks()
    assert block.frame.rows() == [("a\nb", "view"), ("c", "buy")]
    assert block.lines.tolist() == [2, 4]
    assert [block.raw(i) for i in (0, 1)] == [b'"a\r\nb",view', b'c,"buy"']
    assert block.fraction == 1.0


def test_small_rows_come_in_blocks_of_bounded_size(tmp_path):
    n = 2 * BLOCK_ROWS + 5
    (tmp_path / "x.csv").write_bytes(b"customer_id,kind\n" + b"a,b\nc\n" * n)
    with open_source(tmp_path / "x.csv", HINTS) as source:
        blocks = list(source.blocks())
        rest = list(source.blocks(blocks[0].cursor))
    assert [b.frame.height for b in blocks] == [BLOCK_ROWS, BLOCK_ROWS, 5]
    assert sum(len(b.bad) for b in blocks) == n
    assert [b.lines[0] for b in rest] == [b.lines[0] for b in blocks[1:]]
    assert [len(b.bad) for b in rest] == [len(b.bad) for b in blocks[1:]]


def test_a_cut_archive_gives_what_is_good(tmp_path):
    text = "customer_id,kind\n" + "".join(f"c{i * 7919 % 10007},v{i}\n" for i in range(600_000))
    whole = gzip.compress(text.encode(), 1)
    path = tmp_path / "x.csv.gz"
    path.write_bytes(whole[:-20_000])
    seen = 0
    with open_source(path, HINTS) as source, pytest.raises(InputError, match="damaged") as caught:
        for block in source.blocks():
            seen += block.frame.height
            cursor = block.cursor
    assert "good" in caught.value.safe
    assert 580_000 < seen < 600_000
    path.write_bytes(whole[:-20_000])
    with open_source(path, HINTS) as source, pytest.raises(InputError, match="damaged"):
        list(source.blocks(cursor))


@pytest.mark.parametrize("change", ["longer", "touched", "gone", "replaced"])
def test_a_file_that_changes_is_refused(tmp_path, change):
    path = tmp_path / "x.csv"
    path.write_bytes(b"customer_id,kind\n" + b"a,b\n" * 3_000_000)
    with open_source(path, HINTS) as source:
        blocks = source.blocks()
        next(blocks)
        if change == "longer":
            with path.open("ab") as f:
                f.write(b"a,b\n")
        elif change == "touched":
            os.utime(path, (1, 1))
        else:
            path.unlink()
            if change == "replaced":
                path.write_bytes(b"customer_id,kind\n" + b"a,b\n" * 3_000_000)
        with pytest.raises(InputError, match="changed"):
            list(blocks)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\n \r\n\t\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (bytes(range(256)) * 40, "no list of column names"),
        (b"\0" * 5000, "no list of column names"),
        (b'"a,b\n1,2\n', "no list of column names"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"Rar!\x1a\x07", "RAR"),
        (b"\xff\xfe\0\0a\0\0\0", "UTF-32"),
        (b"\xff\xfea", "UTF-16"),
        (b"{}\n{}\n", "no flat JSON object"),
        (b'{"a": {"b": 1}}\n', "no flat JSON object"),
        (b"\x1f\x8b", "damaged"),
        (b"\x1f\x8b\x08junk", "damaged"),
        (gzip.compress(b"", mtime=0), "empty"),
        (b"," * 2000, "no list of column names"),
    ],
)
def test_what_is_no_table_is_said_in_words(tmp_path, content, message):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught, open_source(path) as source:
        list(source.blocks())
    assert "x.csv" in caught.value.where
    assert caught.value.safe
    assert caught.value.todo


def test_what_cannot_be_opened(tmp_path):
    for path, message in (
        (tmp_path / "none.csv", "cannot be opened"),
        (tmp_path, "folder"),
        (tmp_path / "a\0b", "cannot be opened"),
    ):
        with pytest.raises(InputError, match=message):
            open_source(path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="not a file"):
        open_source(tmp_path / "pipe")
    (tmp_path / "x.csv").write_bytes(b"a,b\n1,2\n")
    with pytest.raises(InputError, match="no encoding 'klingon'"):
        open_source(tmp_path / "x.csv", Hints(Layout("", encoding="klingon")))
    with open_source(tmp_path / "x.csv") as source:
        for cursor in ("x", "{}", '{"at":-1}', "[]"):
            with pytest.raises(InputError, match="go on"):
                list(source.blocks(cursor))


PIECES = [
    *(b"customer_id,kind\n", b"a,view\n", b'"', b",", b"\n", b"\r", b"\0", b"\xff\xfe", b"{", b"}"),
    *(b'{"a":1}\n', "茶".encode(), "茶".encode("gbk"), b"\x1f\x8b\x08", b"PK\x03\x04", b"PAR1"),
    *(b"Total,\n", b"# x\n", b"sep=;\n", b"\t", b" "),
]


@given(
    st.binary(max_size=200)
    | st.lists(st.sampled_from(PIECES), max_size=25).map(b"".join)
    | st.lists(st.sampled_from(PIECES), max_size=25).map(lambda p: gzip.compress(b"".join(p)))
)
@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_bytes_are_rows_bad_rows_or_one_error(tmp_path, content):
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    try:
        with open_source(path, HINTS) as source:
            blocks = list(source.blocks())
    except InputError as e:
        assert e.what and e.where and e.safe and e.todo
        return
    assert all(x.line > 0 and x.code and x.reason for b in blocks for x in b.bad)
    if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    if source.layout.encoding != "utf-8" or b"\r" in content:
        return
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")[source.start.skip :]
    taken = [b.raw(i) for b in blocks for i in range(b.frame.height)]
    taken += [x.raw for b in blocks for x in b.bad]
    parts = sorted(p for t in taken for p in t.split(b"\n") if p.strip())
    assert parts == sorted(p for p in lines if p.strip())
