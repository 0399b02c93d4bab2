"""hansa-audit report: one HTML and one PDF that a person reads and signs."""

from __future__ import annotations

import hashlib
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from common.errors import InputError
from common.terminal import emit, json_option

EXIT_BROKEN = 4
NAME = "hansa-audit-report"
Files = click.Path(path_type=Path)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=Files)
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder."
)
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", help="Of the report.")
@click.option("--canary", type=Files, help="Results of 'hansa-audit canary --json'.")
@click.option(
    "--merchant", "merchants", multiple=True, help="An expected merchant; as in 'verify'."
)
@click.option("--asked-by", default="", help="Who asked for the report.")
@click.option("--auditor", default="", help="Who will sign it.")
@click.option("--at", default="", help="Time stamp, ISO-8601; now if not given.")
@json_option
def report(paths: tuple[Path, ...], out: Path, as_json: bool, **said: Any) -> None:
    """Verify exports and write a report that a person can read and sign.

    PATHS are files made by 'hansa ledger export' and 'hansa-server ledger export', or folders of
    them. The same files and the same --at give the same bytes.
    """
    # imported here: accountants, templates and PDF take a second to load, --help must not
    from common.audit.findings import fingerprint_of
    from common.audit.report import as_html, as_pdf
    from common.audit.report.claims import verdict
    from common.audit.report.collect import Asked, collect
    from common.audit.report.page import page
    from common.audit.report.words import Words

    trusted = tuple(fingerprint_of(text) for text in said["merchants"])
    asked = Asked(_moment(said["at"]), said["asked_by"], said["auditor"], trusted, said["canary"])
    facts = collect(paths, asked)
    whole = page(facts, said["language"])
    written = {
        kind: _write(out / f"{NAME}.{kind}", data)
        for kind, data in (("html", as_html.render(whole)), ("pdf", as_pdf.render(whole)))
    }
    sentence = verdict(facts, Words(said["language"]))
    lines = [sentence, *(f"{f['sha256']}  {f['file']}" for f in written.values())]
    result = {
        "holds": facts.holds,
        "verdict": sentence,
        "digest": facts.digest(),
        "problems": [p.as_dict() for p in facts.problems],
        **written,
    }
    emit(result, as_json, "\n".join(lines))
    if not facts.holds:
        sys.exit(EXIT_BROKEN)


def _moment(text: str) -> str:
    """ISO-8601 UTC in whole seconds.

    Raises:
        InputError: it is no time, or has no zone.
    """
    if not text:
        return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InputError("The time stamp cannot be read.", todo="Write it as 2026-11-02T10:00:00Z.")
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _write(path: Path, data: bytes) -> dict[str, str]:
    """Write a file and name its hash; another report is never overwritten.

    Raises:
        InputError: there is another report in the folder, or it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.read_bytes() != data:
            raise InputError(
                "There is another report in this folder already.",
                where=str(path),
                safe="It was left as it is.",
                todo="Name another folder with --out.",
            )
        path.write_bytes(data)
    except OSError as e:
        raise InputError(f"The report cannot be written: {e.strerror}.", where=str(path)) from e
    return {"file": str(path), "sha256": hashlib.sha256(data).hexdigest()}
