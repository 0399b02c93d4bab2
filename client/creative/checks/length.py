"""Length: each part fits its slot; Chinese characters count twice, as they are drawn."""

from __future__ import annotations

from collections.abc import Iterator

from client.creative.brief import AdText, Brief
from client.creative.text import data_file, width
from common.domain import Finding


def check(brief: Brief, ad: AdText) -> Iterator[Finding]:
    """Every part has words and is no wider than its slot."""
    limits = {
        "headline": brief.slot.headline,
        "body": brief.slot.body,
        "call to action": int(data_file("rules", "slots.v1.json")["call_to_action"]),
    }
    for name, source in ad.parts():
        over = width(source) - limits[name]
        if over > 0:
            yield Finding(
                "length",
                "error",
                source[-min(len(source), 30) :],
                f"The {name} is {width(source)} wide; the slot holds {limits[name]}"
                " (a Chinese character counts 2).",
                f"Shorten it by {over}.",
            )
        if not source.strip() and name != "call to action":
            yield Finding("length", "error", "", f"The {name} is empty.", f"Write a {name}.")
