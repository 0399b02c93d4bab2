"""Words for a parity report: what is sure is said, what chance explains is no alarm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication

from gui import format as fmt
from gui.words import fill


def verdict(groups: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """One sentence over all groups, and its tone."""
    translate = QCoreApplication.translate
    sure = [str(g["name"]) for g in groups if g["warning"] == "below four fifths"]
    perhaps = [g for g in groups if g["warning"] and str(g["name"]) not in sure]
    if sure:
        text = translate(
            "Parity",
            "Surely chosen much less often than the group chosen most (under four fifths): %1. That"
            " can have a good reason; look whether it is fair for this product.",
        )
        return fill(text, ", ".join(sure)), "warn"
    if perhaps:
        text = translate(
            "Parity",
            "Some groups are chosen less often here, but with so few people chance may explain it.",
        )
        return text, "info"
    return translate("Parity", "No group is chosen much less often than the others."), "good"


def group_line(g: Mapping[str, Any], floor: int) -> tuple[str, str, str]:
    """Words for one group, a tone for its bar, and its ratio with interval."""
    translate = QCoreApplication.translate
    ratio = g["ratio"]
    if ratio is None:
        most = translate("Parity", "less than ×%1")
        span = fill(most, fmt.number(g["ratio_under"]))
    else:
        around = f"{fmt.number(ratio['low'])} – {fmt.number(ratio['high'])}"
        span = f"{fmt.factor(ratio['value'])}  ({around})"
    if g["warning"] == "below four fifths":
        return translate("Parity", "surely chosen less often"), "warn", span
    if g["warning"]:
        return translate("Parity", "perhaps by chance"), "", span
    if ratio is not None and ratio["low"] > 1:
        return translate("Parity", "chosen more often"), "", span
    return translate("Parity", "about its part"), "", span
