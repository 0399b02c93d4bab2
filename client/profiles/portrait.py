"""A segment's portrait: what its people have in common, counted over their profiles; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from client.profiles.shopper import Profile

TOP = 5


@dataclass(frozen=True, slots=True)
class Portrait:
    """Counts over n people.

    Attributes:
        n_people: How many.
        n_orders: Their orders.
        spend_minor: Their spend.
        returned_minor: What they sent back.
        stages: People by furthest stage.
        cells: People by recency-frequency-monetary cell, most first.
        interests: (name, mean share), strongest first.
        price_bands: People by price band; those without one are left out.
        dayparts: People by the part of the day that stands out.
        weekend_share: Mean.
    """

    n_people: int
    n_orders: int
    spend_minor: int
    returned_minor: int
    stages: dict[str, int]
    cells: dict[str, int]
    interests: tuple[tuple[str, float], ...]
    price_bands: dict[str, int]
    dayparts: dict[str, int]
    weekend_share: float

    def lines(self) -> list[str]:
        """For a terminal."""
        per = self.spend_minor / self.n_orders / 100 if self.n_orders else 0.0
        out = [
            f"  {self.n_people} people, {self.n_orders} orders, spend {self.spend_minor / 100:.2f},"
            f" {per:.2f} an order, sent back {self.returned_minor / 100:.2f}"
        ]
        for title, counts in (
            ("stage", self.stages),
            ("cells", self.cells),
            ("price band", self.price_bands),
            ("time of day", self.dayparts),
        ):
            if counts:
                out.append(f"  {title}: " + ", ".join(f"{k} {n}" for k, n in counts.items()))
        if self.interests:
            shares = ", ".join(f"{name} {100 * share:.0f} %" for name, share in self.interests)
            out.append(f"  interests: {shares}")
        return [*out, f"  at weekends: {100 * self.weekend_share:.0f} % of what they do"]


def portrait(bodies: Iterable[str]) -> Portrait:
    """Count over the JSON of profiles, one at a time."""
    n = orders = spend = returned = 0
    weekend = 0.0
    stages, cells, bands, parts = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    interests: dict[str, float] = {}
    for body in bodies:
        p = Profile.parse(body)
        n, orders, spend = n + 1, orders + p.n_orders, spend + p.spend_minor
        returned, weekend = returned + p.returned_minor, weekend + p.weekend_share
        stages[p.stage] += 1
        for counter, key in ((cells, p.cell), (bands, p.price_band), (parts, p.daypart)):
            if key:
                counter[key] += 1
        for name, share in p.interests:
            interests[name] = interests.get(name, 0.0) + share
    top = sorted(interests.items(), key=lambda i: (-i[1], i[0]))[:TOP]
    return Portrait(
        n_people=n,
        n_orders=orders,
        spend_minor=spend,
        returned_minor=returned,
        stages=dict(stages.most_common()),
        cells=dict(cells.most_common(TOP)),
        interests=tuple((name, total / n) for name, total in top),
        price_bands=dict(bands.most_common()),
        dayparts=dict(parts.most_common()),
        weekend_share=weekend / n if n else 0.0,
    )
