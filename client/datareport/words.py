"""The report's sentences in English and Chinese: warnings with what to do, names of tables, columns, matches."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from client.clean.rules import BY_NAME
from client.datareport.facts import Alert

LANGUAGES = ("en", "zh")


@cache
def _book() -> dict[str, dict[str, list[str]]]:
    """Section -> key -> [English, Chinese] (of warnings: also what to do, in both)."""
    text = (files("client.datareport") / "words.json").read_text(encoding="utf-8")
    book: dict[str, dict[str, list[str]]] = json.loads(text)
    return book


def word(section: str, key: str, language: str) -> str:
    """A word of the report; the key itself where there is none."""
    return _book().get(section, {}).get(key, [key, key])[language == "zh"]


def alert_words(alert: Alert, language: str) -> tuple[str, str]:
    """What is so, and what to do about it."""
    texts = _book()["alerts"][alert.code]
    zh = language == "zh"
    values = [word("tables", v, language) for v in alert.values]
    what = texts[zh].format(*values)
    return what[:1].upper() + what[1:], texts[2 + zh].format(*values)


def rule_title(name: str, language: str) -> str:
    """Two or three words for a cleaning rule; its name where it is not known."""
    return BY_NAME[name].title.of(language) if name in BY_NAME else name
