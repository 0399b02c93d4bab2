"""Parts of a score that need the words of an ad only, and the weights of all parts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from client.creative.brief import Brief, Candidate
from client.creative.signals import Seen
from client.creative.text import likeness, words

#: likeness of two ads that open with the same hook, whatever the product
_SAME_HOOK = 0.6
#: a title of this length is full, however much its marketplace allows
_TITLE = 60.0
_SMALL = "a an and are at be by for from in is it of on or our so the to with you your this that"
_STOP = frozenset((*_SMALL.split(), *"的了和在是有就也都把给"))


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts how much; the product of weight and signal is shown with every score.

    Attributes:
        facts: Each fact told, at most two.
        hook: Opens with a hook that a person wrote for the product's family.
        novelty: Likeness to an earlier ad of this product and audience, taken off.
        fatigue: Likeness to what this audience was shown, weighted by how often and how long ago.
        fullness: Uses the room of the body, or of a title.
        names: Gives the product's own name.
        echo: Share of the headline that the body repeats.
        bland: Each line that would suit any product.
        relevance: Deviation of the cosine with the product from the set's mean, in its own spread.
        reasons: The same for the audience's reasons.
        headline: The same for the score of the headline model; made on news, so small.
        lately: Each time that the shop's newest ads for other products said one of its lines.
        clicks: Natural log of expected clicks over the shop's mean, by hook and sentence.
        chance: Breaks ties, differently for every seed.
    """

    facts: float = 0.6
    hook: float = 1.0
    novelty: float = 1.2
    fatigue: float = 1.0
    fullness: float = 0.6
    names: float = 0.5
    echo: float = -1.5
    bland: float = -0.6
    relevance: float = 0.2
    reasons: float = 0.1
    headline: float = 0.1
    lately: float = -0.35
    clicks: float = 1.0
    chance: float = 0.35


def word_parts(brief: Brief, candidate: Candidate, weights: Weights) -> dict[str, float]:
    """Contributions by name that the brief and the words alone decide."""
    text, slot = candidate.text, brief.slot
    room = 0.7 * slot.body or min(_TITLE, 0.6 * slot.headline)
    told = {f for f in candidate.facts_used if f not in ("noun", "title")}
    full = min(1.0, slot.length(text.body if slot.body else text.headline) / room)
    return {
        "facts": weights.facts * min(len(told), 2),
        "hook": weights.hook * _has_hook(candidate),
        "fullness": weights.fullness * full,
        "names": weights.names * _names_product(brief, candidate),
        "bland": weights.bland * _bland(candidate),
        "echo": weights.echo * _echo(text.headline, text.body),
    }


def tired(
    candidate: Candidate, own: frozenset[Any], seen: Sequence[tuple[Seen, frozenset[Any]]]
) -> float:
    """How much of it this audience has seen, 0 to 1."""
    return max(
        (
            s.weight
            * max(
                likeness(own, words),
                _SAME_HOOK if s.hook_id and s.hook_id == candidate.hook else 0,
            )
            for s, words in seen
        ),
        default=0.0,
    )


def _has_hook(candidate: Candidate) -> bool:
    """Whether a person's hook opens the ad; a model's own line counts nothing by itself."""
    return bool(candidate.hook_id) and not candidate.hook_id.startswith(("g.", "general."))


def _bland(candidate: Candidate) -> int:
    """Lines that would suit any product."""
    lines = (candidate.hook_id, *candidate.template_id.split("+"))
    return sum(line.startswith(("general.", "b.")) for line in lines)


def _names_product(brief: Brief, candidate: Candidate) -> bool:
    """Whether the ad gives the product's own name, not only its kind."""
    return (
        not brief.facts.brand or "title" in candidate.facts_used or "brand" in candidate.facts_used
    )


def _echo(headline: str, body: str) -> float:
    """Share of the headline's content words that the body says again."""
    if re.search(r"[\u3400-\u9fff]", headline):
        pairs = {headline[i : i + 2] for i in range(len(headline) - 1)}
        return sum(p in body for p in pairs) / max(len(pairs), 1)
    own = set(words(headline)) - _STOP
    return len(own & set(words(body))) / max(len(own), 1)
