"""Refused rows in groups, and one step that reads a group again: from the sealed bytes, with one thing changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import polars as pl
from cryptography.exceptions import InvalidTag

from client.ingest import fix_rows
from client.ingest.blocks import Block
from client.ingest.columns import KINDS
from client.ingest.files_plan import Written, written_of
from client.ingest.mapping import Mapping
from client.ingest.pseudonym import Pseudonyms, Seal
from client.ingest.reader import read_block
from client.shop import load_salt
from client.store import Store
from client.store import intake_refused as sql
from client.store.intake_refused import Group, Kept
from client.store.people import suppressed
from common.errors import InputError

#: What may be done, with whether a text follows.
DEEDS = {
    "trim-currency": False,
    "assume-zone": True,
    "day-first": False,
    "decimal-comma": False,
    "set": True,
    "leave": False,
    "undo": False,
}
_MONEY = frozenset(("money", "signed"))
_TIMES = frozenset(("time", "day"))


@dataclass(frozen=True, slots=True)
class Offer:
    """A group of refused rows, and what may help.

    Attributes:
        group: The rows.
        deeds: Names of `DEEDS`, the likeliest first.
    """

    group: Group
    deeds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fixed:
    """What a step did.

    Attributes:
        group_id: The group.
        deed: What was done.
        n_fixed: Rows that are in the shop now.
        n_still: Rows that are refused still.
    """

    group_id: str
    deed: str
    n_fixed: int
    n_still: int


def offers(store: Store) -> list[Offer]:
    """Every group of refused rows, the largest first."""
    return [Offer(g, deeds_for(g)) for g in sql.groups(store)]


def deeds_for(group: Group) -> tuple[str, ...]:
    """What may help rows that were refused for this reason."""
    if group.n_waiting == 0:
        return ("undo",)
    forms = {c.name: c.form for c in KINDS.get(group.kind, ())}
    form = forms.get(group.column, "")
    if form in _MONEY:
        return ("trim-currency", "decimal-comma", "set", "leave")
    if form in _TIMES:
        return ("day-first", "assume-zone", "set", "leave")
    return ("set", "leave") if group.column else ("leave",)


def apply(store: Store, group_id: str, deed: str, text: str = "") -> Fixed:
    """Do one thing to a group.

    Args:
        store: The shop.
        group_id: Of `offers`.
        deed: A name of `DEEDS`.
        text: A time zone, or COLUMN=TEXT.

    Raises:
        InputError: there is no such group or deed, or the salt is another one.
        StoreError: the database cannot be written.
    """
    group = next((g for g in sql.groups(store) if g.group_id == group_id), None)
    if group is None:
        raise _error("There is no such group of refused rows.", "List them: hansa import fix")
    if deed not in DEEDS or DEEDS[deed] != bool(text):
        needs = [f"{d} TEXT" if t else d for d, t in DEEDS.items()]
        raise _error("This fix is not known, or its text is missing.", ", ".join(needs))
    if deed in ("leave", "undo"):
        # rows that were fixed are in the shop: only what was left alone comes back
        n = sql.mark(store, group, "left" if deed == "leave" else "waiting")
        return Fixed(group_id, deed, 0, n)
    return _reread(store, group, deed, text)


def _reread(store: Store, group: Group, deed: str, text: str) -> Fixed:
    salt = load_salt(store.home)
    written = written_of(group.mapping)
    if written is None:
        raise _error(
            "These rows were refused by an earlier version, which kept too little about their file.",
            "Export them with 'hansa import fix --export FILE', correct and import that file.",
        )
    mapping = _changed(written.mapping, deed, text)
    n_fixed = n_still = 0
    with sql.fixing(store, group, Pseudonyms(salt), suppressed(store, salt)) as work:
        for rows in sql.waiting(store, group):
            block, places = _block(rows, written, Seal(salt))
            if deed == "trim-currency":
                block = _trimmed(block, mapping, group.column)
            typed = read_block(block, mapping)
            work.put(typed.frame)
            taken = [places[p] for p in typed.places.tolist()]
            work.fixed(taken)
            n_fixed += len(taken)
            n_still += len(rows) - len(taken)
    return Fixed(group.group_id, deed, n_fixed, n_still)


def _block(rows: Sequence[Kept], written: Written, seal: Seal) -> tuple[Block, list[int]]:
    """Rows that can be split, as a block, and their numbers."""
    fields: list[list[str | None]] = []
    numbers: list[int] = []
    lines: list[int] = []
    try:
        opened = [seal.open(r.sealed) for r in rows]
    except InvalidTag as e:
        raise _error(
            "The refused rows were sealed with another salt.", "Restore keys/salt from a backup."
        ) from e
    for row, raw in zip(rows, opened, strict=True):
        found = fix_rows.split(raw, written)
        if found is not None:
            fields.append(found)
            numbers.append(row.refused_id)
            lines.append(row.line)
    frame = pl.DataFrame(
        fields, schema=dict.fromkeys(written.names, pl.String), orient="row", strict=True
    )
    return Block(frame, np.array(lines, dtype=np.int64), partial(_raw, opened)), numbers


def _raw(opened: Sequence[bytes], place: int) -> bytes:
    return opened[place]


def _changed(mapping: Mapping, deed: str, text: str) -> Mapping:
    if deed == "assume-zone":
        return replace(mapping, time_zone=text)
    if deed == "day-first":
        return replace(mapping, day_first=True)
    if deed == "decimal-comma":
        return replace(mapping, decimal=",")
    if deed == "set":
        column, equals, value = text.partition("=")
        if not equals or column not in {c.name for c in KINDS[mapping.kind]}:
            raise _error("'set' takes COLUMN=TEXT with a column of ours.", "docs/data-format.md")
        return replace(mapping, constants={**mapping.constants, column: value})
    return mapping


def _trimmed(block: Block, mapping: Mapping, column: str) -> Block:
    """Amounts without signs and names of currencies."""
    theirs = mapping.columns.get(column)
    if theirs is None:
        return block
    trim = pl.col(theirs).str.replace_all(r"[^\d.,()\-−]", "")
    # without a digit it is no amount, and must not become an empty field
    amount = pl.when(trim.str.contains(r"\d")).then(trim).otherwise(pl.col(theirs)).alias(theirs)
    return replace(block, frame=block.frame.with_columns(amount))


def group_label(group: Group) -> str:
    """The reason as a stable name; older rows have none."""
    return group.code or re.sub(r"[^a-z]+", "-", group.reason.lower())[:30].strip("-")


def _error(what: str, todo: str) -> InputError:
    return InputError(what, safe="Nothing was changed.", todo=todo)
