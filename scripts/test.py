"""Set everything up and pass the tests: `python3 scripts/test.py [--quick] [pytest arguments]`."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from bootstrap import ROOT, child_env, ensure_venv, say

#: library -> Debian package: what Qt needs to draw without a display.
QT_LIBRARIES = {
    "EGL": "libegl1",
    "GL": "libgl1",
    "xkbcommon": "libxkbcommon0",
    "fontconfig": "libfontconfig1",
    "dbus-1": "libdbus-1-3",
    "glib-2.0": "libglib2.0-0",
}
CJK_FONT_PACKAGE = "fonts-noto-cjk"


def missing_packages() -> list[str]:
    """Debian packages without which the window cannot be tested."""
    missing = [p for lib, p in QT_LIBRARIES.items() if ctypes.util.find_library(lib) is None]
    listing = shutil.which("fc-list")
    fonts = (
        subprocess.run([listing, ":lang=zh"], capture_output=True, text=True, check=False).stdout
        if listing
        else ""
    )
    return missing + ([] if fonts.strip() else [CJK_FONT_PACKAGE])


def ensure_qt_libraries() -> None:
    """Install what is missing if we may; else say exactly what to type."""
    if sys.platform != "linux" or not (missing := missing_packages()):
        return
    command = f"apt-get install -y --no-install-recommends {' '.join(missing)}"
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        hard = [p for p in missing if p != CJK_FONT_PACKAGE]
        say(f"missing for the window: {', '.join(missing)}. As root: {command}")
        if hard:
            sys.exit("The tests of the window cannot run without them. Nothing was changed.")
        return
    say(f"installing for the window: {', '.join(missing)}")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    if subprocess.run(command.split(), check=False, env=env, **quiet).returncode:
        say(f"could not install them; type as root: {command}")


def run(title: str, command: list[str]) -> float:
    """One check; ends the program with its exit code if it fails."""
    say(title)
    started = time.monotonic()
    env = child_env(QT_QPA_PLATFORM="offscreen", OMP_NUM_THREADS="1")
    code = subprocess.run(command, cwd=ROOT, env=env, check=False).returncode
    if code:
        sys.exit(f"[hansa] failed: {title} (exit {code})")
    return time.monotonic() - started


def phases(quick: bool, args: list[str]) -> list[tuple[str, list[str]]]:
    """Names and options of the pytest runs: one for whoever names tests, else two.

    Tests in one process share a core each; those that start coordinators and merchants fill the
    machine by themselves, so they run after the others and one at a time.
    """
    if args:
        return [("tests", ["-m", "not slow and not e2e and not gui", *args] if quick else args)]
    workers = ["-n", str(min(os.cpu_count() or 1, 4)), "--dist", "worksteal"]
    if quick:
        return [("tests", [*workers, "-m", "not slow and not e2e and not gui"])]
    return [("tests", [*workers, "-m", "not e2e"]), ("federations", ["-m", "e2e"])]


def main() -> None:
    """Set up, then lint, types, contracts, tests."""
    args = sys.argv[1:]
    quick = "--quick" in args
    args = [a for a in args if a != "--quick"]
    python = str(ensure_venv())
    ensure_qt_libraries()
    bin_dir = Path(python).parent
    times = {
        "format": run("format (ruff)", [str(bin_dir / "ruff"), "format", "--check", "."]),
        "lint": run("lint (ruff)", [str(bin_dir / "ruff"), "check", "."]),
        "types": run("types (mypy)", [str(bin_dir / "mypy")]),
        "contracts": run("contracts (import-linter)", [str(bin_dir / "lint-imports")]),
    }
    pytest = [python, "-m", "pytest", "-q", "--durations=10"]
    for title, options in phases(quick, args):
        times[title] = run(f"{title} (pytest)", [*pytest, *options])
    say("all green: " + ", ".join(f"{name} {seconds:.0f} s" for name, seconds in times.items()))


if __name__ == "__main__":
    main()
