"""A block of texts to typed rows, column by column; every refused row with its column, code and reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from client.ingest import personal
from client.ingest.blocks import Block
from client.ingest.columns import KINDS, Column
from client.ingest.mapping import Mapping
from client.ingest.reader_fast import fast
from client.ingest.typed import RefusedRow, Typed
from client.ingest.values import BadValue, Spelling
from client.store.intake import Value
from common.errors import InputError

#: In `Mapping.values`: rows with this text are left out, neither taken nor refused.
SKIP = "!skip"
#: In `Mapping.values`: any other text. The empty text there stands for an empty field.
OTHERS = "*"
#: In `Mapping.joined`: the row's line in its file; "=text" is that text. A column of that name wins.
LINE = "#line"
_TYPES: dict[str, type[pl.DataType]] = {
    **{form: pl.Int64 for form in ("money", "signed", "whole", "yes", "minor")},
    "chance": pl.Float64,
}
_JOINT = {"id": "|", "time": " ", "day": " "}
_UNMASKED = frozenset(("url", "image"))
_BELOW_ZERO = r"^\(|^[^0-9]*[-−]|[-−][^0-9]*$"


@dataclass(slots=True)
class _Refusals:
    """First reason of each row, in the order of our columns."""

    by_place: dict[int, RefusedRow]

    def add(self, places: NDArray[np.int64], column: str, code: str, reason: str) -> None:
        """Refuse rows, unless an earlier column did."""
        for place in places.tolist():
            self.by_place.setdefault(place, RefusedRow(place, column, code, reason))


def spelling_of(mapping: Mapping) -> Spelling:
    """How the mapping's files write numbers and times."""
    return Spelling(mapping.time_zone, mapping.decimal, mapping.day_first)


def read_block(block: Block, mapping: Mapping) -> Typed:
    """Read a block's rows as one kind of ours.

    Args:
        block: N rows of texts.
        mapping: Which of their columns is which of ours. A column that a block lacks is empty.

    Raises:
        InputError: the mapping itself cannot be used: an unknown kind, a constant that cannot be read.
    """
    if mapping.kind not in KINDS:
        raise _bad_mapping(f"There is no kind of file called '{mapping.kind[:40]}'.")
    how = spelling_of(mapping)
    refusals = _Refusals({})
    masked: dict[str, int] = {}
    skip = np.zeros(block.frame.height, dtype=np.bool_)
    out: list[pl.Series] = []
    for column in KINDS[mapping.kind]:
        if column.name in mapping.constants:
            out.append(_constant(column, mapping.constants[column.name], how, block.frame.height))
            continue
        raw = _texts(block, mapping, column)
        if column.name in mapping.values:
            skip |= (raw == SKIP).fill_null(False).to_numpy()
        signed = mapping.kind == "events" and column.name == "value"
        values = _read(raw, Column(column.name, "signed") if signed else column, how, refusals)
        if signed:
            _only_returns_are_below_zero(raw, out[2], refusals)
        if column.form in ("text", "long") and column.name not in _UNMASKED:
            values, n = _mask(values, mapping.kind)
            masked |= {column.name: n} if n else {}
        out.append(_filled(values, column))
    return _typed(pl.DataFrame(out), refusals, skip, masked)


def _typed(
    frame: pl.DataFrame, refusals: _Refusals, skip: NDArray[np.bool_], masked: dict[str, int]
) -> Typed:
    bad = sorted((r for p, r in refusals.by_place.items() if not skip[p]), key=lambda r: r.place)
    keep = ~skip
    keep[[r.place for r in bad]] = False
    places = np.flatnonzero(keep).astype(np.int64)
    taken = frame if keep.all() else frame.filter(pl.Series(keep))
    return Typed(taken, places, tuple(bad), masked, int(skip.sum()))


def _texts(block: Block, mapping: Mapping, column: Column) -> pl.Series:
    """One of our columns as the file's texts: no spaces around, null where empty, replaced as said."""
    if column.name in mapping.joined:
        raw = _joined(block, mapping.joined[column.name], column)
    else:
        raw = _theirs(block, mapping.columns.get(column.name, ""))
    replace = mapping.values.get(column.name)
    if replace:
        plain = {old: new for old, new in replace.items() if old not in ("", OTHERS)}
        if OTHERS in replace:
            # an empty field is not "any other text"
            known = raw.replace_strict(plain, default=replace[OTHERS], return_dtype=pl.String)
            raw = known.to_frame("v").select(pl.when(pl.lit(raw.is_not_null())).then(pl.col("v")))[
                "v"
            ]
        else:
            raw = raw.replace(plain)
        raw = raw.fill_null(replace[""]) if "" in replace else raw
        raw = _emptied(raw)
    return raw.alias(column.name)


def _theirs(block: Block, name: str) -> pl.Series:
    if name not in block.frame.columns:
        return pl.Series(name, [None], pl.String).new_from_index(0, block.frame.height)
    return _emptied(block.frame[name].cast(pl.String).str.strip_chars())


