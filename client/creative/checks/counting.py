"""How people count: the rule file of quantities, and numbers as text."""

from __future__ import annotations

from typing import Any

from client.creative.figures import han_value
from client.creative.text import data_file

#: (start, end, what stands there instead)
Edit = tuple[int, int, str]


def rules() -> dict[str, Any]:
    """How people count."""
    return data_file("rules", "quantities.v1.json")


def number_text(value: float) -> str:
    """A number as short as it can be written."""
    return f"{value:g}" if value < 1e6 else f"{value:.0f}"


def han_or_digit(number: str) -> float:
    """The value of a digit or a Chinese numeral; 0 if it is none."""
    return float(number) if number.isdigit() else (han_value(number) or 0.0)
