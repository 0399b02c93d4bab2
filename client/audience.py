"""Probabilities to an audience above a size floor, with an interval and reasons."""

from __future__ import annotations

import difflib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from client import personal
from client.explain import Explanation, background_of, explain, reasons
from client.score import Probabilities, Scorer
from client.store import Store, audiences, exposures, rows
from client.store.exposures import Exposures
from client.targeting import OwnRows, calibrate
from common.domain import Audience, AudienceMember, Interval
from common.errors import AudienceError, InputError
from common.features import Encoded, default_spec, encode
from common.settings import Settings

#: Part of the shoppers that is taken when nobody says how many.
DEFAULT_SHARE = 0.1
N_RESAMPLES = 200
#: Members beyond this get no reasons of their own; the audience's are over these.
MAX_EXPLAINED = 400
#: Products that a misspelt name is compared with.
MAX_PRODUCTS = 100_000


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


def pick(
    store: Store, settings: Settings, product_id: str, size: int | None = None, name: str = ""
) -> Audience:
    """The shoppers likeliest to convert on a product, kept in the store.

    Only shoppers who consent, want personalisation and were not left out are considered.

    Args:
        store: The shop.
        settings: Gives the size floor.
        product_id: A product of the shop, by its id or its exact title.
        size: How many; a tenth of all if None, never more than there are.
        name: Shown in lists; made from the product's title if empty.

    Raises:
        AudienceError: unknown product, or fewer shoppers than the floor.
        BundleError: no model is installed.
    """
    product_id, title = find_product(store, product_id)
    floor = settings.audience_floor
    if size is not None and size < floor:
        raise _too_small(f"An audience of {size} is below the floor of {floor}.", floor)
    scorer, past = calibrate(store)
    everybody = score_candidates(store, scorer, product_id)
    n = len(everybody.keys)
    if n < floor:
        raise _too_small(f"Only {n} shoppers may be addressed; the floor is {floor}.", floor)
    wanted = size if size is not None else max(floor, round(DEFAULT_SHARE * n))
    # Equal scores are broken by pseudonym, so that the same rows give the same audience.
    order = np.lexsort((np.array(everybody.keys), -everybody.p_conversion))[: min(wanted, n)]
    why = explain_rows(scorer, everybody, order[:MAX_EXPLAINED])
    ctr = everybody.p_click
    audience = Audience(
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
    audiences.save(store, audience)
    return audience


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


def interval(
    scorer: Scorer, past: OwnRows, logit: NDArray[np.floating], head: str = "conversion"
) -> Interval:
    """Mean probability of a group with a 95 % interval for the rate itself.

    With a local calibration, shoppers are resampled (Efron 1979) and the calibration is fitted
    again each time. Without one, the shop's outcomes so far against the model's total give a
    Gamma posterior for a common factor, with a prior worth one outcome.

    Args:
        scorer: With the calibration, if there is one.
        past: The shop's own labelled rows.
        logit: [n] the group's log-odds before calibration.
        head: "conversion" or "click".
    """
    p = scorer.calibrated(head, logit)
    value = float(p.mean())
    rng = np.random.default_rng(0)
    x, y = past.logits[head], past.labels[head]
    if head in scorer.calibration:
        found = [
            float(platt.p(logit).mean())
            for weights in _resamples(past.shopper, rng)
            if (platt := personal.fit(np.repeat(x, weights), np.repeat(y, weights)))
        ]
        draws = np.array(found or [value])
    else:
        known = y >= 0
        expected = float(scorer.calibrated(head, x[known]).sum())
        draws = value * rng.gamma(1.0 + int((y[known] == 1).sum()), 1 / (1.0 + expected), 4000)
    low, high = (float(v) for v in np.quantile(draws, [0.025, 0.975]))
    return Interval(value, min(low, value), min(1.0, max(high, value)))


def find_product(store: Store, text: str) -> tuple[str, str]:
    """(id, title) of a product given by id or by exact title.

    Raises:
        AudienceError: there is none; names the nearest ones.
    """
    try:
        product = rows.product(store, text)
        return product.product_id, product.title or product.product_id
    except InputError:
        pass
    known = [c.product for c in rows.products(store, limit=MAX_PRODUCTS)]
    titles = {p.title.casefold(): p for p in known}
    if match := titles.get(text.casefold()):
        return match.product_id, match.title
    names = [*(p.product_id for p in known), *titles]
    near = difflib.get_close_matches(text.casefold(), names, n=3, cutoff=0.5)
    ids = [titles[m].product_id if m in titles else m for m in near]
    raise AudienceError(
        "The shop has no such product.",
        where=text[:60],
        safe="No audience was made.",
        todo=f"Nearest: {', '.join(dict.fromkeys(ids))}." if ids else "See 'hansa data'.",
    )


def _resamples(shopper: NDArray[np.int64], rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """How often each row is in each bootstrap sample of whole shoppers, [N] each."""
    n = int(shopper.max()) + 1 if len(shopper) else 0
    return [
        np.bincount(rng.integers(0, n, n), minlength=n)[shopper].astype(np.int64)
        for _ in range(N_RESAMPLES if n else 0)
    ]


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


def _too_small(what: str, floor: int) -> AudienceError:
    return AudienceError(
        what,
        safe="No audience was made: a small group could point at single people.",
        todo=f"Ask for {floor} shoppers or more, or import more consenting shoppers.",
    )
