"""Copies: an ad that says the same as an earlier one for the same product and audience."""

from __future__ import annotations

from collections.abc import Iterator

from client.creative.brief import AdText, Brief
from client.creative.text import likeness, shingles, words
from common.domain import Finding

#: share of equal word pairs from which an ad counts as a near copy
NEAR = 0.75


def check(brief: Brief, ad: AdText) -> Iterator[Finding]:
    """Compare with `brief.earlier`; the same words are an error, nearly the same a warning."""
    own_words, own_pairs = words(ad.whole()), shingles(ad.whole(), 2)
    for old in brief.earlier:
        if words(old.whole()) == own_words:
            yield Finding(
                "copies",
                "error",
                ad.headline,
                "This ad exists already for this product and audience.",
                "Change the words, or use the earlier ad.",
            )
            return
    for old in brief.earlier:
        if likeness(own_pairs, shingles(old.whole(), 2)) >= NEAR:
            yield Finding(
                "copies",
                "warning",
                ad.headline,
                "Nearly the same as an earlier ad.",
                "Say something else of the product.",
            )
            return
