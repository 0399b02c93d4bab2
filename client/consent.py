"""agree(plan, policy, would_be): yes, or the reasons why not; pure. The policy wins over the plan.

Each rule has a line in docs/threat-model.md under the same code.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from client.clocks import APART, aware, quarter_of, went_back, within_hours
from common.errors import Refusal
from common.features import default_spec
from common.heads import LedgerHead, is_digest
from common.privacy import DELTA_BY_TIER, TIER_LIMIT, PrivacyMode, PrivacySpent
from common.rounds import PROTOCOL, RoundPlan, Task
from common.settings import Policy
from common.shapes import HEADS, model_shapes

__all__ = ["PRIVATE", "Standing", "agree", "quarter_of", "screen", "within_hours"]

MIN_BINS, MAX_BINS = 2, 256
#: A plan with more weights than this is not a small model any more (float32: 256 MB).
MAX_WEIGHTS = 64_000_000
MAX_LEARNING_RATE = 100.0
MAX_TEXT = 200


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the shop stands when a plan comes in, beside its policy.

    Attributes:
        last_at: Time of the ledger's last entry, ISO-8601 UTC; "" for an empty ledger.
        book: The newest entry of this coordinator's book that was ever seen; None if none was.
        n_shoppers: Shoppers in the shop. Private: a rule on it must be in PRIVATE.
    """

    last_at: str = ""
    book: LedgerHead | None = None
    n_shoppers: int = 0


#: Rules that depend on rows. Their codes stay here; the other side hears "unavailable".
PRIVATE = frozenset({"tier-too-small", "too-few-shoppers"})
#: With fewer shoppers a merchant's part of a sum is little but its share of the noise.
LEAST_SHOPPERS = 20

#: Far beyond any weight that a model here learns (tens at most).
MAX_WEIGHT = 1e4

_NOWHERE = Standing()


def agree(
    plan: RoundPlan,
    policy: Policy,
    would_be: PrivacySpent,
    now: datetime,
    spec_digest: str,
    standing: Standing = _NOWHERE,
    quarter: PrivacySpent | None = None,
) -> list[Refusal]:
    """Whether the merchant takes part in this round.

    Args:
        plan: Its signature was checked already.
        policy: The merchant's own.
        would_be: Everything that was ever reserved plus this plan, at the policy's delta.
        now: Aware time in the merchant's time zone (hours of the policy are local).
        spec_digest: Of the FeatureSpec that is installed here.
        standing: What the ledger and the shop say.
        quarter: Everything that was reserved in this calendar quarter (UTC) plus this plan;
            must be given when the policy limits a quarter.

    Returns:
        Every reason against it; an empty list is a yes.
    """
    return [
        *screen(plan, policy, now, spec_digest, standing),
        *_budget(policy, would_be, now, quarter),
    ]


def screen(
    plan: RoundPlan,
    policy: Policy,
    now: datetime,
    spec_digest: str,
    standing: Standing = _NOWHERE,
) -> list[Refusal]:
    """All rules but the budget: asked first, because an absurd plan is costly to account for."""
    return [
        *_protocol(plan, spec_digest),
        *_sizes(plan),
        *_when(plan, policy, now),
        *_clocks(plan, now, standing),
        *_book(plan, standing),
        *_limits(plan, policy),
        *_mode(plan, policy, standing),
        *_tier(policy, standing),
    ]


def _budget(
    policy: Policy, would_be: PrivacySpent, now: datetime, quarter: PrivacySpent | None
) -> Iterator[Refusal]:
    delta = DELTA_BY_TIER[policy.tier]
    # written so that NaN, which fails every comparison, is a no
    if not (would_be.delta <= delta and would_be.epsilon <= policy.epsilon):
        yield Refusal(
            "budget-exhausted",
            f"This round would bring epsilon to {would_be.epsilon:.3f} "
            f"(limit {policy.epsilon:g}, delta {would_be.delta:g}).",
        )
    limit = policy.epsilon_quarter
    if limit is None:
        return
    if quarter is None or not (quarter.delta <= delta and quarter.epsilon <= limit):
        shown = "beyond all bounds" if quarter is None else f"to {quarter.epsilon:.3f}"
        yield Refusal(
            "quarter-exhausted",
            f"This round would bring this quarter's epsilon {shown} (limit {limit:g}, "
            f"delta {delta:g}); the next quarter begins on {quarter_of(now)[1][:10]}.",
        )


