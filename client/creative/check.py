"""check(): every finding of an ad, with the words it is about and a fix; pure and total."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from client.creative.brief import AdText, Brief
from client.creative.checks import (
    category,
    claims,
    contact,
    copies,
    facts,
    length,
    reader,
    rulebook,
    style,
)
from client.creative.text import MAX_TEXT
from common.domain import Finding

_CHECKS: tuple[Callable[[Brief, AdText], Iterator[Finding]], ...] = (
    length.check,
    facts.check,
    claims.check,
    reader.check,
    contact.check,
    style.check,
    copies.check,
    category.check,
)


def check(brief: Brief, text: AdText) -> tuple[Finding, ...]:
    """All findings of an ad, errors first.

    Args:
        brief: What the ad was to say; its facts are the only truth. Its slot decides which
            platform's rules hold and how lengths are counted.
        text: The words. Any Unicode; only the first characters of an absurdly long text are read,
            and the length check has refused it by then.
    """
    short = AdText(
        text.headline[:MAX_TEXT], text.body[:MAX_TEXT], text.call_to_action[:MAX_TEXT], text.label
    )
    found = dict.fromkeys(f for one in _CHECKS for f in one(brief, short))
    return tuple(sorted(found, key=lambda f: f.severity != "error"))


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether the ad must not be approved."""
    return any(f.severity == "error" for f in findings)


def rule_versions() -> str:
    """Ids and versions of the rule files that `check` uses."""
    return rulebook.versions()
