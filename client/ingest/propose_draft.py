"""One kind's draft of a mapping: columns by name and values, natural keys, and how well the kind fits."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass, field

from client.ingest import personal
from client.ingest.blocks import Block
from client.ingest.columns import KINDS, Column
from client.ingest.propose_names import Match, fold, match
from client.ingest.propose_values import decimal_sign, looks_like_times, share_read
from client.ingest.sensitive import is_sensitive
from client.ingest.values import PLAIN, BadValue, Spelling, event_kind

#: Names that make a table one of this kind; without one of them it is something else.
_CUES = {
    "shoppers": ("consent", "personalise", "minor"),
    "impressions": ("impression_id", "clicked", "propensity", "position"),
    "conversions": ("impression_id",),
    "costs": ("cost",),
}
#: Columns that say that it is rather another kind: (ours of any kind, factor).
_AGAINST = {
    "products": (("customer_id", 0.5), ("order", 0.6), ("cost", 0.6), ("kind", 0.8)),
    "shoppers": (("product_id", 0.6), ("kind", 0.6), ("order", 0.6)),
    "costs": (("customer_id", 0.5), ("clicked", 0.7)),
    "events": (("clicked", 0.8), ("impression_id", 0.7), ("cost", 0.85)),
    "conversions": (("clicked", 0.7), ("propensity", 0.5)),
    "impressions": (("kind", 0.8),),
}
_KIND_OF_CUE = {"order": "events", "kind": "events", "clicked": "impressions", "cost": "costs"}
#: A consent is proposed by a clear name and clear values only.
_STRICT = ("consent", "personalise")
#: Rows from which on a key that tells all of them apart is trusted.
_MANY = 20
_CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the proposal says about a column.

    Attributes:
        column: Ours, or "time_zone", "day_first", "decimal", "currency", "" for the whole file.
        theirs: Their column, or several joined with " + ".
        confidence: 0 to 1.
        code: Stable name of the reason, for translations.
        why: For people.
    """

    column: str
    theirs: str
    confidence: float
    code: str
    why: str


@dataclass(frozen=True, slots=True)
class Sample:
    """The first rows of a file.

    Attributes:
        names: Its columns.
        texts: Their column -> non-empty values.
        refused: Their columns that are never taken -> why.
    """

    names: tuple[str, ...]
    texts: MappingOf[str, Sequence[str]]
    refused: MappingOf[str, str]

    @staticmethod
    def of(block: Block, names: Sequence[str], n_rows: int) -> Sample:
        """The sample of a block."""
        head = block.frame.head(n_rows)
        texts = {
            n: [t for v in head[n].to_list() if v is not None and (t := v.strip())]
            if n in head
            else []
            for n in names
        }
        refused = {n: "its name" for n in names if is_sensitive(n)}
        for name, values in texts.items():
            # long numbers are ids more often than phones and cards: nearly all must look like one
            share = 0.9 if all(v.isdigit() for v in values[:50]) else 0.3
            found = "" if name in refused else personal.column_holds(values[:500], share)
            refused |= {name: found} if found else {}
        return Sample(tuple(names), texts, refused)


@dataclass(frozen=True, slots=True)
class Draft:
    """A mapping of one kind, and how well it fits."""

    kind: str
    score: float
    columns: MappingOf[str, str]
    constants: MappingOf[str, str]
    joined: MappingOf[str, tuple[str, ...]]
    values: MappingOf[str, MappingOf[str, str]]
    notes: tuple[Note, ...]


@dataclass(slots=True)
class _Work:
    """A draft in the making."""

    sample: Sample
    kind: str
    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    joined: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sure: dict[str, float] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def free(self) -> list[str]:
        """Their columns that nothing uses yet."""
        used = {*self.columns.values(), *(n for names in self.joined.values() for n in names)}
        return [n for n in self.sample.names if n not in used and n not in self.sample.refused]

    def take(self, ours: str, theirs: str, sure: float, code: str, why: str) -> None:
        """Map one column."""
        self.columns[ours] = theirs
        self.sure[ours] = sure
        self.notes.append(Note(ours, theirs, round(sure, 2), code, why))

    def join(self, ours: str, names: Sequence[str], sure: float, why: str) -> None:
        """Map several columns to one."""
        self.columns.pop(ours, None)
        self.notes = [n for n in self.notes if n.column != ours]
        self.joined[ours] = tuple(names)
        self.sure[ours] = sure
        self.notes.append(Note(ours, " + ".join(names), sure, "joined", why))


def draft(sample: Sample, kind: str) -> Draft:
    """Map what fits by name and values, fill what can be filled, and judge the kind."""
    work = _Work(sample, kind)
    _by_name(work)
    if kind in ("events", "impressions"):
        ours = "happened_at" if kind == "events" else "shown_at"
        _a_time(work, ours)
        _clock_beside(work, ours)
    if kind == "events":
        _what_happened(work)
        _key_of_orders(work)
    if kind == "impressions" and "impression_id" not in work.columns:
        _key_of_impressions(work)
    if kind == "shoppers" and "consent" not in work.columns:
        why = "no column says who consents: who is known keeps theirs, who is new has none"
        work.notes.append(Note("consent", "", 0.8, "no-consent", why))
    return Draft(
        kind, _score(work), work.columns, work.constants, work.joined, {}, tuple(work.notes)
    )


