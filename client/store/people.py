"""One person in the shop's tables: find, read out, change consent, and who must not come back."""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from client.store import Store
from common.database import transaction

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Person:
    """A shopper's own row.

    Attributes:
        shopper: Number in this database.
        shopper_key: Pseudonym, 32 hexadecimal digits.
        consent: Whether the person agreed; missing means no.
        personalise: Off: nothing is picked for the person by their own behaviour.
        minor: Known to be under age: used for nothing.
        aside: Cleaning rules that set the person aside, as bits.
    """

    shopper: int
    shopper_key: str
    consent: bool
    personalise: bool
    minor: bool
    aside: int


@dataclass(frozen=True, slots=True)
class HeldTable:
    """What one table holds about a person.

    Attributes:
        table: Its name.
        columns: Names of the columns.
        rows: Values in that order.
    """

    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float | None, ...], ...]


#: table -> rows of one person (:shopper, :key), in an order that a person can read. Every table
#: with a column of people is here; a test compares it with the schema.
READ: dict[str, str] = {
    "shoppers": "SELECT shopper_key, consent, personalise, minor, aside FROM shoppers"
    " WHERE shopper = :shopper",
    "events": "SELECT event_key, kind, happened_at, product_id, value_minor, query, device, city,"
    " aside FROM events WHERE shopper = :shopper ORDER BY happened_at",
    "impressions": "SELECT impression_id, product_id, shown_at, campaign_id, campaign_type,"
    " creative_id, placement, position, device, city, propensity, cost_minor, platform_activity,"
    " platform_affinity, platform_redemptions, clicked, aside FROM impressions"
    " WHERE shopper = :shopper ORDER BY shown_at",
    "conversions": "SELECT c.impression_id, c.converted_at, c.value_minor, c.order_id,"
    " c.refunded_at, c.refund_minor, c.source, c.aside FROM impressions i"
    " JOIN conversions c USING (impression_id) WHERE i.shopper = :shopper ORDER BY c.converted_at",
    "profiles": "SELECT p.as_of, p.segment_id, coalesce(s.name_en, '') AS segment, p.cluster_id,"
    " p.body FROM profiles p LEFT JOIN segments s USING (segment_id) WHERE p.shopper = :shopper",
    "audience_members": "SELECT a.audience_id, a.name, a.product_id, a.created_at, m.rank,"
    " m.p_conversion, m.p_click, m.reasons FROM audiences a JOIN audience_members m"
    " ON m.audience_id = a.audience_id AND m.shopper_key = :key ORDER BY a.created_at",
    "audience_exclusions": "SELECT product_id, excluded_at FROM audience_exclusions"
    " WHERE shopper_key = :key",
    "consent_log": "SELECT at, was, consent FROM consent_log WHERE shopper = :shopper ORDER BY at",
}


def find(store: Store, shopper_key: str) -> Person | None:
    """The person of a pseudonym; None if the shop holds nobody of it."""
    row = store.db.execute(
        "SELECT shopper, shopper_key, consent, personalise, minor, aside FROM shoppers"
        " WHERE shopper_key = ?",
        [shopper_key],
    ).fetchone()
    if row is None:
        return None
    return Person(int(row[0]), str(row[1]), bool(row[2]), bool(row[3]), bool(row[4]), int(row[5]))


def held(store: Store, person: Person) -> tuple[HeldTable, ...]:
    """Everything that the tables hold about a person, table by table, also empty ones."""
    out = []
    for table, sql in READ.items():
        found = store.db.conn.execute(sql, {"shopper": person.shopper, "key": person.shopper_key})
        columns = tuple(str(d[0]) for d in found.description)
        out.append(HeldTable(table, columns, tuple(tuple(r) for r in found.fetchall())))
    return tuple(out)


def set_flags(
    store: Store, person: Person, at: str, *, consent: bool | None, personalise: bool | None
) -> bool:
    """Change what a person allows; None leaves it.

    Args:
        store: The shop.
        person: Who.
        at: ISO-8601 UTC, for the log of consent.
        consent: New value.
        personalise: New value.

    Returns:
        Whether anything changed.
    """
    wanted = (
        person.consent if consent is None else consent,
        person.personalise if personalise is None else personalise,
    )
    if wanted == (person.consent, person.personalise):
        return False
    with transaction(store.db) as conn:
        conn.execute(
            "UPDATE shoppers SET consent = ?, personalise = ? WHERE shopper = ?",
            (*wanted, person.shopper),
        )
        if wanted[0] != person.consent:
            conn.execute(
                "INSERT INTO consent_log (shopper, at, was, consent) VALUES (?, ?, ?, ?)",
                (person.shopper, at, person.consent, wanted[0]),
            )
    return True


