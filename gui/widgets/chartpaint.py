"""The strokes of the time chart: axes, bars, curves, legend, read-out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from gui.theme.theme import theme

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Axes:
    """Where values lie in the plot: `n` slots across, two scales up."""

    box: QRectF
    n: int
    bar_ticks: Sequence[float]
    line_ticks: Sequence[float]

    def x(self, index: int) -> float:
        """Middle of a slot."""
        return self.box.left() + self.box.width() * (index + 0.5) / max(self.n, 1)

    def bar_y(self, value: float) -> float:
        """Height on the left scale."""
        return self.box.bottom() - self.box.height() * value / (self.bar_ticks[-1] or 1)

    def line_y(self, value: float) -> float:
        """Height on the right scale."""
        low, high = self.line_ticks[0], self.line_ticks[-1]
        return self.box.bottom() - self.box.height() * (value - low) / ((high - low) or 1)


def grid(
    painter: QPainter,
    axes: Axes,
    bar_format: Callable[[float], str],
    line_format: Callable[[float], str],
) -> None:
    """Horizontal lines with the left scale; the right scale without lines."""
    tokens, box = theme.tokens, axes.box
    for tick in axes.bar_ticks:
        y = round(axes.bar_y(tick)) + 0.5
        painter.setPen(QPen(QColor(tokens.border), 1))
        painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
        painter.setPen(QColor(tokens.muted))
        painter.drawText(QRectF(0, y - 9, box.left() - 8, 18), _RIGHT, bar_format(tick))
    for tick in axes.line_ticks:
        y = axes.line_y(tick)
        painter.drawText(QRectF(box.right() + 8, y - 9, 44, 18), _LEFT, line_format(tick))


def bars(painter: QPainter, axes: Axes, values: Sequence[float], hover: int) -> None:
    """Rounded bars; the one under the mouse in full colour."""
    width = min(18.0, axes.box.width() / max(axes.n, 1) * 0.56)
    painter.save()
    painter.setClipRect(axes.box)
    painter.setPen(Qt.PenStyle.NoPen)
    for i, value in enumerate(values):
        if value <= 0:
            continue
        painter.setBrush(QColor(theme.tokens.accent if i == hover else theme.tokens.bar))
        top = axes.bar_y(value)
        path = QPainterPath()
        path.addRoundedRect(
            QRectF(axes.x(i) - width / 2, top, width, axes.box.bottom() - top + 4), 3, 3
        )
        painter.drawPath(path)
    painter.restore()


def curve(painter: QPainter, axes: Axes, values: Sequence[float | None], pen: QPen) -> None:
    """A line through the known values; where some are missing, dots say which are known."""
    points = [QPointF(axes.x(i), axes.line_y(v)) for i, v in enumerate(values) if v is not None]
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if len(points) > 1:
        painter.drawPolyline(QPolygonF(points))
    if len(points) < len(values):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(pen.color())
        for point in points:
            painter.drawEllipse(point, pen.widthF() + 1, pen.widthF() + 1)


def time_labels(painter: QPainter, axes: Axes, labels: Sequence[str]) -> None:
    """About seven labels below the plot."""
    painter.setPen(QColor(theme.tokens.muted))
    step = max(1, round(len(labels) / 7))
    for i in range(0, len(labels), step):
        where = QRectF(axes.x(i) - 45, axes.box.bottom() + 6, 90, 16)
        painter.drawText(where, Qt.AlignmentFlag.AlignHCenter, labels[i])


def legend(painter: QPainter, x: float, names: tuple[str, str, str]) -> None:
    """What the bar, the line and the dashes are."""
    tokens = theme.tokens
    for i, name in enumerate(names):
        if not name:
            continue
        if i == 0:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.bar))
            painter.drawRoundedRect(QRectF(x, 6, 10, 10), 2, 2)
        else:
            style = Qt.PenStyle.DashLine if i == 2 else Qt.PenStyle.SolidLine
            painter.setPen(QPen(QColor(tokens.faint if i == 2 else tokens.line), 2, style))
            painter.drawLine(QPointF(x, 11), QPointF(x + 14, 11))
        painter.setPen(QColor(tokens.muted))
        painter.drawText(QPointF(x + 20, 15), name)
        x += 36 + painter.fontMetrics().horizontalAdvance(name)


def readout(
    painter: QPainter,
    axes: Axes,
    index: int,
    at: QPointF | None,
    rows: Sequence[tuple[str, str]],
) -> None:
    """A hair line, a dot on the line and a box with names and values."""
    tokens, box, x = theme.tokens, axes.box, axes.x(index)
    painter.setPen(QPen(QColor(tokens.border_strong), 1))
    painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
    if at is not None:
        painter.setBrush(QColor(tokens.surface))
        painter.setPen(QPen(QColor(tokens.line), 2))
        painter.drawEllipse(at, 4, 4)
    metrics = painter.fontMetrics()
    width = 44 + max(metrics.horizontalAdvance(a) + metrics.horizontalAdvance(b) for a, b in rows)
    left = x + 12 if x + 12 + width < box.right() else x - 12 - width
    frame = QRectF(left, box.top() + 4, width, 18 * len(rows) + 12)
    painter.setBrush(QColor(tokens.text))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRoundedRect(frame, 6, 6)
    painter.setPen(QColor(tokens.bg))
    for k, (name, value) in enumerate(rows):
        line = QRectF(frame.left() + 10, frame.top() + 6 + 18 * k, frame.width() - 20, 18)
        painter.drawText(line, _LEFT, name)
        painter.drawText(line, _RIGHT, value)
