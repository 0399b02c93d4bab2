"""Reading creatives: newest versions by filter, one version, the history of one, its decisions."""

from __future__ import annotations

import sqlite3

from client.store import Store
from client.store.creative_rows import COLUMNS, from_row
from common.domain import Creative, CreativeDecision, CreativeState
from common.errors import CreativeError

_ALL = f"SELECT {COLUMNS} FROM creatives c JOIN creative_versions v USING (creative_id)"
#: the newest version of every creative; of those on show also an older one, whose edit still waits
_NEWEST = (
    "v.version = (SELECT max(version) FROM creative_versions WHERE creative_id = c.creative_id)"
)
_LIVE = "v.state = 'live'"
#: the one version that may be shown: the newest if it has a yes, else the one that is still live
_USABLE = f"""((v.state IN ('approved', 'live') AND {_NEWEST}) OR ({_LIVE} AND NOT EXISTS (
    SELECT 1 FROM creative_versions n WHERE n.creative_id = c.creative_id
    AND n.version > v.version AND n.state IN ('approved', 'live'))))"""
#: ads of before there were slots were written for "search"
SLOT = "coalesce(nullif(json_extract(v.provenance, '$.slot'), ''), 'search')"


def listing(
    store: Store,
    state: CreativeState | str | None = None,
    audience_id: str | None = None,
    product_id: str | None = None,
    *,
    slot: str | None = None,
    language: str | None = None,
    since: str | None = None,
) -> list[Creative]:
    """The newest version of every creative, newest first; filters are joined by "and".

    Args:
        store: The open shop folder.
        state: Of the newest version; "live" also gives an older one that is on show while its edit
            waits for a person.
        audience_id: "" = for no audience in particular.
        product_id: For this product.
        slot: Written for this slot.
        language: "en" or "zh".
        since: Versions made at or after this ISO-8601 moment or day.
    """
    return _select(
        store,
        _LIVE if state == "live" else _NEWEST,
        ("v.state =", state),
        ("c.audience_id =", audience_id),
        ("c.product_id =", product_id),
        (f"{SLOT} =", slot),
        ("c.language =", language),
        ("v.created_at >=", since),
    )


def usable(
    store: Store,
    product_id: str | None = None,
    audience_id: str | None = None,
    *,
    slot: str | None = None,
) -> list[Creative]:
    """Of every creative the one version that may be shown now, newest first.

    The newest version if a person's yes is in force; else an older one that is still live while its
    edit waits. Filters are joined by "and".
    """
    return _select(
        store,
        _USABLE,
        ("c.product_id =", product_id),
        ("c.audience_id =", audience_id),
        (f"{SLOT} =", slot),
    )


def _select(store: Store, which: str, *filters: tuple[str, str | None]) -> list[Creative]:
    """Versions by conditions of our own and the values to compare with; None = any."""
    sql, values = f"{_ALL} WHERE {which}", []
    for condition, value in filters:
        if value is not None:
            sql += f" AND {condition} ?"
            values.append(str(value))
    rows = store.db.conn.execute(f"{sql} ORDER BY v.created_at DESC, c.creative_id", values)
    return [from_row(row) for row in rows]


def counts(store: Store) -> dict[str, int]:
    """How many ads `listing` gives for each state; states without any are 0."""
    rows = store.db.conn.execute(
        "SELECT v.state, count(*) FROM creative_versions v WHERE v.state = 'live' OR v.version ="
        " (SELECT max(version) FROM creative_versions WHERE creative_id = v.creative_id) GROUP BY 1"
    )
    return {str(s): 0 for s in CreativeState} | {str(r[0]): int(r[1]) for r in rows}


def shown(
    store: Store, product_id: str | None = None, audience_id: str | None = None
) -> list[Creative]:
    """Every version that a person ever approved and that may have been shown: older ones too."""
    sql = (
        f"SELECT {COLUMNS} FROM creatives c JOIN creative_versions v USING (creative_id)"
        " WHERE (v.state IN ('approved', 'live', 'retired') OR EXISTS (SELECT 1"
        "  FROM creative_decisions d WHERE d.creative_id = v.creative_id"
        "  AND d.version = v.version AND d.state IN ('approved', 'live')))"
        " AND (?1 IS NULL OR c.product_id = ?1) AND (?2 IS NULL OR c.audience_id = ?2)"
        " ORDER BY c.created_at, c.creative_id, v.version"
    )
    return [from_row(row) for row in store.db.conn.execute(sql, (product_id, audience_id))]


def load(store: Store, creative_id: str, version: int | None = None) -> Creative:
    """One creative, its newest version unless another is named.

    Raises:
        CreativeError: there is no such creative or version.
    """
    versions = history(store, creative_id)
    for c in versions if version is not None else versions[-1:]:
        if version is None or c.version == version:
            return c
    raise CreativeError(
        f"The ad {creative_id} has no version {version}.",
        safe="Nothing was changed.",
        todo=f"It has versions 1 to {versions[-1].version}; see: hansa ads show {creative_id}",
    )


def history(store: Store, creative_id: str) -> list[Creative]:
    """Every version of one creative, oldest first.

    Raises:
        CreativeError: there is no such creative.
    """
    rows = versions(store.db.conn, creative_id)
    if not rows:
        raise CreativeError(
            f"There is no ad with the id {creative_id}.",
            safe="Nothing was changed.",
            todo="See the ids with: hansa ads list",
        )
    return rows


def versions(conn: sqlite3.Connection, creative_id: str) -> list[Creative]:
    """As `history`, also within a transaction; empty if there is no such creative."""
    rows = conn.execute(
        f"SELECT {COLUMNS} FROM creatives c JOIN creative_versions v USING (creative_id)"
        " WHERE c.creative_id = ? ORDER BY v.version",
        (creative_id,),
    )
    return [from_row(row) for row in rows]


def decisions(store: Store, creative_id: str) -> list[CreativeDecision]:
    """Every decision on a creative, oldest first, also those that later ones took back."""
    return decided(store.db.conn, creative_id)


def decided(conn: sqlite3.Connection, creative_id: str) -> list[CreativeDecision]:
    """As `decisions`, also within a transaction."""
    rows = conn.execute(
        "SELECT entry, creative_id, version, state, decided_at, decided_by, reason, was, undoes,"
        " EXISTS (SELECT 1 FROM creative_decisions u WHERE u.undoes = d.entry)"
        " FROM creative_decisions d WHERE creative_id = ? ORDER BY entry",
        (creative_id,),
    )
    return [
        CreativeDecision(
            r[0], r[1], r[2], CreativeState(r[3]), r[4], r[5], r[6], r[7], r[8], bool(r[9])
        )
        for r in rows
    ]


def brands(store: Store, limit: int = 2_000) -> list[str]:
    """Brands of the shop's products: an ad for one must not name another."""
    found = store.db.conn.execute(
        "SELECT DISTINCT brand FROM products WHERE length(brand) > 2 ORDER BY brand LIMIT ?",
        (limit,),
    )
    return [str(row[0]) for row in found]
