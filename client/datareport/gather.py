"""Count a shop's rows for the report: one pass of SQL a table, nothing kept but figures."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime

from client.clean.rules import RULES
from client.datareport.alerts import alerts
from client.datareport.facts import AsideGroup, Column, Day, Match, RefusedGroup, Report
from client.store import Store, browse, clean, coverage, rows
from common.settings import load_settings

#: Above so many impressions the features of each are counted only when asked for.
FEATURES_UP_TO = 200_000


def gather(store: Store, *, features: bool | None = None, now: datetime | None = None) -> Report:
    """Count everything.

    Args:
        store: The shop.
        features: Build every exposure's features and count them too; None: if that is quick.
        now: For warnings about future times; the clock's by default.
    """
    began = time.monotonic()
    now = now or datetime.now(UTC)
    settings = load_settings(store.home)
    columns = [
        Column(f.table, f.column, f.n_filled, f.n_rows, f.low, f.high)
        for table in coverage.TABLES
        for f in coverage.filled(store, table)
    ]
    tables = tuple({c.table: c.n_rows for c in columns}.items())
    impressions = dict(tables)["impressions"]
    days, hour_of_day = _days(store)
    consenting, shown, most, _ = coverage.by_shopper(store, "impressions")
    matched, conversions, early, late = coverage.conversions(store)
    consent = next(c for c in columns if (c.table, c.name) == ("shoppers", "consent"))
    counted = impressions <= FEATURES_UP_TO if features is None else features
    report = Report(
        shop=settings.shop_name,
        language=settings.language,
        made_at=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        state=coverage.state(store),
        currency=browse.currency(store),
        tables=tables,
        days=days,
        hour_of_day=hour_of_day,
        matches=_matches(store, (consenting, shown), (matched, conversions)),
        columns=tuple(c for c in columns if c.n_rows),
        features=tuple(coverage.coverage(store).items()) if counted else (),
        refused=tuple(RefusedGroup(*g) for g in coverage.refused_groups(store)),
        aside=_aside(store),
        open_imports=tuple(coverage.open_imports(store)),
        n_consenting=consent.n_filled,
        n_shoppers=consent.n_rows,
        most_of_one=most / shown if shown else 0.0,
        n_late=late,
        n_early=early,
        has_outcomes=any(i.kind == "conversions" for i in rows.imports(store)),
    )
    found = alerts(report, now, settings.people.retention_days)
    return replace(report, alerts=found, seconds=round(time.monotonic() - began, 3))


def _matches(
    store: Store, consenting: tuple[int, int], converted: tuple[int, int]
) -> tuple[Match, ...]:
    return (
        Match("impressions-product", *coverage.known_products(store, "impressions")),
        Match("impressions-consent", *consenting),
        Match("events-product", *coverage.known_products(store, "events")),
        Match("events-consent", *coverage.by_shopper(store, "events")[:2]),
        Match("conversions-impression", *converted),
        Match("costs-campaign", *coverage.costs(store)),
    )


def _days(store: Store) -> tuple[tuple[Day, ...], tuple[int, ...]]:
    """Days and the hours of the day, from one pass over each table."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    hour_of_day = [0] * 24
    names = {
        "impressions": ("n_impressions", "n_clicks", "spend_minor"),
        "events": ("n_events", "n_purchases", ""),
        "conversions": ("n_conversions", "", "value_minor"),
    }
    for table, (n, second, amount) in names.items():
        for h in coverage.hours(store, table):
            day, hour = h.hour[:10], h.hour[11:13]
            for name, value in (
                (n, h.n_rows - h.n_aside),
                (second, h.n_second),
                (amount, h.amount_minor),
                ("n_aside", h.n_aside),
            ):
                if name:
                    found[day][name] += value
            if table != "conversions" and hour.isdigit() and int(hour) < 24:
                hour_of_day[int(hour)] += h.n_rows
    for day, minor in coverage.costs_by_day(store):
        # what the platform charged says more than what single impressions cost
        found[day]["spend_minor"] = minor
    days = tuple(Day(day, **found[day]) for day in sorted(found))
    return days, tuple(hour_of_day)


def _aside(store: Store) -> tuple[AsideGroup, ...]:
    names = {rule.bit: rule.name for rule in RULES}
    out: dict[tuple[str, str], int] = defaultdict(int)
    for table in clean.PLACES:
        for bits, n in clean.by_aside(store, table).items():
            for place in range(bits.bit_length()):
                if bits >> place & 1:
                    out[names.get(1 << place, f"rule {place + 1}"), table] += n
    return tuple(AsideGroup(rule, table, n) for (rule, table), n in out.items())
