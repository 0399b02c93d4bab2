"""Rounds with league noise: terms, roster, masked reports, and the secure sum opened again from its messages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from common.audit.verify_tally import Tally
from common.book_file import RoundEvidence
from common.errors import Refusal
from common.keys import PublicIdentity
from common.rounds import RoundPlan, RoundReport, Task
from common.secagg.roster import Roster
from common.secagg.server_side import SumResult
from common.secagg.shares import Floors, refusals
from common.secagg.terms import LeagueTerms
from common.sum_evidence import SumEvidence

#: As `common.model.HEADS`, which cannot be read without torch.
HEADS = ("click", "conversion")


@dataclass(frozen=True, slots=True)
class Asked:
    """One round with league noise, as it was asked for.

    Attributes:
        where: In words.
        plan: Without its tensors.
        shown: The evidence.
        enrolled: Who was enrolled and not banned when the plan was made: fingerprint -> key.
    """

    where: str
    plan: RoundPlan
    shown: RoundEvidence
    enrolled: Mapping[str, PublicIdentity]


def check_sum(
    asked: Asked, terms: LeagueTerms, reports: Mapping[str, RoundReport | None], tally: Tally
) -> SumResult | None:
    """Everything about a round's secure sum; the opened sum of a closed round, if it holds.

    Args:
        asked: The round.
        terms: Of its plan.
        reports: The admitted ones by merchant; None for one that cannot be read.
        tally: Is filled.
    """
    _terms(asked, terms, tally)
    for merchant, report in reports.items():
        text = (
            f"{asked.where}, report of {merchant}: it does not name the vector that it went with."
        )
        sound = report is None or (report.masked != "" and not report.tensors)
        tally.demand(sound, "report-masked", text)
    evidence = asked.shown.sum
    _roster(asked, terms, evidence, tally)
    if evidence is None:
        if asked.shown.status == "closed":
            tally.skip(
                f"{asked.where}: the messages of its secure sum are not in the export, so the sum was "
                "not opened again."
            )
        return None
    _masked(asked, evidence, reports, tally)
    result = _opened(asked, evidence, sorted(reports), tally)
    many = result is not None and len(result.members) > terms.noise.n_max
    text = f"{asked.where}: its sum holds more merchants than its noise and modulus were made for."
    return result if tally.demand(not many, "terms", text) else None


def trained(names: Collection[str], heads: Sequence[str]) -> list[str]:
    """Which tensors a plan with these heads trains: a head that is not named is frozen."""
    frozen = [f"_{head}." for head in HEADS if head not in heads]
    return sorted(n for n in names if not any(f in n for f in frozen))


def _terms(asked: Asked, terms: LeagueTerms, tally: Tally) -> None:
    """The shares carry the plan's noise, for the plan's threshold and colluders (n_min and f)."""
    plan = asked.plan
    own = Floors(
        sigma=plan.noise_multiplier,
        clip_norm=plan.clip_norm,
        length=terms.codec.length,
        n_min=terms.threshold,
        f=terms.colluders,
    )
    for r in refusals(terms.noise, own):
        tally.bad("terms", f"{asked.where}: {r.reason}")
    one = plan.task is not Task.TRAIN or plan.local_steps == 1
    text = f"{asked.where}: a share of noise protects one sum, and the plan asks for several steps."
    tally.demand(one, "terms", text)
    cells = plan.task is not Task.EVALUATE or terms.codec.dimension == 2 * plan.n_bins
    text = f"{asked.where}: its sum is of another length than its histogram."
    tally.demand(cells, "terms", text)


def _roster(asked: Asked, terms: LeagueTerms, evidence: SumEvidence | None, tally: Tally) -> None:
    """The plan's roster, and that everybody on it was enrolled and not banned."""
    if evidence is None:
        whole = Roster.of(asked.enrolled.values()).digest() if asked.enrolled else ""
        if whole != terms.roster_digest:
            tally.skip(
                f"{asked.where}: who was on its roster is not in the export, and it is not everybody "
                "who was enrolled then."
            )
        return
    text = f"{asked.where}: the roster shown is not the one that the plan names."
    tally.demand(evidence.roster.digest() == terms.roster_digest, "roster", text)
    for name, _ in evidence.roster.members:
        text = (
            f"{asked.where}: {name} is on its roster, but was not enrolled, or was banned, by then."
        )
        tally.demand(name in asked.enrolled, "roster", text)
    known = evidence.roster.keys()
    if set(asked.enrolled) - set(known):
        tally.note(f"{asked.where}: its roster leaves out merchants that were enrolled then.")


def _masked(
    asked: Asked, evidence: SumEvidence, reports: Mapping[str, RoundReport | None], tally: Tally
) -> None:
    """Each admitted report names the very vector that its merchant sent."""
    try:
        vectors = evidence.masked()
    except ValueError:
        return  # opening it says so
    for merchant, report in reports.items():
        if report is not None:
            text = f"{asked.where}, report of {merchant}: the vector shown is not the one it names."
            tally.demand(vectors.get(merchant) == report.masked, "report-masked", text)


def _opened(
    asked: Asked, evidence: SumEvidence, admitted: list[str], tally: Tally
) -> SumResult | None:
    if asked.shown.status != "closed":
        return None
    result = evidence.replay(asked.shown.plan)
    if isinstance(result, Refusal):
        text = f"{asked.where}: its secure sum cannot be opened from the messages shown: {result.reason}"
        tally.bad("sum", text)
        return None
    text = f"{asked.where}: the merchants in its sum are not those of its admitted reports."
    if not tally.demand(list(result.members) == admitted, "sum-members", text):
        return None
    for liar in result.liars:
        tally.note(
            f"{asked.where}: merchant {liar} gave a wrong share; the sum came out without it."
        )
    tally.checked["secure sums opened again"] += 1
    return result
