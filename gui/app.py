"""One run of the window: theme, language, the hub and the main window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication

from gui.hub import Hub
from gui.i18n import language as spoken
from gui.i18n import system_language
from gui.theme.theme import theme
from gui.window import MainWindow


class Desktop:
    """Puts the parts together; everything that can be tested is a part."""

    def __init__(
        self, app: QApplication, home: Path, *, mode: str = "", language: str = ""
    ) -> None:
        self._app = app
        self.hub = Hub(home)
        self.hub.open()
        if mode:
            self.hub.options.setValue("theme", mode)
        if language:
            self.hub.options.setValue("language", language)
        if not self.hub.options.contains("language"):
            shop = self.hub.shop
            code = shop.settings.language if shop else system_language()
            self.hub.options.setValue("language", code)
        self._style()
        self.window = MainWindow(self.hub)
        self.hub.restyled.connect(self.restyle)
        app.styleHints().colorSchemeChanged.connect(self._system_changed)

    def restyle(self) -> None:
        """Language or theme changed: build the window's inside anew."""
        self._style()
        self.window.rebuild()

    def show(self) -> None:
        """Bring the window to the front."""
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    def close(self) -> None:
        """Close the window, end the jobs, close the shop."""
        self._app.styleHints().colorSchemeChanged.disconnect(self._system_changed)
        self.window.close()
        self.hub.close()

    def _style(self) -> None:
        spoken.use(self._app, str(self.hub.options.value("language", "en")))
        theme.apply(self._app, str(self.hub.options.value("theme", "system")))

    def _system_changed(self) -> None:
        if str(self.hub.options.value("theme", "system")) == "system":
            self.restyle()
