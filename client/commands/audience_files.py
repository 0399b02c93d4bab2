"""hansa audience export, exports: an audience to a file, and which files were written."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from client.commands import home_option
from client.store import Store, audience_exports
from common.settings import Settings, load_settings
from common.terminal import emit, json_option

if TYPE_CHECKING:
    from client.audience_export import Written


@click.command()
@click.argument("audience_id")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--as", "form", type=click.Choice(["csv", "json", "match"]), default="csv")
@click.option("--ids", type=click.Path(path_type=Path), help="CSV: customer_id,email[,phone].")
@click.option("--calling-code", default="", help="For phone numbers without one, such as 86.")
@click.option(
    "--phone",
    type=click.Choice(["plus", "digits"]),
    default="plus",
    show_default=True,
    help="Numbers are hashed as +8613... or as 8613...: platforms differ.",
)
@click.option("--by", default="", help="Who exports; this computer's account by default.")
@home_option
@json_option
def export(
    audience_id: str,
    file: Path,
    form: Any,
    ids: Path | None,
    calling_code: str,
    phone: Any,
    by: str,
    home: Path,
    as_json: bool,
) -> None:
    """Write an audience to a new file that only you can read.

    csv and json hold pseudonyms alone. match holds SHA-256 of e-mails and phones from a list that
    you give now and that is not kept.
    """
    from client.audience_export import Ids
    from client.audience_export import export as write

    given = Ids(ids, calling_code, phone) if ids is not None else None
    with Store.open(home) as store:
        settings = load_settings(home)
        done = write(store, settings, audience_id, file, form, by or _account(), given)
    lines = [f"{done.record.n_people} people written to {file}, for you alone to read."]
    if form == "match":
        # how many were not found is a count of few people, often: it is given as a share
        share = done.record.n_people / done.n_members
        lines.append(
            f"{share:.0%} of the audience had a usable address in the list. Hashes of addresses are"
            " still personal data: give them to the platform only, and delete the file then."
        )
    if done.n_without_code:
        counted = _left_out(done, settings)["n_without_code"]
        n = counted or f"Fewer than {settings.audience_floor}"
        lines.append(
            f"{n} phone numbers were left out: they have no calling code. Give yours with"
            " --calling-code, such as 86, and export to a new file."
        )
    result = {**asdict(done.record), "file": str(file), **_left_out(done, settings)}
    emit(result, as_json, "\n".join(lines))


@click.command()
@click.argument("audience_id", required=False)
@home_option
@json_option
def exports(audience_id: str | None, home: Path, as_json: bool) -> None:
    """List what was exported: when, by whom, how many people."""
    with Store.open(home, read_only=True) as store:
        found = audience_exports.listing(store, audience_id)
        back = audience_exports.taken_back(store)
    lines = [
        f"{e.exported_at}  {e.form:5}  {e.n_people:6} people  {e.audience_id}  {e.file_name}"
        f"  by {e.exported_by}{'  deleted again' if e.export_id in back else ''}"
        for e in found
    ]
    result = {"exports": [{**asdict(e), "taken_back": e.export_id in back} for e in found]}
    emit(result, as_json, "\n".join(lines) or "Nothing was exported yet.")


def _left_out(done: Written, settings: Settings) -> dict[str, int | bool | None]:
    """Whether phone numbers lacked a calling code, and how many; None where they are few."""
    n = done.n_without_code
    few = 0 < n < settings.audience_floor
    return {"without_code": n > 0, "n_without_code": None if few else n}


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # an account without a name, as in some containers
        return "unknown account"
