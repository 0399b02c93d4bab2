"""Pictures of every page of the window for one shop folder, in every look, into a folder."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

LOOKS = ("light-en", "dark-en", "light-zh", "dark-zh")
TURNS = 12  # of the event loop, until fonts and layouts are settled


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="the shop's folder")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "screens")
    parser.add_argument("--pages", default="", help="comma separated; data:people is a part of one")
    parser.add_argument("--shopper", default="", help="whom to look up on the page of people")
    parser.add_argument("--looks", default=",".join(LOOKS))
    parser.add_argument("--size", default="1440x960")
    parser.add_argument("--hover", type=int, default=-1, help="point of the overview's chart")
    parser.add_argument("--ask", action="store_true", help="answer what a page asks on demand")
    parser.add_argument("--display", action="store_true", help="a real window, not offscreen")
    return parser.parse_args()


def main() -> int:
    """Open the window once a look, walk through its pages, save a picture of each."""
    options = arguments()
    if not options.display:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtWidgets import QApplication

    from gui.app import Desktop
    from gui.window import PAGES

    app = QApplication(sys.argv[:1])
    width, height = map(int, options.size.split("x"))
    options.out.mkdir(parents=True, exist_ok=True)
    for look in options.looks.split(","):
        mode, language = look.split("-")
        desktop = Desktop(app, options.home, mode=mode, language=language)
        desktop.window.resize(width, height)
        desktop.show()
        for page in options.pages.split(",") if options.pages else PAGES:
            page, _, wanted = page.partition(":")
            desktop.window.go(page)
            view = desktop.window.pages.get(page)
            chart = getattr(view, "chart", None)
            if chart is not None and options.hover >= 0:
                chart.select(options.hover)
            for part in [wanted] if wanted else getattr(view, "parts", [""]):
                if part:
                    view.show_part(part)
                if part == "people" and options.shopper:
                    view.look_up(options.shopper)
                if options.ask and hasattr(view, "ask"):
                    settle(app, desktop.hub)
                    view.ask()
                settle(app, desktop.hub)
                name = f"{page}-{part}" if part else page
                path = options.out / f"{name}-{look}.png"
                desktop.window.grab().save(str(path))
                print(path)
        desktop.close()
    return 0


def settle(app, hub) -> None:
    """Let quiet jobs end, then fonts and layouts settle."""
    ends = time.monotonic() + 60
    while any(j.busy for n, j in hub.jobs.items() if n != "node") and time.monotonic() < ends:
        app.processEvents()
        time.sleep(0.02)
    for _ in range(TURNS):
        app.processEvents()


if __name__ == "__main__":
    sys.exit(main())
