"""Every sentence of the report, by key, in English and Simplified Chinese (words.json); foreign text made safe."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

LANGUAGES = ("en", "zh")
_MOST = 400


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one language.

    Attributes:
        language: "en" or "zh".
    """

    language: str

    def __call__(self, key: str, **values: object) -> str:
        """The sentence with its blanks filled in.

        Raises:
            KeyError: there is no such sentence.
        """
        return table()[key][self.language].format(**values)

    def has(self, key: str) -> bool:
        """Whether there is such a sentence."""
        return key in table()

    def joined(self, items: list[str]) -> str:
        """A list in one line, in the language's way."""
        return ("、" if self.language == "zh" else ", ").join(items)


@lru_cache(maxsize=1)
def table() -> dict[str, dict[str, str]]:
    """Key -> language -> sentence."""
    text = resources.files(__package__).joinpath("words.json").read_text(encoding="utf-8")
    read: dict[str, dict[str, str]] = json.loads(text)
    return read


def plain(text: str) -> str:
    """Text from a file that somebody else wrote: no control or direction marks, not too long.

    A mark that turns the direction of writing could make a report read otherwise than it is.
    """
    shown = "".join("□" if unicodedata.category(c)[0] == "C" else c for c in text[: _MOST + 1])
    return shown if len(shown) <= _MOST else shown[:_MOST] + "…"