def consent_imports(store: Store) -> tuple[str, ...]:
    """When files were imported that may have changed consent, in order."""
    rows = store.db.execute(
        "SELECT imported_at FROM imports WHERE kind = 'shoppers' ORDER BY imported_at"
    ).fetchall()
    return tuple(str(r[0]) for r in rows)


def first_import(store: Store) -> str:
    """When the first file was imported; "" for never."""
    return str(store.db.execute("SELECT min(imported_at) FROM imports").fetchone()[0] or "")


class Suppressed:
    """Who was forgotten, asked by pseudonym: what the intake consults, batch by batch.

    Such rows are dropped and counted, not refused: a refused row would be kept.

    Example:
        gone = suppressed(store, salt)  # once a file
        lists, n_dropped = gone.without(conn, kind, lists, key_of, at)
    """

    def __init__(self, digests: frozenset[str], salt: bytes) -> None:
        """Use `suppressed`."""
        self._digests = digests
        self._salt = salt
        self._key = _key(salt)

    def __bool__(self) -> bool:
        """Whether anybody was forgotten; False costs an import nothing."""
        return bool(self._digests)

    def people(self, shopper_keys: Iterable[str]) -> frozenset[str]:
        """Of these pseudonyms, those of people who were forgotten: their rows are dropped."""
        return frozenset(k for k in shopper_keys if _digest(self._key, "p", k) in self._digests)

    def impressions(self, impression_ids: Iterable[str]) -> frozenset[str]:
        """Of these impressions, those of people who were forgotten: conversions of them are dropped."""
        return frozenset(k for k in impression_ids if _digest(self._key, "i", k) in self._digests)

    def without(
        self,
        conn: sqlite3.Connection,
        kind: str,
        lists: dict[str, list[T]],
        key_of: Callable[[str], str],
        at: str,
    ) -> tuple[dict[str, list[T]], int]:
        """A batch of an import without the rows of people who were forgotten.

        Impressions that are dropped are remembered by digest, for the conversions that follow.

        Args:
            conn: In the import's transaction.
            kind: The table.
            lists: Column -> values; customers in "shopper" or "shopper_key" by the shop's own ids.
            key_of: The shop's own id -> pseudonym.
            at: ISO-8601 UTC, now.

        Returns:
            The rows that are left, and how many were dropped.
        """
        if not self or kind in ("products", "costs"):
            return lists, 0
        if kind == "conversions":
            ids = [str(i) for i in lists["impression_id"]]
            gone = self.impressions(set(ids))
            keep = [i not in gone for i in ids]
        else:
            names = lists["shopper_key" if kind == "shoppers" else "shopper"]
            key = {i: key_of(i) for i in {str(n) for n in names}}
            gone = self.people(key.values())
            keep = [key[str(n)] not in gone for n in names]
            for k in gone if kind == "impressions" else ():
                dropped = [str(i) for i, n in zip(lists["impression_id"], names, strict=True)
                           if key[str(n)] == k]  # fmt: skip
                suppress(conn, self._salt, k, dropped, at)
        if all(keep):
            return lists, 0
        left = {
            c: [v for v, k in zip(values, keep, strict=True) if k] for c, values in lists.items()
        }
        return left, keep.count(False)


def suppressed(store: Store, salt: bytes) -> Suppressed:
    """The list of who was forgotten, as it is now.

    Args:
        store: The shop.
        salt: The shop's, 32 bytes: the list holds digests under it.
    """
    rows = store.db.execute("SELECT digest FROM suppressed").fetchall()
    return Suppressed(frozenset(str(r[0]) for r in rows), salt)


def suppress(
    conn: sqlite3.Connection, salt: bytes, shopper_key: str, impression_ids: Iterable[str], at: str
) -> None:
    """Keep a person, and their impressions, from coming back; in the caller's transaction.

    Also for impressions that an import dropped, so that their conversions are dropped too.
    """
    key = _key(salt)
    owner = _digest(key, "p", shopper_key)
    digests = [owner, *(_digest(key, "i", i) for i in impression_ids)]
    conn.executemany(
        "INSERT OR IGNORE INTO suppressed (digest, owner, at) VALUES (?, ?, ?)",
        [(d, owner, at) for d in digests],
    )


def allow_again(conn: sqlite3.Connection, salt: bytes, shopper_key: str) -> int:
    """Take a person off the list, in the caller's transaction; how many digests went."""
    owner = _digest(_key(salt), "p", shopper_key)
    return conn.execute("DELETE FROM suppressed WHERE owner = ?", (owner,)).rowcount


def _key(salt: bytes) -> bytes:
    return hmac.digest(salt, b"hansa forgotten", "sha256")


def _digest(key: bytes, kind: str, name: str) -> str:
    # keyed, and not the pseudonym itself: the list tells nothing to who has an old export
    return hmac.digest(key, f"{kind}:{name}".encode(), "sha256").hex()[:32]
