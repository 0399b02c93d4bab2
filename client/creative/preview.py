"""How an ad stands in each slot: its parts with their length against the slot's limit."""

from __future__ import annotations

from dataclasses import dataclass

from client.creative.brief import LABELS, SLOTS, slot, slot_names
from client.creative.text import Unit, data_file
from common.domain import Creative


@dataclass(frozen=True, slots=True)
class PreviewPart:
    """One part of an ad in a slot.

    Attributes:
        name: "headline", "body" or "call to action".
        text: The words.
        length: How long they are, in the slot's unit.
        limit: How long they may be; 0 = the slot has no such part.
    """

    name: str
    text: str
    length: int
    limit: int

    @property
    def fits(self) -> bool:
        """Whether the slot holds it."""
        return self.length <= self.limit


@dataclass(frozen=True, slots=True)
class SlotPreview:
    """An ad in one slot.

    Attributes:
        slot: Name of the slot.
        platform: Whose slot it is.
        unit: How lengths are counted: "width" (Chinese counts 2), "chars", "bytes", "gbk".
        label: The word that marks it as an ad; it is always shown.
        parts: Those that the slot has, in the order that they are read.
        is_own: Whether the ad was written, and checked, for this slot.
        fits: Whether all its words have room here. One that fits another slot is still only
            approved for its own.
    """

    slot: str
    platform: str
    unit: Unit
    label: str
    parts: tuple[PreviewPart, ...]
    is_own: bool
    fits: bool


def previews(creative: Creative) -> tuple[SlotPreview, ...]:
    """The ad in its own slot, then in all others."""
    names = dict.fromkeys((creative.slot, *slot_names()))
    return tuple(_preview(creative, name) for name in names if name in slot_names())


def _preview(creative: Creative, name: str) -> SlotPreview:
    s = slot(name)
    texts = [("headline", creative.headline, s.headline), ("body", creative.body, s.body)]
    parts = [PreviewPart(n, t, s.length(t), limit) for n, t, limit in texts if t or limit]
    if s.call and creative.call_to_action:
        words = creative.call_to_action
        limit = int(data_file("rules", SLOTS)["call_to_action"])
        parts.append(PreviewPart("call to action", words, s.length(words), limit))
    return SlotPreview(
        slot=s.name,
        platform=s.platform,
        unit=s.unit,
        label=creative.provenance.get("label")
        or LABELS["zh" if creative.language == "zh" else "en"],
        parts=tuple(parts),
        is_own=name == creative.slot,
        fits=s.fits(creative.headline, creative.body),
    )
