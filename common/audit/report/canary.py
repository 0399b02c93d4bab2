"""Canary results as `hansa-audit canary --json` writes them, read with suspicion."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from common.audit.report.facts import CanaryFacts
from common.audit.report.words import plain
from common.errors import InputError

_MOST = 100


def read(data: bytes, where: str) -> CanaryFacts:
    """Take what is understood; a file without a verdict has `holds` None, which is no pass.

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
    return CanaryFacts(
        holds=raw["holds"] if isinstance(raw.get("holds"), bool) else None,
        claimed=_number(raw.get("claimed_epsilon")),
        bounds=tuple(_bounds(raw.get("bounds")))[:_MOST],
        tests=tuple(_tests(raw.get("tests")))[:_MOST],
    )


def _bounds(raw: Any) -> list[tuple[str, float]]:
    found = []
    for item in raw if isinstance(raw, list) else []:
        if isinstance(item, Mapping) and isinstance(item.get("name"), str):
            value = _number(item.get("epsilon"))
            if value is not None:
                found.append((plain(item["name"]), value))
    return found


def _tests(raw: Any) -> list[tuple[str, bool, str]]:
    found = []
    for item in raw if isinstance(raw, list) else []:
        if isinstance(item, Mapping) and isinstance(item.get("name"), str):
            remark = item.get("text")
            passed = item.get("passed") is True
            text = plain(remark) if isinstance(remark, str) else ""
            found.append((plain(item["name"]), passed, text))
    return found


def _number(raw: Any) -> float | None:
    """A number that is not NaN; infinity is one."""
    if type(raw) not in (int, float) or raw != raw:
        return None
    return float(raw)
