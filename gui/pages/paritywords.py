"""Words for a parity report: what is sure is said, what chance explains is no alarm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication

from gui import format as fmt
from gui.words import fill


def surely_less(g: Mapping[str, Any]) -> bool:
    """Under four fifths of the group chosen most, and under its own part, both beyond chance."""
    ratio = g["ratio"]
    if ratio is None and g["ratio_under"] is None:
        return False
    under = g["ratio_under"] < 1 if ratio is None else ratio["high"] < 1
    return bool(under and g["warning"] == "below four fifths")


def verdict(groups: Sequence[Mapping[str, Any]], by: str) -> tuple[str, str]:
    """One sentence over all groups, and its tone."""
    translate = QCoreApplication.translate
    less = [str(g["name"]) for g in groups if surely_less(g)]
    if less and by == "segment":
        text = translate(
            "Parity",
            "Surely in it less often than their part: %1. Segments follow what people did, so an"
            " audience of likely buyers differs by design; bring a file for groups that ought to be"
            " treated alike.",
        )
        return fill(text, ", ".join(less)), "info"
    if less:
        text = translate(
            "Parity",
            "Surely in it less often than their part: %1. That can have a good reason; look whether"
            " it is fair for this product.",
        )
        return fill(text, ", ".join(less)), "warn"
    if any(g["warning"] for g in groups):
        text = translate(
            "Parity",
            "Groups differ, but none surely gets less than its part; with few people chance may"
            " explain the rest.",
        )
        return text, "info"
    return translate("Parity", "No group is in it much less often than the others."), "good"


def group_line(g: Mapping[str, Any]) -> tuple[str, str, str]:
    """Words for one group, a tone for its bar, and its ratio with interval."""
    translate = QCoreApplication.translate
    ratio = g["ratio"]
    if ratio is None and g["ratio_under"] is None:
        return translate("Parity", "kept back for a small group"), "", fmt.DASH
    if ratio is None:
        span = fill(translate("Parity", "less than ×%1"), fmt.number(g["ratio_under"]))
    else:
        around = f"{fmt.number(ratio['low'])} – {fmt.number(ratio['high'])}"
        span = f"{fmt.factor(ratio['value'])}  ({around})"
    if surely_less(g):
        return translate("Parity", "surely less than its part"), "warn", span
    if ratio is None:
        return translate("Parity", "too few to say"), "", span
    if ratio["low"] > 1:
        return translate("Parity", "more than its part"), "", span
    if ratio["value"] < 1:
        return translate("Parity", "perhaps less, perhaps chance"), "", span
    return translate("Parity", "about its part"), "", span
