"""Canary results as `hansa-audit canary --json` writes them, read with suspicion."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from common.audit.report.facts import Bound, CanaryFacts, Test
from common.audit.report.words import plain
from common.errors import InputError

SCHEMA = "hansa-canary-v1"
_MOST = 100


def read(data: bytes, where: str) -> CanaryFacts:
    """Take what is understood; a file without a clear verdict has `holds` None, which is no pass.

    Raises:
        InputError: it is no JSON object.
    """
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError):
        raw = None
    if not isinstance(raw, dict):
        raise InputError(
            "This is no file of canary results.",
            where=where,
            todo="Make it with 'hansa-audit canary --json > canary.json'.",
        )
    checks = raw.get("checks")
    items = [c for c in checks if isinstance(c, Mapping)] if isinstance(checks, list) else []
    tests = tuple(_tests(items[:_MOST]))
    same = raw.get("same_program")
    return CanaryFacts(
        holds=_holds(raw, tests),
        claimed=_number(raw.get("claimed_epsilon")),
        delta=_number(raw.get("delta")),
        false_alarm=_number(raw.get("false_alarm_at_most")),
        code_digest=_text(raw.get("code_digest")),
        same_program=same if isinstance(same, bool) else None,
        bounds=tuple(_bounds(items[:_MOST])),
        tests=tests,
    )


def _holds(raw: Mapping[str, Any], tests: tuple[Test, ...]) -> bool | None:
    """Its verdict, if it is one that its own checks bear out."""
    if raw.get("schema") != SCHEMA or not tests:
        return None
    if raw.get("verdict") == "flagged" or not all(t.passed for t in tests):
        return False
    return True if raw.get("verdict") == "sound" else None


def _tests(items: list[Mapping[str, Any]]) -> Iterator[Test]:
    for item in items:
        code, text = _text(item.get("code")), _text(item.get("text"))
        yield Test(code, item.get("passed") is True, text)


def _bounds(items: list[Mapping[str, Any]]) -> Iterator[Bound]:
    for item in items:
        figures = item.get("figures")
        if isinstance(figures, Mapping):
            strict, usual = _number(figures.get("bound")), _number(figures.get("bound_95"))
            if strict is not None and usual is not None:
                yield Bound(_text(item.get("code")), strict, usual, item.get("passed") is True)


def _text(raw: Any) -> str:
    return plain(raw) if isinstance(raw, str) else ""


def _number(raw: Any) -> float | None:
    """A number that is not NaN; infinity is one."""
    if type(raw) not in (int, float) or raw != raw:
        return None
    return float(raw)
