"""One shopper beside every product: a row each, as if each were shown now, and what forbids it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from client.store import Store, exposures, history
from client.store.history import Catalogue, History, Offers, Shown
from common.errors import AudienceError
from common.features import Encoded, default_spec, encode

DAY_S = 86_400
#: The same product is not shown again to somebody who saw it so often in the last WINDOW days.
CAP, WINDOW_DAYS = 3, 7
#: What was bought in so many days is not recommended again.
BOUGHT_DAYS = 30


@dataclass(frozen=True, slots=True)
class Rows:
    """P products for one shopper.

    Attributes:
        product_ids: [P] in the order of their ids.
        encoded: [P] rows of the model.
        bought: bool [P] bought lately.
        capped: bool [P] seen often enough lately.
    """

    product_ids: tuple[str, ...]
    encoded: Encoded
    bought: NDArray[np.bool_]
    capped: NDArray[np.bool_]


def rows_of(
    store: Store,
    shopper_key: str,
    *,
    bought_days: int = BOUGHT_DAYS,
    cap: int = CAP,
    at: str | None = None,
) -> Rows:
    """Every product as if shown to a shopper now; the same features as `exposures.candidates`.

    Args:
        store: The shop.
        shopper_key: Pseudonym.
        bought_days: What was bought in so many days counts as bought.
        cap: So many impressions of a product in WINDOW_DAYS are enough.
        at: ISO-8601 UTC; by default the first second after everything in the database.

    Raises:
        AudienceError: the shopper may not be addressed, or the shop has no products.
    """
    number = {k: n for n, k in history.read_keys(store, personalised=True).items()}
    if shopper_key not in number:
        raise AudienceError(
            "No shopper of this name may be addressed.",
            safe="Nothing was changed.",
            todo="Consent may be missing, or personalising off: see hansa shopper show ID. What "
            "goes well with a product needs no person: hansa recommend --product P",
        )
    catalogue = history.read_catalogue(store)
    if not catalogue.code:
        raise AudienceError(
            "The shop has no products yet.",
            safe="Nothing was changed.",
            todo="Import the products file with: hansa import FILE",
        )
    who = number[shopper_key]
    when = at or exposures.after_everything(store)
    now = int(history.seconds([when])[0])
    past = history.read_history(store, catalogue)
    offers = history.read_impressions(store, catalogue, when)
    shown = _as_if(catalogue, offers.shown, who, now)
    columns = exposures.model_columns(catalogue, _one(past, who), shown, _of(offers, who))
    bought = _bought(past, offers, who, now - bought_days * DAY_S, now, len(catalogue.code))
    seen = (offers.shown.shopper == who) & (offers.shown.at >= now - WINDOW_DAYS * DAY_S)
    n_seen = np.bincount(offers.shown.product[seen] + 1, minlength=len(catalogue.code) + 1)[1:]
    encoded = encode(default_spec(), columns)
    return Rows(tuple(catalogue.code), encoded, bought, n_seen >= cap)


def _as_if(catalogue: Catalogue, past: Shown, who: int, now: int) -> Shown:
    """Every product once for one shopper, each where it was shown most, like `exposures` does."""
    n = len(catalogue.code)
    every = np.arange(n, dtype=np.int64)
    mine = np.flatnonzero((past.shopper == who) & (past.at < now))
    tiers = np.zeros((n, 3), np.int64)
    if len(mine):
        tiers[:] = past.tiers[mine[-1]]
        last: dict[int, int] = {}
        for row in mine:  # by time: the last one of each department stays
            last[int(catalogue.department[past.product[row]])] = int(past.tiers[row, 1])
        tiers[:, 1] = [last.get(int(d), 0) for d in catalogue.department[:n]]
    return Shown(
        shopper=np.full(n, who, np.int64),
        at=np.full(n, now, np.int64),
        product=every,
        campaign_type=_usual(past.product, past.campaign_type, n),
        placement=_usual(past.product, past.placement, n),
        device=_usual(past.product, past.device, n),
        position=np.zeros(n, np.int64),
        tiers=tiers,
        city=np.full(n, "", object),
    )


def _usual(product: NDArray[np.int64], values: NDArray[np.generic], n: int) -> NDArray[np.object_]:
    """[n] each product's commonest value; the shop's for a product that was never shown."""
    words, code = np.unique(values.astype(str), return_inverse=True)
    if not len(words):
        return np.full(n, "", object)
    known = product >= 0
    cells = product[known] * len(words) + code[known]
    counts = np.bincount(cells, minlength=n * len(words)).reshape(n, len(words))
    best = counts.argmax(1)
    best[counts.sum(1) == 0] = np.bincount(code, minlength=len(words)).argmax()
    found: NDArray[np.object_] = words.astype(object)[best]
    return found


def _bought(
    past: History, offers: Offers, who: int, since: int, now: int, n: int
) -> NDArray[np.bool_]:
    """[n] products that were bought in an event, or with an ad, in [since, now)."""
    found = np.zeros(n + 1, np.bool_)  # the last place is for unknown products, code -1
    mine = (past.shopper == who) & past.is_purchase & (past.at >= since) & (past.at < now)
    won = (offers.shown.shopper == who) & (offers.converted_at >= since)
    found[past.product[mine]] = True
    found[offers.shown.product[won & (offers.converted_at < now)]] = True
    return found[:n]


def _one(past: History, who: int) -> History:
    mine = past.shopper == who
    return History(
        past.shopper[mine],
        past.at[mine],
        past.is_purchase[mine],
        past.value_minor[mine],
        past.product[mine],
    )


def _of(offers: Offers, who: int) -> Offers:
    mine = np.flatnonzero(offers.shown.shopper == who)
    s = offers.shown
    return Offers(
        shown=Shown(
            shopper=s.shopper[mine],
            at=s.at[mine],
            product=s.product[mine],
            campaign_type=s.campaign_type[mine],
            placement=s.placement[mine],
            device=s.device[mine],
            position=s.position[mine],
            tiers=s.tiers[mine],
            city=s.city[mine],
        ),
        product_id=[offers.product_id[i] for i in mine],
        shown_at=[offers.shown_at[i] for i in mine],
        clicked=offers.clicked[mine],
        converted_at=offers.converted_at[mine],
    )
