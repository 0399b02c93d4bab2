"""Columns of every kind as the writer takes them, and the SQL that inserts or updates a row of each."""

from __future__ import annotations

Value = str | int | float | None
Row = tuple[Value, ...]

#: kind -> columns of a row, in the order in which `Intake.put` takes them. "shopper" and
#: "shopper_key" are given as the shop's own customer id; an event's first value is its own id or "";
#: the key of costs is made by the writer.
COLUMNS: dict[str, tuple[str, ...]] = {
    "products": (
        *("product_id", "title", "department", "category", "product_type", "brand"),
        *("description", "price_minor", "currency", "url", "image", "breadth"),
        *("stock", "gtin", "taxonomy_id"),
    ),
    "shoppers": ("shopper_key", "consent", "personalise", "minor"),
    "events": (
        *("event_key", "shopper", "kind", "happened_at", "product_id", "value_minor"),
        *("query", "device", "city"),
    ),
    "impressions": (
        *("impression_id", "shopper", "product_id", "shown_at", "campaign_id", "campaign_type"),
        *("placement", "position", "device", "propensity", "cost_minor", "platform_activity"),
        *("platform_affinity", "platform_redemptions", "clicked", "creative_id", "city"),
    ),
    "conversions": (
        *("impression_id", "converted_at", "value_minor", "order_id", "refunded_at"),
        "refund_minor",
    ),
    "costs": (
        *("day", "campaign_id", "product_id", "creative_id", "placement", "cost_minor"),
        *("currency", "n_impressions", "n_clicks"),
    ),
}
#: Columns that name a row of costs; their digest is its key.
COST_KEY = COLUMNS["costs"][:5]
#: Columns as they are written: what `put` makes of the row is in front or behind.
WRITTEN: dict[str, tuple[str, ...]] = {**COLUMNS, "costs": ("cost_key", *COLUMNS["costs"])}

#: (kind, column) -> value in VALUES: what a null of the file becomes in a new row.
_GIVEN = {
    ("shoppers", "consent"): "coalesce(?, 0)",
    ("shoppers", "personalise"): "coalesce(?, 1)",
    ("shoppers", "minor"): "coalesce(?, 0)",
}
#: Columns that no file has and the writer sets, with the value.
_SET = {"conversions": {"source": "'file'"}, "products": {"taxonomy_by": "''"}}
#: (kind, column) -> value of a known row: what the file does not say does not undo what is known.
_KEPT = {
    ("shoppers", "consent"): "coalesce(?{n}, shoppers.consent)",
    ("shoppers", "personalise"): "coalesce(?{n}, shoppers.personalise)",
    ("shoppers", "minor"): "coalesce(?{n}, shoppers.minor)",
    ("products", "taxonomy_id"): "coalesce(nullif(?{n}, ''), products.taxonomy_id)",
    ("products", "taxonomy_by"): (
        "CASE WHEN excluded.taxonomy_id = '' THEN products.taxonomy_by ELSE 'file' END"
    ),
}


def _insert(kind: str) -> str:
    """SQL of a row: parameters ?1... in the order of `WRITTEN`, nothing done where the key is known."""
    columns, extra = WRITTEN[kind], _SET.get(kind, {})
    values = [
        _GIVEN.get((kind, c), "?").replace("?", f"?{n}") for n, c in enumerate(columns, start=1)
    ]
    if kind == "products":
        extra = {"taxonomy_by": f"CASE WHEN ?{len(columns)} = '' THEN '' ELSE 'file' END"}
    return (
        f"INSERT INTO {kind} ({', '.join((*columns, *extra))})"
        f" VALUES ({', '.join((*values, *extra.values()))})"
        f" ON CONFLICT ({columns[0]}) DO "
    )


def _update(kind: str) -> str:
    """The rest for known keys: update where a value differs; an equal row counts as no change."""
    columns = (*WRITTEN[kind], *_SET.get(kind, {}))
    new = {
        c: _KEPT.get((kind, c), f"excluded.{c}").replace("{n}", str(n))
        for n, c in enumerate(columns, start=1)
        if n > 1
    }
    old = ", ".join(f"{kind}.{c}" for c in new)
    return (
        f"UPDATE SET {', '.join(f'{c} = {v}' for c, v in new.items())}"
        f" WHERE ({old}) IS NOT ({', '.join(new.values())})"
    )


#: kind -> SQL that inserts a row with a new key and leaves others alone.
INSERT = {kind: _insert(kind) + "NOTHING" for kind in COLUMNS}
#: kind -> SQL that inserts a row, or updates it where a value differs.
UPSERT = {kind: _insert(kind) + _update(kind) for kind in COLUMNS}
