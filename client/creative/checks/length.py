"""Length: each part fits its slot, counted as the slot's platform counts."""

from __future__ import annotations

from collections.abc import Iterator

from client.creative.brief import SLOTS, AdText, Brief
from client.creative.checks.rulebook import house
from client.creative.text import data_file, has_han
from common.domain import Finding

_UNITS = {
    "width": "a Chinese character counts 2",
    "chars": "characters",
    "bytes": "bytes of UTF-8",
    "gbk": "bytes, a Chinese character counts 2",
}


def check(brief: Brief, ad: AdText) -> Iterator[Finding]:
    """Every part has words and fits; a slot without a body or a call wants none."""
    slot = brief.slot
    limits = {
        "headline": slot.headline,
        "body": slot.body,
        "call to action": int(data_file("rules", SLOTS)["call_to_action"]) if slot.call else 0,
    }
    for part, source in ad.parts():
        most = limits[part]
        if most == 0:
            if part == "body" and source.strip():
                yield house("no-body", source[:30], part=part, slot=slot.name)
            continue
        n = slot.length(source)
        if n > most:
            yield house(
                "length",
                source[-min(len(source), 30) :],
                _cut(brief, source, most),
                part=part, n=n, slot=slot.name, most=most, unit=_UNITS[slot.unit], over=n - most,
            )  # fmt: skip
        if not source.strip() and part != "call to action":
            yield house("empty", "", part=part)


def _cut(brief: Brief, source: str, most: int) -> str:
    """The words that fit, up to the end of a word or a clause; "" if that leaves little."""
    if len(source) > 400:
        return ""
    short = source
    while short and brief.slot.length(short) > most:
        short = short[:-1]
    stops = "，。！？；" if has_han(short) else " "
    at = max(short.rfind(s) for s in stops)
    short = short[:at].rstrip(" ,;:，；：、-–—") if at > 0 else ""
    return short if len(short) * 2 > min(most, len(source)) // 2 else ""