def _emptied(raw: pl.Series) -> pl.Series:
    if not raw.len() or raw.str.len_bytes().min() != 0:
        return raw
    return raw.to_frame("v").select(pl.when(pl.col("v") != "").then(pl.col("v")))["v"]


def _joined(block: Block, names: tuple[str, ...], column: Column) -> pl.Series:
    """Several columns as one: ids with "|" (an empty part stays), times and texts without empty parts."""
    parts: list[pl.Series] = []
    empty = np.ones(block.frame.height, dtype=np.bool_)
    for i, name in enumerate(names):
        if name in block.frame.columns or not name.startswith(("=", LINE)):
            part = _theirs(block, name)
            empty &= part.is_null().to_numpy()
        elif name == LINE:
            part = pl.Series(block.lines).cast(pl.String)
            empty[:] = False
        else:
            part = pl.Series([name[1:]]).new_from_index(0, block.frame.height)
        parts.append(part.alias(str(i)))
    joint = _JOINT.get(column.form, ", ")
    frame = pl.DataFrame(parts)
    if joint == "|":
        frame = frame.with_columns(pl.all().fill_null(""))
    text = pl.concat_str(pl.all(), separator=joint, ignore_nulls=True)
    return frame.select(pl.when(pl.Series(~empty)).then(text).alias("v"))["v"]


def _read(raw: pl.Series, column: Column, how: Spelling, refusals: _Refusals) -> pl.Series:
    """Typed values; null where empty or refused."""
    values = fast(raw, column, how)
    rest = raw.is_not_null() & values.is_null()
    if rest.any():
        values = _one_by_one(raw, values, rest, column.reader(how), column, refusals)
    if column.required and raw.null_count():
        empty = np.flatnonzero(raw.is_null().to_numpy())
        refusals.add(empty, column.name, "empty", "empty")
    return values


def _one_by_one(
    raw: pl.Series,
    values: pl.Series,
    rest: pl.Series,
    read: Callable[[str], Value],
    column: Column,
    refusals: _Refusals,
) -> pl.Series:
    """Each value of an unusual spelling once, by the reference."""
    places = rest.arg_true()
    texts = raw.gather(places)
    good: dict[str, Value] = {}
    bad: dict[tuple[str, str], list[str]] = {}
    for text in texts.unique().to_list():
        if text == SKIP:
            continue
        try:
            good[text] = read(text)
        except BadValue as e:
            bad.setdefault((e.code, str(e)), []).append(text)
    for (code, reason), refused in bad.items():
        at = places.filter(texts.is_in(refused)).to_numpy().astype(np.int64)
        refusals.add(at, column.name, code, reason)
    kind = _TYPES.get(column.form, pl.String)
    if not good:
        return values.cast(kind)
    keys = pl.Series(list(good), dtype=pl.String)
    found = texts.replace_strict(
        keys, pl.Series(list(good.values()), dtype=kind), default=None, return_dtype=kind
    )
    return values.cast(kind).scatter(places, found)


def _only_returns_are_below_zero(raw: pl.Series, kinds: pl.Series, refusals: _Refusals) -> None:
    below = raw.str.contains(_BELOW_ZERO).fill_null(False) & (kinds != "return").fill_null(True)
    if below.any():
        reason = "not an amount such as 12.50: it is below zero, and no return"
        refusals.add(np.flatnonzero(below.to_numpy()), "value", "negative", reason)


def _mask(values: pl.Series, kind: str) -> tuple[pl.Series, int]:
    """Texts without personal data, and in how many of them there was some."""
    suspect = values.str.contains(personal.SUSPECT).fill_null(False)
    if not suspect.any():
        return values, 0
    looks = personal.OF_PRODUCTS if kind == "products" else personal.ALL_LOOKS
    texts = values.filter(suspect).unique().to_list()
    changed = {t: m for t in texts if (m := personal.mask(t, looks)) != t}
    if not changed:
        return values, 0
    n = int(values.is_in(list(changed)).sum())
    return values.replace(changed), n


def _constant(column: Column, text: str, how: Spelling, n_rows: int) -> pl.Series:
    try:
        value = column.reader(how)(text.strip()) if text.strip() else column.absent
    except BadValue as e:
        raise _bad_mapping(f"The constant of column '{column.name}' is {e}.") from e
    kind = _TYPES.get(column.form, pl.String)
    return pl.Series(column.name, [value], dtype=kind).new_from_index(0, n_rows)


def _filled(values: pl.Series, column: Column) -> pl.Series:
    kind = _TYPES.get(column.form, pl.String)
    typed = values.alias(column.name).cast(kind)
    return typed if column.absent is None else typed.fill_null(column.absent)


def _bad_mapping(what: str) -> InputError:
    return InputError(
        what,
        where="the mapping",
        safe="Nothing was imported.",
        todo="Correct the mapping file; docs/data-format.md lists kinds and columns.",
    )
