"""The main window: sidebar, notices, and one page at a time."""

from __future__ import annotations

import importlib

from PySide6.QtCore import QByteArray, QSize
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from gui.engine import State
from gui.hub import Hub
from gui.pages.page import PageView
from gui.pages.welcome import Welcome
from gui.sidebar import Sidebar
from gui.widgets.notices import Notices

#: name -> module and class; a page's code is read when it is first looked at, so the window comes at once
PAGES: dict[str, tuple[str, str]] = {
    "overview": ("gui.pages.overview", "Overview"),
    "data": ("gui.pages.shopdata", "ShopData"),
    "learning": ("gui.pages.learning", "Learning"),
    "audiences": ("gui.pages.audiences", "Audiences"),
    "ads": ("gui.pages.ads", "Ads"),
    "privacy": ("gui.pages.privacy", "Privacy"),
    "settings": ("gui.pages.settings", "Settings"),
}


def make_page(name: str, hub: Hub) -> PageView:
    """A page by its name.

    Raises:
        KeyError: there is no such page.
    """
    module, of = PAGES[name]
    page: PageView = getattr(importlib.import_module(module), of)(hub)
    return page


class MainWindow(QMainWindow):
    """Everything a merchant sees. Built anew inside when language or theme change."""

    def __init__(self, hub: Hub) -> None:
        super().__init__()
        self.hub = hub
        self.current = "overview"
        self.pages: dict[str, PageView] = {}
        self.setMinimumSize(1020, 640)
        self.resize(1440, 960)
        geometry = hub.options.value("geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        hub.changed.connect(self._refresh)
        hub.go_to.connect(self.go)
        hub.opened.connect(self.rebuild)
        for i, name in enumerate(PAGES, 1):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{i}"), self)
            shortcut.activated.connect(lambda n=name: self.go(n))
        self.rebuild()

    def rebuild(self) -> None:
        """Make the inside of the window: for a shop, or to make one."""
        self.pages = {}
        name = self.hub.shop.settings.shop_name if self.hub.shop else ""
        self.setWindowTitle(f"{name} – Hansa" if name else "Hansa")
        if self.hub.shop is None:
            self.setCentralWidget(self._framed(Welcome(self.hub)))
            return
        self._stack = QStackedWidget()
        self._sidebar = Sidebar(self.hub)
        self._sidebar.chosen.connect(self.go)
        body = QWidget()
        box = QHBoxLayout(body)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self._sidebar)
        box.addWidget(self._framed(self._stack), 1)
        self.setCentralWidget(body)
        self.go(self.current)
        self._stack.setFocus()
        self.hub.recount()

    def _framed(self, inner: QWidget) -> QWidget:
        frame = QWidget()
        frame.setObjectName("page")
        box = QVBoxLayout(frame)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(Notices(self.hub))
        box.addWidget(inner, 1)
        return frame

    def sizeHint(self) -> QSize:
        """The size of the pictures in the design."""
        return QSize(1440, 960)

    def go(self, name: str) -> None:
        """Show a page; pages are made when they are first looked at."""
        if self.hub.shop is None or name not in PAGES:
            return
        self.current = name
        if name not in self.pages:
            self.pages[name] = page = make_page(name, self.hub)
            self._stack.addWidget(page)
        self._sidebar.mark(name)
        self._stack.setCurrentWidget(self.pages[name])
        self.pages[name].refresh()

    def _refresh(self) -> None:
        page = self.pages.get(self.current)
        if page is not None:
            self._sidebar.refresh()
            page.refresh()
            self.hub.recount()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep the geometry. If the merchant wants it, learning goes on without a window."""
        self.hub.options.setValue("geometry", self.saveGeometry())
        keep = str(self.hub.options.value("keep_learning", "false")) == "true"
        if keep and self.hub.state("node") in (State.STARTING, State.RUNNING):
            event.ignore()
            self.hide()
            return
        self.hub.close()
        event.accept()
