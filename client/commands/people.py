"""hansa shopper, hansa retention: what is held about a person, consent, forgetting, how long rows stay."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from client.commands import home_option
from client.people import keeping, rights
from client.people.show import UNLEARN, Held, write
from client.people.who import key_of
from client.salt import place
from client.store import Store, people_forget
from client.store.people import Person
from client.store.people_notes import Receipt
from common.errors import InputError
from common.settings import load_settings
from common.terminal import emit, json_option, progress

_SHOWN = 12  # rows of a table, characters of a digest


@click.group()
def shopper() -> None:
    """One person's rights: show, consent, personalise, forget; where the salt lies.

    ID is the customer id of your own files, or a pseudonym. It is never stored or logged; give "-" to
    type it on standard input, where no list of processes shows it.
    """


@shopper.command()
@click.argument("who", metavar="ID")
@home_option
@json_option
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write all of it to a new file."
)
def show(who: str, home: Path, as_json: bool, out: Path | None) -> None:
    """Show everything that is held about a person."""
    with Store.open(home) as store:
        about = rights.show(store, _typed(who))
    if out is not None:
        write(out, about)
    emit(about.as_dict(), as_json, "\n".join(_held(about)))


@shopper.command()
@click.argument("who", metavar="ID")
@click.argument("said", type=click.Choice(["yes", "no"]))
@home_option
@json_option
def consent(who: str, said: str, home: Path, as_json: bool) -> None:
    """Write down whether a person agrees; missing means no."""
    with Store.open(home) as store:
        now = rights.set_consent(store, _typed(who), said == "yes", datetime.now(UTC))
    emit(_flags(now), as_json, _person(now))


@shopper.command()
@click.argument("who", metavar="ID")
@click.argument("switch", type=click.Choice(["on", "off"]))
@home_option
@json_option
def personalise(who: str, switch: str, home: Path, as_json: bool) -> None:
    """Switch picking ads by a person's own behaviour on or off."""
    with Store.open(home) as store:
        now = rights.set_personalise(store, _typed(who), switch == "on", datetime.now(UTC))
    emit(_flags(now), as_json, _person(now))


@shopper.command()
@click.argument("who", metavar="ID")
@home_option
@json_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--allow-again", is_flag=True, help="Let files bring the person back.")
@click.option(
    "--check", is_flag=True, help="Read the raw database afterwards and say what is left."
)
def forget(who: str, home: Path, as_json: bool, yes: bool, allow_again: bool, check: bool) -> None:
    """Delete a person everywhere, for good, and keep files from bringing them back."""
    typed, now = _typed(who), datetime.now(UTC)
    with Store.open(home) as store:
        if allow_again:
            back = rights.allow_again(store, typed, now)
            words = (
                "Files may bring this person back." if back else "Nobody of this id was forgotten."
            )
            emit({"allowed": back is not None}, as_json, words)
            return
        _sure(yes or as_json, "Delete everything about this person? It cannot be undone.")
        # by the pseudonym from here on: the raw file is looked through for it
        key = key_of(store, typed, place.load(home))
        receipt = rights.forget(store, key, now)
        left = people_forget.copies(store, key) if check else None
        if left:
            # left behind by an SQLite that does not overwrite what it moves
            people_forget.compact(store)
            left = people_forget.copies(store, key)
    value = receipt.as_dict() | ({"copies_left": left} if check else {})
    lines = [*_receipt(receipt), *([f"raw copies of the pseudonym left: {left}"] if check else [])]
    emit(value, as_json, "\n".join(lines))


@shopper.command()
@home_option
@json_option
def receipts(home: Path, as_json: bool) -> None:
    """List what was deleted, and check each receipt against the ledger."""
    with Store.open(home) as store:
        found = [(r, rights.holds(store, r)) for r in rights.receipts(store)]
    lines = [
        f"{r.at}  {r.what:11}  {r.n_rows:>9} rows  entry {r.sequence}  {r.receipt_id[:_SHOWN]}"
        f"  {'in the ledger' if ok else 'NOT what the ledger says'}"
        for r, ok in found
    ]
    result = [r.as_dict() | {"in_ledger": ok} for r, ok in found]
    emit({"receipts": result}, as_json, "\n".join(lines or ["Nothing was deleted yet."]))


@shopper.command()
@home_option
@json_option
@click.option("--move", "to", type=click.Choice(["keyring", "file"]), help="Move it there.")
def salt(home: Path, as_json: bool, to: str | None) -> None:
    """Show where the salt of the pseudonyms lies, or move it; pseudonyms stay the same."""
    Store.open(home, read_only=True).close()
    moved = False
    if to is not None:
        moved = place.move(home, "keyring" if to == "keyring" else "file")
    check = place.check(place.load(home))
    where = place.where(home)
    said = "in the system's keyring" if where == "keyring" else "in the file keys/salt"
    words = f"The salt is {said}{' now' if moved else ''}, and fits: check {check[:_SHOWN]}."
    emit({"where": where, "moved": moved, "check": check}, as_json, words)


