"""admit(plan, report): no reason against it, or the reasons; pure. A report is not trusted, it is checked.

Each rule has a line in docs/threat-model.md under the same code.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterator

import numpy as np

from common.errors import Refusal
from common.heads import LedgerHead
from common.keys import PublicIdentity
from common.league_plan import SLACK, most_shoppers
from common.rounds import RoundPlan, RoundReport, Task
from common.secagg.messages import MaskedSum
from server.extends import extends

#: A report that is another's or of other bytes has no ledger of this merchant to look at.
_UNREAD = ("wrong-merchant", "wrong-signature")


def admit(
    plan: RoundPlan,
    report: RoundReport,
    merchant: PublicIdentity | None,
    last_head: LedgerHead | None,
    *,
    trainable: Collection[str] | None = None,
    answered: Collection[str] = (),
) -> list[Refusal]:
    """Whether a report may enter the aggregate.

    Args:
        plan: What was asked, as it was sent.
        report: What came back.
        merchant: Key of the enrolled merchant on whose connection it came; None if unknown.
        last_head: The last co-signed head of this merchant's ledger, over all runs.
        trainable: Names that the plan's heads train; None = any of the plan's tensors.
        answered: Fingerprints of merchants whose report for this plan was admitted already.

    Returns:
        Every reason against it; an empty list is a yes.
    """
    if merchant is None:
        return [Refusal("unknown-merchant", "The report is from a merchant who is not enrolled.")]
    refusals = [*_identity(report, merchant, answered), *_about(plan, report)]
    refusals += [*_tensors(plan, report, trainable)]
    if not any(r.code in _UNREAD for r in refusals):
        refusals += extends(plan, report, merchant, last_head)
    # a norm says nothing while names, shapes or values are wrong already
    return refusals or [*_norm(plan, report)]


def admit_sum(
    plan: RoundPlan,
    report: RoundReport,
    masked: MaskedSum,
    merchant: PublicIdentity,
    last_head: LedgerHead | None,
    *,
    answered: Collection[str] = (),
) -> list[Refusal]:
    """Whether a report of league noise counts, so that its masked vector may enter the sum.

    Nobody can look at the vector, so that no rule is about values or their norm: how far one
    merchant can move the sum is bounded by its own client (docs/threat-model.md).

    Args:
        plan: What was asked, with its secure sum.
        report: What came back.
        masked: The vector beside it.
        merchant: Key of the enrolled merchant on whose connection both came.
        last_head: The last co-signed head of this merchant's ledger, over all runs.
        answered: Fingerprints of merchants whose report for this plan was admitted already.

    Returns:
        Every reason against it; an empty list is a yes.
    """
    refusals = [*_identity(report, merchant, answered), *_about(plan, report)]
    refusals += _vector(plan, report, masked)
    if not any(r.code in _UNREAD for r in refusals):
        refusals += extends(plan, report, merchant, last_head)
    return refusals


def _identity(
    report: RoundReport, merchant: PublicIdentity, answered: Collection[str]
) -> Iterator[Refusal]:
    if report.merchant != merchant.fingerprint:
        yield Refusal(
            "wrong-merchant", "The report names another merchant than the one who sent it."
        )
    try:
        signed = merchant.verify(report.signed_bytes(), report.signature)
    except ValueError:  # a figure in it is not finite, so there are no bytes to sign
        signed = False
    if not signed:
        yield Refusal("wrong-signature", "The report is not signed by this merchant.")
    if report.merchant in answered:
        yield Refusal("twice", "This merchant's report for this plan was admitted already.")


def _about(plan: RoundPlan, report: RoundReport) -> Iterator[Refusal]:
    if report.protocol != plan.protocol:
        yield Refusal("wrong-protocol", "The report speaks another protocol than the plan.")
    if report.plan_digest != plan.digest():
        yield Refusal("wrong-plan", "The report answers another plan.")
    if (report.run_id, report.round, report.task) != (plan.run_id, plan.round, plan.task):
        yield Refusal("wrong-round", "The report is about another run, round or task.")
    if report.mechanism != plan.mechanism():
        yield Refusal("wrong-mechanism", "The merchant ran another mechanism than the plan's.")


def _tensors(
    plan: RoundPlan, report: RoundReport, trainable: Collection[str] | None
) -> Iterator[Refusal]:
    if report.masked:
        yield Refusal("wrong-vector", "The report is about a masked vector; none was asked for.")
    if plan.task is Task.TRAIN:
        names = set(plan.tensors if trainable is None else trainable)
        expected = {n: plan.tensors[n].shape for n in names & set(plan.tensors)}
        got = {n: a.shape for n, a in report.tensors.items()}
        fits = bool(got) and (
            got == expected if trainable is not None else got.items() <= expected.items()
        )
    else:
        fits = {n: a.shape for n, a in report.tensors.items()} == {"histogram": (2, plan.n_bins)}
    if not fits:
        yield Refusal(
            "wrong-tensors", "The report's tensors are not those that the plan asked for."
        )
    if any(a.dtype != np.float32 for a in report.tensors.values()):
        yield Refusal("wrong-type", "The report's tensors are not float32.")
    elif not all(bool(np.isfinite(a).all()) for a in report.tensors.values()):
        yield Refusal("not-finite", "The report holds infinite or undefined values.")


def _vector(plan: RoundPlan, report: RoundReport, masked: MaskedSum) -> Iterator[Refusal]:
    if report.tensors:
        yield Refusal("wrong-tensors", "The report holds values outside of the masked vector.")
    if report.masked != hashlib.sha256(masked.vector).hexdigest():
        yield Refusal("wrong-vector", "The report is about another vector than the one that came.")
    codec = plan.league.codec if plan.league else None
    if codec is None or len(masked.vector) != codec.length * -(-codec.bits // 8):
        yield Refusal("wrong-vector", "The masked vector is not as long as the plan's.")


def norm_bound(plan: RoundPlan, n_values: int) -> float:
    """Largest L2 norm of an honest report; from public figures only.

    A step of TRAIN moves by lr/B (sum of clipped gradients + noise), a histogram is one such sum
    without lr/B. The clipped part is at most C times `most_shoppers`; the noise is
    sigma C sqrt(n) within `SLACK` standard deviations (a chi distribution's is below 1).

    Args:
        plan: The plan.
        n_values: How many values the report holds.
    """
    steps = plan.local_steps if plan.task is Task.TRAIN else 1
    scale = plan.learning_rate / plan.expected_batch if plan.task is Task.TRAIN else 1.0
    noise = plan.noise_multiplier * math.sqrt(steps) * (math.sqrt(n_values) + SLACK)
    return scale * plan.clip_norm * (steps * most_shoppers(plan) + noise)


def _norm(plan: RoundPlan, report: RoundReport) -> Iterator[Refusal]:
    square = sum(float(np.square(a, dtype=np.float64).sum()) for a in report.tensors.values())
    n_values = sum(a.size for a in report.tensors.values())
    if math.sqrt(square) > norm_bound(plan, n_values):
        yield Refusal("too-large", "The report is larger than any honest one for this plan.")
