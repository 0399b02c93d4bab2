"""A model's worth on held-out briefs: what it prefers, what it writes, and what it only copies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

from client.creative.brief import AdText, Brief
from client.creative.check import check, has_errors
from client.creative.judge.figures import distinct, mean, ngrams
from client.creative.judge.stated import stated
from client.creative.language import LanguageModel, Prompt
from client.creative.model_writer import ModelWriter
from client.creative.text import plain
from client.creative.tuning.nouns import Lesson, Lessons, Recipe, Watch, Worth

#: lines that a model is asked for in one batch at most
MOST_LINES = 32


class Judged(LanguageModel, Protocol):
    """A model that also says how likely a line is as an answer."""

    def log_p_answer(self, prompt: Prompt, lines: Sequence[str]) -> list[float]:
        """Mean natural log-probability per token of each line after the prompt."""
        ...


def worth(model: Judged, lessons: Lessons, recipe: Recipe, watch: Watch, step: str) -> Worth:
    """Ask a model for ads of held-out briefs, and which side of held-out pairs it finds likelier.

    Args:
        model: Before or after learning.
        lessons: Held out and trained on; the latter only to see what is copied.
        recipe: How many briefs and lines, and the seed: the same before and after.
        watch: Hears how far it is.
        step: Name for `watch`.

    Raises:
        CreativeError: the model refused a prompt.
    """
    held = lessons.held
    likely = []
    for i, one in enumerate(held):
        watch(step, 0.5 * i / len(held), "held-out pairs")
        chosen, rejected = model.log_p_answer(one.prompt, [one.chosen, one.rejected])
        likely.append(chosen > rejected)
    briefs = _briefs(held)[: recipe.judged]
    # few products: more lines for each, so that there is as much to judge
    n = min(MOST_LINES, math.ceil(recipe.judged * recipe.samples / len(briefs)))
    writer = ModelWriter("transformers", model, n)
    ads: list[tuple[Brief, AdText]] = []
    for i, brief in enumerate(briefs):
        watch(step, 0.5 + 0.5 * i / len(briefs), "held-out briefs")
        wrote = writer.write(brief, n, recipe.seed + i)
        ads += [(brief, c.text) for c in wrote]
    return counted(ads, lessons.train, mean(likely), len(briefs), n, len(held))


def counted(
    ads: Sequence[tuple[Brief, AdText]],
    trained: Sequence[Lesson],
    preference: float,
    n_briefs: int,
    samples: int,
    n_pairs: int,
) -> Worth:
    """Figures of ads that a model wrote; a line without the form of an ad counts as not passed."""
    good = [b.product.product_id for b, t in ads if not has_errors(check(b, t))]
    told = [stated(b, t) for b, t in ads]
    n_stated = sum(n for _, n in told)
    lines = [x for one in trained for x in (one.chosen, one.rejected)]
    headlines = {_same(line.split(" | ")[0]) for line in lines}
    seen = {g for line in lines for g in ngrams(line, 4)}
    n_lines = n_briefs * samples
    return Worth(
        preference_accuracy=preference,
        pass_rate=len(good) / max(n_lines, 1),
        usable_briefs=len(set(good)) / max(n_briefs, 1),
        fact_precision=sum(r for r, _ in told) / n_stated if n_stated else 1.0,
        copied_headlines=mean([_same(t.headline) in headlines for _, t in ads]),
        copied_4=mean([_copied(t, seen) for _, t in ads]),
        distinct_2=distinct([t.whole() for _, t in ads], 2),
        n_lines=n_lines,
        n_ads=len(ads),
        n_pairs=n_pairs,
    )


def _briefs(held: Sequence[Lesson]) -> list[Brief]:
    """One brief a product, in the order of the pairs."""
    out: dict[str, Brief] = {}
    for one in held:
        out.setdefault(one.brief.product.product_id, one.brief)
    return list(out.values())


def _copied(text: AdText, seen: set[tuple[str, ...]]) -> float:
    own = ngrams(f"{text.headline} | {text.body}", 4)
    return sum(g in seen for g in own) / max(len(own), 1)


def _same(headline: str) -> str:
    return plain(headline).text.strip().casefold()
