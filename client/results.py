"""How shown ads did: a period in buckets of weeks, beside the period before it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from client.store import Store, browse, rows
from client.views import Bucket, Performance


def performance(store: Store, n_weeks: int, step: int) -> Performance:
    """The last `n_weeks` weeks, Monday to Sunday UTC, and as many before them.

    Args:
        store: The shop.
        n_weeks: Length of the period that ends with the last week that has ads.
        step: Weeks in one bucket; divides `n_weeks`.
    """
    summary, last = rows.summary(store), browse.last_shown(store)
    if not last:
        return Performance((), ())
    day = date.fromisoformat(last[:10])
    end = day - timedelta(days=day.weekday()) + timedelta(weeks=1)
    start = end - timedelta(weeks=2 * n_weeks)
    found = browse.days(store, start.isoformat(), end.isoformat())
    n = n_weeks // step
    buckets = _buckets(found, start, 2 * n, step, labelled=summary.n_labelled > 0)
    began = browse.first_shown(store)[:10]
    # a period that began before the first ad was shown cannot be compared with
    before = tuple(buckets[:n]) if began <= start.isoformat() else ()
    return Performance(tuple(buckets[n:]), before, browse.currency(store))


def _buckets(
    found: Sequence[browse.DayTotals], start: date, n: int, step: int, *, labelled: bool
) -> list[Bucket]:
    """Days put together into `n` buckets of `step` weeks from `start` on; empty ones are kept."""
    groups: list[list[browse.DayTotals]] = [[] for _ in range(n)]
    for one in found:
        groups[(date.fromisoformat(one.day) - start).days // (7 * step)].append(one)
    return [
        Bucket(
            starts_on=(start + timedelta(weeks=step * i)).isoformat(),
            n_impressions=sum(d.n_impressions for d in group),
            n_clicks=_known([d.n_clicks for d in group]),
            n_conversions=sum(d.n_conversions for d in group) if labelled else None,
            spend_minor=sum(d.spend_minor for d in group),
            value_minor=sum(d.value_minor for d in group),
        )
        for i, group in enumerate(groups)
    ]


def _known(values: Sequence[int | None]) -> int | None:
    known = [v for v in values if v is not None]
    return sum(known) if known else None
