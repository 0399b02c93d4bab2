"""Who may be in an audience: exclusions, thresholds and what a budget pays for, above the floor."""

from __future__ import annotations

import difflib

import numpy as np
from numpy.typing import NDArray

from client.audience_wish import MINOR, NOTHING, Wish
from client.store import Store, audience_facts, audiences, profiles, rows
from common.errors import AudienceError, InputError

#: Products that a misspelt name is compared with.
MAX_PRODUCTS = 100_000
Probabilities = NDArray[np.float64]


def sift(
    store: Store, product_id: str, keys: tuple[str, ...], wish: Wish
) -> tuple[NDArray[np.bool_], dict[str, int]]:
    """Apply a wish's exclusions, in their order; who is out already is not counted again.

    Args:
        store: The shop.
        product_id: The product.
        keys: [N] pseudonyms of everybody who may be addressed.
        wish: Names the exclusions.

    Returns:
        The mask [N] of who stays, and how many went for which reason.

    Raises:
        AudienceError: an audience of this name does not exist.
        InputError: a segment of this name does not exist.
    """
    keep, left_out = np.ones(len(keys), np.bool_), {}
    for reason, out in _exclusions(store, product_id, wish):
        gone = np.array([k in out for k in keys], np.bool_) & keep
        left_out[reason] = int(gone.sum())
        keep &= ~gone
    if wish.segments:
        inside: set[str] = set()
        for segment_id in wish.segments:
            inside.update(profiles.addressable(store, profiles.find(store, segment_id)))
        stays = np.array([k in inside for k in keys], np.bool_)
        left_out["not in the segments"] = int((keep & ~stays).sum())
        keep &= stays
    return keep, left_out


def _exclusions(store: Store, product_id: str, wish: Wish) -> list[tuple[str, frozenset[str]]]:
    found = []
    if wish.exclude_buyers_days is not None:
        days = wish.exclude_buyers_days
        found.append(("bought it lately", audience_facts.buyers(store, product_id, days)))
    for audience_id in wish.exclude_audiences:
        known(store, audience_id)
        found.append((f"in {audience_id}", audience_facts.members(store, audience_id)))
    if wish.leave_out:
        found.append(("on the list", wish.leave_out))
    return found


def known(store: Store, audience_id: str) -> None:
    """Refuse an audience that does not exist.

    Raises:
        AudienceError: there is none of this name; names the nearest ones.
    """
    ids = [a.audience_id for a in audiences.listing(store)]
    if audience_id in ids:
        return
    near = difflib.get_close_matches(audience_id, ids, n=3, cutoff=0.5)
    raise AudienceError(
        "There is no audience of this name.",
        where=audience_id[:40],
        safe="Nothing was changed.",
        todo=f"Nearest: {', '.join(near)}." if near else "See the list with: hansa audience --list",
    )


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
        safe="Nothing was changed.",
        todo=f"Nearest: {', '.join(dict.fromkeys(ids))}." if ids else "See 'hansa data'.",
    )


def cost_of(store: Store, product_id: str, wish: Wish) -> tuple[float | None, str]:
    """What an impression costs in minor units, as said or as so far; and where that is from.

    Raises:
        AudienceError: there is a budget and nobody knows what an impression costs.
    """
    if wish.cost_per_impression_minor is not None:
        return wish.cost_per_impression_minor, "given"
    cost, said_by = audience_facts.cost_per_impression(store, product_id)
    if cost is None and wish.budget_minor is not None:
        raise AudienceError(
            "What an impression costs is not known here, so a budget says nothing.",
            where="--budget",
            safe=NOTHING,
            todo="Give --cost-per-impression, or import a file of costs with impressions.",
        )
    return cost, said_by


def afford(wish: Wish, cost: float | None, floor: int) -> int | None:
    """How many shoppers the budget pays for; None without a budget.

    Raises:
        AudienceError: fewer than the floor.
    """
    if wish.budget_minor is None or cost is None:
        return None
    each = cost * wish.frequency
    # a budget that is an exact multiple must not lose a shopper to a float's last digit
    most = int(wish.budget_minor / each * (1 + 1e-12))
    if most < floor:
        least = floor * each / MINOR
        raise AudienceError(
            f"The budget pays for fewer than {floor} shoppers, and no audience is smaller.",
            where="--budget",
            safe=NOTHING,
            todo=f"Give at least {least:.2f}, or fewer impressions of each.",
        )
    return most


def above(
    order: NDArray[np.int64],
    p_conversion: Probabilities,
    p_click: Probabilities | None,
    wish: Wish,
    floor: int,
) -> NDArray[np.int64]:
    """Those of the order whose probabilities are at least as asked.

    Raises:
        AudienceError: no click head, or fewer than the floor; says which rate would do.
    """
    if wish.min_ctr is not None and p_click is None:
        raise AudienceError(
            "This model was not trained on clicks, so no click rate can be asked of it.",
            where="--min-ctr",
            safe=NOTHING,
            todo="Use --min-cvr, or a model with a click head.",
        )
    for least, p, name in (
        (wish.min_ctr, p_click, "--min-ctr"),
        (wish.min_cvr, p_conversion, "--min-cvr"),
    ):
        if least is None or p is None:
            continue
        kept = order[p[order] >= least]
        if len(kept) < floor:
            # rounded down to three digits: the exact rate of one shopper is nobody's business
            reach = float(np.sort(p[order])[::-1][floor - 1])
            digits = 10.0 ** (np.floor(np.log10(max(reach, 1e-9))) - 1)
            raise AudienceError(
                f"Fewer than {floor} shoppers are that likely; no audience is smaller.",
                where=f"{name} {least:g}",
                safe=NOTHING,
                todo=f"Ask for {np.floor(reach / digits) * digits:.6g} or less.",
            )
        order = kept
    return order


def too_small(what: str, floor: int) -> AudienceError:
    """The refusal of a group below the floor."""
    return AudienceError(
        what,
        safe="No audience was made: a small group could point at single people.",
        todo=f"Ask for {floor} shoppers or more, or import more consenting shoppers.",
    )
