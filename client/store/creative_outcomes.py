"""What came back of each ad: impressions, clicks, conversions by version, day and placement; read from the logs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from client.store import Store
from client.store.creative_read import decisions, versions
from common.domain import CreativeDecision, CreativeState

#: An impression names its creative as "ad-1a2b3c4d" (the version is the one in force then) or as
#: "ad-1a2b3c4d.2". A log that gives only the day stands at midnight: it counts as that day's evening.
_MOMENT = (
    "CASE WHEN substr(shown_at, 11, 9) = 'T00:00:00' THEN substr(shown_at, 1, 10) || 'T23:59:59'"
    " ELSE substr(shown_at, 1, 19) END"
)
#: spans: [creative id as the log names it, id, version, from, until), text order is time order
_SPANS = (
    "WITH span AS (SELECT json_extract(value, '$[0]') AS named, json_extract(value, '$[1]') AS id,"
    " json_extract(value, '$[2]') AS version, json_extract(value, '$[3]') AS start,"
    " json_extract(value, '$[4]') AS until FROM json_each(?))"
)
_ROWS = (
    f"{_SPANS} SELECT span.id, span.version, substr(i.shown_at, 1, 10) AS day, i.placement,"
    " count(*), count(i.clicked), coalesce(sum(i.clicked), 0), count(c.impression_id),"
    " avg(i.propensity), sum(i.cost_minor)"
    " FROM span JOIN impressions AS i ON i.creative_id = span.named AND i.creative_id <> ''"
    f" AND {_MOMENT} >= span.start AND {_MOMENT} < span.until"
    " JOIN shoppers AS s ON s.shopper = i.shopper AND s.consent AND s.minor = 0 AND s.aside = 0"
    " LEFT JOIN conversions AS c ON c.impression_id = i.impression_id AND c.aside = 0"
    "  AND c.refunded_at = ''"
    " WHERE i.aside = 0 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
)
#: a platform's report by day, where there are no single impressions of that ad and day
_REPORTS = (
    f"{_SPANS} SELECT span.id, span.version, k.day, k.placement, sum(k.n_impressions),"
    " sum(CASE WHEN k.n_clicks IS NULL THEN 0 ELSE k.n_impressions END),"
    " coalesce(sum(k.n_clicks), 0), 0, NULL, sum(k.cost_minor)"
    " FROM span JOIN costs AS k ON k.creative_id = span.named AND k.creative_id <> ''"
    " AND k.day || 'T23:59:59' >= span.start AND k.day || 'T23:59:59' < span.until"
    " WHERE k.n_impressions > 0 AND coalesce(k.n_clicks, 0) <= k.n_impressions"
    " AND NOT EXISTS (SELECT 1 FROM impressions AS i WHERE i.creative_id = k.creative_id"
    "  AND i.creative_id <> '' AND substr(i.shown_at, 1, 10) = k.day)"
    " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
)
_ALWAYS, _NEVER = "0000", "9999"
_YES = (CreativeState.APPROVED, CreativeState.LIVE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one version on one day in one placement. Shoppers without consent are not counted.

    Attributes:
        creative_id: The ad.
        version: Of the ad; 0 = shown before anybody had approved any version of it.
        day: "2026-11-22", UTC.
        placement: As the log names it; "" = it does not.
        n_shown: Impressions.
        n_known: Of them those whose clicks the log records.
        n_clicks: Of `n_known` clicked.
        n_conversions: Impressions that led to a purchase (refunds are none).
        propensity: Mean of the logged chance with which the variant was chosen; None = not logged.
        cost_minor: Spent.
        from_report: Whether it is a platform's total and no single impressions.
    """

    creative_id: str
    version: int
    day: str
    placement: str
    n_shown: int
    n_known: int
    n_clicks: int
    n_conversions: int
    propensity: float | None
    cost_minor: int
    from_report: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which impressions of an ad belong to one version; `until` is not in it."""

    version: int
    start: str
    until: str


def spans(log: Iterable[CreativeDecision]) -> tuple[Span, ...]:
    """Which version an ad's impressions belong to, at every moment, from its log of decisions.

    The version that is live; without one the version approved last; after both are gone the one that
    was in use last, for platforms go on showing for a while. Before the first approval: version 0.
    """
    out = [Span(0, _ALWAYS, _NEVER)]
    states: dict[int, tuple[CreativeState, int]] = {}
    for d in log:
        states[d.version] = (d.state, d.entry)
        found = _in_use(states)
        if found is not None and found != out[-1].version:
            at = d.decided_at[:19]
            out[-1] = Span(out[-1].version, out[-1].start, at)
            out.append(Span(found, at, _NEVER))
    return tuple(s for s in out if s.start < s.until)


def outcomes(store: Store, creative_ids: Iterable[str]) -> list[Outcome]:
    """Outcomes of ads by version, day and placement; nothing of it is stored a second time."""
    table = []
    for creative_id in dict.fromkeys(creative_ids):
        log = decisions(store, creative_id)
        table += [[creative_id, creative_id, s.version, s.start, s.until] for s in spans(log)]
        for v in versions(store.db.conn, creative_id):
            yes = [d.decided_at[:19] for d in log if d.version == v.version and d.state in _YES]
            first = min(yes, default=_NEVER)
            named = f"{creative_id}.{v.version}"
            table.append([named, creative_id, 0, _ALWAYS, first])
            table.append([named, creative_id, v.version, first, _NEVER])
    given = [json.dumps(table)]
    single = [Outcome(*r) for r in store.db.execute(_ROWS, given)]
    reported = [replace(Outcome(*r), from_report=True) for r in store.db.execute(_REPORTS, given)]
    return single + reported


def unknown_ads(store: Store) -> tuple[int, int]:
    """Impressions that name a creative which this shop did not write here, and how many such names."""
    row = store.db.execute(
        "SELECT count(*), count(DISTINCT i.creative_id) FROM impressions AS i"
        " JOIN shoppers AS s ON s.shopper = i.shopper AND s.consent AND s.minor = 0 AND s.aside = 0"
        " WHERE i.aside = 0 AND i.creative_id <> ''"
        " AND i.creative_id NOT IN (SELECT creative_id FROM creatives"
        "  UNION ALL SELECT creative_id || '.' || version FROM creative_versions)"
    ).fetchone()
    return int(row[0]), int(row[1])


def pooled(store: Store, product_id: str | None = None) -> tuple[int, int]:
    """Impressions with known clicks of the shop (of one product), and their clicks."""
    row = store.db.execute(
        "SELECT count(i.clicked), coalesce(sum(i.clicked), 0) FROM impressions AS i"
        " JOIN shoppers AS s ON s.shopper = i.shopper AND s.consent AND s.minor = 0 AND s.aside = 0"
        " WHERE i.aside = 0 AND i.clicked IS NOT NULL AND (?1 IS NULL OR i.product_id = ?1)",
        [product_id],
    ).fetchone()
    return int(row[0]), int(row[1])


def _in_use(states: dict[int, tuple[CreativeState, int]]) -> int | None:
    """The live version, else the one approved last, else None."""
    for wanted in (CreativeState.LIVE, CreativeState.APPROVED):
        found = [(entry, v) for v, (state, entry) in states.items() if state is wanted]
        if found:
            return max(found)[1]
    return None
