"""Why one shopper, or an audience as a whole, has its score: reasons in words, factors that add up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from client.audience import MAX_EXPLAINED, explain_rows, score_candidates
from client.audience_sift import find_product, known
from client.explain import reasons
from client.people.who import key_of
from client.personal_head import Told, quiet
from client.salt import place
from client.store import Store, audiences
from client.targeting import open_scorer
from common.domain import Reason
from common.errors import AudienceError
from common.settings import Settings


@dataclass(frozen=True, slots=True)
class Why:
    """An explanation.

    Attributes:
        shopper: Pseudonym; "" for an audience.
        audience_id: "" for a shopper.
        product_id: Of which product.
        title: What it is about, in words.
        n_people: Whose contributions were averaged.
        p_conversion: Probability, or the audience's mean.
        base_odds: Odds that the factors start from: those of the rows behind, in the mean of
            log-odds.
        odds_factors: Group -> factor, all of them. Base odds times all factors are the odds of the
            score; for an audience, of the mean log-odds of its people.
        reasons: The groups that moved it most, up or down, worded as what the model used.
        bundle_digest: Of the model.
        same_model: Whether the audience was made with this model.
    """

    shopper: str
    audience_id: str
    product_id: str
    title: str
    n_people: int
    p_conversion: float
    base_odds: float
    odds_factors: dict[str, float]
    reasons: tuple[Reason, ...]
    bundle_digest: str
    same_model: bool = True


def why_shopper(store: Store, shopper: str, product: str, told: Told = quiet) -> Why:
    """Why a shopper has this score for a product, against those who may be addressed.

    Args:
        store: The shop.
        shopper: Pseudonym, or the shop's own customer id, which is hashed at once.
        product: Id or exact title.
        told: Hears how far a fit is, if one is due.

    Raises:
        AudienceError: the shopper may not be addressed, or the shop has no such product.
        BundleError: no model is installed.
    """
    product_id, title = find_product(store, product)
    scorer = open_scorer(store, told=told)
    everybody = score_candidates(store, scorer, product_id)
    if shopper not in everybody.keys:
        shopper = key_of(store, shopper, place.load(store.home))
    if shopper not in everybody.keys:
        raise AudienceError(
            "No shopper of this name may be addressed.",
            safe="Nothing was changed.",
            todo="Consent may be missing; 'hansa score' lists who may be addressed.",
        )
    at = everybody.keys.index(shopper)
    why = explain_rows(scorer, everybody, np.array([at]))
    value = why.values[0]
    return Why(
        shopper=shopper,
        audience_id="",
        product_id=product_id,
        title=title,
        n_people=1,
        p_conversion=float(everybody.p_conversion[at]),
        base_odds=float(np.exp(why.base)),
        odds_factors=dict(zip(why.groups, np.exp(value).tolist(), strict=True)),
        reasons=reasons(why.groups, value, both_ways=True),
        bundle_digest=scorer.bundle.digest(),
    )


def why_audience(store: Store, settings: Settings, audience_id: str, told: Told = quiet) -> Why:
    """What the current model uses for an audience: mean contributions of its people.

    Of large audiences, MAX_EXPLAINED people spread evenly over their order are explained.

    Raises:
        AudienceError: there is none of this name, or fewer people than the floor are left.
        BundleError: no model is installed.
    """
    known(store, audience_id)
    audience = audiences.load(store, audience_id)
    scorer = open_scorer(store, told=told)
    everybody = score_candidates(store, scorer, audience.product_id)
    place_of = {key: i for i, key in enumerate(everybody.keys)}
    members = [place_of[m.shopper_key] for m in audience.members if m.shopper_key in place_of]
    if len(members) < settings.audience_floor:
        raise AudienceError(
            f"Fewer than {settings.audience_floor} people of this audience may be addressed any"
            " more.",
            where=audience_id,
            safe="Nothing was changed: a small group could point at single people.",
            todo="Pick a new audience with: hansa audience --product P",
        )
    at = np.array(members)[np.unique(np.linspace(0, len(members) - 1, MAX_EXPLAINED).astype(int))]
    why = explain_rows(scorer, everybody, at)
    value = why.values.mean(0)
    return Why(
        shopper="",
        audience_id=audience_id,
        product_id=audience.product_id,
        title=audience.name,
        n_people=len(at),
        p_conversion=float(everybody.p_conversion[members].mean()),
        base_odds=float(np.exp(why.base)),
        odds_factors=dict(zip(why.groups, np.exp(value).tolist(), strict=True)),
        reasons=reasons(why.groups, value, both_ways=True),
        bundle_digest=scorer.bundle.digest(),
        same_model=audience.bundle_digest == scorer.bundle.digest(),
    )
