"""The worked example with league noise in docs/privacy-accounting.md is computed again."""

from __future__ import annotations

from pathlib import Path

import pytest

from common.accounting import spent
from common.accounting_discrete import spent_against_all
from common.privacy import Mechanism, MechanismKind, PrivacyMode
from common.secagg.encoding import League, choose
from common.secagg.shares import Adversary

DOC = Path(__file__).resolve().parents[2] / "docs" / "privacy-accounting.md"
DELTA, THRESHOLD, MERCHANTS, COLLUDERS = 1e-4, 6, 8, 1


def rows(first: str) -> list[dict[str, str]]:
    """Rows of the table whose header begins with this cell."""
    names: list[str] = []
    found = []
    for line in DOC.read_text(encoding="utf-8").splitlines():
        cells = [c.strip() for c in line.strip().strip("|").split("|")]
        if line.startswith(f"| {first} |"):
            names = cells
        elif names and line.startswith("|"):
            found += [] if set(line) <= {"|", "-"} else [dict(zip(names, cells, strict=True))]
        elif names:
            break
    assert found, first
    return found


def mechanism(row: dict[str, str]) -> Mechanism:
    sigma, clip = float(row["sigma"]), float(row["C"])
    asked = League(
        int(row["values"]), clip, sigma, THRESHOLD, MERCHANTS, COLLUDERS, float(row["weight"])
    )
    _, noise = choose(asked)
    kind, mode = MechanismKind(row["kind"]), PrivacyMode.LEAGUE
    return Mechanism(kind, sigma, float(row["q"]), 1, clip, mode=mode, league=noise)


def known() -> dict[str, Mechanism]:
    own = {
        r["name"]: Mechanism(
            MechanismKind(r["kind"]),
            float(r["sigma"]),
            float(r["q"]),
            int(r["steps"]),
            float(r["C"]),
        )
        for r in rows("name")
    }
    return own | {r["release"]: mechanism(r) for r in rows("release")}


@pytest.mark.parametrize("row", rows("release"), ids=lambda r: r["release"])
def test_the_shares(row: dict[str, str]) -> None:
    league = mechanism(row).league
    assert league is not None and str(league.share_std) == row["share"]
    assert f"{league.multiplier(Adversary.OTHERS):.3f}" == row["own"]


@pytest.mark.parametrize("row", rows("what left"), ids=lambda r: r["releases"])
def test_both_figures(row: dict[str, str]) -> None:
    released: list[Mechanism] = []
    for part in row["releases"].split(" + "):
        count, name = part.split()
        released += [known()[name]] * int(count)
    computed = [
        f"{figure(released, DELTA, accountant).epsilon:.4f}"
        for figure in (spent, spent_against_all)
        for accountant in ("pld", "rdp")
    ]
    assert computed == [row[n] for n in ("epsilon", "RDP", "if all others collude", "its RDP")]


def test_the_noise_in_the_sum() -> None:
    """Five times C where everybody arrives; whole noise of eight merchants would be eleven."""
    league = known()["sum"].league
    assert league is not None
    carried = MERCHANTS**0.5 * league.share_std / (league.scale * league.clip_norm)
    assert round(carried) == 5 and round(MERCHANTS**0.5 * 4.0) == 11
