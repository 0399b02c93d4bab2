"""A small square of shares: each row against each column, darker where more is shared."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.theme.theme import sized, theme

CELL_W, CELL_H, HEAD = 96, 38, 24
_MIDDLE = Qt.AlignmentFlag.AlignCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class ShareMatrix(QWidget):
    """n x n cells; None is a share that is not told, the diagonal says nothing."""

    def __init__(
        self,
        names: Sequence[str],
        shares: Sequence[Sequence[float | None]],
        words: Sequence[Sequence[str]],
        notes: Sequence[Sequence[str]],
        name: str,
    ) -> None:
        super().__init__()
        self._names, self._shares, self._words, self._notes = names, shares, words, notes
        self.setFixedHeight(HEAD + CELL_H * len(names) + 2)
        self.setMinimumWidth(220 + 56 * len(names))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName(name)
        n = len(names)
        told = [notes[i][j] for i in range(n) for j in range(n) if i != j]
        self.setAccessibleDescription("; ".join(told))
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Room for words at the left and for the cells."""
        return QSize(260 + CELL_W * len(self._names), self.height())

    def _wide(self) -> float:
        return min(float(CELL_W), (self.width() - 200) / max(len(self._names), 1))

    def _left(self) -> float:
        """Where cells begin: beside the names, not at the far end of a wide window."""
        return min(self.width() - self._wide() * len(self._names), 400.0)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the cell under the pointer out."""
        n, at = len(self._names), event.position()
        row = int((at.y() - HEAD) // CELL_H)
        column = int((at.x() - self._left()) // self._wide())
        if 0 <= row < n and 0 <= column < n and row != column:
            QToolTip.showText(event.globalPosition().toPoint(), self._notes[row][column], self)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Letters above, names at the left, cells."""
        tokens, wide, left = theme.tokens, self._wide(), self._left()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for i, name in enumerate(self._names):
            painter.setFont(sized(self.font(), 12))
            painter.setPen(QColor(tokens.muted))
            painter.drawText(QRectF(left + wide * i, 0, wide, HEAD), _MIDDLE, _letter(i))
            y = HEAD + CELL_H * i
            painter.drawText(QRectF(0, y, 20, CELL_H), _LEFT, _letter(i))
            painter.setPen(QColor(tokens.text))
            painter.setFont(sized(self.font(), 13, QFont.Weight.Medium))
            room = left - 36
            short = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(room))
            painter.drawText(QRectF(20, y, room, CELL_H), _LEFT, short)
            for j in range(len(self._names)):
                self._cell(painter, QRectF(left + wide * j, y, wide, CELL_H), i, j)
        painter.end()

    def _cell(self, painter: QPainter, where: QRectF, i: int, j: int) -> None:
        tokens, share = theme.tokens, self._shares[i][j]
        box = where.adjusted(2, 2, -2, -2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.sunken))
        painter.drawRoundedRect(box, 6, 6)
        if i == j:
            return
        if share is not None:
            shade = QColor(tokens.bar)
            shade.setAlphaF(0.12 + 0.5 * min(share, 1.0))
            painter.setBrush(shade)
            painter.drawRoundedRect(box, 6, 6)
        painter.setPen(QColor(tokens.text if share is not None else tokens.muted))
        painter.setFont(sized(self.font(), 13 if share is not None else 12))
        painter.drawText(box, _MIDDLE, self._words[i][j])


def _letter(i: int) -> str:
    return "ABCDEFGHIJ"[i]
