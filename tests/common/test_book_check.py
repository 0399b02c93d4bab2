"""The operator's book: whole ones pass, every kind of tampering is named, every byte counts."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common import book_file, ledger_file
from common.book import BookEntry, BookKind, append, seal
from common.book_check import open_plans, verify
from common.book_file import BookExport, pack, unpack
from common.errors import InputError
from common.heads import LedgerHead
from common.keys import Identity
from common.ledger_file import LedgerExport
from tests.common.small_league import SmallLeague


def a_league(rounds: int = 2) -> SmallLeague:
    league = SmallLeague()
    for _ in range(rounds):
        league.play()
    league.publish()
    return league


LEAGUE = a_league()
ME = LEAGUE.identity
WHOLE = list(LEAGUE.book)


def codes(entries: list[BookEntry], witnessed: tuple[LedgerHead, ...] = ()) -> set[str]:
    return {p.code for p in verify(entries, ME.public, witnessed)}


def is_detected(data: bytes, load: Any) -> bool:
    """As the auditor sees it: unreadable, or with problems."""
    try:
        return bool(load(data).problems())
    except InputError:
        return True


def small_ledger() -> LedgerExport:
    league = SmallLeague(1)
    league.play()
    return league.ledger(0)


def small_book() -> BookExport:
    league = SmallLeague(1)
    plan = league.plan()
    league.close(plan, league.answers(plan), "void")
    return league.operator()


def test_a_whole_book_has_no_problem() -> None:
    assert verify(WHOLE, ME.public, [e.head for e in WHOLE]) == []
    assert open_plans(WHOLE) == ()
    export = LEAGUE.operator()
    data = book_file.dump(export.as_dict())
    again = book_file.load(data)
    assert again.problems([WHOLE[3].head]) == [] and book_file.dump(again.as_dict()) == data


@pytest.mark.privacy
@pytest.mark.parametrize("n_ways", [1, pytest.param(2, marks=pytest.mark.slow)])
@pytest.mark.parametrize("which", ["ledger", "book"])
def test_every_single_byte_of_a_small_export_counts(which: str, n_ways: int) -> None:
    """Exhaustive over places; at each, bytes that are likely to leave the file readable."""
    export: Any = small_ledger() if which == "ledger" else small_book()
    load: Any = ledger_file.load if which == "ledger" else book_file.load
    data = (ledger_file if which == "ledger" else book_file).dump(export.as_dict())
    assert not is_detected(data, load)
    rng = random.Random(n_ways)  # other ways than the other run tries
    for i, old in enumerate(data):
        alike = {chr(old).swapcase(), chr(old ^ 1), "0", "7", "a", "e", " "} - {chr(old)}
        for new in rng.sample(sorted(alike), n_ways):
            changed = data[:i] + new.encode("latin-1") + data[i + 1 :]
            assert is_detected(changed, load), (i, bytes([old]), new)


LARGE = book_file.dump(a_league(5).operator().as_dict())
LARGE_LEDGER = ledger_file.dump(a_league(5).ledger(0).as_dict())


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(LARGE) - 1), st.integers(1, 255))
def test_any_byte_of_a_larger_book_changed_in_any_way(i: int, mask: int) -> None:
    assert is_detected(LARGE[:i] + bytes([LARGE[i] ^ mask]) + LARGE[i + 1 :], book_file.load)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(LARGE_LEDGER) - 1), st.integers(1, 255))
def test_any_byte_of_a_larger_ledger_changed_in_any_way(i: int, mask: int) -> None:
    data = LARGE_LEDGER[:i] + bytes([LARGE_LEDGER[i] ^ mask]) + LARGE_LEDGER[i + 1 :]
    assert is_detected(data, ledger_file.load)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_dropped_doubled_or_moved_entries(data: st.DataObject) -> None:
    i = data.draw(st.integers(0, len(WHOLE) - 1))
    j = data.draw(st.integers(0, len(WHOLE) - 1).filter(lambda j: j != i))
    assert codes(WHOLE[:i] + WHOLE[i + 1 :], (WHOLE[-1].head,))
    assert codes([*WHOLE[: i + 1], WHOLE[i], *WHOLE[i + 1 :]])
    moved = list(WHOLE)
    moved[i], moved[j] = moved[j], moved[i]
    assert codes(moved)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_field_that_is_edited(data: st.DataObject) -> None:
    i = data.draw(st.integers(0, len(WHOLE) - 1))
    name = data.draw(
        st.sampled_from(["at", "subject", "label", "run_id", "task", "root", "before"])
    )
    edited = list(WHOLE)
    edited[i] = replace(WHOLE[i], **{name: getattr(WHOLE[i], name) + "0"})
    assert "edited" in codes(edited)


def test_each_fault_is_named() -> None:
    assert codes([]) == {"empty"}
    assert "missing" in codes(WHOLE[1:]) and "missing" in codes([WHOLE[0], *WHOLE[2:]])
    assert "reordered" in codes([WHOLE[0], WHOLE[2], WHOLE[1]])
    assert "forked" in codes([*WHOLE, WHOLE[-1]])
    assert codes(WHOLE[:-1], (WHOLE[-1].head,)) == {"cut"}
    assert codes(WHOLE, (LedgerHead(3, "0" * 64),)) == {"forked"}
    other = SmallLeague()
    assert codes(other.book) >= {"stranger", "signature"}
    resealed = list(WHOLE)
    resealed[1] = seal(ME, replace(WHOLE[1], label="x"), WHOLE[0].hash)
    assert codes(resealed) == {"forked"}
    unsigned = [*WHOLE[:-1], replace(WHOLE[-1], signature=WHOLE[0].signature)]
    assert codes(unsigned) == {"signature"}
    back = replace(WHOLE[-1], sequence=len(WHOLE), at="2020-01-01T00:00:00Z", kind=BookKind.BAN)
    back = replace(back, subject="a" * 32, run_id="", before="")
    assert codes([*WHOLE, seal(ME, back, WHOLE[-1].hash)]) == {"clock"}


@pytest.mark.parametrize(
    ("draft", "wanted"),
    [
        (BookEntry(0, "", BookKind.ENROL, "x" * 64), "fields"),
        (BookEntry(0, "", BookKind.BAN, "a" * 64), "fields"),
        (BookEntry(0, "", BookKind.BAN, "a" * 32, label="why"), "fields"),
        (BookEntry(0, "", BookKind.PLAN, "a" * 64), "fields"),
        (BookEntry(0, "", BookKind.PLAN, "a" * 64, "", "r1", 1, "train"), "repeated"),
        (BookEntry(0, "", BookKind.BUNDLE, "a" * 64, "", "r9", before="b" * 64), "unpaired"),
    ],
)
def test_entries_that_make_no_sense(draft: BookEntry, wanted: str) -> None:
    assert codes([*WHOLE, append(ME, WHOLE[-1], draft)]) == {wanted}


def test_rounds_settle_plans_once() -> None:
    end = next(e for e in WHOLE if e.kind is BookKind.ROUND)
    assert codes([*WHOLE, append(ME, WHOLE[-1], end)]) == {"unpaired"}
    stray = replace(end, subject="c" * 64)
    assert codes([*WHOLE, append(ME, WHOLE[-1], stray)]) == {"unpaired"}
    plan = replace(WHOLE[3], subject="d" * 64, round=9)
    opened = [*WHOLE, append(ME, WHOLE[-1], plan)]
    assert codes(opened) == set() and open_plans(opened) == (opened[-1],)
    for change in ({"status": "odd"}, {"after": ""}, {"n_leaves": 0}, {"root": "x"}):
        last = append(ME, opened[-1], replace(end, subject="d" * 64, round=9, **change))
        assert codes([*opened, last]) == {"fields"}
    last = append(ME, opened[-1], replace(end, subject="d" * 64, round=8))
    assert codes([*opened, last]) == {"unpaired"}


def test_tensors_in_a_file() -> None:
    some = {
        "b": np.arange(6, dtype=np.float32).reshape(2, 3),
        "a": np.float32([1.5]),
        "s": np.float32(2),
    }
    again = unpack(pack(some))
    assert list(again) == ["a", "b", "s"]
    assert all(
        np.array_equal(again[n], some[n]) and again[n].shape == np.shape(some[n]) for n in some
    )
    good = pack(some)
    for bad in (
        {**good, "data": good["data"][:-4]},
        {**good, "layout": good["layout"][:-1]},
        {**good, "layout": [*good["layout"], good["layout"][0]]},
        {**good, "layout": [["a", [-1]]]},
        {**good, "layout": [["a", [True]]]},
        {**good, "data": "?"},
        {**good, "x": 1},
        [],
    ):
        with pytest.raises(ValueError):
            unpack(bad)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"format":"hansa-book-export-v1"}', "[" * 5000]
)
def test_other_files_are_refused_in_words(text: str) -> None:
    with pytest.raises(InputError, match="not an export of an operator's book"):
        book_file.load(text.encode(), "some.json")


def test_an_export_is_signed_as_a_whole_by_the_operator() -> None:
    export = LEAGUE.operator()
    assert {p.code for p in replace(export, league="x").problems()} == {"file-signature"}
    assert "file-signature" in {p.code for p in export.signed(Identity.generate()).problems()}
