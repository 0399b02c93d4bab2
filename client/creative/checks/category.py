"""Category: goods whose ads are restricted by law or by platforms; a person must look twice."""

from __future__ import annotations

from collections.abc import Iterator

from client.creative.brief import AdText, Brief
from client.creative.text import data_file
from common.domain import Finding


def check(brief: Brief, ad: AdText) -> Iterator[Finding]:
    """A warning for a restricted category, and one more if an audience was picked for it."""
    rules = data_file("rules", "categories.v1.json")
    rule = rules["categories"].get(brief.facts.noun.restricted)
    if rule:
        noun = brief.facts.noun
        name = noun.zh if brief.language == "zh" else noun.en
        yield Finding("category", "warning", name, rule["message"], rule["fix"])
        if brief.reasons:
            yield Finding("category", "warning", name, rules["audience"], rules["audience_fix"])
