"""Write the map of the source files into README.md from the first line of every module."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- map: written by scripts/map.py -->", "<!-- end of map -->"
ROOMS = ("common", "server", "client", "gui")


def first_line(path: Path) -> str:
    """The first line of a module's docstring, or "" if it has none."""
    doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return doc.splitlines()[0] if doc else ""


def source_files() -> list[Path]:
    """Every module of the four rooms, in order."""
    return sorted(p for room in ROOMS for p in (ROOT / room).rglob("*.py"))


def the_map() -> str:
    """The text between the two marks."""
    lines = []
    for path in source_files():
        name = path.relative_to(ROOT).as_posix()
        lines.append(f"{name:<38} {first_line(path)}")
    return f"{BEGIN}\n```\n" + "\n".join(lines) + f"\n```\n{END}"


def updated(readme: str) -> str:
    """README with a fresh map."""
    head, rest = readme.split(BEGIN, 1)
    _, tail = rest.split(END, 1)
    return head + the_map() + tail


if __name__ == "__main__":
    path = ROOT / "README.md"
    old = path.read_text(encoding="utf-8")
    new = updated(old)
    if "--check" in sys.argv:
        sys.exit(0 if new == old else "README.md's map is old: run python scripts/map.py")
    path.write_text(new, encoding="utf-8")
