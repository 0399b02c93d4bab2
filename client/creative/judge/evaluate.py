"""Judge a writer on products: pass rate, facts, diversity, relevance, likeness to human copy, speed."""

from __future__ import annotations

import time
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from client.creative.brief import AdText, make_brief
from client.creative.check import check, has_errors
from client.creative.judge.figures import against, copy_rate, distinct, mean, self_bleu
from client.creative.judge.sets import Case
from client.creative.judge.stated import stated
from client.creative.rank import rank
from client.creative.signals import Signals, lately
from client.creative.template import MOST
from client.creative.write import Writer
from client.text.encoder import Encoder
from client.text.vectors import product_text


@dataclass(slots=True)
class _Tally:
    """What is counted on the way."""

    n_candidates: int = 0
    n_passed: int = 0
    n_three: int = 0
    n_facts: int = 0
    n_right: int = 0
    n_pieces: int = 0
    seconds: float = 0.0
    failures: Counter[str] = field(default_factory=Counter)
    best: list[tuple[Case, AdText]] = field(default_factory=list)
    every: list[str] = field(default_factory=list)
    written: list[tuple[str, str]] = field(default_factory=list)


def evaluate(
    writer: Writer, cases: Sequence[Case], seed: int = 0, signals: Signals | None = None
) -> dict[str, float]:
    """Figures of a writer over cases of one language.

    Args:
        writer: Any writer.
        cases: Products, and where there is one the copy of a person.
        seed: Of the texts.
        signals: What the ranker knows; with an encoder relevance is measured too.

    Returns:
        Name -> figure. Rates are shares of all candidates before the checks, `usable_briefs` and
        `three_variants` of all cases. `fact_precision` uses the same reading of figures and
        traits as the checks: what they cannot see, it cannot see.
    """
    tally = _Tally()
    for case in cases:
        _one(writer, case, seed, tally, signals)
    language = cases[0].language if cases else "en"
    out = _figures(tally, len(cases), language)
    if tally.n_pieces:
        out["tokens_per_s"] = tally.n_pieces / tally.seconds
    for name, count in sorted(tally.failures.items()):
        out[f"fails_{name.replace(' ', '_')}"] = count / max(tally.n_candidates, 1)
    if signals and signals.encoder and len(tally.best) > 1:
        out |= relevance(signals.encoder, tally.best)
    pairs = [(t.whole(), c.reference) for c, t in tally.best if c.reference]
    if pairs:
        out |= against([t for t, _ in pairs], [r for _, r in pairs], language)
    return out


def _figures(tally: _Tally, n_cases: int, language: str) -> dict[str, float]:
    """What every set has: rates, diversity, copying, time."""
    n, texts = max(n_cases, 1), [t.whole() for _, t in tally.best]
    return {
        "cases": float(n_cases),
        "candidates_per_case": tally.n_candidates / n,
        "pass_rate": tally.n_passed / max(tally.n_candidates, 1),
        "usable_briefs": len(tally.best) / n,
        "three_variants": tally.n_three / n,
        "fact_precision": tally.n_right / tally.n_facts if tally.n_facts else 1.0,
        "distinct_1": distinct(texts, 1),
        "distinct_2": distinct(texts, 2),
        "distinct_2_all_three": distinct(tally.every, 2),
        "self_bleu": self_bleu(texts, language),
        "copy_rate": mean([copy_rate(t.whole(), c.product.description) for c, t in tally.best]),
        "seconds_per_case": tally.seconds / n,
    }


def relevance(encoder: Encoder, best: Sequence[tuple[Case, AdText]]) -> dict[str, float]:
    """How far the ads of a set are about their own products, by text vectors.

    Returns:
        relevance_lead: mean cosine of an ad with its own product, over that with the others of the
            set, in standard deviations of all cosines of the set.
        relevance_first: share of ads whose own product is the nearest of the set.
    """
    p = [c.product for c, _ in best]
    paths = [(x.department, x.category, x.product_type) for x in p]
    about = [product_text(x.title, path, x.description) for x, path in zip(p, paths, strict=True)]
    cosine = encoder.encode([t.whole() for _, t in best]) @ encoder.encode(about, query=True).T
    own = np.diag(cosine)
    others = (cosine.sum(axis=1) - own) / (len(best) - 1)
    # the same words for two products are one place, not a miss
    return {
        "relevance_lead": float((own - others).mean() / max(float(cosine.std()), 1e-9)),
        "relevance_first": float((own >= cosine.max(axis=1) - 1e-6).mean()),
    }


def _one(writer: Writer, case: Case, seed: int, tally: _Tally, signals: Signals | None) -> None:
    # As in a shop: another product, another seed; else all that are alike would get the same ad.
    own = zlib.crc32(f"{seed}\0{case.product.product_id}".encode())
    brief = make_brief(case.product, case.language, seed=own)

    def hear(number: int, piece: str) -> None:
        tally.n_pieces += 1

    started = time.perf_counter()
    candidates = writer.write(brief, MOST, None, hear)
    tally.seconds += time.perf_counter() - started
    passed = []
    for c in candidates:
        found = check(brief, c.text)
        tally.failures.update({f.check for f in found if f.severity == "error"})
        right, n_facts = stated(brief, c.text)
        tally.n_right += right
        tally.n_facts += n_facts
        if not has_errors(found):
            passed.append(c)
    # As in a shop, too: what was written for the products before counts less.
    known = replace(signals or Signals(), lately=lately(tally.written[::-1]))
    best = rank(brief, passed, 3, None, known)
    tally.written += [(r.candidate.hook_id, r.candidate.template_id) for r in best]
    tally.every += [r.candidate.text.whole() for r in best]
    tally.n_candidates += len(candidates)
    tally.n_passed += len(passed)
    tally.n_three += len(best) == 3
    if best:
        tally.best.append((case, best[0].candidate.text))
