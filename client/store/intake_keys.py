"""Keys of rows on their way in: shoppers' numbers, events that have no id of their own, lines of costs."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

#: Customers kept in memory, about 200 bytes each; more of them cost a look into the table.
MAX_KNOWN = 500_000


class Shoppers:
    """Customer ids -> numbers of the table of shoppers; new ones are added, without consent."""

    def __init__(
        self, conn: sqlite3.Connection, key_of: Callable[[str], str], max_known: int = MAX_KNOWN
    ) -> None:
        """Use a connection inside of a transaction and a way to make pseudonyms."""
        self._conn = conn
        self._key_of = key_of
        self._max = max_known
        self._known: dict[str, int] = {}

    def numbers(self, ids: Sequence[str]) -> list[int]:
        """The number of each id, in its order; new shoppers are numbered as they first appear."""
        known = self._known
        if len(known) > self._max:
            # the oldest half goes: who was seen lately is seen again soonest
            self._known = known = dict(islice(known.items(), len(known) // 2, None))
        missing = list(dict.fromkeys(i for i in ids if i not in known))
        if missing:
            keys = [self._key_of(i) for i in missing]
            found = self._find(keys)
            if len(found) < len(keys):
                self._conn.executemany(
                    "INSERT OR IGNORE INTO shoppers (shopper_key) VALUES (?)",
                    [(k,) for k in keys if k not in found],
                )
                found = self._find(keys)
            known.update(zip(missing, (found[k] for k in keys), strict=True))
        return [known[i] for i in ids]

    def _find(self, keys: Sequence[str]) -> dict[str, int]:
        return dict(
            self._conn.execute(
                "SELECT shopper_key, shopper FROM shoppers"
                " WHERE shopper_key IN (SELECT value FROM json_each(?))",
                [json.dumps(keys)],
            )
        )


class Occurrences:
    """How often a file had an event before: a table of digests on disk, so that memory is bounded.

    It is temporary: an import that goes on after a crash shows it the earlier blocks again.
    """

    def __init__(self, conn: sqlite3.Connection) -> None:
        """Start with nothing seen."""
        self._conn = conn
        conn.execute(
            "CREATE TEMP TABLE IF NOT EXISTS seen (key INTEGER PRIMARY KEY, n INTEGER NOT NULL)"
        )
        conn.execute("DELETE FROM temp.seen")

    def number(self, digests: Sequence[bytes]) -> list[int]:
        """For each event, how many equal ones were before it in the file; 0 for the first."""
        # 64 bits: one false twin is expected among four billion events
        keys = [int.from_bytes(d[:8], "big", signed=True) for d in digests]
        counts: dict[int, int] = dict(self._before(keys))
        out = []
        for key in keys:
            n = counts.get(key, 0)
            out.append(n)
            counts[key] = n + 1
        self._conn.executemany("INSERT OR REPLACE INTO seen VALUES (?, ?)", sorted(counts.items()))
        return out

    def _before(self, keys: Sequence[int]) -> Iterable[tuple[int, int]]:
        return self._conn.execute(
            "SELECT key, n FROM temp.seen WHERE key IN (SELECT value FROM json_each(?))",
            [json.dumps(keys)],
        )


def event_digests(pseudonyms: Sequence[str], rest: Sequence[Sequence[object]]) -> list[bytes]:
    """Digest of each event's values: what tells events without an id apart.

    Args:
        pseudonyms: Of each event's shopper.
        rest: Columns kind, happened_at, product_id, value_minor, query, device, city.
    """
    out = []
    for key, kind, at, product, value, *more in zip(pseudonyms, *rest, strict=True):
        # the last three came later: without them an event keeps the key that it always had
        text = f"{key}\x1f{kind}\x1f{at}\x1f{product}\x1f{value}"
        if any(more):
            text += "\x1f" + "\x1f".join(map(str, more))
        out.append(hashlib.blake2b(text.encode("utf-8"), digest_size=16).digest())
    return out


def cost_keys(columns: Sequence[Sequence[object]]) -> list[str]:
    """Digest of day, campaign, product, creative and placement of each line of costs."""
    return [
        hashlib.blake2b("\x1f".join(map(str, row)).encode("utf-8"), digest_size=16).hexdigest()
        for row in zip(*columns, strict=True)
    ]
