"""Mapping files: what is written is read again, what is wrong is named with its line."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.ingest.columns import KINDS
from client.ingest.mapping import Mapping
from client.ingest.mapping_file import check, dump, dumps, find, kept, load, loads, names_of
from common.errors import InputError

SHIPPED = sorted((Path(__file__).parents[2] / "scripts" / "mappings").glob("*.toml"))
HEAD = 'format = "hansa-mapping 1"\nkind = "events"\n'
FULL = Mapping(
    "events",
    {"customer_id": "用户ID", "happened_at": 'odd "when"', "query": "a.b"},
    {"kind": "purchase"},
    {"event_id": ("订单编号", "=x", "#line")},
    {"query": {"": "x", "*": "!skip", "a b": "c"}},
    ("Email", "other"),
    "Asia/Shanghai",
    ",",
    True,
    "next week",
)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)


def test_a_mapping_comes_back_as_it_was(tmp_path):
    assert loads(dumps(FULL)) == FULL
    dump(FULL, tmp_path / "new" / "a.toml")
    dump(Mapping("costs"), tmp_path / "new" / "b.toml")
    assert load(tmp_path / "new" / "a.toml") == FULL
    assert kept(tmp_path / "new") == (FULL, Mapping("costs"))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["query", "device", "city"]).flatmap(
        lambda c: st.tuples(st.just(c), st.dictionaries(TEXTS, TEXTS, max_size=4))
    ),
    st.lists(TEXTS, max_size=8),
    TEXTS,
)
def test_any_texts_come_back(values, ignored, theirs):
    mapping = replace(
        FULL, columns={"customer_id": theirs}, values=dict([values]), ignored=tuple(ignored)
    )
    assert loads(dumps(mapping)) == mapping


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("", None, "first line"),
        ('format = "hansa-mapping 9"', 1, "first line"),
        ('format = "hansa-mapping 1"\nkind = "sales"', 2, "kind is one of"),
        (HEAD + "decimal = 'x'", 3, "decimal is"),
        (HEAD + "time_zone = 'Mars/Base'", 3, "IANA"),
        (HEAD + "day_first = 1", 3, "true or false"),
        (HEAD + "ignored = 'x'", 3, "list of texts"),
        (HEAD + "colour = 1", 3, "no setting 'colour'"),
        (HEAD + "[columns]\ncustomer_id = 'a'\ncustmer = 'b'", 5, "called 'custmer'"),
        (HEAD + "[columns]\ncustomer_id = 3", 4, "text in quotes"),
        (HEAD + "[columns]\nkind = 'a'\n[constants]\nkind = 'view'", 6, "filled twice"),
        (HEAD + "[constants]\nhappened_at = 'soon'", 4, "constant of 'happened_at'"),
        (HEAD + "[values]\nkind = 'x'", 4, "table of texts"),
        (HEAD + "[values.kind]\nx = 3", 3, "table of texts"),
        (HEAD + "columns = 3", 3, "is a table"),
        (HEAD + "[columns]\nkind = 'a", 4, "no TOML"),
        (HEAD + "[columns\nkind = 'a'", 3, "no TOML"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text, line, what):
    with pytest.raises(InputError, match=what) as caught:
        loads(text, "my.toml")
    assert caught.value.where == (f"my.toml, line {line}" if line else "my.toml")
    assert caught.value.safe
    assert caught.value.todo


def test_files_that_cannot_be_read_or_written(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        load(tmp_path / "none.toml")
    (tmp_path / "x.toml").write_bytes(b"\xff\xff")
    with pytest.raises(InputError, match="not UTF-8"):
        load(tmp_path / "x.toml")
    with pytest.raises(InputError, match="cannot be written"):
        dump(FULL, tmp_path / "x.toml" / "y.toml")


def test_a_mapping_is_found_by_its_columns():
    names = ["用户ID", 'odd "when"', "a.b", "订单编号", "Email", "other"]
    assert names_of(FULL) == set(names)
    newer = replace(FULL, name="newer")
    assert find(names[::-1], [FULL, newer]) == newer
    assert find([*names, "one more"], [FULL]) is None
    assert find(names, [FULL], "costs") is None


def test_a_mapping_is_held_against_a_file():
    names = ["用户ID", 'odd "when"', "a.b", "订单编号", "Email", "other"]
    check(FULL, names, "x.csv")
    for wrong, message in (
        (replace(FULL, constants={}), "nothing fills 'kind'"),
        (replace(FULL, columns=dict(FULL.columns) | {"city": "town"}), "no column 'town'"),
        (replace(FULL, ignored=("other",)), "never taken: 'Email'"),
        (replace(FULL, ignored=(), columns=dict(FULL.columns) | {"city": "Email"}), "never taken"),
    ):
        with pytest.raises(InputError, match=message):
            check(wrong, names, "x.csv")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_the_shipped_mappings_are_whole(path):
    mapping = load(path)
    assert mapping.name == path.stem
    assert loads(dumps(mapping)) == mapping
    check(mapping, sorted(names_of(mapping)), path.name)
    assert path.read_text("utf-8").startswith("# ")
    assert mapping.kind in KINDS


def test_the_sets_have_their_mappings():
    assert len(SHIPPED) >= 20
