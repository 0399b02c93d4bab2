"""What came of the ads: clicks and purchases of every variant with intervals, and which one is likely best."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from client.creative.learn import thompson
from client.store import Store, audiences, creative_outcomes, creatives
from client.store.creative_outcomes import Outcome
from common.domain import Audience, Creative, Interval

#: 97.5 % point of the normal distribution
_Z = 1.959964
#: what is assumed where no model, no click and no audience says anything: a common click-through rate
ASSUMED_CTR = 0.02
#: fewer impressions than this say nothing about a shop's own rate
_MIN_POOLED = 500


@dataclass(frozen=True, slots=True)
class Prior:
    """What is expected of an ad before it was shown.

    Attributes:
        mean: Expected click-through rate.
        strength: Impressions that it counts for.
        source: "model" (the audience's expected rate), "shop" (its rate so far) or "assumed".
    """

    mean: float
    strength: float = thompson.STRENGTH
    source: str = "assumed"


@dataclass(frozen=True, slots=True)
class VariantResult:
    """What came of one version of an ad. `None` where nothing is recorded.

    Attributes:
        creative: That version.
        n_shown: Impressions to shoppers with consent.
        n_known: Of them those whose clicks are recorded.
        n_clicks: Of `n_known` clicked.
        n_conversions: Impressions that led to a purchase.
        ctr: Clicks of `n_known`, with Wilson's 95 % interval.
        cvr: Conversions of `n_shown`, with Wilson's 95 % interval; reports by day have none.
        expected_ctr: Mean of the posterior.
        p_best: Chance of having the highest CTR of the group's variants in use; None = it may not be
            shown now.
        propensity: Mean logged chance of being shown; None = not logged.
        cost_minor: Spent.
        first_day: First day shown; "" = never.
        last_day: Last day shown.
    """

    creative: Creative
    n_shown: int
    n_known: int
    n_clicks: int
    n_conversions: int
    ctr: Interval | None
    cvr: Interval | None
    expected_ctr: float
    p_best: float | None
    propensity: float | None
    cost_minor: int
    first_day: str
    last_day: str


@dataclass(frozen=True, slots=True)
class GroupResult:
    """Variants that compete: same product, audience, slot and language. The likeliest best first."""

    product_id: str
    audience_id: str
    slot: str
    language: str
    prior: Prior
    variants: tuple[VariantResult, ...]
    error: float


@dataclass(frozen=True, slots=True)
class Results:
    """Every group, and what the logs show that should not be.

    Attributes:
        groups: Newest last.
        n_unapproved: Impressions of ads of ours before anybody had approved them.
        n_unknown: Impressions that name an ad which was not written here.
        n_unknown_names: How many such names.
    """

    groups: tuple[GroupResult, ...]
    n_unapproved: int
    n_unknown: int
    n_unknown_names: int


def wilson(k: int, n: int) -> Interval | None:
    """Share k of n with its 95 % interval (E. B. Wilson, 1927); None without any."""
    if n <= 0:
        return None
    p, z2 = k / n, _Z * _Z
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return Interval(p, max(0.0, min(p, centre - half)), min(1.0, max(p, centre + half)))


def prior_of(
    store: Store, product_id: str, audience: Audience | None, strength: float = thompson.STRENGTH
) -> Prior:
    """The audience's expected CTR by the targeting model, else the product's or shop's own rate so far."""
    if audience is not None and audience.expected_ctr is not None:
        mean = audience.expected_ctr.value
        if 0 < mean < 1:
            return Prior(mean, strength, "model")
    for about in (product_id, None):
        n, k = creative_outcomes.pooled(store, about)
        if n >= _MIN_POOLED:
            return Prior((k + 1) / (n + 1 / ASSUMED_CTR), strength, "shop")
    return Prior(ASSUMED_CTR, strength, "assumed")


def results(
    store: Store,
    product_id: str | None = None,
    audience_id: str | None = None,
    strength: float = thompson.STRENGTH,
) -> Results:
    """What came of every version that a person ever approved.

    Args:
        store: The open shop folder.
        product_id: Only ads for this product.
        audience_id: Only ads for this audience.
        strength: Impressions that the prior counts for.
    """
    ever = creatives.shown(store, product_id, audience_id)
    every = creatives.listing(store, audience_id=audience_id, product_id=product_id)
    found = creative_outcomes.outcomes(store, (c.creative_id for c in every))
    by_version: dict[tuple[str, int], list[Outcome]] = defaultdict(list)
    for o in found:
        by_version[o.creative_id, o.version].append(o)
    known = {a.audience_id: a for a in audiences.listing(store)}
    groups: dict[tuple[str, str, str, str], list[Creative]] = defaultdict(list)
    for c in ever:
        groups[c.product_id, c.audience_id, c.slot, c.language].append(c)
    usable = {(c.creative_id, c.version) for c in creatives.usable(store, product_id, audience_id)}
    priors: dict[tuple[str, str], Prior] = {}
    made = []
    for key, members in groups.items():
        if key[:2] not in priors:
            priors[key[:2]] = prior_of(store, key[0], known.get(key[1]), strength)
        used = [(c.creative_id, c.version) in usable for c in members]
        made.append(_group(key, priors[key[:2]], members, used, by_version))
    n_unknown, n_names = creative_outcomes.unknown_ads(store)
    unapproved = sum(o.n_shown for o in found if o.version == 0)
    return Results(tuple(made), unapproved, n_unknown, n_names)


def _group(
    key: tuple[str, str, str, str],
    prior: Prior,
    members: Sequence[Creative],
    usable: Sequence[bool],
    by_version: dict[tuple[str, int], list[Outcome]],
) -> GroupResult:
    """One group: counts of every version, and chances of those in use."""
    sums = [_sum(by_version.get((c.creative_id, c.version), ())) for c in members]
    shown = np.array([s.n_known for s in sums], float)
    clicks = np.array([s.n_clicks for s in sums], float)
    p = thompson.posterior(shown, clicks, prior.mean, prior.strength)
    used = [i for i, yes in enumerate(usable) if yes]
    best: dict[int, float] = {}
    error = 0.0
    if used:
        chances = thompson.p_best(thompson.Posterior(p.alpha[used], p.beta[used]))
        best = dict(zip(used, map(float, chances.p_best), strict=True))
        error = chances.error
    variants = [
        _variant(c, s, float(p.mean[i]), best.get(i))
        for i, (c, s) in enumerate(zip(members, sums, strict=True))
    ]
    variants.sort(key=lambda v: (-(v.p_best or 0.0), -v.n_shown, v.creative.creative_id))
    return GroupResult(*key, prior, tuple(variants), error)


def _sum(rows: Iterable[Outcome]) -> Outcome:
    """Days and placements of one version as one; `day` is "first last"."""
    rows = list(rows)
    logged = [(o.propensity, o.n_shown) for o in rows if o.propensity is not None]
    weight = sum(n for _, n in logged)
    days = sorted(o.day for o in rows)
    return Outcome(
        creative_id="",
        version=0,
        day=f"{days[0]} {days[-1]}" if days else " ",
        placement="",
        n_shown=sum(o.n_shown for o in rows),
        n_known=sum(o.n_known for o in rows),
        n_clicks=sum(o.n_clicks for o in rows),
        n_conversions=sum(o.n_conversions for o in rows),
        propensity=sum(p * n for p, n in logged) / weight if weight else None,
        cost_minor=sum(o.cost_minor for o in rows),
        from_report=any(o.from_report for o in rows),
    )


def _variant(c: Creative, s: Outcome, expected: float, best: float | None) -> VariantResult:
    first, last = s.day.split(" ")
    return VariantResult(
        creative=c,
        n_shown=s.n_shown,
        n_known=s.n_known,
        n_clicks=s.n_clicks,
        n_conversions=s.n_conversions,
        ctr=wilson(s.n_clicks, s.n_known),
        cvr=None if s.from_report else wilson(s.n_conversions, s.n_shown),
        expected_ctr=expected,
        p_best=best,
        propensity=s.propensity,
        cost_minor=s.cost_minor,
        first_day=first,
        last_day=last,
    )
