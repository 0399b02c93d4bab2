"""The list of merchants that a shop goes by: pinned, proposed, accepted by its owner, forgotten."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from client.store import Store
from common.canonical import canonical
from common.database import transaction
from common.errors import InputError, Refusal, StoreError
from common.keys import PublicIdentity
from common.ledger import utc
from common.secagg.roster import Roster


@dataclass(frozen=True, slots=True)
class Pin:
    """A list of merchants, and since when it is known.

    Attributes:
        roster: The list.
        since: ISO-8601 UTC.
        by: "first-use", "owner", or "coordinator" for one that is only proposed.
    """

    roster: Roster
    since: str
    by: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What is pinned of one coordinator's league, and what is proposed instead."""

    pinned: Pin | None
    proposed: Pin | None

    @property
    def came(self) -> tuple[str, ...]:
        """Fingerprints that only the proposed list has."""
        return _less(self.proposed, self.pinned)

    @property
    def went(self) -> tuple[str, ...]:
        """Fingerprints that only the pinned list has."""
        return _less(self.pinned, self.proposed) if self.proposed else ()


def standing(store: Store, coordinator: PublicIdentity) -> Standing:
    """What is known of this coordinator's league.

    Raises:
        StoreError: a kept list is damaged.
    """
    return _standing(store.db.conn, coordinator)


def offered(
    store: Store,
    coordinator: PublicIdentity,
    roster: Roster,
    now: datetime,
    *,
    first_use: bool,
) -> Refusal | None:
    """Compare a list that came with an invitation; the first is pinned if `first_use` says so.

    Another one is kept beside the pinned one until the owner accepts it.

    Codes: "other-roster".
    """
    with transaction(store.db) as conn:
        known = _standing(conn, coordinator)
        if known.pinned is None and first_use:
            _put(conn, coordinator, "pinned", Pin(roster, utc(now), "first-use"))
            _drop(conn, coordinator, "proposed")
            return None
        if known.pinned is not None and known.pinned.roster == roster:
            _drop(conn, coordinator, "proposed")
            return None
        if known.proposed is None or known.proposed.roster != roster:
            _put(conn, coordinator, "proposed", Pin(roster, utc(now), "coordinator"))
        changed = _standing(conn, coordinator)
    return Refusal("other-roster", in_words(changed))


def in_words(known: Standing) -> str:
    """Who came and who went, and what to do about it."""
    told = "'hansa roster show' shows it, 'hansa roster accept' takes it."
    if known.proposed is None:
        return "The list of merchants is the pinned one."
    n = len(known.proposed.roster.members)
    if known.pinned is None:
        return f"A list of {n} merchants waits for this shop's yes. {told}"
    parts = [
        f"{verb}: {', '.join(names[:5])}{f' and {len(names) - 5} more' if names[5:] else ''}."
        for verb, names in (("New", known.came), ("Gone", known.went))
        if names
    ]
    return f"The list of merchants is not the pinned one. {' '.join(parts)} {told}"


def accept(store: Store, coordinator: PublicIdentity, now: datetime, digest: str = "") -> Standing:
    """The owner's yes to the proposed list.

    Args:
        store: The shop.
        coordinator: Whose league.
        now: Aware time.
        digest: Beginning of the digest that was shown; "" takes whatever is proposed.

    Returns:
        What was pinned and proposed before.

    Raises:
        InputError: nothing is proposed, or another list than the one that was shown.
    """
    with transaction(store.db) as conn:
        known = _standing(conn, coordinator)
        if known.proposed is None:
            raise InputError(
                "No changed list of merchants waits for a yes.",
                safe="Nothing was changed.",
                todo="'hansa roster show' shows the list that this shop goes by.",
            )
        if not known.proposed.roster.digest().startswith(digest):
            raise InputError(
                "The list that waits is not the one with this digest: it changed since.",
                safe="Nothing was changed.",
                todo="Look at it again with 'hansa roster show'.",
            )
        _put(conn, coordinator, "pinned", Pin(known.proposed.roster, utc(now), "owner"))
        _drop(conn, coordinator, "proposed")
    return known


def forget(store: Store, coordinator: PublicIdentity) -> bool:
    """Go by no list any more; whether there was one, pinned or proposed."""
    with transaction(store.db) as conn:
        done = conn.execute("DELETE FROM rosters WHERE coordinator = ?", (coordinator.hex,))
    return done.rowcount > 0


def _standing(conn: sqlite3.Connection, coordinator: PublicIdentity) -> Standing:
    rows = conn.execute(
        "SELECT state, content, since, by FROM rosters WHERE coordinator = ?", (coordinator.hex,)
    ).fetchall()
    found = {str(state): Pin(_read(content), since, by) for state, content, since, by in rows}
    return Standing(found.get("pinned"), found.get("proposed"))


def _read(content: str) -> Roster:
    try:
        raw: Mapping[str, Any] = json.loads(content)
        return Roster.from_dict(raw)
    except ValueError as e:
        raise StoreError(
            "The kept list of merchants is damaged.",
            safe="Nothing was sent.",
            todo="'hansa roster forget' drops it; compare the next one with the operator.",
        ) from e


def _put(
    conn: sqlite3.Connection,
    coordinator: PublicIdentity,
    state: Literal["pinned", "proposed"],
    pin: Pin,
) -> None:
    conn.execute(
        "INSERT OR REPLACE INTO rosters (coordinator, state, digest, since, by, content) "
        "VALUES (?,?,?,?,?,?)",
        (
            coordinator.hex,
            state,
            pin.roster.digest(),
            pin.since,
            pin.by,
            canonical(pin.roster.as_dict()).decode("utf-8"),
        ),
    )


def _drop(
    conn: sqlite3.Connection, coordinator: PublicIdentity, state: Literal["pinned", "proposed"]
) -> None:
    conn.execute(
        "DELETE FROM rosters WHERE coordinator = ? AND state = ?", (coordinator.hex, state)
    )


def _less(of: Pin | None, without: Pin | None) -> tuple[str, ...]:
    if of is None:
        return ()
    others = set() if without is None else {name for name, _ in without.roster.members}
    return tuple(name for name, _ in of.roster.members if name not in others)
