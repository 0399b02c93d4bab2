"""Blocks as flowing parts of a PDF: fonts by script, paragraphs, tables, charts, the place to sign."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    KeepTogether,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from common.audit.report import blocks
from common.audit.report.picture import BAD, GOOD, GRID, MUTED, TEXT, WARN, Bar, Dot, Label, Picture

MARGIN = 18 * mm
WIDTH = A4[0] - 2 * MARGIN
LATIN, BOLD, MONO, CHINESE = "Helvetica", "Helvetica-Bold", "Courier", "STSong-Light"
_TONES = {"plain": TEXT, "muted": MUTED, "good": GOOD, "bad": BAD, "warn": WARN}
#: Rows of a table that is kept on one page.
_SHORT = 12
_SOFT = {"good": "#EAF6F0", "bad": "#FBEDEC"}
#: Signs that neither font has, and whose font has them (all are among a viewer's own).
_SIGNS = {"✓": "ZapfDingbats", "✗": "ZapfDingbats", "∞": "Symbol"}


class Parts:
    """How the blocks of one language become parts of a PDF."""

    def __init__(self, language: str) -> None:
        """Make the Chinese font known; nothing is read from outside reportlab."""
        registerFont(UnicodeCIDFont(CHINESE))
        self.chinese = language == "zh"

    def runs(self, text: str, latin: str = LATIN) -> list[tuple[str, str]]:
        """The text cut into (font, piece); what no font has becomes an empty box."""
        found: list[tuple[str, str]] = []
        for c in text:
            font, shown = (_SIGNS[c], c) if c in _SIGNS else self._font(c, latin)
            if found and found[-1][0] == font:
                found[-1] = (font, found[-1][1] + shown)
            else:
                found.append((font, shown))
        return found

    def _font(self, c: str, latin: str) -> tuple[str, str]:
        # in Chinese, dots and quotes are those of the Chinese font, letters with accents are not
        if " " <= c <= "~" or (_has(c, "cp1252") and (c.isalpha() or not self.chinese)):
            return latin, c
        if _has(c, "gbk"):
            return CHINESE, c
        return (latin, c) if _has(c, "cp1252") else (CHINESE, "□")

    def markup(self, text: str, latin: str = LATIN) -> str:
        """The text for a Paragraph: escaped, each piece in its font."""
        return "".join(
            f'<font name="{font}">{escape(piece)}</font>' for font, piece in self.runs(text, latin)
        )

    def draw(
        self, canvas: Any, x: float, y: float, text: str, size: float, anchor: str = "start"
    ) -> None:
        """One line on a canvas, its base line at y; units are points."""
        runs = self.runs(text)
        width = sum(stringWidth(piece, font, size) for font, piece in runs)
        x -= {"start": 0.0, "middle": width / 2, "end": width}[anchor]
        for font, piece in runs:
            canvas.setFont(font, size)
            canvas.drawString(x, y, piece)
            x += stringWidth(piece, font, size)

    def paragraph(
        self,
        text: str,
        size: float = 9.5,
        colour: str = TEXT,
        latin: str = LATIN,
        **style: Any,
    ) -> Paragraph:
        """A paragraph that wraps, Chinese by character."""
        # the CJK font has one weight only: bold Latin beside it would stand out for no reason
        latin = LATIN if self.chinese and latin == BOLD else latin
        chosen = ParagraphStyle(
            "p",
            fontName=CHINESE if self.chinese else latin,
            fontSize=size,
            leading=size * 1.45,
            textColor=HexColor(colour),
            wordWrap="CJK" if self.chinese else None,
            splitLongWords=1,
            **style,
        )
        return Paragraph(self.markup(text, latin), chosen)

    def flow(self, block: blocks.Block) -> Iterator[Flowable]:
        """The parts of one block, in order."""
        if isinstance(block, blocks.Heading):
            yield from self._heading(block)
        elif isinstance(block, blocks.Text):
            yield self._text(block)
        elif isinstance(block, blocks.Bullets):
            yield from self._bullets(block)
        elif isinstance(block, blocks.Table):
            yield self._table(block)
        elif isinstance(block, blocks.Figure):
            yield from self._figure(block)
        else:
            yield self._signature(block)

    def _heading(self, block: blocks.Heading) -> Iterator[Flowable]:
        size = {1: 20.0, 2: 13.5, 3: 10.5}[block.level]
        yield CondPageBreak(34 * mm if block.level < 3 else 18 * mm)
        yield self.paragraph(
            block.text,
            size,
            latin=BOLD,
            spaceBefore=0.9 * size,
            spaceAfter=0.35 * size,
            keepWithNext=1,
        )

    def _text(self, block: blocks.Text) -> Flowable:
        colour = _TONES[block.tone]
        if not block.boxed:
            return self.paragraph(block.text, colour=colour, spaceAfter=4)
        inner = self.paragraph(block.text, 11.5, colour, BOLD)
        box = Table([[inner]], colWidths=[WIDTH], spaceBefore=8, spaceAfter=8)
        look = [
            ("BACKGROUND", (0, 0), (-1, -1), HexColor(_SOFT.get(block.tone, "#FFFFFF"))),
            ("BOX", (0, 0), (-1, -1), 0.8, HexColor(colour)),
            *[
                (f"{side}PADDING", (0, 0), (-1, -1), 9)
                for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")
            ],
        ]
        box.setStyle(TableStyle(look))
        return box

    def _bullets(self, block: blocks.Bullets) -> Iterator[Flowable]:
        for sign, text, tone in block.items:
            colour = _TONES[tone]
            row = [self.paragraph(sign, colour=colour), self.paragraph(text, colour=colour)]
            line = Table([row], colWidths=[14, WIDTH - 14])
            line.setStyle(TableStyle(_tight(1.5)))
            yield line

    def _table(self, block: blocks.Table) -> Flowable:
        size = 8.5
        rows = []
        if block.header:
            rows.append(
                [
                    self.paragraph(text, 7.5, MUTED, BOLD, alignment=_side(block, i))
                    for i, text in enumerate(block.header)
                ]
            )
        for cells in block.rows:
            rows.append(
                [
                    self.paragraph(
                        text,
                        7.2 if i in block.code else size,
                        MUTED if not block.header and i == 0 else TEXT,
                        MONO if i in block.code else LATIN,
                        alignment=_side(block, i),
                    )
                    for i, text in enumerate(cells)
                ]
            )
        table = Table(
            rows,
            colWidths=[w * WIDTH for w in block.widths],
            repeatRows=1 if block.header else 0,
            spaceBefore=4,
            spaceAfter=8,
        )
        rule = ("LINEBELOW", (0, 0), (-1, -1), 0.5, HexColor(GRID))
        table.setStyle(TableStyle([rule, *_tight(3)]))
        return KeepTogether([table]) if len(rows) <= _SHORT else table

    def _figure(self, block: blocks.Figure) -> Iterator[Flowable]:
        title = block.picture.title
        yield self.paragraph(title, 9.5, latin=BOLD, spaceBefore=8, spaceAfter=3, keepWithNext=1)
        yield Drawn(block.picture, self, bool(block.caption))
        if block.caption:
            yield self.paragraph(block.caption, 8, MUTED, spaceAfter=8)

    def _signature(self, block: blocks.Signature) -> Flowable:
        n = len(block.lines)
        filled = [self.paragraph(text) for text in block.filled]
        named = [self.paragraph(text, 8, MUTED) for text in block.lines]
        gap, column = 14.0, (WIDTH - 14.0 * (n - 1)) / n
        rows = [_apart(filled), _apart(named)]
        widths = [column if i % 2 == 0 else gap for i in range(2 * n - 1)]
        table = Table(rows, colWidths=widths, rowHeights=[46, None], spaceBefore=10)
        lines = [("LINEABOVE", (2 * i, 1), (2 * i, 1), 0.8, HexColor(TEXT)) for i in range(n)]
        table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, 0), "BOTTOM"), *lines, *_tight(2)]))
        return KeepTogether([Spacer(1, 6), table])


class Drawn(Flowable):  # type: ignore[misc]
    """A picture of marks, scaled to the width of the text."""

    def __init__(self, picture: Picture, parts: Parts, with_next: bool) -> None:
        """Nothing is drawn yet; `with_next` keeps it on one page with its caption."""
        super().__init__()
        self.keepWithNext = with_next
        self.picture, self.parts = picture, parts
        self.scale = WIDTH / picture.width

    def wrap(self, *_: float) -> tuple[float, float]:
        """How much room it needs."""
        return WIDTH, self.picture.height * self.scale

    def draw(self) -> None:
        """Draw every mark; the page's y grows upwards."""
        canvas, height = self.canv, self.picture.height
        canvas.saveState()
        canvas.scale(self.scale, self.scale)
        for m in self.picture.marks:
            canvas.setFillColor(HexColor(m.colour))
            if isinstance(m, Bar):
                canvas.rect(m.x, height - m.y - m.height, m.width, m.height, stroke=0, fill=1)
            elif isinstance(m, Dot):
                canvas.circle(m.x, height - m.y, m.radius, stroke=0, fill=1)
            elif isinstance(m, Label):
                self.parts.draw(canvas, m.x, height - m.y, m.text, m.size, m.anchor)
            else:
                self._stroke(m.points, m.colour, m.width, m.dashed)
        canvas.restoreState()

    def _stroke(
        self, points: tuple[tuple[float, float], ...], colour: str, width: float, dashed: bool
    ) -> None:
        canvas, height = self.canv, self.picture.height
        canvas.setStrokeColor(HexColor(colour))
        canvas.setLineWidth(width)
        canvas.setDash(*([6, 4] if dashed else []))
        path = canvas.beginPath()
        path.moveTo(points[0][0], height - points[0][1])
        for x, y in points[1:]:
            path.lineTo(x, height - y)
        canvas.drawPath(path, stroke=1, fill=0)


def _has(c: str, encoding: str) -> bool:
    try:
        c.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _side(block: blocks.Table, column: int) -> int:
    """Reportlab's numbers: 0 left, 2 right."""
    return 2 if column in block.numbers else 0


def _tight(padding: float) -> list[tuple[Any, ...]]:
    whole = ((0, 0), (-1, -1))
    sides = [("TOPPADDING", *whole, padding), ("BOTTOMPADDING", *whole, padding)]
    return [
        *sides,
        ("LEFTPADDING", *whole, 2),
        ("RIGHTPADDING", *whole, 2),
        ("VALIGN", *whole, "TOP"),
    ]


def _apart(cells: list[Paragraph]) -> list[Any]:
    """An empty column between any two."""
    return [cell for i, c in enumerate(cells) for cell in ([c] if i == 0 else ["", c])]
