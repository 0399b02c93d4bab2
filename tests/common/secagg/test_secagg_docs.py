"""docs/secure-aggregation.md says what the code does: degrees, failure bounds, every refusal's code."""

import re
from pathlib import Path

import pytest

from common.secagg import graph
from tests.common.secagg.random_drops import random_degree

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs/secure-aggregation.md").read_text(encoding="utf-8")


def test_the_table_of_degrees_is_computed():
    rows = re.findall(
        r"^\| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (.+) \|$", PAGE, re.M
    )
    rows = [r for r in rows if len(r[6].split(" | ")) == 4]
    assert len(rows) == 10
    for row in rows:
        n, t, f, k, need, random = map(int, row[:6])
        assert graph.degree(n, t, f) == k
        assert graph.share_threshold(n, k, t) == need
        assert random_degree(n, f, n - t) == random
        for told, actual in zip(row[6].split(" | "), (f, f + 1, f + 2, 2 * f), strict=True):
            assert graph.failure(n, t, f, actual) == pytest.approx(float(told), rel=0.05)


def test_every_code_is_in_the_page():
    files = ["client_checks", "client_side", "roster", "task"]
    code = "".join((ROOT / f"common/secagg/{f}.py").read_text("utf-8") for f in files)
    codes = set(re.findall(r'(?:Refusal|_of)\(\s*"([a-z-]+)"', code))
    assert len(codes) > 25
    assert sorted(c for c in codes if f"`{c}`" not in PAGE) == []
