"""hansa-server ledger show|verify|export: the coordinator's book."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import click

from common.book import BookEntry, BookKind
from common.errors import InputError
from common.terminal import emit, json_option
from server.commands import home_option
from server.folder import Folder

EXIT_BROKEN = 4


@click.group()
def ledger() -> None:
    """Show, verify or export the coordinator's book."""


@ledger.command()
@home_option
@json_option
def show(home: Path, as_json: bool) -> None:
    """List every entry, oldest first."""
    from server.registry import Registry

    with closing(Registry.of(Folder(home))) as registry:
        entries = registry.book.entries()
    out = {"entries": [e.as_dict() for e in entries], "head": entries[-1].head.as_dict()}
    emit(out, as_json, "\n".join(map(_line, entries)))


@ledger.command()
@home_option
@json_option
def verify(home: Path, as_json: bool) -> None:
    """Check the book's chain and signatures, and that registry and book say the same."""
    from server.registry import Registry
    from server.selfcheck import problems

    with closing(Registry.of(Folder(home))) as registry:
        found = problems(registry)
        n = 0 if found else len(registry.book.entries())
    lines = [f"! {p.text}" for p in found] or [f"The book holds: {n} entries."]
    out = {"holds": not found, "entries": n, "problems": [p.as_dict() for p in found]}
    emit(out, as_json, "\n".join(lines))
    if found:
        sys.exit(EXIT_BROKEN)


@ledger.command()
@home_option
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write."
)
@click.option("--without-updates", is_flag=True, help="Smaller; weights cannot be recomputed.")
@click.option("--run", "run_id", metavar="RUN", help="Evidence of one run; the book stays whole.")
@json_option
def export(home: Path, out: Path, without_updates: bool, run_id: str | None, as_json: bool) -> None:
    """Write book and evidence as one signed file for an auditor; no row is inside."""
    from common.book_file import dump
    from server.book_export import book_export
    from server.registry import Registry

    folder = Folder(home)
    with closing(Registry.of(folder)) as registry:
        document = book_export(
            registry, folder.config().league, updates=not without_updates, run_id=run_id
        )
    data = dump(document.as_dict())
    part = out.with_name(out.name + ".part")
    try:
        part.write_bytes(data)
        part.replace(out)
    except OSError as e:
        raise InputError(f"The file cannot be written: {e.strerror}.", where=str(out)) from e
    result = {
        "file": str(out), "bytes": len(data), "entries": len(document.entries),
        "runs": len(document.runs), "rounds": len(document.rounds),
        "coordinator": document.coordinator.fingerprint,
    }  # fmt: skip
    emit(
        result, as_json,
        f"{len(document.entries)} entries and {len(document.rounds)} rounds written to {out}\n"
        f"check it with: hansa-audit verify {out}",
    )  # fmt: skip


def _line(e: BookEntry) -> str:
    """One entry for a person."""
    about = {
        BookKind.OPEN: f"coordinator {e.subject[:16]}",
        BookKind.ENROL: f"{e.label} {e.subject[:16]}",
        BookKind.PLAN: f"run {e.run_id} round {e.round} {e.task}",
        BookKind.ROUND: f"run {e.run_id} round {e.round} {e.task}: {e.status}, {e.n_leaves} reports",
        BookKind.BUNDLE: f"run {e.run_id} {e.subject[:16]}",
    }.get(e.kind, e.subject[:16])
    return f"{e.sequence:5} {e.at}  {e.kind.value:6} {about}"
