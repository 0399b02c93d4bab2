"""The made-up shoppers that `hansa-audit canary` plants in a scratch shop, as files to import."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.audit.canary_plan import BUCKETS, CanaryPlan
from common.columns import hash_bucket
from common.features import default_spec

#: Shoppers of the sampler's shop; each is known by the category of their own product.
N_SAMPLED = 100
#: Rows of the shopper who has more than K.
N_MANY = 48
N_ORDINARY = 24
N_LATER = 3

Files = dict[str, str]


@dataclass(frozen=True, slots=True)
class Planted:
    """One made-up shopper.

    Attributes:
        customer: Their id in the files.
        kind: What is special about them.
        products: Number of the product of each impression before the cut.
        outcomes: Whether each of these was clicked and converted.
        extreme: The largest numbers that an import takes.
    """

    customer: str
    kind: str
    products: tuple[int, ...]
    outcomes: tuple[bool, ...]
    extreme: bool = False


def kinds() -> tuple[Planted, ...]:
    """The canary shoppers, then ordinary ones. Each has products that nobody else saw."""
    yes, first = True, N_MANY
    alternate = tuple(i % 2 == 0 for i in range(12))
    special = (
        Planted("canary-0", "many rows", tuple(range(N_MANY)), (yes,) * N_MANY),
        Planted("canary-1", "equal rows", (first,) * 16, (yes,) * 16),
        Planted("canary-2", "duplicate ids", (first + 1,) * 12, alternate),
        Planted("canary-3", "extreme numbers", (first + 2,) * 6, (yes,) * 6, extreme=True),
        Planted("canary-4", "one row", (first + 3,), (yes,)),
        Planted("canary-5", "never converts", (first + 4,) * 16, (False,) * 16),
        Planted("canary-6", "ordinary", (first + 5,) * 3, (False, yes, False)),
    )
    rest = tuple(
        Planted(
            f"other-{i}",
            "ordinary",
            (first + 6 + i,) * (1 + i % 5),
            tuple((i + j) % 3 == 0 for j in range(1 + i % 5)),
        )
        for i in range(N_ORDINARY)
    )
    return special + rest


def special_kinds() -> tuple[Planted, ...]:
    """Those of `kinds` that are withdrawn one after the other."""
    return tuple(s for s in kinds() if s.customer.startswith("canary-"))


def sampled() -> tuple[Planted, ...]:
    """Shoppers for the sampler's test: one product and one or two converted rows each."""
    return tuple(
        Planted(f"s-{i}", "sampled", (i,) * (1 + i % 2), (True,) * (1 + i % 2))
        for i in range(N_SAMPLED)
    )


def canaries(plan: CanaryPlan) -> tuple[Planted, ...]:
    """The m canaries of the one-run audit: one converted impression of an own product each."""
    return tuple(Planted(f"c-{i}", "canary", (i,), (True,)) for i in range(plan.n_canaries))


def coins(plan: CanaryPlan) -> NDArray[np.bool_]:
    """[m] which canaries are in the shop: fair and independent."""
    drawn = np.random.default_rng(plan.seed).integers(0, 2, plan.n_canaries)
    return drawn.astype(np.bool_)


def category_rows() -> NDArray[np.int64]:
    """Row of the id table of each product's own category, for products 0..N_SAMPLED-1."""
    spec = default_spec()
    at = spec.categorical_names.index("category")
    size = spec.categorical[at].buckets
    rows = [spec.offsets[at] + hash_bucket(name, size) for name in names(N_SAMPLED, size)]
    return np.array(rows, np.int64)


def canary_rows(n: int) -> NDArray[np.int64]:
    """[n, 2] rows of `audit_spec`'s id table of each canary's category and product type."""
    own = [hash_bucket(name, BUCKETS) for name in names(n, BUCKETS)]
    return np.stack([np.array(own), BUCKETS + np.array(own)], axis=1).astype(np.int64)


def names(n: int, buckets: int) -> list[str]:
    """The first n texts of a counted list that fall into buckets of their own."""
    found: list[str] = []
    taken: set[int] = set()
    number = 0
    while len(found) < n:
        name, number = f"kind {number}", number + 1
        place = hash_bucket(name, buckets)
        if place not in taken:
            taken.add(place)
            found.append(name)
    return found


def files(shoppers: Sequence[Planted], labels: Sequence[str]) -> Files:
    """CSV texts by kind of file; product i has the category and product type `labels[i]`."""
    head = "impression_id,customer_id,product_id,shown_at,campaign_type,position,"
    head += "platform_activity,platform_affinity,platform_redemptions,clicked\n"
    shown = [row for s in shoppers for row in _impressions(s)]
    bought = [row for s in shoppers if s.extreme for row in _purchases(s)]
    out = {
        "products": "product_id,title,department,category,product_type\n"
        + "".join(f"P{i},Thing {i},Dept {i % 9},{t},{t}\n" for i, t in enumerate(labels)),
        "shoppers": consent([(s.customer, True) for s in shoppers]),
        "impressions": head + "".join(row for row, _, _ in shown),
        "conversions": "impression_id,converted_at\n"
        + "".join(f"{name},2024-06-01T00:00:00Z\n" for _, name, won in shown if won),
    }
    if bought:
        events = "customer_id,kind,happened_at,product_id,value\n"
        out["events"] = events + "".join(bought)
    return out


def consent(answers: Sequence[tuple[str, bool]]) -> str:
    """A file of shoppers with their consent."""
    rows = (f"{customer},{'yes' if given else 'no'}\n" for customer, given in answers)
    return "customer_id,consent\n" + "".join(rows)


def _impressions(s: Planted) -> Iterator[tuple[str, str, bool]]:
    """(line, impression id, converted) of a shopper, before and after the cut."""
    numbers = "10000,6,6,6" if s.extreme else "0,1,0,2"
    later = [(s.products[0], i % 2 == 0, "05") for i in range(N_LATER)]
    before = [(p, won, "02") for p, won in zip(s.products, s.outcomes, strict=True)]
    for i, (product, won, month) in enumerate([*before, *later]):
        name = f"{s.customer}-{i}"
        at = f"2024-{month}-{1 + i // 24:02d}T{i % 24:02d}:00:00Z"
        clicked = "yes" if won else "no"
        yield f"{name},{s.customer},P{product},{at},A,{numbers},{clicked}\n", name, won


def _purchases(s: Planted) -> Iterator[str]:
    for i in range(80):
        at = f"2024-01-{1 + i // 24:02d}T{i % 24:02d}:00:00Z"
        yield f"{s.customer},purchase,{at},P{s.products[0]},99999999.99\n"
