"""A page: a head that stays, and content that is built anew when what it shows has changed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from client.api import Shop
from common.errors import InternalError, UserFacing
from gui.hub import Hub
from gui.widgets.basics import clear, column, label, row


class PageView(QScrollArea):
    """Subclasses give `load` (a comparable value) and `build` (widgets for it)."""

    def __init__(self, hub: Hub) -> None:
        super().__init__()
        self.hub = hub
        self._shown: object = None
        self._built = False
        self.setObjectName("pageScroll")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = QWidget()
        page.setObjectName("page")
        self.setWidget(page)
        outer = QVBoxLayout(page)
        outer.setContentsMargins(28, 22, 28, 24)
        outer.setSpacing(16)
        self.subtitle: QLabel = label("", "muted", wrap=True)
        self.buttons = row()
        head = row()
        self._title = label("", "title")
        head.addLayout(column(self._title, self.subtitle, spacing=2), 1)
        head.addLayout(self.buttons)
        outer.addLayout(head)
        self.content = QVBoxLayout()
        self.content.setSpacing(16)
        outer.addLayout(self.content, 1)

    @property
    def shop(self) -> Shop:
        """The open shop; pages are only made for one.

        Raises:
            InternalError: there is none.
        """
        if self.hub.shop is None:
            raise InternalError("a page without a shop")
        return self.hub.shop

    def set_title(self, title: str) -> None:
        """Name the page."""
        self._title.setText(title)
        self.setAccessibleName(title)

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
            if not self._built:
                clear(self.content)
                self.content.addStretch(1)
            return
        if self._built and value == self._shown:
            return
        self._built, self._shown = True, value
        clear(self.content)
        self.build(value)
