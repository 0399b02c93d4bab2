"""Probabilities to an audience above a size floor, with an interval and reasons."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from client.audience_expected import Expected, expected, interval
from client.audience_sift import above, afford, cost_of, find_product, sift, too_small
from client.audience_wish import Wish
from client.explain import Explanation, background_of, explain, reasons
from client.personal_head import Told, quiet
from client.score import Probabilities, Scorer
from client.store import Store, audiences, exposures
from client.store.exposures import Exposures
from client.targeting import OwnRows, calibrate
from common.domain import Audience, AudienceMember, Interval
from common.features import Encoded, default_spec, encode
from common.settings import Settings

#: Part of the shoppers that is taken when nobody says how many.
DEFAULT_SHARE = 0.1
#: Members beyond this get no reasons of their own; the audience's are over these.
MAX_EXPLAINED = 400


@dataclass(frozen=True, slots=True)
class Scored:
    """Everybody who may see a product, scored.

    Attributes:
        keys: Pseudonyms [N].
        encoded: Their rows [N].
        logit: Log-odds of a conversion [N] before calibration.
        p_conversion: [N].
        p_click: [N]; None without a click head.
    """

    keys: tuple[str, ...]
    encoded: Encoded
    logit: NDArray[np.float32]
    p_conversion: Probabilities
    p_click: Probabilities | None

    def only(self, keep: NDArray[np.bool_]) -> Scored:
        """Those of the mask [N]."""
        return Scored(
            keys=tuple(k for k, kept in zip(self.keys, keep, strict=True) if kept),
            encoded=Encoded(self.encoded.ids[keep], self.encoded.numeric[keep]),
            logit=self.logit[keep],
            p_conversion=self.p_conversion[keep],
            p_click=None if self.p_click is None else self.p_click[keep],
        )


@dataclass(frozen=True, slots=True)
class Picked:
    """An audience that was made, and what it may bring.

    Attributes:
        audience: As kept in the store.
        expected: Outcomes and cost of showing the ad to all of it.
        n_addressable: Everybody who could have been in it, before exclusions.
        left_out: Reason -> how many were left out for it.
        n_asked: The size that was asked for; None where none was (a budget is a bound, not a wish).
    """

    audience: Audience
    expected: Expected
    n_addressable: int
    left_out: dict[str, int]
    n_asked: int | None

    @property
    def size(self) -> int:
        """Shoppers in it."""
        return self.audience.size


@dataclass(frozen=True, slots=True)
class Previewed:
    """What an audience would be if it were made now.

    Attributes:
        size: Shoppers in it.
        expected_cvr: Conversions of one impression.
        expected_ctr: Clicks of one impression; None without a click head.
        base_cvr: Of everybody who could be in it.
        expected: Outcomes and cost of showing the ad to all of it.
        n_addressable: Everybody who could have been in it, before exclusions.
        left_out: Reason -> how many were left out for it.
        n_asked: The size that was asked for; None where none was (a budget is a bound, not a wish).
    """

    size: int
    expected_cvr: Interval
    expected_ctr: Interval | None
    base_cvr: float
    expected: Expected
    n_addressable: int
    left_out: dict[str, int]
    n_asked: int | None


def pick(
    store: Store, settings: Settings, product_id: str, size: int | None = None, name: str = ""
) -> Audience:
    """The `size` shoppers likeliest to convert on a product; see `choose`."""
    return choose(store, settings, product_id, Wish(size=size), name).audience


def choose(
    store: Store,
    settings: Settings,
    product: str,
    wish: Wish,
    name: str = "",
    told: Told = quiet,
) -> Picked:
    """The shoppers likeliest to convert on a product, kept in the store.

    Only shoppers who consent, want personalisation and were not left out are considered.

    Args:
        store: The shop.
        settings: Gives the size floor.
        product: A product of the shop, by its id or its exact title.
        wish: How many and who not; a tenth of all if nothing says how many.
        name: Shown in lists; made from the product's title if empty.
        told: Hears how far a fit is, if one is due.

    Raises:
        AudienceError: unknown product or audience, a budget that pays for nobody, or fewer
            shoppers than the floor.
        BundleError: no model is installed.
    """
    product_id, title = find_product(store, product)
    found = _found(store, settings, product_id, wish, told)
    names = (product_id, title, name)
    audience = _made(found.scorer, found.past, found.everybody, found.order, names)
    audiences.save(store, audience)
    plan = expected(
        audience.size, wish.frequency, audience.expected_cvr, audience.expected_ctr, found.cost
    )
    return Picked(audience, plan, found.n_addressable, found.left_out, found.n_asked)


def preview(
    store: Store, settings: Settings, product: str, wish: Wish, told: Told = quiet
) -> Previewed:
    """What `choose` would pick, without the reasons of its people; nothing of it is kept.

    Raises:
        AudienceError: as `choose`.
        BundleError: as `choose`.
    """
    product_id, _ = find_product(store, product)
    found = _found(store, settings, product_id, wish, told)
    scorer, past, everybody, order = found.scorer, found.past, found.everybody, found.order
    cvr = interval(scorer, past, everybody.logit[order])
    ctr = _ctr(scorer, past, everybody, order) if everybody.p_click is not None else None
    plan = expected(len(order), wish.frequency, cvr, ctr, found.cost)
    base = float(everybody.p_conversion.mean())
    of = (found.n_addressable, found.left_out, found.n_asked)
    return Previewed(len(order), cvr, ctr, base, plan, *of)


@dataclass(frozen=True, slots=True)
class _Found:
    """The picked places of everybody who may be in it, and what led there."""

    scorer: Scorer
    past: OwnRows
    everybody: Scored
    order: NDArray[np.int64]
    cost: tuple[float | None, str]
    n_addressable: int
    left_out: dict[str, int]
    n_asked: int | None


def _found(store: Store, settings: Settings, product_id: str, wish: Wish, told: Told) -> _Found:
    """Score, sift and order; raises as `choose`."""
    floor = settings.audience_floor
    if wish.size is not None and wish.size < floor:
        raise too_small(f"An audience of {wish.size} is below the floor of {floor}.", floor)
    cost = cost_of(store, product_id, wish)
    most = afford(wish, cost[0], floor)
    scorer, past = calibrate(store, told)
    all_of_them = score_candidates(store, scorer, product_id)
    keep, left_out = sift(store, product_id, all_of_them.keys, wish)
    everybody = all_of_them.only(keep)
    n = len(everybody.keys)
    if n < floor:
        few = f"Only {n} shoppers" if not left_out else f"Fewer than {floor} shoppers"
        raise too_small(f"{few} may be addressed; the floor is {floor}.", floor)
    # Equal scores are broken by pseudonym, so that the same rows give the same audience.
    order = np.lexsort((np.array(everybody.keys), -everybody.p_conversion))
    order = above(order, everybody.p_conversion, everybody.p_click, wish, floor)
    narrow = wish.min_ctr is not None or wish.min_cvr is not None
    wanted = wish.size if wish.size is not None else most
    if wanted is None:
        wanted = len(order) if narrow else max(floor, round(DEFAULT_SHARE * n))
    of = (len(all_of_them.keys), left_out, wish.size)
    return _Found(scorer, past, everybody, order[:wanted], cost, *of)


def _made(
    scorer: Scorer,
    past: OwnRows,
    everybody: Scored,
    order: NDArray[np.int64],
    names: tuple[str, str, str],
) -> Audience:
    """The audience of the picked places, with rates and reasons; `names`: id, title, own name."""
    product_id, title, name = names
    why = explain_rows(scorer, everybody, order[:MAX_EXPLAINED])
    ctr = everybody.p_click
    return Audience(
        audience_id=secrets.token_hex(6),
        name=name or f"{title}: likeliest {len(order)}",
        product_id=product_id,
        size=len(order),
        expected_cvr=interval(scorer, past, everybody.logit[order]),
        base_cvr=float(everybody.p_conversion.mean()),
        bundle_digest=scorer.bundle.digest(),
        created_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        expected_ctr=_ctr(scorer, past, everybody, order) if ctr is not None else None,
        reasons=reasons(why.groups, why.values.mean(0)),
        members=_members(everybody, order, why),
    )


def score_candidates(store: Store, scorer: Scorer, product_id: str) -> Scored:
    """Score everybody as if the product were shown to each now."""
    shown: Exposures = exposures.candidates(store, product_id)
    out = audiences.excluded(store, product_id)
    keep = np.array([k not in out for k in shown.shopper_keys], bool)
    encoded = encode(default_spec(), shown.columns)
    encoded = Encoded(encoded.ids[keep], encoded.numeric[keep])
    p_click, p_conversion = scorer.score(encoded)
    keys = tuple(k for k, kept in zip(shown.shopper_keys, keep, strict=True) if kept)
    return Scored(keys, encoded, scorer.logits(encoded)["conversion"], p_conversion, p_click)


def explain_rows(scorer: Scorer, everybody: Scored, picked: NDArray[np.int64]) -> Explanation:
    """Contributions for the picked shoppers, against all who may be addressed.

    Those others are the background: same product, same moment, so what is left is the person.
    """
    rows_of = Encoded(everybody.encoded.ids[picked], everybody.encoded.numeric[picked])
    platt = scorer.calibration.get("conversion")

    def logit(encoded: Encoded) -> NDArray[np.floating]:
        raw = scorer.logits(encoded)["conversion"]
        return platt.logit(raw) if platt else raw

    return explain(logit, default_spec(), rows_of, background_of(everybody.encoded))


def _members(
    everybody: Scored, order: NDArray[np.int64], why: Explanation
) -> tuple[AudienceMember, ...]:
    click = everybody.p_click
    return tuple(
        AudienceMember(
            shopper_key=everybody.keys[i],
            p_conversion=float(everybody.p_conversion[i]),
            p_click=float(click[i]) if click is not None else None,
            reasons=reasons(why.groups, why.values[rank]) if rank < len(why.values) else (),
        )
        for rank, i in enumerate(order)
    )


def _ctr(scorer: Scorer, past: OwnRows, everybody: Scored, order: NDArray[np.int64]) -> Interval:
    picked = Encoded(everybody.encoded.ids[order], everybody.encoded.numeric[order])
    return interval(scorer, past, scorer.logits(picked)["click"], "click")
