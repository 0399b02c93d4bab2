"""Which audiences were written to files: who did it, when, how many people; never whom."""

from __future__ import annotations

import secrets
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path

from client.store import Store
from common.database import transaction

_COLUMNS = (
    "export_id, audience_id, exported_at, exported_by, form, n_people, file_name, path, digest"
)


@dataclass(frozen=True, slots=True)
class Export:
    """One file that was written.

    Attributes:
        export_id: Names the export.
        audience_id: Of which audience.
        exported_at: ISO-8601 UTC.
        exported_by: Who wrote it.
        form: "csv", "json" or "match".
        n_people: In it.
        file_name: Without its folder.
        path: Where it was written; "" for one of before this was kept.
        digest: SHA-256 of what was written; "" with `path`.
    """

    export_id: str
    audience_id: str
    exported_at: str
    exported_by: str
    form: str
    n_people: int
    file_name: str
    path: str
    digest: str


def record(
    store: Store, audience_id: str, by: str, form: str, n_people: int, file: Path, digest: str
) -> Export:
    """Write down an export, before its file gets any content; `digest`: of what it will hold."""
    made = Export(
        export_id=secrets.token_hex(6),
        audience_id=audience_id,
        exported_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        exported_by=by,
        form=form,
        n_people=n_people,
        file_name=file.name,
        path=str(file.resolve()),
        digest=digest,
    )
    with transaction(store.db) as conn:
        conn.execute(
            f"INSERT INTO audience_exports ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            astuple(made),
        )
    return made


def forget(store: Store, made: Export) -> None:
    """Take back the record of an export whose file could not be written."""
    with transaction(store.db) as conn:
        conn.execute("DELETE FROM audience_exports WHERE export_id = ?", [made.export_id])


def listing(store: Store, audience_id: str | None = None) -> tuple[Export, ...]:
    """Exports, newest first."""
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
        conn.execute("INSERT OR IGNORE INTO audience_exports_back VALUES (?, ?)", [export_id, now])


def taken_back(store: Store) -> frozenset[str]:
    """Exports whose files were deleted again."""
    rows = store.db.execute("SELECT export_id FROM audience_exports_back").fetchall()
    return frozenset(str(r[0]) for r in rows)
