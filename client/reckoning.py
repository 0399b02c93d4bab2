"""What a plan would cost this shop: epsilon over its life and in this quarter, where it stands, rounds left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from client.clocks import quarter_of
from client.consent import Standing
from client.store import Store, browse
from client.store import entries as table
from common import accounting
from common.errors import Refusal
from common.keys import PublicIdentity
from common.ledger import LedgerEntry, mechanisms
from common.privacy import DELTA_BY_TIER, Mechanism, PrivacyBudget, PrivacySpent
from common.rounds import RoundPlan
from common.settings import Policy


@dataclass(frozen=True, slots=True)
class Cost:
    """Epsilons with and without one plan; all at the policy's delta.

    Attributes:
        before: Everything that was ever reserved, lost attempts too.
        after: And this plan on top.
        quarter: What was reserved in this calendar quarter (UTC), and this plan on top; None when
            the policy does not limit a quarter.
    """

    before: PrivacySpent
    after: PrivacySpent
    quarter: PrivacySpent | None


def standing(store: Store, entries: Sequence[LedgerEntry], coordinator: PublicIdentity) -> Standing:
    """What the ledger and the shop say at the moment."""
    heads = table.book_heads(store.db.conn, coordinator.hex)
    return Standing(
        last_at=entries[-1].at if entries else "",
        book=heads[-1] if heads else None,
        n_shoppers=browse.count(store, "shoppers"),
    )


def cost(policy: Policy, plan: RoundPlan, entries: Sequence[LedgerEntry], now: datetime) -> Cost:
    """What the plan would bring the shop to, by joint composition of every kind of mechanism."""
    delta, asked = DELTA_BY_TIER[policy.tier], plan.mechanism()
    released = mechanisms(entries)
    this_quarter = mechanisms(in_quarter(entries, now))
    return Cost(
        before=accounting.spent(released, delta),
        after=accounting.spent([*released, asked], delta),
        quarter=None
        if policy.epsilon_quarter is None
        else accounting.spent([*this_quarter, asked], delta),
    )


def with_rounds_left(
    refusals: Sequence[Refusal],
    policy: Policy,
    plan: RoundPlan,
    entries: Sequence[LedgerEntry],
    now: datetime,
) -> list[Refusal]:
    """The same refusals; those of a limit also say how many rounds still fit at this rate."""
    delta, released = DELTA_BY_TIER[policy.tier], mechanisms(entries)
    over_life = _left(released, plan, PrivacyBudget(policy.epsilon, delta))
    text = {"budget-exhausted": f"Rounds left at this rate: {over_life}."}
    if policy.epsilon_quarter is not None:
        this_quarter = mechanisms(in_quarter(entries, now))
        limit = PrivacyBudget(policy.epsilon_quarter, delta)
        text["quarter-exhausted"] = (
            f"Rounds left at this rate: {_left(this_quarter, plan, limit)} in this quarter, "
            f"{over_life} over the life of the shop."
        )
    return [
        replace(r, reason=f"{r.reason} {text[r.code]}") if r.code in text else r for r in refusals
    ]


def _left(released: Sequence[Mechanism], plan: RoundPlan, budget: PrivacyBudget) -> str:
    """Rounds like the asked one; and like the last one of its kind, where that asked for less."""
    asked = plan.mechanism()
    like_this = accounting.rounds_left(released, asked, budget)
    earlier = [m for m in released if m.kind is asked.kind]
    if earlier and not _same_rate(earlier[-1], asked):
        like_last = accounting.rounds_left(released, earlier[-1], budget)
        return f"{like_this} like this one ({like_last} like the last one)"
    return str(like_this)


def _same_rate(a: Mechanism, b: Mechanism) -> bool:
    return (a.noise_multiplier, a.sampling_rate, a.steps) == (
        b.noise_multiplier,
        b.sampling_rate,
        b.steps,
    )


def in_quarter(entries: Sequence[LedgerEntry], now: datetime) -> list[LedgerEntry]:
    """Entries of the calendar quarter (UTC) that is on, or that the ledger has reached already.

    By the ledger's own times: a charge is never dated before the entry in front of it.
    """
    last = entries[-1].at if entries else ""
    begins = quarter_of(max(now, datetime.fromisoformat(last)) if last else now)[0]
    return [e for e in entries if e.at >= begins]
