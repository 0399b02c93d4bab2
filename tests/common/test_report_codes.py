"""Every code of a problem that the checks can give, read from their source; others import it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_CODE = re.compile(r"[a-z]+(-[a-z]+)*")
#: Call -> which argument is the code.
_PLACES = {"Problem": 0, "_say": 0, "bad": 0, "demand": 1}


def codes_of_problems() -> set[str]:
    found: set[str] = set()
    for path in (*(ROOT / "common").glob("*.py"), *(ROOT / "common/audit").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            found |= set(_codes(node))
    return found


def _codes(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func).split(".")[-1]
        place = _PLACES.get(name, 99)
        candidates = node.args[place : place + 1]
    elif isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
        candidates = node.value.elts[:1]
    else:
        return
    for c in candidates:
        if isinstance(c, ast.Constant) and isinstance(c.value, str) and _CODE.fullmatch(c.value):
            yield c.value


def test_codes_are_found() -> None:
    assert {"forked", "unpaired", "root", "tail", "receipt-order"} <= codes_of_problems()
