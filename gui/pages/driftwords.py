"""Words for drift: a verdict, one sentence, what moved; the figures stay with the charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication

from gui import format as fmt
from gui.words import fill, group


def verdict_words(verdict: str) -> tuple[str, str]:
    """A verdict in words, with its tone."""
    translate = QCoreApplication.translate
    return {
        "steady": (translate("Drift", "Yes, as before"), "good"),
        "watch": (translate("Drift", "Keep an eye on it"), "warn"),
        "act": (translate("Drift", "Not any more"), "bad"),
    }.get(verdict, (translate("Drift", "Too little to tell"), "muted"))


def shown_verdict(v: Mapping[str, Any]) -> str:
    """The verdict; orders that come as expected are no alarm, whoever is scored."""
    recent = v["recent"]
    fits = recent is not None and recent["low"] is not None and recent["low"] <= 1 <= recent["high"]
    return "watch" if v["verdict"] == "act" and fits else str(v["verdict"])


def sentence(v: Mapping[str, Any]) -> str:
    """What counts most: wrong rates, then moved scores, then moved features."""
    translate = QCoreApplication.translate
    recent, shifts = v["recent"], v["shifts"]
    if v["verdict"] == "unknown":
        text = translate(
            "Drift",
            "There are %1 ads shown in the newest weeks and %2 before; 50 each are needed to compare.",
        )
        return fill(text, fmt.count(v["n_new"]), fmt.count(v["n_before"]))
    if (
        recent is not None
        and recent["low"] is not None
        and not recent["low"] <= 1 <= recent["high"]
    ):
        more = translate(
            "Drift",
            "Since %1 there were ×%2 as many orders as the model expected (%3 – %4): it is too"
            " careful now. Learn a new round with the league.",
        )
        fewer = translate(
            "Drift",
            "Since %1 there were only ×%2 as many orders as the model expected (%3 – %4): it promises"
            " too much now. Learn a new round with the league.",
        )
        values = (fmt.number(recent[k]) for k in ("ratio", "low", "high"))
        return fill(more if recent["ratio"] > 1 else fewer, fmt.day(str(v["since"])), *values)
    score = next((s for s in shifts if s["name"] == "score"), None)
    if score is not None and score["verdict"] != "steady":
        return translate(
            "Drift",
            "Orders are as expected, but other shoppers or products are scored now than before.",
        )
    if v["verdict"] != "steady":
        return translate("Drift", "Scores and orders are as expected, but some features moved.")
    return translate("Drift", "Scores, features and orders are as the model expects.")


def shift_words(score: Mapping[str, Any]) -> str:
    """How far the scores moved; the index by name, for those who know it."""
    translate = QCoreApplication.translate
    words = {
        "steady": translate("Drift", "as before"),
        "watch": translate("Drift", "moved"),
        "act": translate("Drift", "moved far"),
    }.get(str(score["verdict"]), "")
    text = translate("Drift", "%1 · PSI %2 (under 0.10 is steady, over 0.25 is far)")
    return fill(text, words, fmt.number(score["psi"]))


def feature_words(shifts: Sequence[Mapping[str, Any]]) -> str:
    """Names of feature groups with how far each moved."""
    return ", ".join(f"{group(str(s['name']))} (PSI {fmt.number(s['psi'])})" for s in shifts)
