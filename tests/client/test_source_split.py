"""The fast split of text files is the exact reader, and nothing is lost at chunks' borders."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from client.ingest.blocks import Hints, Layout
from client.ingest.source import open_text
from client.ingest.source_bytes import FileBytes
from client.ingest.source_exact import split_lines
from client.ingest.source_split import split

QUIET = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
PARTS = [
    *(b"a", b"bc", b",", b";", b"\t", b'"', b'""', b"\n", b"\r", b"\r\n", b"\0", b"\xff", b" "),
    *(b"\xef\xbb\xbf", "茶".encode(), b'"x,y"', b'"p\nq"', b"a,b\n", b'"a","b"\n', b"#", b"total"),
]
BYTES = st.binary(max_size=60) | st.lists(st.sampled_from(PARTS), max_size=40).map(b"".join)


@given(BYTES, st.sampled_from([",", ";", "\t", "¦"]), st.integers(1, 3), st.booleans())
@example(b'"a""b",","\n', ",", 2, True)
@example(b'"a,\n"b,c\n,"\r",\n', ",", 2, True)
@example(b"\xef\xbb\xbfa\n\xef\xbb\xbfb", ",", 1, True)
@settings(max_examples=500, deadline=None)
def test_fast_is_exact_on_any_bytes(data, delimiter, width, last):
    lines = split_lines(data if last or data.endswith(b"\n") else data + b"\n", last)
    fast = split(lines, delimiter, width)
    exact = split(lines, delimiter, width, fast=False)
    assert fast.frame.equals(exact.frame)
    assert fast.first.tolist() == exact.first.tolist()
    assert fast.n_lines.tolist() == exact.n_lines.tolist()
    assert (fast.bad, fast.blank, fast.used) == (exact.bad, exact.blank, exact.used)
    assert int(fast.n_lines.sum()) + len(fast.bad) + fast.blank == fast.used
    assert fast.used == len(lines) or not last


def read(path: Path, chunk: int, cursor: str = "", encoding: str = "utf-8"):
    file = FileBytes(path, chunk=chunk)
    head, whole = file.head(1 << 20)
    hints = Hints(Layout("csv", encoding=encoding, delimiter=","))
    with open_text(file, head, whole, hints) as source:
        out = list(source.blocks(cursor))
    rows = [
        (int(n), *row, b.raw(i))
        for b in out
        for i, (n, row) in enumerate(zip(b.lines, b.frame.rows(), strict=True))
    ]
    bad = [(x.line, x.code, x.raw) for b in out for x in b.bad]
    return rows, bad, [b.cursor for b in out]


LINES = st.lists(
    st.sampled_from(["1,2", '"a\nb",c', '"a', 'x"', "", " ", "1,2,3", '茶,"b,"', 'p,"q\n\n\nr"']),
    max_size=25,
)


@given(LINES, st.integers(1, 60), st.sampled_from(["utf-8", "utf-16-le", "gb18030"]))
@QUIET
def test_chunks_change_nothing_and_any_cursor_goes_on_exactly_there(
    tmp_path, body, chunk, encoding
):
    path = tmp_path / "x.csv"
    text = "\n".join(["a,b", *body])
    path.write_bytes(text.encode(encoding))
    rows, bad, _ = read(path, 1 << 20, encoding=encoding)
    again, bad_again, cursors = read(path, chunk, encoding=encoding)
    assert (again, bad_again) == (rows, bad)
    file = text.encode()
    taken = [raw for *_, raw in rows] + [raw for *_, raw in bad]
    assert sum(t.count(b"\n") + 1 for t in taken) == sum(
        map(bool, map(str.strip, text.split("\n")))
    ) - 1 + sum(not part.strip() for t in taken for part in t.split(b"\n"))
    assert all(t in file for t in taken)
    for cursor in cursors:
        rest, bad_rest, _ = read(path, chunk + 7, cursor, encoding)
        n, k = len(rows) - len(rest), len(bad) - len(bad_rest)
        assert (rest, bad_rest) == (rows[n:], bad[k:])
        line = max([r[0] for r in rows[:n]] + [b[0] for b in bad[:k]])
        assert all(b[0] > line for b in bad_rest)
        assert all(r[0] > line for r in rest)
        assert json.loads(cursor)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_a_monstrous_line_ends_alone_in_bounded_memory(tmp_path, encoding):
    path = tmp_path / "x.csv"
    text = "a,b\n1,2\n" + "x" * (5 << 20) + "\n3,4\n" + "y" * (3 << 20)
    path.write_bytes(text.encode(encoding))
    for chunk in (1 << 16, 1 << 23):
        rows, bad, _ = read(path, chunk, encoding=encoding)
        assert [r[:3] for r in rows] == [(2, "1", "2"), (4, "3", "4")]
        assert [(line, code, len(raw)) for line, code, raw in bad] == [
            (3, "too-long", 1 << 20),
            (5, "too-long", 1 << 20),
        ]
