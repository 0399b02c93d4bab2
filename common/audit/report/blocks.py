"""What a page is made of: headings, texts, tables, figures and a place to sign; no font, no tag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from common.audit.report.picture import Picture

Tone = Literal["plain", "muted", "good", "bad", "warn"]


@dataclass(frozen=True, slots=True)
class Heading:
    """A title of level 1 (the report), 2 (a part) or 3 (a merchant's part)."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; `boxed` makes it the one thing that is seen first."""

    text: str
    tone: Tone = "plain"
    boxed: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; each item has a tone and a sign, so that colour alone says nothing."""

    items: tuple[tuple[str, str, Tone], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells.

    Attributes:
        header: One cell a column; empty for a list of names and values.
        rows: Cells in the same order.
        widths: Parts of the line's width; they add up to 1.
        numbers: Columns that are set to the right.
        code: Columns with digests and names of machines.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    numbers: frozenset[int] = frozenset()
    code: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with a sentence that says how to read it."""

    picture: Picture
    caption: str


@dataclass(frozen=True, slots=True)
class Signature:
    """A place to sign: empty lines over their names."""

    lines: tuple[str, ...]
    filled: tuple[str, ...]


Block = Heading | Text | Bullets | Table | Figure | Signature


@dataclass(frozen=True, slots=True)
class Page:
    """The whole report, the same for HTML and PDF.

    Attributes:
        title: Of the window and of the file.
        language: "en" or "zh".
        footer: Stands under every page of the PDF and once in the HTML.
        blocks: From top to bottom.
    """

    title: str
    language: str
    footer: str
    blocks: tuple[Block, ...]
