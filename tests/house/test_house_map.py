"""The README's map names exactly the files that exist; files and functions stay small."""

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
import map as readme_map


def test_map_is_fresh():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme == readme_map.updated(readme), "run: python scripts/map.py"


def test_every_module_says_what_it_is():
    empty = [p for p in readme_map.source_files() if not readme_map.first_line(p)]
    assert empty == []


def test_files_have_at_most_300_lines():
    long = {
        p.relative_to(ROOT).as_posix(): n
        for p in [*readme_map.source_files(), *(ROOT / "scripts").rglob("*.py")]
        if (n := len(p.read_text(encoding="utf-8").splitlines())) > 300
    }
    assert long == {}


def test_functions_have_at_most_40_lines_of_code():
    long = {}
    for path in readme_map.source_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body
                first = body[1] if ast.get_docstring(node) and len(body) > 1 else body[0]
                n = (node.end_lineno or 0) - first.lineno + 1
                if n > 40:
                    long[f"{path.relative_to(ROOT).as_posix()}:{node.name}"] = n
    assert long == {}
