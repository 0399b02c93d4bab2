"""What an ad states of its product: figures and traits, and how many of them are right."""

from __future__ import annotations

from client.creative.brief import AdText, Brief
from client.creative.facts import claimed
from client.creative.figures import amounts
from client.creative.text import plain


def stated(brief: Brief, text: AdText) -> tuple[int, int]:
    """Figures and traits that the text states: how many are the product's, how many in all."""
    said, facts = plain(text.whole()).text, brief.facts
    price = float(facts.price) if facts.price is not None else None
    right = [
        abs(a.value - price) < 0.005
        if a.kind == "money" and price is not None
        else any(a.same(f) for f in facts.amounts)
        for a in amounts(said)
    ]
    right += [facts.has_trait(t.trait_id) for _, t in claimed(said)]
    return sum(right), len(right)
