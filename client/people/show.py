"""Everything that the shop holds about one person, table by table (right of access)."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from client.people.refused import of_person
from client.people.who import key_of, person_of
from client.salt import place
from client.store import Store, ledger
from client.store.people import HeldTable, Person, consent_imports, first_import, held
from common.errors import InputError
from common.ledger import EntryKind, LedgerEntry

FORMAT = "hansa-held-v1"
UNLEARN = (
    "What was sent cannot be unlearned. Each of these answers was noised before it left, so that it "
    "tells nearly nothing about any one person: how little is bounded by the shop's epsilon, which "
    "'hansa privacy' shows."
)


@dataclass(frozen=True, slots=True)
class Round:
    """A committed round whose data may have held the person's rows.

    Attributes:
        sequence: The ledger's entry that charged it.
        at: When rows were read, ISO-8601 UTC.
        run_id: The coordinator's run.
        round: In it.
        task: "train" or "evaluate".
    """

    sequence: int
    at: str
    run_id: str
    round: int
    task: str


@dataclass(frozen=True, slots=True)
class Held:
    """What is held about one person.

    Attributes:
        person: Their own row: pseudonym, consent, personalising, minor.
        tables: Every table with rows of people, also the empty ones.
        n_refused: Refused rows that name the person; kept sealed until they are corrected.
        n_closed: Refused rows that could not be opened, so nobody knows whom they name.
        rounds: Committed rounds that may have used the person's rows, oldest first.
    """

    person: Person
    tables: tuple[HeldTable, ...]
    n_refused: int
    n_closed: int
    rounds: tuple[Round, ...]

    @property
    def n_rows(self) -> int:
        """Rows in all tables."""
        return sum(len(t.rows) for t in self.tables) + self.n_refused

    def as_dict(self) -> dict[str, Any]:
        """For `--json` and the export file."""
        return {
            "format": FORMAT,
            "person": asdict(self.person),
            "n_rows": self.n_rows,
            "tables": {
                t.table: [dict(zip(t.columns, row, strict=True)) for row in t.rows]
                for t in self.tables
            },
            "refused_rows": {"n": self.n_refused, "n_not_opened": self.n_closed},
            "training": {"rounds": [asdict(r) for r in self.rounds], "note": UNLEARN},
        }


def show(store: Store, id_or_key: str) -> Held:
    """Everything that is held about one person.

    Args:
        store: The shop.
        id_or_key: The shop's own customer id, or a pseudonym.

    Raises:
        InputError: the shop holds nobody of this id, or its salt cannot be read.
        LedgerBroken: a row of the ledger is not an entry.
    """
    salt = place.load(store.home)
    person = person_of(store, key_of(store, id_or_key, salt), salt)
    tables = held(store, person)
    refused = of_person(store.db.conn, salt, person.shopper_key)
    log = next(t for t in tables if t.table == "consent_log")
    changes = [(str(at), bool(was), bool(is_now)) for at, was, is_now in log.rows]
    used = rounds_touched(
        ledger.entries(store), person.consent, changes, consent_imports(store), first_import(store)
    )
    return Held(person, tables, len(refused.numbers), refused.n_closed, used)


def rounds_touched(
    entries: Sequence[LedgerEntry],
    consent: bool,
    changes: Sequence[tuple[str, bool, bool]],
    imports: Sequence[str],
    first: str,
) -> tuple[Round, ...]:
    """Committed rounds that may have used a person's rows; a round is left out only for a reason.

    Consent given or taken back by hand is in the log; what files changed is known only by the day of
    the import. So a round counts as without the person when the last word before it (or the first
    after it) was a no, and no file of shoppers came between.

    Args:
        entries: The ledger.
        consent: Now.
        changes: (at, was, is now) by hand, in order of time.
        imports: When files of shoppers were imported, in order.
        first: When the first file was imported: nobody's rows are older here.
    """
    read_at = {e.sequence: e for e in entries if e.kind is EntryKind.RESERVE}
    out = []
    for commit in entries:
        reserve = read_at.get(commit.reservation)
        if commit.kind is not EntryKind.COMMIT or reserve is None:
            continue
        if reserve.at >= first and not _surely_out(
            reserve.at, commit.at, consent, changes, imports
        ):
            out.append(
                Round(reserve.sequence, reserve.at, reserve.run_id, reserve.round, reserve.task)
            )
    return tuple(out)


def _surely_out(
    begun: str,
    ended: str,
    consent: bool,
    changes: Sequence[tuple[str, bool, bool]],
    imports: Sequence[str],
) -> bool:
    # times are to the second: what fell into the same second may have come before
    if any(begun <= at <= ended for at, _, _ in changes):
        return False
    earlier = [(at, is_now) for at, _, is_now in changes if at < begun]
    if earlier and not earlier[-1][1] and not any(earlier[-1][0] <= t <= ended for t in imports):
        return True
    later = [(at, was) for at, was, _ in changes if at > ended]
    until, state = later[0] if later else ("9999", consent)
    return not state and not any(begun <= t <= until for t in imports)


def write(path: Path, about: Held) -> None:
    """Write the export to a new file that only its owner reads.

    Raises:
        InputError: the file is there already or cannot be written.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as f:
            json.dump(about.as_dict(), f, ensure_ascii=False, indent=1)
            f.write("\n")
    except OSError as e:
        raise InputError(
            f"The file cannot be written: {e.strerror}.",
            where=str(path),
            safe="Nothing was written.",
            todo="Name a new file in a folder that you may write to.",
        ) from e
