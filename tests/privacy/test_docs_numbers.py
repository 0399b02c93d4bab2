"""The numbers in docs/privacy-accounting.md are computed again; the rules in docs/threat-model.md exist."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from common.accounting import calibrate, rounds_left, spent
from common.privacy import Mechanism, MechanismKind, PrivacyBudget
from tests.common.test_report_codes import codes_of_problems

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
        cells = [c.strip() for c in line.strip().removeprefix("|").removesuffix("|").split("|")]
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
    train, histogram, reports = (MECHANISMS[n] for n in ("train", "histogram", "statistics"))
    life = [*[train] * 21, histogram, *[reports] * 4]
    quarters = [train] * 10, [*[train] * 11, histogram, *[reports] * 4]
    budget = PrivacyBudget(3.0, 1e-4)
    assert f"{spent([histogram], 1e-4).epsilon:.4f}" == "0.4901"
    assert f"{spent([reports] * 4, 1e-4).epsilon:.4f}" == "0.4901"
    assert rounds_left(life, train, budget) == 27
    assert rounds_left(quarters[1], train, PrivacyBudget(1.5, 1e-4)) == 0
    assert f"{sum(spent(q, 1e-4).epsilon for q in quarters):.2f}" == "2.67"
    assert f"{20 * spent([train], 1e-4).epsilon:.2f}" == "7.18"
    assert rounds_left([*[train] * 20, histogram], train, budget) == 31
    assert f"{calibrate(budget, train.sampling_rate, 60, [histogram]):.2f}" == "2.62"
    flat = " ".join(DOC.split())
    one = spent([replace(train, noise_multiplier=1.0, sampling_rate=0.01, steps=50)], 1e-6).epsilon
    assert (f"{one:.2f}", f"{20 * one:.1f}") == ("0.82", "16.3")
    said = (
        *("cost 0.4901", "be 7.18", "31 more such rounds", "27 after the reports", "sigma 2.62"),
        *("`epsilon_quarter = 1.5` no further", "add up to 2.67", "it is 1.9695"),
        *("be 0.82", "be 16.3"),
    )
    for figure in said:
        assert figure in flat


def codes_in(source: str) -> set[str]:
    text = (ROOT / source).read_text(encoding="utf-8")
    return set(re.findall(r'Refusal\(\s*"([a-z-]+)"', text))


SOURCES = {
    "consent": "client/consent.py",
    "visit": "client/visit.py",
    "door": "client/door.py",
    "sum": "client/league/rules.py",
    "stage": "client/league/stages.py",
    "roster": "client/store/roster.py",
    "admission": "server/admission.py",
    "extends": "server/extends.py",
    "protocol": "server/protocol.py",
    "strategy": "server/strategy.py",
    "veil": "server/league_noise.py",
}


@pytest.mark.parametrize("first", SOURCES)
def test_every_rule_has_its_line_and_every_line_its_rule(first: str) -> None:
    listed = [row[first].strip("`") for row in table(THREATS, first)]
    assert sorted(listed) == sorted(codes_in(SOURCES[first]))


def test_no_code_of_a_refusal_is_made_elsewhere() -> None:
    """Refusals of rows at import are another thing; those of plans and reports have a table."""
    for room in ("client", "server"):
        for path in (ROOT / room).glob("*.py"):
            name = path.relative_to(ROOT).as_posix()
            assert name in SOURCES.values() or not codes_in(name), name


def test_every_line_of_a_rule_names_a_test_or_is_in_the_list_of_the_one_for_all() -> None:
    """A line without a test is one of the cases that one parametrised test runs through."""
    alone = {
        "consent": (ROOT / "tests/client/test_consent.py").read_text(encoding="utf-8"),
        "admission": (ROOT / "tests/server/test_admission.py").read_text(encoding="utf-8"),
    }
    for first in SOURCES:
        for row in table(THREATS, first):
            code = row[first].strip("`")
            assert row["test"] or f'("{code}", {{' in alone[first], code


def test_every_file_and_test_named_in_the_threat_model_exists() -> None:
    for name in set(
        re.findall(r"`((?:client|common|server|tests|docs)/[\w/.-]+\.(?:py|md))`", THREATS)
    ):
        assert (ROOT / name).exists(), name
    for file, test in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", THREATS):
        assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), test


def test_every_problem_an_auditor_may_read_is_explained() -> None:
    lines = GUIDE.split("## What the codes mean")[1].splitlines()
    listed = [m[1] for line in lines if (m := re.match(r"\| `([a-z-]+)` \|", line))]
    assert len(listed) == len(set(listed))
    of_receipts = {"receipt-signature", "receipt-entry", "receipt-inclusion"}
    assert set(listed) == codes_of_problems() | of_receipts
    said = (ROOT / "common" / "receipts.py").read_text(encoding="utf-8")
    assert all(f'"{code}"' in said for code in of_receipts)


def test_the_commands_of_the_guides_exist() -> None:
    from common.audit.cli import AuditGroup

    for doc in (GUIDE, DOC):
        assert set(re.findall(r"^\$ hansa-audit ([a-z]+)", doc, re.M)) <= set(AuditGroup.verbs)
    assert set(AuditGroup.verbs) <= set(re.findall(r"hansa-audit ([a-z]+)", GUIDE))


def test_links_between_the_documents_lead_somewhere() -> None:
    for name in ("privacy-accounting", "guide-auditor", "threat-model", "known-limits"):
        text = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([\w./-]+)\)", text):
            assert (ROOT / "docs" / target).exists(), target
        for file in re.findall(r"`((?:client|common|server)/[\w/.-]+\.py)`", text):
            assert (ROOT / file).exists(), file


def test_the_replay_in_the_guide_is_real() -> None:
    line = r"^ +\d+  2026\S+ +(\d)  train +commit +(\S+) +(\S+) +(\S+)$"
    steps = re.findall(line, GUIDE, re.M)
    assert len(steps) == 2
    for count, pld, rdp, shown in steps:
        mechanisms = [MECHANISMS["train"]] * int(count)
        assert f"{spent(mechanisms, 1e-4).epsilon:.4f}" == pld == shown
        assert f"{spent(mechanisms, 1e-4, 'rdp').epsilon:.4f}" == rdp
