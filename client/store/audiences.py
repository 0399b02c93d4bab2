"""Audiences of the shop: save, list, load, leave shoppers out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from client.store import Store
from common.database import transaction
from common.domain import Audience, AudienceMember, Interval, Reason
from common.errors import AudienceError

_COLUMNS = (
    "audience_id, name, product_id, size, expected_cvr, expected_ctr, base_cvr, bundle_digest,"
    " created_at, reasons"
)


def save(store: Store, audience: Audience) -> None:
    """Keep an audience and its members, all or nothing."""
    head = (
        audience.audience_id,
        audience.name,
        audience.product_id,
        audience.size,
        json.dumps(asdict(audience.expected_cvr)),
        json.dumps(asdict(audience.expected_ctr)) if audience.expected_ctr else None,
        audience.base_cvr,
        audience.bundle_digest,
        audience.created_at,
        _reasons_to_text(audience.reasons),
    )
    members = [
        (
            audience.audience_id,
            rank,
            m.shopper_key,
            m.p_conversion,
            m.p_click,
            _reasons_to_text(m.reasons),
        )
        for rank, m in enumerate(audience.members, start=1)
    ]
    with transaction(store.db) as conn:
        conn.execute(
            f"INSERT INTO audiences ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", head
        )
        conn.executemany(
            "INSERT INTO audience_members"
            " (audience_id, rank, shopper_key, p_conversion, p_click, reasons)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            members,
        )


def listing(store: Store, product_id: str | None = None) -> list[Audience]:
    """Audiences without their members, newest first."""
    rows = store.db.execute(
        f"SELECT {_COLUMNS} FROM audiences WHERE ? IS NULL OR product_id = ?"
        " ORDER BY created_at DESC, audience_id",
        [product_id, product_id],
    ).fetchall()
    return [_audience(row, ()) for row in rows]


def load(store: Store, audience_id: str) -> Audience:
    """One audience with its members, likeliest first.

    Who withdrew consent, switched personalising off, turned out to be a minor, was set aside by a
    cleaning rule or was left out since is no member any more; the audience's own figures stay as
    they were recorded.

    Raises:
        AudienceError: there is none of this name.
    """
    row = store.db.execute(
        f"SELECT {_COLUMNS} FROM audiences WHERE audience_id = ?", [audience_id]
    ).fetchone()
    if row is None:
        raise AudienceError(
            "There is no audience of this name.",
            where=audience_id[:40],
            safe="Nothing was changed.",
            todo="See the list with: hansa audience --list",
        )
    members = store.db.execute(
        "SELECT m.shopper_key, p_conversion, p_click, m.reasons FROM audience_members AS m"
        " JOIN shoppers AS s ON s.shopper_key = m.shopper_key AND s.consent AND s.personalise"
        " AND s.minor = 0 AND s.aside = 0 WHERE audience_id = ? AND m.shopper_key NOT IN ("
        "  SELECT shopper_key FROM audience_exclusions WHERE product_id IN ('', ?))"
        " ORDER BY rank",
        [audience_id, row[2]],
    ).fetchall()
    return _audience(
        row, tuple(AudienceMember(m[0], m[1], m[2], _reasons_from_text(m[3])) for m in members)
    )


def exclude(store: Store, shopper_keys: Sequence[str], product_id: str = "") -> int:
    """Leave shoppers out of audiences to come, of one product or ("") of all.

    Audiences that exist stay as they were recorded, without these shoppers among the members
    that are shown or exported; returns how many were new.
    """
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with transaction(store.db) as conn:
        before = conn.total_changes
        conn.executemany(
            "INSERT OR IGNORE INTO audience_exclusions (shopper_key, product_id, excluded_at)"
            " VALUES (?, ?, ?)",
            [(key, product_id, now) for key in shopper_keys],
        )
        return conn.total_changes - before


def excluded(store: Store, product_id: str) -> frozenset[str]:
    """Shoppers left out of this product's audiences."""
    rows = store.db.execute(
        "SELECT shopper_key FROM audience_exclusions WHERE product_id IN ('', ?)", [product_id]
    )
    return frozenset(str(r[0]) for r in rows)


def _audience(row: Sequence[Any], members: tuple[AudienceMember, ...]) -> Audience:
    return Audience(
        audience_id=row[0],
        name=row[1],
        product_id=row[2],
        size=row[3],
        expected_cvr=Interval(**json.loads(row[4])),
        expected_ctr=Interval(**json.loads(row[5])) if row[5] else None,
        base_cvr=row[6],
        bundle_digest=row[7],
        created_at=row[8],
        reasons=_reasons_from_text(row[9]),
        members=members,
    )


def _reasons_to_text(reasons: Sequence[Reason]) -> str:
    return json.dumps([asdict(r) for r in reasons], ensure_ascii=False)


def _reasons_from_text(text: str) -> tuple[Reason, ...]:
    return tuple(Reason(**r) for r in json.loads(text))