def _protocol(plan: RoundPlan, spec_digest: str) -> Iterator[Refusal]:
    if plan.protocol != PROTOCOL:
        yield Refusal(
            "wrong-protocol", f"The plan speaks protocol {plan.protocol}, not {PROTOCOL}."
        )
    if plan.spec_digest != spec_digest:
        yield Refusal("wrong-spec", "The plan is for another feature specification.")
    if plan.unit.name != "shopper":
        yield Refusal("wrong-unit", "The plan's privacy unit is not one shopper.")
    if (
        not plan.heads
        or not set(plan.heads) <= set(HEADS)
        or len(set(plan.heads)) < len(plan.heads)
    ):
        yield Refusal("wrong-heads", "The plan asks for outcomes that are not known here.")
    # not a truth value of something else: what is trained must be what was said
    elif plan.funnel is not False and (plan.funnel is not True or set(plan.heads) != set(HEADS)):
        yield Refusal("wrong-heads", "A funnel of clicks and conversions needs both outcomes.")


def _sizes(plan: RoundPlan) -> Iterator[Refusal]:
    """Every figure finite and of sane size, whatever the coordinator signed."""
    rates = (plan.learning_rate, plan.expected_batch)
    if not all(math.isfinite(x) and x > 0 for x in rates) or plan.learning_rate > MAX_LEARNING_RATE:
        yield Refusal("bad-rate", "The plan's learning rate or expected batch is out of bounds.")
    # more than 1 would overshoot; a pull that pushes away would let weights run off
    elif not 0 <= plan.proximal * plan.learning_rate <= 1:
        yield Refusal("bad-rate", "The plan's proximal pull is out of bounds.")
    # not > : NaN fails every comparison
    if not 0 < plan.sampling_rate <= 1:
        yield Refusal("bad-sampling", "The plan's sampling rate is not in (0, 1].")
    if not MIN_BINS <= plan.n_bins <= MAX_BINS:
        yield Refusal("bad-bins", f"A score histogram has {MIN_BINS} to {MAX_BINS} bins here.")
    if plan.round < 1 or not 0 < len(plan.run_id) <= MAX_TEXT:
        yield Refusal("bad-round", "The plan names no proper run and round.")
    if not plan.tensors or sum(a.size for a in plan.tensors.values()) > MAX_WEIGHTS:
        yield Refusal("bad-size", f"The model has no weights, or more than {MAX_WEIGHTS:,}.")
    elif not all(bool(np.isfinite(a).all()) for a in plan.tensors.values()):
        yield Refusal("bad-weights", "The plan's weights are not all finite.")


def fits(plan: RoundPlan) -> Iterator[Refusal]:
    """Weights that are not this model's: such a round could only fail, and would be charged."""
    spec = default_spec()
    known = model_shapes(spec.n_ids, spec.n_numeric)
    if {name: value.shape for name, value in plan.tensors.items()} != known:
        yield Refusal("foreign-weights", "The plan's weights are not those of this model.")
    elif any(float(np.abs(value).max(initial=0.0)) > MAX_WEIGHT for value in plan.tensors.values()):
        yield Refusal("huge-weights", f"The plan has weights beyond {MAX_WEIGHT:,.0f}.")


def _when(plan: RoundPlan, policy: Policy, now: datetime) -> Iterator[Refusal]:
    if policy.paused:
        yield Refusal("paused", "The merchant has paused taking part.")
    if not within_hours(policy.hours, now):
        yield Refusal("outside-hours", f"Training is allowed from {policy.hours} only.")
    try:
        deadline = aware(plan.deadline_at)
        issued = aware(plan.issued_at)
        aware(plan.train_before_at)
    except ValueError:
        yield Refusal("bad-time", "A time in the plan cannot be read.")
        return
    if now > deadline or deadline <= issued:
        yield Refusal("deadline-passed", "The plan's deadline has passed.")


