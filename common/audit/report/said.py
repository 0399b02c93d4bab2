"""Sentences of the checks, which are English, in the language of the report; by their skeleton."""

from __future__ import annotations

import re
import string
from functools import lru_cache

from common.audit.report.words import Words, table

_PREFIX = "said."
_ROUND = re.compile(r"[Rr]ound (\d+) of run ([^:]+)")


def said(text: str, say: Words) -> str:
    """The sentence in the report's language; one that is not known stays as it is."""
    if say.language == "en":
        return text
    for key, pattern in _patterns():
        found = pattern.fullmatch(text)
        if found:
            named = {n: _rounds(v, say) for n, v in found.groupdict().items()}
            return say(key, **named)
    return text


def known(text: str) -> bool:
    """Whether a sentence has the skeleton of one in the table."""
    return any(pattern.fullmatch(text) for _, pattern in _patterns())


def _rounds(value: str, say: Words) -> str:
    return _ROUND.sub(lambda m: say("word.round", round=m[1], run=m[2]), value)


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The longer skeletons first, so that a short one never takes what is another's."""
    found = [(k, v["en"]) for k, v in table().items() if k.startswith(_PREFIX)]
    found.sort(key=lambda item: -len(item[1]))
    return tuple((key, re.compile(_skeleton(text), re.DOTALL)) for key, text in found)


def _skeleton(sentence: str) -> str:
    parts = []
    for before, name, _, _ in string.Formatter().parse(sentence):
        parts.append(re.escape(before) + (f"(?P<{name}>.+?)" if name else ""))
    return "".join(parts)
