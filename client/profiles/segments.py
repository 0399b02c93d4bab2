"""Segments by public rules: who is in which, its name in two languages, and what to do next."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from client.profiles.shopper import Profile

#: A rule of recency or money is left at once only when its edge is passed by this share of it.
MARGIN = 0.10
#: Else on the second run that sees it, if the runs are at least this far apart.
SECOND_RUN_AFTER = timedelta(days=1)
#: Share of the main interest that opens an interest for a shopper, and that keeps it.
CLEAR_SHARE, KEPT_SHARE = 0.6, 0.4
#: Actions behind a clear interest, at least.
CLEAR_ACTIONS = 3
#: Spend, in usual orders, from which a lapsed buyer is worth winning back.
MUCH_ORDERS = 3.0
#: People in a segment of its own interest, at least, when it is opened.
MIN_PEOPLE = 50
_TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Names:
    """A text in English and in Chinese."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A box of recency, orders and spend, or a stage of those who never bought.

    Attributes:
        key: Stable name; "rfm-" and it make the segment's id.
        names: For people.
        refined: The same with an interest, `{interest}`.
        hint: What to do next.
        stages: Stages of non-buyers; empty for a box of buyers.
        recency_days: [from, to) days since the last order.
        n_orders: [from, to).
        spend_orders: [from, to) usual orders.
    """

    key: str
    names: Names
    refined: Names
    hint: Names
    stages: tuple[str, ...] = ()
    recency_days: tuple[float, float] = (0.0, math.inf)
    n_orders: tuple[float, float] = (1, math.inf)
    spend_orders: tuple[float, float] = (0.0, math.inf)

    def holds(self, p: Profile, spend_orders: float, margin: float = 0.0) -> bool:
        """Whether a shopper is inside, edges of recency and money moved outwards by the margin."""
        if not p.n_orders or self.stages:
            return not p.n_orders and p.stage in self.stages
        return (
            self.n_orders[0] <= p.n_orders < self.n_orders[1]
            and _within(self.recency_days, p.recency_days, margin)
            and _within(self.spend_orders, spend_orders, margin)
        )

    def as_dict(self) -> dict[str, object]:
        """For the store; an open end is left out."""
        ends = {
            "recency_days": self.recency_days,
            "n_orders": self.n_orders,
            "spend_orders": self.spend_orders,
        }
        boxes = {name: [e for e in pair if e < math.inf] for name, pair in ends.items()}
        return {"rule": self.key, **({"stages": list(self.stages)} if self.stages else boxes)}


def _within(ends: tuple[float, float], value: float, margin: float) -> bool:
    return ends[0] * (1 - margin) <= value < ends[1] * (1 + margin)


#: Thresholds as measured on CDNOW (shared/research/camp.md, section 8). The first that holds wins.
RULES: tuple[Rule, ...] = (
    Rule(
        "best",
        Names("best customers", "最佳老客"),
        Names("best customers for {interest}", "{interest}的最佳老客"),
        Names("Thank them; show what is new first.", "答谢老客，新品先给他们看。"),
        recency_days=(0, 90),
        n_orders=(10, math.inf),
    ),
    Rule(
        "regular",
        Names("regular buyers", "常客"),
        Names("regular buyers of {interest}", "{interest}的常客"),
        Names("Offer sets and refills of what they buy.", "推荐组合装和常购补货。"),
        recency_days=(0, 90),
        n_orders=(4, 10),
    ),
    Rule(
        "returning",
        Names("returning buyers", "回头客"),
        Names("returning buyers of {interest}", "{interest}的回头客"),
        Names("Show what goes with their last order.", "推荐与上一单搭配的商品。"),
        recency_days=(0, 90),
        n_orders=(2, 4),
    ),
    Rule(
        "new",
        Names("new buyers", "新买家"),
        Names("new buyers of {interest}", "{interest}的新买家"),
        Names("Win the second order within a month.", "争取一个月内的第二单。"),
        recency_days=(0, 90),
        n_orders=(1, 2),
    ),
    Rule(
        "quiet",
        Names("loyal, lately quiet", "近期沉默的老客"),
        Names("loyal {interest} buyers, lately quiet", "近期沉默的{interest}老客"),
        Names("Remind them now, before they are gone.", "趁还没流失，现在就提醒。"),
        recency_days=(90, math.inf),
        n_orders=(4, math.inf),
    ),
    Rule(
        "cooling",
        Names("buyers cooling off", "热度下降的买家"),
        Names("{interest} buyers cooling off", "热度下降的{interest}买家"),
        Names("One reminder of what they liked.", "用他们喜欢的商品提醒一次。"),
        recency_days=(90, 180),
        n_orders=(1, 4),
    ),
    Rule(
        "lapsed-much",
        Names("lapsed buyers who spent much", "流失的高消费买家"),
        Names("lapsed {interest} buyers who spent much", "流失的{interest}高消费买家"),
        Names("Worth a campaign of their own to win back.", "值得单独做一次召回。"),
        recency_days=(180, math.inf),
        n_orders=(1, 4),
        spend_orders=(MUCH_ORDERS, math.inf),
    ),
    Rule(
        "lapsed",
        Names("lapsed buyers", "流失买家"),
        Names("lapsed {interest} buyers", "流失的{interest}买家"),
        Names("Low bids only.", "只用低出价。"),
        recency_days=(180, math.inf),
        n_orders=(1, 4),
        spend_orders=(0, MUCH_ORDERS),
    ),
    Rule(
        "carted",
        Names("put in the cart, never bought", "加购或收藏未购买"),
        Names("put {interest} in the cart, never bought", "加购或收藏{interest}未购买"),
        Names("Show the same product again, soon.", "尽快再次展示同一商品。"),
        stages=("carted",),
    ),
    Rule(
        "looking",
        Names("looked, never bought", "浏览未购买"),
        Names("looked at {interest}, never bought", "浏览{interest}未购买"),
        Names("Show the best of what they looked at.", "展示所浏览类目的热销商品。"),
        stages=("viewed",),
    ),
    Rule(
        "reached",
        Names("saw ads, did nothing yet", "看过广告暂无行动"),
        Names("saw ads, did nothing yet", "看过广告暂无行动"),
        Names("Fewer ads, another product.", "减少曝光，换个商品。"),
        stages=("shown",),
    ),
    Rule(
        "silent",
        Names("nothing known yet", "暂无行为"),
        Names("nothing known yet", "暂无行为"),
        Names("Nothing to do yet.", "暂不需要动作。"),
        stages=("none",),
    ),
)
BY_KEY: dict[str, Rule] = {rule.key: rule for rule in RULES}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a shopper stands after a run.

    Attributes:
        rule: Key of the rule.
        interest: The clear interest, or empty.
        pending: Rule that the figures point to while it is not clear; empty if none.
        pending_since: `as_of` of the run that first saw it.
    """

    rule: str
    interest: str = ""
    pending: str = ""
    pending_since: str = ""