@click.command()
@home_option
@json_option
@click.option(
    "--days", type=click.IntRange(0, 36_500), help="Keep so many days, this once; 0 = all."
)
@click.option("--dry-run", is_flag=True, help="Count only.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--everything", is_flag=True, help="Go on even if nothing would be left.")
@click.option("--daily", is_flag=True, help="Do what is due and was switched on, else nothing.")
@click.option("--delete-minors", is_flag=True, help="Delete all rows of minors now.")
@click.option(
    "--keep",
    type=click.IntRange(0, 36_500),
    help="Set how many days are kept and switch the daily deletion on; 0 keeps all, switched off.",
)
@click.option("--off", is_flag=True, help="Switch the daily deletion off.")
@click.option("--compact", is_flag=True, help="Write the database anew afterwards.")
def retention(
    home: Path,
    as_json: bool,
    days: int | None,
    dry_run: bool,
    yes: bool,
    everything: bool,
    daily: bool,
    delete_minors: bool,
    keep: int | None,
    off: bool,
    compact: bool,
) -> None:
    """Delete events, impressions and what hangs on them when older than the shop keeps (180 days)."""
    now = datetime.now(UTC)
    with Store.open(home) as store:
        if keep is not None or off:
            people = keeping.switch(home, None if off else keep)
            emit({"people": people.model_dump()}, as_json, _setting(people.retention, keep, off))
            return
        if daily and not rights.due(store, now):
            emit({"due": False}, as_json, "Nothing is due.")
            return
        limit = keeping.daily_days(home) if daily else days
        if dry_run:
            counts = rights.retention_preview(store, limit, now)
            emit({"dry_run": True, "counts": counts}, as_json, _preview(home, limit, counts))
            return
        if not daily:
            _sure(yes or as_json, _question(home, limit, delete_minors))
        if delete_minors:
            receipt = rights.delete_minors(store, now)
        else:
            receipt = rights.retention_run(
                store, limit, now, everything=everything,
                progress=lambda table, done, n: progress(as_json, f"delete {table}", done, n),
            )  # fmt: skip
        if compact:
            people_forget.compact(store)
    emit(receipt.as_dict(), as_json, "\n".join(_receipt(receipt)))


def _typed(who: str) -> str:
    return sys.stdin.readline() if who == "-" else who


def _sure(yes: bool, question: str) -> None:
    if not yes and not click.confirm(question):
        raise InputError("Nothing was done.", safe="Nothing was deleted.")


def _question(home: Path, days: int | None, minors: bool) -> str:
    if minors:
        return "Delete all rows of minors? It cannot be undone."
    kept = load_settings(home).people.retention_days if days is None else days
    what = f"all rows older than {kept} days" if kept else "only rows of minors (0 days = keep all)"
    return f"Delete {what}? It cannot be undone."


def _setting(on: bool, keep: int | None, off: bool) -> str:
    if on:
        return f"Rows older than {keep} days are deleted every day from now on."
    if off:
        return "The daily deletion is off. Rows of minors are deleted all the same."
    return "All rows are kept for ever, as you said. Rows of minors are deleted all the same."


def _preview(home: Path, days: int | None, counts: dict[str, int]) -> str:
    kept = load_settings(home).people.retention_days if days is None else days
    head = f"kept: {kept} days" if kept else "kept: everything, for ever (0 days)"
    return "\n".join([head, *_counts(counts.items(), "would go"), "nothing was deleted"])


def _counts(counts: Iterable[tuple[str, int]], verb: str) -> list[str]:
    return [f"  {table:20} {n:>9} {verb}" for table, n in counts if n]


def _receipt(receipt: Receipt) -> list[str]:
    return [
        f"{receipt.n_rows} rows deleted at {receipt.at}",
        *_counts(receipt.counts, "deleted"),
        *receipt.remarks,
        f"receipt {receipt.receipt_id}, entry {receipt.sequence} of the ledger; it names nobody",
    ]


def _flags(person: Person) -> dict[str, Any]:
    return {
        "shopper_key": person.shopper_key,
        "consent": person.consent,
        "personalise": person.personalise,
        "minor": person.minor,
    }


def _person(person: Person) -> str:
    return (
        f"{person.shopper_key}: consent {'yes' if person.consent else 'no'}, personalising "
        f"{'on' if person.personalise else 'off'}{', a minor: used for nothing' if person.minor else ''}"
    )


def _held(about: Held) -> list[str]:
    lines = [_person(about.person), f"{about.n_rows} rows are held:"]
    for table in about.tables:
        lines.append(f"  {table.table}: {len(table.rows)}")
        for row in table.rows[:_SHOWN]:
            told = (
                f"{c} {v}" for c, v in zip(table.columns, row, strict=True) if v not in ("", None)
            )
            lines.append(f"    {', '.join(told)}")
        if len(table.rows) > _SHOWN:
            lines.append(f"    ... and {len(table.rows) - _SHOWN} more; --json or --out gives all")
    lines.append(f"  refused rows, kept sealed: {about.n_refused}")
    if about.n_closed:
        lines.append(f"  refused rows that cannot be opened, of whom is unknown: {about.n_closed}")
    if not about.rounds:
        return [*lines, "No answer that left this computer can have used these rows."]
    lines.append(f"{len(about.rounds)} answers that left may have used these rows:")
    lines += [
        f"  {r.at}  entry {r.sequence}  {r.task} round {r.round} of {r.run_id}"
        for r in about.rounds
    ]
    return [*lines, UNLEARN]
