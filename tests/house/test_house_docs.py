"""Docs move with code: every verb and every setting is in a guide; no path of a machine is in the tree."""

import re
import subprocess
from pathlib import Path

import pytest

from client.cli import VERBS
from common.settings import Policy, Settings

ROOT = Path(__file__).resolve().parents[2]


def test_every_verb_is_in_the_merchant_guide():
    guide = (ROOT / "docs/guide-merchant.md").read_text(encoding="utf-8")
    assert [v for v in VERBS if f"hansa {v}" not in guide] == []


def test_every_setting_is_in_the_merchant_guide():
    guide = (ROOT / "docs/guide-merchant.md").read_text(encoding="utf-8")
    names = [n for n in [*Settings.model_fields, *Policy.model_fields] if n != "policy"]
    assert [n for n in names if n not in guide] == []


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        *(p.relative_to(ROOT).as_posix() for p in sorted((ROOT / "docs").rglob("*.md"))),
    ],
)
def test_links_lead_somewhere(page):
    path = ROOT / page
    text = path.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    local = [t for t in targets if "://" not in t and not t.startswith("mailto:")]
    assert [t for t in local if not (path.parent / t).exists()] == []


def test_no_path_of_a_machine_is_in_the_tree():
    pattern = r"(^|[^a-zA-Z])/(wo" + r"rk|ro" + r"ot|op" + r"t/wheels)/"
    found = subprocess.run(
        ["git", "grep", "-nE", pattern, "--", "."],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    assert found == ""
