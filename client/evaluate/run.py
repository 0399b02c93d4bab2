"""evaluate(): a folder of merchants to a table of every way to learn, and what it says of the league."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from client.evaluate.figures import MIN_LATER, gain, judge
from client.evaluate.folders import heads_of, read_folder
from client.evaluate.methods import GIVEN, LOCAL, NAMES, SHARED, Method, chosen
from client.evaluate.nouns import Case, LeftOut, NotPossible, Row, Run, Scored, Shop
from client.evaluate.plain import PLAIN_ROUNDS
from client.evaluate.promise import Promise, promise_of
from client.evaluate.split import Split, find_split, part
from client.evaluate.verdict import Verdict, verdict_of
from client.noise import Noise, SystemNoise
from common.errors import InputError
from common.features import FeatureSpec, default_spec
from common.privacy import DELTA_BY_TIER, TIER_LIMIT
from common.recipe import DEFAULT, LEAGUE, OWN_DIVISOR

Tell = Callable[[str], None]
#: Scores of the methods that others are built on or compared with, one a run.
Scores = dict[str, list[Scored]]
_KEPT = (LOCAL, SHARED, GIVEN)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What to compare.

    Attributes:
        cut: ISO-8601; empty = found (`client.evaluate.split`).
        split: "auto", "time" or "random".
        seeds: Runs of whatever has chance in it.
        epsilons: Budgets.
        methods: Some of `client.evaluate.methods.NAMES`.
        quick: One run, half the rounds.
    """

    cut: str = ""
    split: str = "auto"
    seeds: int = 3
    epsilons: tuple[float, ...] = (1.0, 3.0, 8.0)
    methods: tuple[str, ...] = NAMES
    quick: bool = False

    def __post_init__(self) -> None:
        """Check the bounds.

        Raises:
            InputError: a value is out of bounds.
        """
        if not 1 <= self.seeds <= 100 or not all(0 < e < 1e4 for e in self.epsilons):
            raise InputError(
                "Seeds must be 1 to 100, and epsilons above 0.", safe="Nothing was changed."
            )


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All that was found.

    Attributes:
        name: Of the folder.
        split: How rows were parted.
        heads: Outcomes that were judged.
        delta: Of every budget.
        n_merchants: That took part.
        n_judged: head -> merchants in the mean per merchant, in the first run.
        n_shoppers: Of a merchant, that were learned from (first run).
        n_before: Rows to learn from (first run).
        n_later: Rows to judge by (first run).
        n_positive: head -> outcomes before and later (first run).
        left_out: Merchants that could not be used.
        rows: The table.
        verdicts: What it says of the league, one a head.
        promises: Whether joining costs anybody accuracy, one a head; none without "given".
    """

    name: str
    split: Split
    heads: tuple[str, ...]
    delta: float
    n_merchants: int
    n_judged: dict[str, int]
    n_shoppers: int
    n_before: int
    n_later: int
    n_positive: dict[str, tuple[int, int]]
    left_out: tuple[LeftOut, ...]
    rows: tuple[Row, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    promises: tuple[tuple[str, Promise], ...] = ()


def evaluate(
    root: Path,
    wishes: Wishes,
    tell: Tell = lambda _: None,
    *,
    noise: Noise | None = None,
    spec: FeatureSpec | None = None,
) -> Evaluation:
    """Import, split, learn in every way, judge.

    Args:
        root: One folder of files a merchant.
        wishes: What to compare.
        tell: Called with lines of progress.
        noise: Of sampling and noise; the system's by default.
        spec: Features; this version's by default.

    Raises:
        InputError: nothing can be read, learned from or judged.
    """
    spec, wishes = spec or default_spec(), _quick(wishes)
    methods = chosen(wishes.methods, wishes.epsilons, PLAIN_ROUNDS // 2 if wishes.quick else None)
    began = time.perf_counter()
    found = read_folder(root, spec, lambda name, i, n: tell(f"import {i + 1}/{n} {name}"))
    tell(f"{len(found.shops)} merchants imported in {time.perf_counter() - began:.0f} s")
    heads = heads_of(found.shops)
    split = find_split(found.shops, heads, wishes.split, wishes.cut)
    n = wishes.seeds if split.kind == "random" else 1
    cases = [case_of(found.shops, split, seed, spec, heads, wishes) for seed in range(n)]
    scores: Scores = {}
    rows = _table(cases, methods, wishes.seeds, tell, noise or SystemNoise(), scores)
    return replace(
        _facts(root.resolve().name, split, cases[0], found.left_out),
        rows=tuple(rows),
        verdicts=tuple(verdict_of(h, [r for r in rows if r.head == h]) for h in heads),
        promises=tuple(_promises(cases, heads, scores)),
    )


def _promises(
    cases: Sequence[Case], heads: Sequence[str], scores: Scores
) -> Iterator[tuple[str, Promise]]:
    given, alone = scores.get(GIVEN), scores.get(LOCAL)
    if given and alone:
        for head in heads:
            yield head, promise_of(cases, head, given, alone)


def _quick(wishes: Wishes) -> Wishes:
    if not wishes.quick:
        return wishes
    epsilons = (3.0,) if wishes.epsilons == Wishes().epsilons else wishes.epsilons
    return replace(wishes, seeds=1, epsilons=epsilons)


def case_of(
    shops: Sequence[Shop],
    split: Split,
    seed: int,
    spec: FeatureSpec,
    heads: tuple[str, ...],
    wishes: Wishes,
) -> Case:
    """The merchants' rows on either side and the product's constants; half the rounds if quick."""
    merchants = part(shops, split, seed)
    largest = max(m.before.data.n_shoppers for m in merchants)
    fits = [tier for tier, limit in TIER_LIMIT.items() if largest <= limit]
    tier = fits[0] if fits else "large"
    part_of = 2 if wishes.quick else 1
    own = replace(DEFAULT, rounds=DEFAULT.rounds // part_of, expected_batch=OWN_DIVISOR[tier])
    league = replace(LEAGUE, rounds=LEAGUE.rounds // part_of)
    return Case(merchants, spec, heads, DELTA_BY_TIER[tier], own, league)


def _table(
    cases: Sequence[Case],
    methods: Sequence[Method],
    seeds: int,
    tell: Tell,
    noise: Noise,
    scores: Scores,
) -> list[Row]:
    rows: list[Row] = []
    for method in methods:
        began = time.perf_counter()
        done = _runs(cases, method, seeds, noise, scores)
        took = time.perf_counter() - began
        for head, found in done.items():
            why = found if isinstance(found, str) else ""
            runs = () if isinstance(found, str) else tuple(found)
            rows.append(Row(method.key, method.label, head, runs, None, why, took))
        tell(f"{method.label}: {took:.0f} s")
    return [_with_gain(row, rows) for row in rows]


def _runs(
    cases: Sequence[Case], method: Method, seeds: int, noise: Noise, scores: Scores
) -> dict[str, list[Run] | str]:
    out: dict[str, list[Run] | str] = {}
    n = seeds if method.chance else len(cases)
    for seed in range(n):
        case = cases[seed % len(cases)]
        base = scores.get(method.of)
        further = method.further(case, base[seed]) if base and method.further else None
        scored = further or method.learn(case, noise)
        if isinstance(scored, NotPossible):
            return dict.fromkeys(case.heads, scored.reason)
        if method.key in _KEPT:
            scores.setdefault(method.key, []).append(scored)
        for head in scored.by_head:
            runs = out.setdefault(head, [])
            if isinstance(runs, list):
                runs.append(judge(case, head, scored))
    return out


def _with_gain(row: Row, rows: Sequence[Row]) -> Row:
    alone = next(r for r in rows if r.method == LOCAL and r.head == row.head)
    if row.method == LOCAL or not row.runs or not alone.runs:
        return row
    return replace(row, gain=gain(row.runs, alone.runs, np.random.default_rng(0)))


def _facts(name: str, split: Split, case: Case, left_out: tuple[LeftOut, ...]) -> Evaluation:
    sides = [(m.before.data, m.later.data) for m in case.merchants]
    judged, positive = {}, {}
    for head in case.heads:
        a, b = (
            [int((s.labels(head) == 1).sum()) for s in side] for side in zip(*sides, strict=True)
        )
        judged[head], positive[head] = sum(n >= MIN_LATER for n in b), (sum(a), sum(b))
    return Evaluation(
        name=name,
        split=split,
        heads=case.heads,
        delta=case.delta,
        n_merchants=len(case.merchants),
        n_judged=judged,
        n_shoppers=sum(a.n_shoppers for a, _ in sides),
        n_before=sum(a.n_rows for a, _ in sides),
        n_later=sum(b.n_rows for _, b in sides),
        n_positive=positive,
        left_out=left_out,
    )
