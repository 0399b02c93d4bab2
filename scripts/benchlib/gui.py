"""The window: time to the first paint and resident memory, in a fresh process, offscreen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile

_CHILD = """
import json, os, sys, time
began = time.perf_counter()
from pathlib import Path
from PySide6.QtWidgets import QApplication
from gui.app import Desktop
app = QApplication([])
desktop = Desktop(app, Path(sys.argv[1]))
desktop.show()
app.processEvents()
desktop.window.grab()
took = time.perf_counter() - began
pages = int(open('/proc/self/statm').read().split()[1]) if os.path.exists('/proc/self/statm') else 0
print(json.dumps({"first_paint_s": took, "rss_mb": pages * os.sysconf('SC_PAGE_SIZE') / 1e6}))
"""


def measure(*, quick: bool) -> dict[str, float]:
    """`first_paint_s` (best of several fresh processes) and `rss_mb`."""
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    best: dict[str, float] = {}
    for _ in range(2 if quick else 4):
        with tempfile.TemporaryDirectory() as home:
            done = subprocess.run(
                [sys.executable, "-c", _CHILD, home],
                capture_output=True,
                text=True,
                check=True,
                env=env,
            )
        figures = json.loads(done.stdout.strip().splitlines()[-1])
        if not best or figures["first_paint_s"] < best["first_paint_s"]:
            best = figures
    return best
