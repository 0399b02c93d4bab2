"""Which rows are learned from and which only judge: by time, or by shopper where time has no order."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from client.evaluate.nouns import Merchant, Rows, Shop
from common.errors import InputError

SHARE = 0.7
KINDS = ("auto", "time", "random")
#: Below this share of merchants with rows on both sides, time does not part merchants' rows.
LEAST_PARTED = 0.5


@dataclass(frozen=True, slots=True)
class Split:
    """How rows are parted.

    Attributes:
        kind: "time" or "random".
        cut_at: ISO-8601 UTC, first moment of the later rows; empty for "random".
        why: Why it is random; empty where it was asked for or is by time.
    """

    kind: str
    cut_at: str = ""
    why: str = ""

    @property
    def said(self) -> str:
        """One clause for people."""
        if self.kind == "time":
            return f"learned before {self.cut_at}, judged from then on"
        what = f"split at random by shopper, {SHARE:.0%} to learn from"
        return f"{what} ({self.why})" if self.why else what


def find_split(shops: Sequence[Shop], heads: Sequence[str], kind: str, cut: str) -> Split:
    """The split that was asked for; "auto" is by time wherever time parts merchants' rows.

    Args:
        shops: All merchants.
        heads: Outcomes that make a row labelled.
        kind: One of KINDS.
        cut: ISO-8601; empty = the time before which the share of labelled rows nearest to SHARE
            was shown, of all merchants together.

    Raises:
        InputError: a cut by time leaves nothing on one side, or `cut` is no time.
    """
    if kind == "random":
        return Split("random")
    at = moment(cut) if cut else quantile(shops, heads)
    parted = [0 < int((s.rows.shown_at < at).sum()) < len(s.rows.shown_at) for s in shops]
    split = Split("time", datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z"))
    if kind == "auto" and not cut and np.mean(parted) < LEAST_PARTED:
        n = len(shops) - sum(parted)
        return Split(
            "random", why=f"{n} of {len(shops)} merchants have rows on one side of any cut"
        )
    before = sum(int((s.rows.shown_at < at).sum()) for s in shops)
    if 0 < before < sum(len(s.rows.shown_at) for s in shops):
        return split
    raise InputError(
        f"All rows lie on one side of {split.cut_at}.",
        safe="Nothing was changed.",
        todo="Give another --cut, or --split random.",
    )


def quantile(shops: Sequence[Shop], heads: Sequence[str]) -> int:
    """Of all moments, the one with the share of labelled rows before it nearest to SHARE."""
    parts = []
    for s in shops:
        known = np.any([s.rows.data.labels(h) >= 0 for h in heads], axis=0)
        parts.append(s.rows.shown_at[known])
    at, counts = np.unique(np.concatenate(parts), return_counts=True)
    before = (np.cumsum(counts) - counts) / counts.sum()
    return int(at[np.abs(before - SHARE).argmin()])


def moment(cut: str) -> int:
    """Seconds since 1970 of an ISO-8601 text; without a zone it is UTC.

    Raises:
        InputError: it is no time.
    """
    try:
        found = datetime.fromisoformat(cut)
    except ValueError as e:
        raise InputError(
            f"--cut {cut[:40]!r} is no time.", todo="Write it like 2017-10-30T00:00:00Z."
        ) from e
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


def part(
    shops: Sequence[Shop], split: Split, seed: int, share: float = SHARE
) -> tuple[Merchant, ...]:
    """The merchants' rows on either side; a random split is another for every seed."""
    at = moment(split.cut_at) if split.kind == "time" else 0
    out = []
    for i, s in enumerate(shops):
        if split.kind == "time":
            before = s.rows.shown_at < at
        else:
            who, code = np.unique(s.rows.shopper, return_inverse=True)
            drawn = np.empty(len(who))
            drawn[_by_content(s.rows)] = np.random.default_rng((seed, i)).random(len(who))
            before = (drawn < share)[code]
        out.append(Merchant(s.name, s.rows.take(before), s.rows.take(~before)))
    return tuple(out)


def _by_content(rows: Rows) -> NDArray[np.int64]:
    """Shoppers in an order that their rows alone decide, so that every import is split the same.

    Shoppers are numbered by pseudonym, and pseudonyms are others in every import. Those whose rows
    are all alike may come in any order: it makes no difference.
    """
    d = rows.data
    own = np.column_stack([rows.shown_at, d.click, d.conversion]).astype(np.int64)
    marks = []
    for a, b in itertools.pairwise(d.start.tolist()):
        each = zip(own[a:b], d.ids[a:b], d.numeric[a:b], strict=True)
        found = sorted(o.tobytes() + i.tobytes() + n.tobytes() for o, i, n in each)
        marks.append(hashlib.blake2b(b"".join(found), digest_size=16).digest())
    return np.array(sorted(range(len(marks)), key=marks.__getitem__), np.int64)