def _clocks(plan: RoundPlan, now: datetime, standing: Standing) -> Iterator[Refusal]:
    """A clock set back would let an old plan in; clocks apart make every deadline a lie."""
    if went_back(now, standing.last_at):
        yield Refusal(
            "clock-went-back",
            f"This computer's clock is before the ledger's last entry ({standing.last_at}): "
            "it was set back.",
        )
    try:
        ahead = aware(plan.issued_at) - now
    except ValueError:
        return  # "bad-time" says so
    if ahead > APART:
        yield Refusal(
            "clocks-apart",
            "The plan comes from the future: this computer's clock or the coordinator's is wrong.",
        )


def _book(plan: RoundPlan, standing: Standing) -> Iterator[Refusal]:
    """The coordinator's book only grows: what was seen once stays where it was."""
    if plan.book is None:
        yield Refusal("no-book", "The plan does not say where the coordinator's book stands.")
        return
    seen = standing.book
    if plan.book.sequence < 0 or not is_digest(plan.book.hash):
        yield Refusal("no-book", "The plan names no entry of a book.")
    elif seen is not None and (
        plan.book.sequence < seen.sequence
        or (plan.book.sequence == seen.sequence and plan.book.hash != seen.hash)
    ):
        yield Refusal(
            "book-went-back",
            f"The plan names entry {plan.book.sequence} of the coordinator's book, but this shop has "
            f"seen entry {seen.sequence} already: the book was restored, cut or forked.",
        )


def _mode(plan: RoundPlan, policy: Policy, standing: Standing) -> Iterator[Refusal]:
    """Who has to be trusted for the noise is the merchant's choice; `client.league.rules` has the rest."""
    if plan.mode.value not in policy.modes:
        yield Refusal("mode-refused", f"This shop does not take part with {plan.mode.value}.")
    league, train = plan.mode is PrivacyMode.LEAGUE, plan.task is Task.TRAIN
    if league != (plan.league is not None):
        yield Refusal("league-terms", "League noise, and only it, states the terms of its sum.")
    if not league or plan.league is None:
        return
    if policy.hold:
        yield Refusal(
            "hold-needs-own-noise",
            "This shop looks at every report before it leaves; a secure sum cannot wait for that.",
        )
    if train and plan.local_steps != 1:
        yield Refusal(
            "many-local-steps-in-league",
            "Within several local steps a share of the noise protects nobody: one step a round.",
        )
    if train and standing.n_shoppers < LEAST_SHOPPERS:
        yield Refusal(
            "too-few-shoppers",
            f"League training begins at {LEAST_SHOPPERS} shoppers: below, only noise is added.",
        )


def _tier(policy: Policy, standing: Standing) -> Iterator[Refusal]:
    """Delta is only small enough up to the declared size."""
    if standing.n_shoppers > TIER_LIMIT[policy.tier]:
        yield Refusal(
            "tier-too-small",
            f"The shop has more than the {TIER_LIMIT[policy.tier]:,} shoppers of the tier "
            f"'{policy.tier}': choose a larger one in the policy.",
        )


def _limits(plan: RoundPlan, policy: Policy) -> Iterator[Refusal]:
    """The merchant's own bounds on noise, clipping, steps and impressions."""
    if not plan.noise_multiplier >= policy.min_noise_multiplier or math.isinf(
        plan.noise_multiplier
    ):
        yield Refusal(
            "too-little-noise",
            f"The plan's noise is below this shop's floor of {policy.min_noise_multiplier:g}.",
        )
    if not 0 < plan.clip_norm <= policy.max_clip_norm:
        yield Refusal(
            "clip-too-large",
            f"The plan's clip norm is above this shop's {policy.max_clip_norm:g}.",
        )
    if not 1 <= plan.local_steps <= policy.max_local_steps:
        yield Refusal("too-many-steps", f"At most {policy.max_local_steps} steps a round here.")
    if not 1 <= plan.unit.max_impressions <= policy.max_impressions:
        yield Refusal(
            "too-many-impressions",
            f"At most {policy.max_impressions} impressions of one shopper here.",
        )
    if not 0 < plan.delta <= DELTA_BY_TIER[policy.tier]:
        yield Refusal(
            "delta-too-large",
            f"The plan was made for a larger delta than this shop's {DELTA_BY_TIER[policy.tier]:g}.",
        )
    if plan.task is Task.EVALUATE and not policy.allow_evaluation:
        yield Refusal("evaluation-off", "This shop does not answer evaluation plans.")
