"""The page as one PDF on A4, the same bytes for the same page; reportlab lives here and in pdf_parts."""

from __future__ import annotations

import io
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

from common.audit.report.blocks import Page
from common.audit.report.pdf_parts import MARGIN, Parts
from common.audit.report.picture import MUTED

BOTTOM = 18 * mm


def render(page: Page) -> bytes:
    """The PDF's bytes. No font is embedded but the standard ones and a CJK name that viewers know."""
    parts = Parts(page.language)
    out = io.BytesIO()
    width, height = A4
    frame = Frame(MARGIN, BOTTOM, width - 2 * MARGIN, height - BOTTOM - MARGIN, 0, 0, 0, 0)
    document = BaseDocTemplate(
        out,
        pagesize=A4,
        title=page.title,
        author="hansa-audit",
        lang="zh-Hans" if page.language == "zh" else "en",
        invariant=1,
        pageCompression=1,
    )
    document.addPageTemplates([PageTemplate("page", [frame])])
    flow = [f for block in page.blocks for f in parts.flow(block)]

    class Numbered(_Numbered):
        footer, fonts = page.footer, parts

    document.build(flow, canvasmaker=Numbered)
    return out.getvalue()


class _Numbered(Canvas):  # type: ignore[misc]
    """A canvas that writes "page of pages" once it knows how many there are."""

    footer: str
    fonts: Parts

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept: list[dict[str, Any]] = []

    def showPage(self) -> None:
        """Keep the page instead of closing it."""
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Close every page with its footer."""
        for number, state in enumerate(self._kept, 1):
            self.__dict__.update(state)
            self.setFillColor(MUTED)
            self.fonts.draw(self, MARGIN, 10 * mm, self.footer, 8)
            right = f"{number} / {len(self._kept)}"
            self.fonts.draw(self, A4[0] - MARGIN, 10 * mm, right, 8, "end")
            super().showPage()
        super().save()
