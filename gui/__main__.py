"""hansa-desktop: open the window on a shop folder."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from common import __version__
from gui.pages import PAGE_NAMES

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from gui.app import Desktop

#: Time for fonts and layouts to settle before a picture is taken.
SETTLE_MS = 400


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="hansa-desktop", description=__doc__)
    home = os.environ.get("HANSA_HOME") or str(Path.home() / ".hansa")
    parser.add_argument("--home", type=Path, default=Path(home), help="the shop's folder")
    parser.add_argument("--theme", choices=["light", "dark", "system"], default="")
    parser.add_argument("--language", choices=["en", "zh"], default="")
    parser.add_argument("--page", choices=PAGE_NAMES, default="overview")
    parser.add_argument("--screenshot", type=Path, help="save a picture of the page and end")
    parser.add_argument("--version", action="version", version=f"hansa {__version__}")
    return parser.parse_args(argv)


def main() -> None:
    """Open the window; a second start on the same folder raises the first."""
    options = arguments()
    from PySide6.QtWidgets import QApplication

    from gui.app import Desktop
    from gui.crash import CrashGuard
    from gui.single import SingleInstance

    app = QApplication(sys.argv[:1])
    app.setApplicationName("Hansa")
    app.setApplicationVersion(__version__)
    single = SingleInstance(options.home)
    if not single.acquire():
        return
    guard = CrashGuard(options.home / "logs" / "desktop.log")
    desktop = Desktop(app, options.home, mode=options.theme, language=options.language)
    guard.install(desktop.hub.failed.emit)
    single.raised.connect(desktop.show)
    desktop.window.go(options.page)
    desktop.show()
    if options.screenshot:
        _picture_soon(app, desktop, options.screenshot)
    app.setQuitOnLastWindowClosed(True)
    code = app.exec()
    desktop.close()
    guard.uninstall()
    single.release()
    sys.exit(code)


def _picture_soon(app: QApplication, desktop: Desktop, path: Path) -> None:
    from PySide6.QtCore import QTimer

    def take() -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        desktop.window.grab().save(str(path))
        app.quit()

    QTimer.singleShot(SETTLE_MS, take)


if __name__ == "__main__":
    main()
