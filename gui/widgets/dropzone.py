"""A dashed place to drop files on, with a sentence, a primary action and a second one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from gui.theme.theme import theme
from gui.widgets.basics import label, row, symbol


class DropZone(QWidget):
    """Takes files by name ending; what is dropped goes out as a signal."""

    dropped = Signal(list)

    def __init__(
        self,
        title: str,
        text: str,
        actions: Sequence[QPushButton],
        *,
        endings: tuple[str, ...] = (),
        icon_name: str = "database",
        height: int = 210,
    ) -> None:
        super().__init__()
        self._endings, self._over = endings, False
        self.setAccessibleName(title)
        self.setMinimumHeight(height)
        self.setAcceptDrops(bool(endings))
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 20)
        box.setSpacing(8)
        box.addStretch(1)
        centre = Qt.AlignmentFlag.AlignHCenter
        box.addWidget(symbol(icon_name, "muted", 30), 0, centre)
        box.addWidget(label(title, "section"), 0, centre)
        words = label(text, "muted", wrap=True)
        words.setAlignment(centre)
        words.setMaximumWidth(520)
        line = row(None)
        line.addWidget(words, 8)
        line.addStretch(1)
        box.addLayout(line)
        box.addSpacing(6)
        box.addLayout(row(None, *actions, None))
        box.addStretch(1)
        theme.changed.connect(self.update)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files of the right endings only."""
        if self._files(event):
            self._over = True
            self.update()
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Look as before."""
        self._over = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand the files on."""
        self._over = False
        self.update()
        files = self._files(event)
        if files:
            event.acceptProposedAction()
            self.dropped.emit(files)

    def _files(self, event: QDropEvent) -> list[Path]:
        urls = event.mimeData().urls()
        paths = [Path(u.toLocalFile()) for u in urls if u.isLocalFile()]
        fit = [p for p in paths if p.name.lower().endswith(self._endings) or p.is_dir()]
        return fit if fit and len(fit) == len(urls) else []

    def paintEvent(self, event: QPaintEvent) -> None:
        """A dashed rounded frame; stronger while files hover."""
        tokens = theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = tokens.accent if self._over else tokens.border_strong
        painter.setPen(QPen(QColor(edge), 1.5, Qt.PenStyle.DashLine))
        painter.setBrush(QColor(tokens.accent_soft if self._over else tokens.sunken))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 10, 10)
        painter.end()
