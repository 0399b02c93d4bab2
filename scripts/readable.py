"""Readable texts from the terse capitals of the Complete Journey's catalogue."""

from __future__ import annotations

import json
import re
from pathlib import Path

MAPPING = Path(__file__).resolve().parent / "mappings" / "completejourney_words.json"


class Words:
    """Readable text from terse capitals."""

    def __init__(self) -> None:
        raw = json.loads(MAPPING.read_text("utf-8"))
        self._words, self._departments = raw["words"], raw["departments"]

    def title(self, text: str | None) -> str:
        """FRZN PIZZA -> Frozen Pizza; BREAD:ITALIAN/FRENCH -> Italian/French Bread."""
        cleaned = re.sub(r"\([^)]*\)?", " ", text or "").replace("&", " AND ").replace(".", " ")
        head, colon, tail = cleaned.partition(":")
        if colon and head.strip() and tail.strip():
            cleaned = f"{tail} {head}"
        parts = re.split(r"([^A-Z0-9']+)", cleaned.upper())
        out = "".join(p if i % 2 else self._word(p) for i, p in enumerate(parts))
        out = re.sub(r"\s*[-,;]\s*", " ", out)
        out = re.sub(r"\s*/\s*", "/", out)
        out = re.sub(r"\b(\w+)( \1\b)+", r"\1", re.sub(r"\s+", " ", out))
        out = re.sub(
            r"( |/)(and|or|for|with|in|on|of|O|A|Incl|Excl|Assorted|\\W)$", "", out.strip(" /-")
        )
        if re.search(r"\b(MISC|MISCELLANEOUS)$", (text or "").strip(" .")):
            out = f"Assorted {out}"
        return out[:1].upper() + out[1:]

    def short(self, title: str) -> str:
        """The title if it reads well on a button: at most four words, nothing excepted."""
        parts = re.split(r"[ /]+", title)
        odd = {"Not", "Non", "All", "Only", "Except", "Excp", "Other", "Over", "Under"} & set(parts)
        return title if len(title) > 3 and len(parts) <= 4 and not odd else ""

    def department(self, text: str | None) -> str:
        """DRUG GM -> Drugstore."""
        return self._departments.get(text or "") or self.title(text)

    def _word(self, token: str) -> str:
        return self._words.get(token, token.capitalize())
