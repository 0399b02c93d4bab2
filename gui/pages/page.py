"""A page: a head that stays, and content that is built anew when what it shows has changed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from common.errors import UserFacing
from gui.hub import Hub
from gui.widgets.basics import clear, column, label, row


class PageView(QScrollArea):
    """Subclasses give `load` (a comparable value) and `build` (widgets for it)."""

    def __init__(self, hub: Hub, title: str) -> None:
        super().__init__()
        self.hub = hub
        self._shown: object = None
        self._built = False
        self.setObjectName("pageScroll")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(title)
        page = QWidget()
        page.setObjectName("page")
        self.setWidget(page)
        outer = QVBoxLayout(page)
        outer.setContentsMargins(28, 22, 28, 24)
        outer.setSpacing(16)
        self.subtitle: QLabel = label("", "muted")
        self.actions = row()
        head = row()
        head.addLayout(column(label(title, "title"), self.subtitle, spacing=2))
        head.addStretch(1)
        head.addLayout(self.actions)
        outer.addLayout(head)
        self.content = QVBoxLayout()
        self.content.setSpacing(16)
        outer.addLayout(self.content, 1)

    def load(self) -> object:
        """Read what the page shows; compared with `==` to what it shows already."""
        raise NotImplementedError

    def build(self, value: object) -> None:
        """Fill `content` for a loaded value."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Read again; build again if something is different."""
        try:
            value = self.load()
        except UserFacing as e:
            self.hub.show_error(e)
            return
        if self._built and value == self._shown:
            return
        self._built, self._shown = True, value
        clear(self.content)
        self.build(value)
