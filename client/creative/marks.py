"""Where in an ad the words of a finding stand, for an underline beside the finding."""

from __future__ import annotations

from dataclasses import dataclass

from client.creative.text import plain
from common.domain import Creative, Finding

#: names of an ad's parts, as `AdText.parts` gives them
PARTS = ("headline", "body", "call to action")


@dataclass(frozen=True, slots=True)
class Place:
    """Characters of one part: `text[start:end]`."""

    part: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class MarkedFinding:
    """A finding and every place of its words; none: it is about the ad as a whole."""

    finding: Finding
    places: tuple[Place, ...]


def marked(creative: Creative) -> tuple[MarkedFinding, ...]:
    """Every finding of a version with the places of its words.

    Words are looked for as they stand, then without regard to capitals and disguise (the checks
    name what they found behind look-alikes), so that each finding points at what a reader sees.
    """
    texts = (creative.headline, creative.body, creative.call_to_action)
    parts = tuple(zip(PARTS, texts, strict=True))
    return tuple(MarkedFinding(f, _places(f.words, parts)) for f in creative.findings)


def _places(words: str, parts: tuple[tuple[str, str], ...]) -> tuple[Place, ...]:
    if not words.strip():
        return ()
    exact = [(p, text) for name, text in parts for p in _exact(name, text, words)]
    whole = [p for p, text in exact if _is_whole(text, p)]
    if exact:
        return tuple(whole or [p for p, _ in exact])
    return tuple(p for name, text in parts for p in _plain(name, text, words))


def _is_whole(text: str, place: Place) -> bool:
    """Whether no ASCII letter or digit goes on before or after: "best" does not stand in "bestow"."""
    around = (text[place.start - 1 : place.start + 1], text[place.end - 1 : place.end + 1])
    return not any(len(a) == 2 and a.isascii() and a.isalnum() for a in around)


def _exact(name: str, text: str, words: str) -> list[Place]:
    found, start = [], text.find(words)
    while start >= 0:
        found.append(Place(name, start, start + len(words)))
        start = text.find(words, start + len(words))
    return found


def _plain(name: str, text: str, words: str) -> list[Place]:
    looked_for, own = plain(words).text.strip(), plain(text)
    found: list[Place] = []
    start = own.text.find(looked_for) if looked_for else -1
    while start >= 0:
        end = start + len(looked_for)
        found.append(Place(name, own.origins[start], own.origins[end - 1] + 1))
        start = own.text.find(looked_for, end)
    return found