def plain_rule(p: Profile, spend_orders: float) -> Rule:
    """The rule that holds for the bare figures."""
    # money taken back below nothing cannot be: the two lapsed rules leave no gap
    return next(r for r in RULES if r.holds(p, spend_orders))


def stand(p: Profile, spend_orders: float, old: Standing | None) -> Standing:
    """Where a shopper stands, given where they stood: nobody jumps over an edge by a hair.

    A shopper leaves a segment when the figures are clearly outside of its rule (an order more, a
    stage further, a margin beyond an edge), or when two runs on different days see the same.
    """
    now = plain_rule(p, spend_orders)
    interest = _interest(p, old.interest if old else "")
    if old is None or old.rule not in BY_KEY or now.key == old.rule:
        return Standing(now.key, interest)
    if not BY_KEY[old.rule].holds(p, spend_orders, MARGIN):
        return Standing(now.key, interest)
    since = old.pending_since if old.pending == now.key else p.as_of
    if _apart(since, p.as_of) >= SECOND_RUN_AFTER:
        return Standing(now.key, interest)
    return Standing(old.rule, interest, now.key, since)


def _apart(first: str, then: str) -> timedelta:
    return datetime.strptime(then, _TIME) - datetime.strptime(first, _TIME)


def _interest(p: Profile, kept: str) -> str:
    shares = dict(p.interests)
    if kept and shares.get(kept, 0.0) >= KEPT_SHARE:
        return kept
    if p.interests and p.n_interest >= CLEAR_ACTIONS and p.interests[0][1] >= CLEAR_SHARE:
        return p.interests[0][0]
    return ""


def segment_id(rule: str, interest: str = "") -> str:
    """The id: "rfm-new", or "rfm-new-3fa2b1" with an interest."""
    mark = hashlib.sha256(interest.encode("utf-8")).hexdigest()[:6] if interest else ""
    return f"rfm-{rule}-{mark}" if mark else f"rfm-{rule}"


def names_of(rule: str, interest: str = "") -> Names:
    """The segment's names."""
    r = BY_KEY[rule]
    if not interest:
        return r.names
    return Names(
        r.refined.en.format(interest=_lower(interest)), r.refined.zh.format(interest=interest)
    )


def _lower(interest: str) -> str:
    """A heading of a catalogue inside of a sentence: "Green Tea" is "green tea", "LED" stays."""
    return " ".join(w if w.isupper() and len(w) <= 3 else w.lower() for w in interest.split(" "))


def hint(segment: str) -> Names:
    """What to do next with a segment by rule; for a cluster, to look at it."""
    for rule in sorted(RULES, key=lambda r: -len(r.key)):
        if segment.startswith(f"rfm-{rule.key}"):
            return rule.hint
    return Names("Compare its orders and spend with the others'.", "与其他人群比较订单和消费。")


def worth_opening(
    counts: Iterable[tuple[tuple[str, str], int]], least: int
) -> frozenset[tuple[str, str]]:
    """(rule, interest) pairs with enough people for a segment of their own.

    Those of whom nothing is known but ads are never split.
    """
    return frozenset(
        pair for pair, n in counts if n >= least and pair[1] and pair[0] not in ("reached",)
    )
