"""Choose which ad an audience sees next, and keep how likely each one was."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from client.creative import review
from client.creative.learn import thompson
from client.creative.learn.results import GroupResult, VariantResult, results
from client.store import Store, creative_choices, creatives
from client.store.creative_choices import Arm, Choice
from common.domain import CreativeState
from common.errors import CreativeError


def choose(
    store: Store,
    product_id: str,
    audience_id: str = "",
    *,
    slot: str = "search",
    language: str | None = None,
    n: int = 1,
    seed: int | None = None,
    floor: float = thompson.FLOOR,
    strength: float = thompson.STRENGTH,
) -> Choice:
    """Shares of the approved and live variants, and n of them drawn by these; stored, then returned.

    Args:
        store: The open shop folder.
        product_id: The product.
        audience_id: "" = the ads that are for no audience in particular.
        slot: Where the ads stand.
        language: "en" or "zh"; needed only where there are ads in both.
        n: How many different variants are drawn.
        seed: Same seed and same results: same choice. None = from the system's generator.
        floor: Least share of each variant, see `thompson.floor_of`.
        strength: Impressions that the prior counts for.

    Raises:
        CreativeError: nothing is approved that still holds for this product, audience, slot and language, or there
            are ads in two languages and none was named.
    """
    # a price may have changed since: what no longer holds goes back to refused and is not shown
    for c in creatives.usable(store, product_id, audience_id, slot=slot):
        review.still_holds(store, c)
    group = _group(store, product_id, audience_id, slot, language, strength)
    made = _draw(group, n, seed, floor, strength)
    return replace(made, choice_id=creative_choices.save(store, made))


def _draw(group: GroupResult, n: int, seed: int | None, floor: float, strength: float) -> Choice:
    """Shares of a group's variants in use, and n of them drawn; not stored yet."""
    used = [v for v in group.variants if v.p_best is not None]
    p = thompson.posterior(
        np.array([v.n_known for v in used], float),
        np.array([v.n_clicks for v in used], float),
        group.prior.mean,
        strength,
    )
    drawn = seed if seed is not None else secrets.randbits(63)
    picks, shares, error = thompson.pick(p, n, np.random.default_rng(drawn), floor)
    ranks = {pick.arm: (at, pick.p_pick) for at, pick in enumerate(picks, start=1)}
    arms = [_arm(v, float(shares[i]), *ranks.get(i, (None, None))) for i, v in enumerate(used)]
    settings: dict[str, float | str] = {
        "prior_mean": group.prior.mean,
        "prior_source": group.prior.source,
        "prior_strength": strength,
        "floor": thompson.floor_of(len(used), floor),
        "error": error,
    }
    return _choice(group, settings, drawn, arms)


def _choice(
    group: GroupResult, settings: dict[str, float | str], seed: int, arms: Sequence[Arm]
) -> Choice:
    return Choice(
        choice_id="",
        chosen_at=creatives.now(),
        product_id=group.product_id,
        audience_id=group.audience_id,
        slot=group.slot,
        language=group.language,
        method=thompson.METHOD,
        settings=settings,
        seed=seed,
        arms=tuple(sorted(arms, key=lambda a: (-a.propensity, a.creative_id, a.version))),
    )


def _group(
    store: Store,
    product_id: str,
    audience_id: str,
    slot: str,
    language: str | None,
    strength: float,
) -> GroupResult:
    found = [
        g
        for g in results(store, product_id, audience_id, strength).groups
        if g.slot == slot
        and language in (None, g.language)
        and any(v.p_best is not None for v in g.variants)
    ]
    if len(found) > 1:
        raise CreativeError(
            f"There are approved ads in {' and '.join(sorted(g.language for g in found))}.",
            where=product_id,
            safe="Nothing was chosen.",
            todo="Say which: --language en or --language zh",
        )
    if not found:
        drafts = creatives.listing(store, CreativeState.DRAFT, audience_id, product_id, slot=slot)
        raise CreativeError(
            "No ad is approved for this product, audience and slot.",
            where=f"{product_id}, {audience_id or 'no audience'}, {slot}",
            safe="Nothing was chosen.",
            todo=f"{len(drafts)} wait for you: hansa ads list --state draft"
            if drafts
            else "Write some: hansa ads write --product ID",
        )
    return found[0]


def _arm(v: VariantResult, share: float, rank: int | None, p_pick: float | None) -> Arm:
    return Arm(
        v.creative.creative_id, v.creative.version, share, v.n_known, v.n_clicks, rank, p_pick
    )
