"""The numbers in docs/privacy-accounting.md are computed again; the rules in docs/threat-model.md exist."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from common.accounting import calibrate, rounds_left, spent
from common.privacy import Mechanism, MechanismKind, PrivacyBudget

pytestmark = pytest.mark.privacy

ROOT = Path(__file__).resolve().parents[2]
DOC = (ROOT / "docs" / "privacy-accounting.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs" / "guide-auditor.md").read_text(encoding="utf-8")
THREATS = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")


def table(text: str, first: str) -> list[dict[str, str]]:
    """Rows of the table whose header begins with this cell, by column name."""
    lines = iter(text.splitlines())
    names: list[str] = []
    rows = []
    for line in lines:
        cells = [c.strip() for c in line.strip("| ").split("|")]
        if line.startswith(f"| {first} |"):
            names = cells
            next(lines)
        elif names and line.startswith("|"):
            rows.append(dict(zip(names, cells, strict=True)))
        elif names:
            break
    assert rows, first
    return rows


MECHANISMS = {
    row["name"]: Mechanism(
        MechanismKind(row["kind"]),
        float(row["sigma"]),
        float(row["q"]),
        int(row["steps"]),
        float(row["C"]),
    )
    for row in table(DOC, "name")
}


def charged(text: str) -> list[Mechanism]:
    out: list[Mechanism] = []
    for part in text.split(" + "):
        count, name = part.split()
        out += [MECHANISMS[name]] * int(count)
    return out


@pytest.mark.parametrize("row", table(DOC, "what was charged"), ids=lambda r: r["in all"])
def test_the_worked_example(row: dict[str, str]) -> None:
    mechanisms = charged(row["in all"])
    assert f"{spent(mechanisms, 1e-4).epsilon:.4f}" == row["PLD"]
    assert f"{spent(mechanisms, 1e-4, 'rdp').epsilon:.4f}" == row["RDP"]


@pytest.mark.parametrize("row", table(DOC, "q"), ids=lambda r: r["PLD"])
def test_the_known_figures(row: dict[str, str]) -> None:
    m = Mechanism(
        MechanismKind.DP_SGD, float(row["sigma"]), float(row["q"]), int(row["steps"]), 1.0
    )
    assert f"{spent([m], float(row['delta'])).epsilon:.4f}" == row["PLD"]
    assert f"{spent([m], float(row['delta']), 'rdp').epsilon:.4f}" == row["RDP"]


def test_the_sentences_after_the_example() -> None:
    train, histogram = MECHANISMS["train"], MECHANISMS["histogram"]
    budget = PrivacyBudget(3.0, 1e-4)
    assert f"{spent([histogram], 1e-4).epsilon:.4f}" == "0.4901"
    assert f"{20 * spent([train], 1e-4).epsilon:.2f}" == "7.18"
    assert rounds_left([*[train] * 20, histogram], train, budget) == 31
    assert f"{calibrate(budget, train.sampling_rate, 60, [histogram]):.2f}" == "2.62"
    flat = " ".join(DOC.split())
    one = spent([replace(train, noise_multiplier=1.0, sampling_rate=0.01, steps=50)], 1e-6).epsilon
    assert (f"{one:.2f}", f"{20 * one:.1f}") == ("0.82", "16.3")
    for figure in ("0.4901", "7.18", "31 more such rounds", "sigma 2.62", "be 0.82", "be 16.3"):
        assert figure in flat


def codes_in(source: str) -> set[str]:
    text = (ROOT / source).read_text(encoding="utf-8")
    return set(re.findall(r'Refusal\(\s*"([a-z-]+)"', text))


@pytest.mark.parametrize(
    ("source", "first"), [("client/consent.py", "consent"), ("server/admission.py", "admission")]
)
def test_every_rule_has_its_line_and_every_line_its_rule(source: str, first: str) -> None:
    listed = {row[first].strip("`") for row in table(THREATS, first)}
    extra = codes_in("client/door.py") if first == "consent" else set()
    assert listed == codes_in(source) | extra


def test_every_file_and_test_named_in_the_threat_model_exists() -> None:
    for name in set(
        re.findall(r"`((?:client|common|server|tests|docs)/[\w/.-]+\.(?:py|md))`", THREATS)
    ):
        assert (ROOT / name).exists(), name
    for file, test in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", THREATS):
        assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), test


def test_every_problem_an_auditor_may_read_is_explained() -> None:
    listed = {row["code"].strip("`") for row in table(GUIDE, "code")}
    found: set[str] = set()
    for name in ("ledger_check.py", "ledger_file.py", "audit/findings.py"):
        text = (ROOT / "common" / name).read_text(encoding="utf-8")
        found |= set(re.findall(r'(?:Problem|_say)\(\s*"([a-z-]+)"', text))
    assert listed == found


def test_the_replay_in_the_guide_is_real() -> None:
    steps = re.findall(r"^ +\d+  2026\S+ +(\d)  train +commit +(\S+) +(\S+)$", GUIDE, re.M)
    assert len(steps) == 2
    for count, pld, rdp in steps:
        mechanisms = [MECHANISMS["train"]] * int(count)
        assert f"{spent(mechanisms, 1e-4).epsilon:.4f}" == pld
        assert f"{spent(mechanisms, 1e-4, 'rdp').epsilon:.4f}" == rdp
