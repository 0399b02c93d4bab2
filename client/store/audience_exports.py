"""Which audiences were written to files: who did it, when, how many people; never whom."""

from __future__ import annotations

import secrets
from dataclasses import astuple, dataclass
from datetime import UTC, datetime

from client.store import Store
from client.store.schema_exports import EXPORTS, TAKEN_BACK
from common.database import transaction

_COLUMNS = "export_id, audience_id, exported_at, exported_by, form, n_people, file_name"


@dataclass(frozen=True, slots=True)
class Export:
    """One file that was written."""

    export_id: str
    audience_id: str
    exported_at: str
    exported_by: str
    form: str
    n_people: int
    file_name: str


def record(
    store: Store, audience_id: str, by: str, form: str, n_people: int, file_name: str
) -> Export:
    """Write down an export, before its file gets any content."""
    made = Export(
        export_id=secrets.token_hex(6),
        audience_id=audience_id,
        exported_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        exported_by=by,
        form=form,
        n_people=n_people,
        file_name=file_name,
    )
    with transaction(store.db) as conn:
        for statement in EXPORTS.split(";"):
            if statement.strip():
                conn.execute(statement)
        conn.execute(
            f"INSERT INTO audience_exports ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",
            astuple(made),
        )
    return made


def forget(store: Store, made: Export) -> None:
    """Take back the record of an export whose file could not be written."""
    with transaction(store.db) as conn:
        conn.execute("DELETE FROM audience_exports WHERE export_id = ?", [made.export_id])


def listing(store: Store, audience_id: str | None = None) -> tuple[Export, ...]:
    """Exports, newest first."""
    if "audience_exports" not in store.db.table_names():
        return ()
    rows = store.db.execute(
        f"SELECT {_COLUMNS} FROM audience_exports WHERE ?1 IS NULL OR audience_id = ?1"
        " ORDER BY exported_at DESC, export_id",
        [audience_id],
    ).fetchall()
    return tuple(Export(*r) for r in rows)


def take_back(store: Store, export_id: str) -> None:
    """Write down that the file of an export was deleted again; its record stays."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with transaction(store.db) as conn:
        conn.execute(TAKEN_BACK)
        conn.execute("INSERT OR IGNORE INTO audience_exports_back VALUES (?, ?)", [export_id, now])


def taken_back(store: Store) -> frozenset[str]:
    """Exports whose files were deleted again."""
    if "audience_exports_back" not in store.db.table_names():
        return frozenset()
    rows = store.db.execute("SELECT export_id FROM audience_exports_back").fetchall()
    return frozenset(str(r[0]) for r in rows)