def _by_name(work: _Work) -> None:
    """Greedy: the surest pair first, each of their columns once."""
    found: list[tuple[float, int, int, Column, Match]] = []
    for place, column in enumerate(KINDS[work.kind]):
        for name in work.sample.names:
            if name in work.sample.refused:
                continue
            fit = match(name, column.name, work.kind)
            if fit is None:
                continue
            texts = work.sample.texts[name][:300]
            share = share_read(texts, column, _tolerant(texts, column))
            if share >= (1.0 if column.name in _STRICT else 0.5):
                found.append((-round(fit.score * share, 2), fit.rank, place, column, fit))
    used: set[str] = set()
    for sure, _, _, column, fit in sorted(found, key=lambda f: f[:3]):
        if column.name in work.columns or fit.theirs in used:
            continue
        used.add(fit.theirs)
        why = (
            "its name, and its values can be read" if work.sample.texts[fit.theirs] else "its name"
        )
        work.take(column.name, fit.theirs, -sure, "name", why)


def _tolerant(texts: Sequence[str], column: Column) -> Spelling:
    """A spelling that reads either order of day and month: which one it is, is found later."""
    decimal = decimal_sign(texts) if column.form in ("money", "signed") else None
    best = max(
        (True, False),
        key=lambda first: share_read(texts[:50], Column("", "time"), Spelling("UTC", ".", first)),
    ) if column.form in ("time", "day") else None  # fmt: skip
    return Spelling(PLAIN.zone, decimal or ".", best)


def _a_time(work: _Work, ours: str) -> None:
    """The one column with written times, where no name tells."""
    if ours in work.columns:
        return
    times = [n for n in work.free() if looks_like_times(work.sample.texts[n][:200], PLAIN)]
    if len(times) == 1:
        work.take(ours, times[0], 0.6, "values", "the only column with times")


def _clock_beside(work: _Work, ours: str) -> None:
    """A date in one column and the time of day in another."""
    date = work.columns.get(ours, "")
    if not date or any(":" in t or "时" in t for t in work.sample.texts[date][:50]):
        return
    clocks = [
        n
        for n in work.free()
        if work.sample.texts[n] and all(_CLOCK.fullmatch(t) for t in work.sample.texts[n][:200])
    ]
    written = looks_like_times(work.sample.texts[date][:200], PLAIN)
    if len(clocks) == 1 and written:
        work.join(ours, (date, clocks[0]), 0.8, "a date, and beside it the time of day")


def _what_happened(work: _Work) -> None:
    """The kind of events: a column of known words, or orders, which are purchases."""
    if "kind" in work.columns:
        return
    for name in work.free():
        words = set(work.sample.texts[name])
        if words and not any(w.isdigit() for w in words) and len(words) <= 30 and _all_kinds(words):
            work.take("kind", name, 0.8, "values", "all its values are kinds of events")
            return
    if _named(work.sample, "order", "events") or "value" in work.columns:
        work.constants["kind"] = "purchase"
        work.sure["kind"] = 0.75
        why = "the rows are orders, so each is a purchase; say it if refunds are among them"
        work.notes.append(Note("kind", "", 0.75, "orders", why))


def _all_kinds(words: set[str]) -> bool:
    """True for words of two kinds and more: a column that says "paid" throughout is a status."""
    try:
        return len({event_kind(w) for w in words}) > 1
    except BadValue:
        return False


def _key_of_orders(work: _Work) -> None:
    """Order and product, or an order alone, where they tell all rows of the sample apart."""
    order = _named(work.sample, "order", "events")
    if "event_id" in work.columns or not order or "kind" in work.columns:
        return
    parts = [order] + [work.columns[c] for c in ("product_id",) if c in work.columns]
    if len(parts) == 2 and order != parts[1]:
        texts = [work.sample.texts[p] for p in parts]
        rows = set(zip(*texts, strict=False))
        apart = all(len(rows) == len(t) >= _MANY for t in texts)
        work.join("event_id", parts, 0.8 if apart else 0.7, "an order and a product name a row")
    elif len(set(work.sample.texts[order])) == len(work.sample.texts[order]) > 0:
        work.take("event_id", order, 0.7, "values", "each row has another order number")


def _key_of_impressions(work: _Work) -> None:
    """No impression has an id of its own: who, what, when and where name it."""
    keys = ("customer_id", "product_id", "shown_at", "placement", "position", "creative_id")
    names: list[str] = []
    for ours in keys:
        names += work.joined.get(ours, ()) or ([work.columns[ours]] if ours in work.columns else [])
    if all(k in work.columns or k in work.joined for k in keys[:3]):
        why = "no column names an impression: who, what and when do; equal rows count once"
        work.join("impression_id", tuple(dict.fromkeys(names)), 0.5, why)


def _named(sample: Sample, ours: str, kind: str) -> str:
    """Their column with a name of ours; empty where there is none."""
    fits = [m for n in sample.names if n not in sample.refused and (m := match(n, ours, kind))]
    best = max(fits, key=lambda m: (m.score, -m.rank), default=None)
    return best.theirs if best and best.score >= 0.9 else ""


def _score(work: _Work) -> float:
    columns = KINDS[work.kind]
    cues = _CUES.get(work.kind, ())
    by_name = {c for c in cues if c in work.columns}
    shown = any(
        re.search("impression|exposure|曝光|展[示现]", fold(n)) for n in work.columns.values()
    )
    if cues and not by_name and not (work.kind == "impressions" and shown):
        return 0.0
    required = [c.name for c in columns if c.required]
    filled = sum(work.sure.get(name, 0.0) for name in required) / len(required)
    others = [c.name for c in columns if not c.required and c.name in work.columns]
    score = 0.85 * filled + 0.15 * min(1.0, len(others) / 4)
    for ours, factor in _AGAINST.get(work.kind, ()):
        if ours not in work.columns and _named(
            work.sample, ours, _KIND_OF_CUE.get(ours, work.kind)
        ):
            score *= factor
    return score
