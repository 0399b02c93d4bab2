"""Sides: two parts beside each other, or below each other where the window is narrow."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget


class Sides(QWidget):
    """Left and right share the width; below `narrow` points the right part goes under the left."""

    def __init__(
        self,
        left: QWidget,
        right: QWidget,
        shares: tuple[int, int] = (1, 1),
        *,
        narrow: int = 860,
        spacing: int = 14,
    ) -> None:
        super().__init__()
        self._parts = (left, right)
        self._narrow = narrow
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(spacing)
        self._box.addWidget(left, shares[0])
        self._box.addWidget(right, shares[1])

    def minimumSizeHint(self) -> QSize:
        """As narrow as the wider part alone: the page must be able to shrink to turn it."""
        widest = max(part.minimumSizeHint().width() for part in self._parts)
        return QSize(widest, self._box.minimumSize().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Turn when the width passes the limit."""
        narrow = event.size().width() < self._narrow
        turned = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if self._box.direction() != turned:
            self._box.setDirection(turned)
            self.updateGeometry()
        super().resizeEvent(event)
