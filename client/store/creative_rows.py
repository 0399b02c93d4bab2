"""Rows of creatives: one row of a version to a Creative and back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from common.domain import Creative, CreativeState, Finding

COLUMNS = """
    c.creative_id, v.version, c.product_id, c.audience_id, c.language, v.headline, v.body,
    v.call_to_action, v.state, v.writer, v.provenance, v.findings, v.created_at, v.decided_at,
    v.decided_by, v.reason, v.approved_at, v.approved_by
"""


def insert_version(conn: sqlite3.Connection, c: Creative) -> None:
    """Add a version as it stands, undecided."""
    conn.execute(
        "INSERT INTO creative_versions (creative_id, version, headline, body, call_to_action,"
        " state, writer, provenance, findings, n_errors, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            c.creative_id,
            c.version,
            c.headline,
            c.body,
            c.call_to_action,
            str(c.state),
            c.writer,
            json.dumps(c.provenance, ensure_ascii=False, sort_keys=True),
            findings_text(c.findings),
            sum(f.severity == "error" for f in c.findings),
            c.created_at,
        ),
    )


def findings_text(findings: Iterable[Finding]) -> str:
    """Findings as JSON text."""
    names = ("check", "severity", "words", "message", "fix")
    return json.dumps([{n: getattr(f, n) for n in names} for f in findings], ensure_ascii=False)


def _finding(value: Mapping[str, str]) -> Finding:
    return Finding(
        value["check"], value["severity"], value["words"], value["message"], value["fix"]
    )


def from_row(row: tuple[Any, ...]) -> Creative:
    """A row of `COLUMNS` as a creative."""
    return Creative(
        creative_id=row[0],
        version=row[1],
        product_id=row[2],
        audience_id=row[3],
        language=row[4],
        headline=row[5],
        body=row[6],
        call_to_action=row[7],
        state=CreativeState(row[8]),
        writer=row[9],
        provenance=json.loads(row[10]),
        findings=tuple(_finding(f) for f in json.loads(row[11])),
        created_at=row[12],
        decided_at=row[13],
        decided_by=row[14],
        reason=row[15],
        approved_at=row[16],
        approved_by=row[17],
    )
