"""A chart over time: bars on the left axis, a line on the right, the period before dashed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme.theme import sized, theme
from gui.widgets import chartpaint as paint

Format = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class ChartData:
    """What a chart shows; a None in a line is a gap (nothing to divide by), never a zero."""

    labels: Sequence[str]
    bars: Sequence[float]
    line: Sequence[float | None]
    previous: Sequence[float | None]
    bar_name: str
    line_name: str
    previous_name: str
    bar_format: Format
    line_format: Format


def nice_ticks(low: float, high: float, n: int = 4) -> list[float]:
    """Round tick values that cover [low, high]."""
    span = (high - low) or 1.0
    raw = span / n
    magnitude = 10.0 ** math.floor(math.log10(raw))
    step = next(m * magnitude for m in (1, 2, 2.5, 5, 10) if m * magnitude >= raw * 0.999)
    first = math.floor(low / step) * step
    count = math.ceil((high - first) / step - 1e-9) + 1
    return [round(first + i * step, 10) for i in range(max(count, 2))]


class TimeChart(QWidget):
    """Hover or the arrow keys read a point out; the accessible text sums the chart up."""

    hovered = Signal(int)

    def __init__(self, data: ChartData) -> None:
        super().__init__()
        self.data = data
        self.hover = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(240)
        self.setAccessibleName(f"{data.bar_name} / {data.line_name}")
        self.setAccessibleDescription(self._summary())
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """A comfortable size."""
        return QSize(600, 250)

    def select(self, index: int) -> None:
        """Show the read-out of one point; outside the chart hides it."""
        index = index if 0 <= index < len(self.data.labels) else -1
        if index != self.hover:
            self.hover = index
            self.hovered.emit(index)
            self.setAccessibleDescription(
                "; ".join(f"{a} {b}" for a, b in self.readout(index))
                if index >= 0
                else self._summary()
            )
            self.update()

    def readout(self, index: int) -> list[tuple[str, str]]:
        """Name and value of everything at one point."""
        d = self.data
        rows = [(d.labels[index], ""), (d.bar_name, d.bar_format(d.bars[index]))]
        for name, values in ((d.line_name, d.line), (d.previous_name, d.previous)):
            value = values[index] if index < len(values) else None
            if name:
                rows.append((name, "–" if value is None else d.line_format(value)))
        return rows

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the point under the mouse out."""
        box = self._plot()
        if box.width() > 0 and self.data.labels:
            part = (event.position().x() - box.left()) / box.width()
            self.select(math.floor(part * len(self.data.labels)))

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the read-out."""
        self.select(-1)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the read-out."""
        self.select(-1)
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right walk along the points."""
        step = {Qt.Key.Key_Left.value: -1, Qt.Key.Key_Right.value: 1}.get(event.key())
        if step is None:
            super().keyPressEvent(event)
            return
        last = len(self.data.labels) - 1
        start = last + 1 if self.hover < 0 and step < 0 else self.hover
        self.select(min(max(start + step, 0), last))

    def _summary(self) -> str:
        d = self.data
        known = [v for v in d.line if v is not None]
        parts = [f"{d.labels[0]} – {d.labels[-1]}"] if d.labels else []
        parts.append(f"{d.bar_name} {d.bar_format(sum(d.bars))}")
        if known:
            parts.append(f"{d.line_name} {d.line_format(min(known))} – {d.line_format(max(known))}")
        return "; ".join(parts)

    def _plot(self) -> QRectF:
        return QRectF(self.rect()).adjusted(46, 30, -46, -24)

    def _axes(self) -> paint.Axes:
        d = self.data
        known = [v for v in (*d.line, *d.previous) if v is not None]
        return paint.Axes(
            box=self._plot(),
            n=len(d.labels),
            bar_ticks=nice_ticks(0, max(d.bars, default=1) or 1),
            line_ticks=nice_ticks(0, max(known, default=1.0) or 1.0),
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw grid, bars, lines, legend and read-out."""
        d, tokens = self.data, theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(sized(self.font(), 11))
        axes = self._axes()
        paint.grid(painter, axes, d.bar_format, d.line_format)
        paint.bars(painter, axes, d.bars, self.hover)
        dashed = QPen(QColor(tokens.faint), 1.4, Qt.PenStyle.DashLine)
        paint.curve(painter, axes, d.previous, dashed)
        solid = QPen(QColor(tokens.line), 2.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        paint.curve(painter, axes, d.line, solid)
        paint.time_labels(painter, axes, d.labels)
        names = (d.bar_name, d.line_name, d.previous_name)
        paint.legend(painter, axes.box.left(), names)
        if self.hover >= 0:
            value = d.line[self.hover]
            at = None if value is None else QPointF(axes.x(self.hover), axes.line_y(value))
            paint.readout(painter, axes, self.hover, at, self.readout(self.hover))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        painter.end()
