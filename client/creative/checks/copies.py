"""Copies: an ad that says the same as an earlier one for the same product and audience."""

from __future__ import annotations

from collections.abc import Iterator

from client.creative.brief import AdText, Brief
from client.creative.checks.rulebook import house
from client.creative.text import likeness, shingles, words
from common.domain import Finding

#: share of equal word pairs from which an ad counts as a near copy
NEAR = 0.75
#: from which it is refused: a word or two differ
CLOSE = 0.9


def check(brief: Brief, ad: AdText) -> Iterator[Finding]:
    """Compare with `brief.earlier`; the same words are an error, nearly the same a warning."""
    own_words, own_pairs = words(ad.whole()), shingles(ad.whole(), 2)
    if any(words(old.whole()) == own_words for old in brief.earlier):
        yield house("copy", ad.headline)
        return
    like = max((likeness(own_pairs, shingles(o.whole(), 2)) for o in brief.earlier), default=0.0)
    if like >= CLOSE:
        yield house("close-copy", ad.headline)
    elif like >= NEAR:
        yield house("near-copy", ad.headline)
