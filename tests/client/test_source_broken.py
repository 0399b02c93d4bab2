"""Hand-made broken files: what each gives, line by line, and that it never gives anything else."""

from pathlib import Path

import pytest

from client.ingest.blocks import Hints
from client.ingest.source import open_source
from common.errors import InputError

BROKEN = Path(__file__).parent / "broken"
KNOWN = {"customer_id", "kind", "happened_at", "value", "客户编号", "类型"}

#: File -> rows, bad lines with their codes, the beginning of the error.
EXPECTED: dict[str, tuple[int, list[tuple[int, str]], str]] = {
    "array.json": (0, [], "The file is one JSON list."),
    "blank-lines.csv": (0, [], "The file is empty."),
    "bom-twice.csv": (1, [], ""),
    "cut.csv.gz": (387, [], "The file is damaged: it cannot be read to its end."),
    "deep.jsonl": (1, [(2, "bad-json")], ""),
    "empty.csv": (0, [], "The file is empty."),
    "gbk-broken.csv": (2, [(3, "bad-encoding"), (4, "bad-encoding")], ""),
    "half-a-character.csv": (1, [(3, "bad-width")], ""),
    "header-only.csv": (0, [], ""),
    "html.csv": (0, [], "The file is a web page or XML, no table."),
    "lone-cr.csv": (3, [], ""),
    "mixed-ends.csv": (1, [(3, "bad-width")], ""),
    "nested.jsonl": (
        2,
        [
            (2, "bad-json"),
            (3, "bad-json"),
            (4, "bad-json"),
            (5, "bad-json"),
            (6, "bad-json"),
            (7, "bad-json"),
            (8, "bad-json"),
            (9, "bad-json"),
        ],
        "",
    ),
    "no-header.csv": (0, [], "The first line is no list of column names in UTF-8."),
    "not-a-database.db": (0, [], "The database is damaged or protected by a password."),
    "not-gzip.csv.gz": (0, [], "The file is damaged: it cannot be read to its end."),
    "not-really.parquet": (0, [], "The Parquet file is damaged: it cannot be opened."),
    "not-really.xlsx": (1, [], ""),
    "not-utf8.csv": (3, [(3, "bad-encoding")], ""),
    "nul-bytes.csv": (2, [(3, "bad-nul")], ""),
    "open-quote.csv": (4, [(3, "open-quote")], ""),
    "picture.csv": (0, [], "The file is a picture, no table."),
    "quote-in-field.csv": (2, [], ""),
    "quote-then-text.csv": (1, [(2, "bad-quote")], ""),
    "quoted-lines.csv": (2, [], ""),
    "ragged.csv": (1, [(2, "bad-width"), (3, "bad-width"), (4, "bad-width")], ""),
    "same-names.csv": (1, [], ""),
    "title-and-totals.csv": (1, [(5, "footer")], ""),
    "twice.jsonl": (1, [], ""),
    "two-members.csv.gz": (1, [], "The file is damaged: it cannot be read to its end."),
    "utf16-cut.csv": (0, [(2, "bad-encoding")], ""),
    "utf16-lone-surrogate.csv": (1, [(2, "bad-encoding")], ""),
    "wrong-checksum.csv.gz": (1, [], "The file is damaged: it cannot be read to its end."),
    "zip.csv": (0, [], "The file is a ZIP archive, no table."),
}


def test_every_file_of_the_corpus_is_expected():
    assert {p.name for p in BROKEN.iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_broken_file(name):
    n = 0
    bad: list[tuple[int, str]] = []
    error = ""
    try:
        with open_source(BROKEN / name, Hints(known=KNOWN.__contains__)) as source:
            for block in source.blocks():
                n += block.frame.height
                bad += [(x.line, x.code) for x in block.bad]
                assert all(x.reason for x in block.bad)
    except InputError as e:
        error = e.what
        assert e.where and e.safe and e.todo
    assert (n, bad, error) == EXPECTED[name]
