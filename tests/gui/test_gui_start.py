"""A cold start is light, a long life does not leak, one window a folder, breaks are told calmly."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from gui.crash import CrashGuard
from gui.single import SingleInstance

pytestmark = pytest.mark.gui
ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "flwr", "opacus", "transformers", "onnxruntime", "onnx", "dp_accounting", "scipy")


def child(code, *args):
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run(
        [sys.executable, "-c", code, *args],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_importing_the_window_reaches_no_engine():
    done = child(
        f"import sys, gui.app, gui.window, gui.__main__; print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_page_names_are_those_of_the_window():
    from gui.pages import PAGE_NAMES
    from gui.window import PAGES

    assert tuple(PAGES) == PAGE_NAMES


def test_cold_start_looks_at_no_pandas(shop_home):
    code = "import sys, gui.app; print('pandas' in sys.modules, 'pyarrow' in sys.modules)"
    assert child(code).stdout.split() == ["False", "False"]


def test_twenty_thousand_turns_of_the_loop():
    # PySide6 6.12.0 below Python 3.12 loses a reference of None at each call and aborts
    done = child(
        "import sys\nfrom PySide6.QtWidgets import QApplication\napp = QApplication([])\n"
        "before = sys.getrefcount(None)\n"
        "for _ in range(20_000): app.processEvents()\n"
        "lost = before - sys.getrefcount(None)\n"
        "sys.exit(0 if lost < 1000 else 9)"
    )
    assert done.returncode == 0, done.stderr


def test_program_takes_a_picture(shop_home, tmp_path):
    picture = tmp_path / "privacy.png"
    done = subprocess.run(
        [
            sys.executable, "-m", "gui", "--home", str(shop_home), "--theme", "dark",
            "--language", "zh", "--page", "privacy", "--screenshot", str(picture),
        ],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert picture.stat().st_size > 20_000


def test_second_window_raises_the_first(qtbot, tmp_path):
    first, second, other = (SingleInstance(tmp_path / n) for n in ("a", "a", "b"))
    assert first.acquire() and other.acquire()
    with qtbot.waitSignal(first.raised, timeout=5_000):
        assert not second.acquire()
    first.release()
    assert second.acquire()
    second.release()
    other.release()


def test_uncaught_errors_become_one_calm_failure(qtbot, tmp_path):
    guard = CrashGuard(tmp_path / "logs" / "desktop.log")
    seen = []
    hooks = sys.excepthook, threading.excepthook
    guard.install(seen.append)
    try:
        raise ValueError(f"secret row {4700 + 11}")
    except ValueError:
        sys.excepthook(*sys.exc_info())
    guard.uninstall()
    assert (sys.excepthook, threading.excepthook) == hooks
    assert [f.code for f in seen] == ["internal"] and seen[0].what == ""
    kept = (tmp_path / "logs" / "desktop.log").read_text()
    assert "ValueError" in kept and "4711" not in kept + seen[0].details
