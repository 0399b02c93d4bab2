"""Preference pairs as lessons: the writer's prompt, one line a side, split by product."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence

from client.creative.brief import AdText
from client.creative.learn.preferences import PreferencePair
from client.creative.model_writer import parse
from client.creative.prompt import make_prompt
from client.creative.tuning.nouns import Lesson, Lessons


def line_of(text: AdText) -> str:
    """An ad as the line that a model is asked for."""
    return f"{text.headline} | {text.body}"


def lessons_of(pairs: Iterable[PreferencePair]) -> tuple[list[Lesson], int]:
    """Lessons, and how many pairs make none.

    A model writes headline and body in one line: ads without a body, with a line end, or that the
    writer would not read back as the same words cannot be learned; nor can two ads that differ in
    their call to action alone.
    """
    out, left = [], 0
    for p in pairs:
        chosen, rejected = line_of(p.chosen), line_of(p.rejected)
        if chosen == rejected or not (_is_line(p.chosen) and _is_line(p.rejected)):
            left += 1
            continue
        ids = f"{p.chosen_id[0]}.{p.chosen_id[1]}>{p.rejected_id[0]}.{p.rejected_id[1]}"
        out.append(Lesson(p.brief, make_prompt(p.brief), chosen, rejected, p.weight, ids))
    return out, left


def split(lessons: Sequence[Lesson], held: float, seed: int, left_out: int = 0) -> Lessons:
    """Hold products out until about so many lessons are held out; no product is on both sides.

    Args:
        lessons: All of them.
        held: Share in (0, 1).
        seed: Which products.
        left_out: For the record.

    Raises:
        ValueError: fewer than two products.
    """
    by_product: dict[str, list[Lesson]] = defaultdict(list)
    for one in lessons:
        by_product[one.brief.product.product_id].append(one)
    if len(by_product) < 2:
        raise ValueError("lessons of one product cannot be split")
    names = sorted(by_product)
    random.Random(seed).shuffle(names)
    out: list[str] = []
    n = 0
    # the last product always stays for training
    for name in names[:-1]:
        if out and n >= held * len(lessons):
            break
        out.append(name)
        n += len(by_product[name])
    kept = set(out)
    side = [one.brief.product.product_id in kept for one in lessons]
    return Lessons(
        tuple(x for x, is_held in zip(lessons, side, strict=True) if not is_held),
        tuple(x for x, is_held in zip(lessons, side, strict=True) if is_held),
        left_out,
    )


def repeated(lessons: Sequence[Lesson]) -> list[Lesson]:
    """Each lesson as often as its weight says, in halves: 2 for a weight of 0.75 or more, else 1."""
    return [one for one in lessons for _ in range(2 if one.weight >= 0.75 else 1)]


def _is_line(text: AdText) -> bool:
    return "\n" not in text.whole() and parse(line_of(text)) == (text.headline, text.body)
