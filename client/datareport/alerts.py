"""Warnings that matter: pure, from the report's figures; words for them are in client.datareport.words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from statistics import median

from client.datareport.facts import Alert, Day, Report

#: A day below this part of the median of the week before it is a sudden drop.
DROP = 0.3
#: Drops and gaps are told only where a usual day has so many rows.
USUAL = 20
FEW_SHOPPERS = 20
_LEVELS = {"bad": 0, "warn": 1, "info": 2}


def alerts(report: Report, now: datetime, retention_days: int) -> tuple[Alert, ...]:
    """What to know, what matters most first.

    Args:
        report: The figures.
        now: The present.
        retention_days: How long the shop means to keep behaviour.
    """
    found = [
        *_people(report),
        *_outcomes(report),
        *_links(report),
        *_times(report, now, retention_days),
        *_days(report.days),
        *_left_out(report),
    ]
    return tuple(sorted(found, key=lambda a: _LEVELS[a.level]))


def _people(r: Report) -> Iterator[Alert]:
    if not any(n for _, n in r.tables):
        yield Alert("empty", "info")
        return
    if r.n_shoppers and not r.n_consenting:
        yield Alert("no-consent", "bad", (_n(r.n_shoppers),))
    elif r.n_consenting < FEW_SHOPPERS and r.n_shoppers:
        yield Alert("few-shoppers", "warn", (_n(r.n_consenting), str(FEW_SHOPPERS)))
    elif r.n_shoppers and r.n_consenting < 0.2 * r.n_shoppers:
        yield Alert("little-consent", "warn", (_share(r.n_consenting / r.n_shoppers),))
    if r.most_of_one > 0.1 and r.n_rows("impressions") >= 100:
        level = "bad" if r.most_of_one > 1 / 3 else "warn"
        yield Alert("one-shopper", level, (_share(r.most_of_one),))


def _outcomes(r: Report) -> Iterator[Alert]:
    shown = r.n_rows("impressions")
    if not shown:
        if r.n_rows("events"):
            yield Alert("no-impressions", "warn")
        return
    clicked = r.column("impressions", "clicked")
    if not r.has_outcomes:
        yield Alert("no-conversions", "bad" if not clicked.n_filled else "warn")
    if not clicked.n_filled:
        yield Alert("clicks-unknown", "info")
    elif clicked.n_filled < 0.95 * shown:
        yield Alert("clicks-partly", "warn", (_share(1 - clicked.n_filled / shown),))
    if clicked.n_filled and clicked.low == clicked.high:
        yield Alert("clicks-all-same", "warn", ("yes" if clicked.low == "1" else "no",))
    conversions = r.n_rows("conversions")
    if r.n_late:
        yield Alert("conversions-late", "warn", (_n(r.n_late), _share(r.n_late / conversions)))
    if r.n_early:
        yield Alert("conversions-early", "bad", (_n(r.n_early),))


def _links(r: Report) -> Iterator[Alert]:
    products = r.n_rows("products")
    prices = r.column("products", "price_minor")
    if products and prices.n_filled < 0.9 * products:
        missing = products - prices.n_filled
        yield Alert("prices-missing", "warn", (_n(missing), _share(missing / products)))
    for name, limit in (
        ("impressions-product", 0.98),
        ("events-product", 0.9),
        ("conversions-impression", 0.95),
        ("costs-campaign", 0.95),
    ):
        match = r.match(name)
        if match.share is not None and match.share < limit:
            missing = match.n_rows - match.n_matched
            level = "bad" if match.share < 0.5 else "warn"
            yield Alert(f"unmatched-{name}", level, (_n(missing), _share(1 - match.share)))


def _times(r: Report, now: datetime, retention_days: int) -> Iterator[Alert]:
    times = {
        table: r.column(table, at)
        for table, at in (
            ("impressions", "shown_at"),
            ("events", "happened_at"),
            ("conversions", "converted_at"),
        )
    }
    tomorrow = (now + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    for table, column in times.items():
        if column.high > tomorrow:
            yield Alert("future", "bad", (table, column.high[:10]))
        if column.low and column.low < "1990":
            yield Alert("ancient", "bad", (table, column.low[:10]))
    n = sum(r.hour_of_day)
    if n >= 100 and max(r.hour_of_day) == n:
        yield Alert("dates-only", "warn")
    newest = max((c.high for c in times.values()), default="")
    if newest and newest[:10] < (now - timedelta(days=30)).strftime("%Y-%m-%d"):
        yield Alert("stale", "info", (newest[:10],))
    border = (now - timedelta(days=retention_days)).strftime("%Y-%m-%d")
    oldest = [c.low[:10] for t, c in times.items() if c.low and t != "conversions"]
    if retention_days and oldest and min(oldest) < border:
        yield Alert("older-than-kept", "info", (str(retention_days), min(oldest)))


def _days(days: Sequence[Day]) -> Iterator[Alert]:
    """Days without rows inside of the time that has them, and sudden drops."""
    for name in ("impressions", "events"):
        counts = {d.day: int(getattr(d, f"n_{name}")) for d in days if getattr(d, f"n_{name}")}
        gaps, drops = gaps_and_drops(counts)
        if gaps:
            first = f"{gaps[0]} – {gaps[-1]}" if len(gaps) > 1 else gaps[0]
            yield Alert("gaps", "warn", (name, _n(len(gaps)), first))
        if drops:
            yield Alert("drops", "warn", (name, _n(len(drops)), drops[0]))


def gaps_and_drops(counts: dict[str, int]) -> tuple[list[str], list[str]]:
    """Days without rows, and days with far fewer than in the week before.

    Only where a usual day has many rows: campaigns of a small shop come and go.

    Args:
        counts: Day -> rows, only days that have some.
    """
    if len(counts) < 7 or median(counts.values()) < USUAL:
        return [], []
    first, last = (_day(d) for d in (min(counts), max(counts)))
    if first is None or last is None:
        return [], []
    every = [first + timedelta(days=i) for i in range((last - first).days + 1)]
    series = [counts.get(d.isoformat(), 0) for d in every]
    if series.count(0) > len(series) / 2:
        return [], []  # ads are shown now and then: a day without is the rule
    gaps = [d.isoformat() for d, n in zip(every, series, strict=True) if not n]
    # the first and the last day are seldom whole
    drops = [
        every[i].isoformat()
        for i in range(7, len(series) - 1)
        if 0 < series[i] < DROP * median(series[i - 7 : i])
    ]
    return gaps, drops


def _left_out(r: Report) -> Iterator[Alert]:
    if r.open_imports:
        names = ", ".join(r.open_imports[:3])
        yield Alert("cut-off", "bad", (_n(len(r.open_imports)), names))
    if r.n_refused:
        yield Alert("refused", "warn", (_n(r.n_refused), _n(len(r.refused))))
    if r.n_aside:
        yield Alert("aside", "info", (_n(r.n_aside), _n(len({g.rule for g in r.aside}))))


def _day(text: str) -> date | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC).date()
    except ValueError:
        return None


def _n(value: int) -> str:
    return f"{value:,}"


def _share(value: float) -> str:
    return f"{100 * value:.0f} %" if value >= 0.01 else f"{100 * value:.2g} %"
