"""Retention: what is older than the shop keeps, and rows of minors, deleted with a receipt."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from client.settings_file import FILE_NAME, PREVIOUS_NAME, check, read, replace_text
from client.shop import IDENTITY_PATH
from client.store import Store, people_notes, people_retention
from client.store.people_notes import Receipt
from client.store.people_retention import Border, Progress
from common.database import transaction
from common.errors import InputError, SettingsError
from common.keys import Identity
from common.ledger import utc
from common.settings import People, load_settings

EVERY = timedelta(hours=24)


def border(home: Path, days: int | None, now: datetime) -> Border:
    """What is too old now.

    Args:
        home: The shop's folder.
        days: To keep; 0 = all; None: as the shop's settings say.
        now: Aware UTC time.
    """
    people = load_settings(home).people
    kept = people.retention_days if days is None else days
    if kept < 0:
        raise InputError("A number of days cannot be below 0.", safe="Nothing was deleted.")
    before = utc(now - timedelta(days=min(kept, 36_500))) if kept else ""
    return Border(before, utc(now - timedelta(days=min(people.minor_days, 36_500))))


def retention_preview(store: Store, days: int | None, now: datetime) -> dict[str, int]:
    """Table -> rows that a run would delete now."""
    return people_retention.counts(store, border(store.home, days, now))


def retention_run(
    store: Store,
    days: int | None,
    now: datetime,
    *,
    progress: Progress = lambda table, done, total: None,
    everything: bool = False,
) -> Receipt:
    """Delete what is too old, in chunks, and put a receipt into the ledger, also for nothing.

    Args:
        store: The shop.
        days: To keep; None: as the shop's settings say.
        now: Aware UTC time.
        progress: Called with table, rows deleted, rows to delete.
        everything: Go on even if not one event or impression would be left.

    Raises:
        InputError: nothing would be left (a wrong clock, or a first import of old files).
        StoreError: the database cannot be written; what is deleted by then stays deleted.
    """
    identity = Identity.load(store.home / IDENTITY_PATH)
    limit = border(store.home, days, now)
    planned = people_retention.counts(store, limit)
    n_old = planned["events"] + planned["impressions"]
    if n_old and n_old >= people_retention.rows_of_people(store) and not everything:
        raise InputError(
            "Every event and impression of this shop is older than it keeps: nothing would be left.",
            where=f"older than {limit.before or limit.minors_before}",
            safe="Nothing was deleted.",
            todo="Check this computer's clock; keep more days (hansa retention --keep DAYS), or say "
            "that it is meant: hansa retention --everything.",
        )
    counts = people_retention.run(store, limit, progress)
    with transaction(store.db) as conn:
        # every run has its note: when notes are written tells nobody whether rows were old
        return people_notes.write(conn, identity, "retention", counts, now)


def delete_minors(store: Store, now: datetime) -> Receipt:
    """Delete all that is held about minors now; that they are minors stays known, which keeps them out."""
    identity = Identity.load(store.home / IDENTITY_PATH)
    made: list[Receipt] = []

    def finish(conn: sqlite3.Connection, counts: dict[str, int]) -> None:
        made.append(people_notes.write(conn, identity, "minors", counts, now))

    people_retention.delete_minors(store, finish)
    return made[0]


def due(store: Store, now: datetime) -> bool:
    """Whether the daily job should run now: the owner switched it on, or there are minors' rows to go.

    Args:
        store: The shop.
        now: Aware UTC time.
    """
    last = people_notes.last_at(store, "retention")
    # a run in the future was made by a wrong clock and holds nothing up
    if last and timedelta(0) <= now - datetime.fromisoformat(last).astimezone(UTC) < EVERY:
        return False
    people = load_settings(store.home).people
    if people.retention and people.retention_days:
        return True
    return people_retention.n_minors_with_rows(store, border(store.home, 0, now).minors_before) > 0


def daily_days(home: Path) -> int:
    """Days to keep for the daily job: 0 (only minors' rows go) where the owner did not switch it on."""
    people = load_settings(home).people
    return people.retention_days if people.retention else 0


def switch(home: Path, days: int | None) -> People:
    """Write the setting: days to keep (0 = all), which switches the daily job on; None switches it off.

    Raises:
        SettingsError: the value or the file cannot be used; nothing was written.
        InputError: the file cannot be written.
    """
    # imported here: reading the settings must not wait for it
    import tomlkit

    old = read(home / FILE_NAME)
    document = tomlkit.parse(old)
    section = document.setdefault("people", tomlkit.table())
    if not isinstance(section, dict):
        raise SettingsError("In hansa.toml [people] must be a section.", where=FILE_NAME)
    section["retention"] = days is not None and days > 0
    if days is not None:
        section["retention_days"] = days
        document.pop("retention_days", None)
    new = tomlkit.dumps(document)
    check(home, new)
    replace_text(home / PREVIOUS_NAME, old)
    replace_text(home / FILE_NAME, new)
    return load_settings(home).people
