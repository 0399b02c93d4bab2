"""hansa import, hansa import fix: bring the shop's files in, and back what was refused."""

from __future__ import annotations

import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from client.commands import home_option
from client.commands.imports_words import fix_words, imported_words, preview_words
from client.ingest.columns import KINDS
from client.ingest.files import Imported, Options, import_files
from client.ingest.files_plan import MAPPINGS, Where, plans
from client.ingest.progress import Progress
from client.store import Store
from common.errors import InputError
from common.terminal import emit, json_option, progress

#: What a shell gives for a program that Ctrl-C ended.
INTERRUPTED = 130


class _Import(click.Command):
    """`hansa import FILES`, and `hansa import fix` beside it."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Hand "fix" on to its own command."""
        if args[:1] == ["fix"]:
            return fix.make_context(f"{info_name} fix", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that the context was made for."""
        return super().invoke(ctx) if ctx.command is self else ctx.command.invoke(ctx)


@click.command("import", cls=_Import)
@click.argument("files", nargs=-1, required=True)
@home_option
@json_option
@click.option("--as", "kind", type=click.Choice(list(KINDS)), help="What the files hold.")
@click.option(
    "--map", "maps", multiple=True, metavar="FILE.toml|THEIRS=OURS", help="How columns are read."
)
@click.option("--save-map", metavar="NAME", help="Keep the mapping for files with these columns.")
@click.option("--preview", is_flag=True, help="Show how the files would be read; change nothing.")
@click.option("--dry-run", is_flag=True, help="Check and count every row, change nothing.")
@click.option("--again", is_flag=True, help="Read files again that were imported before.")
@click.option("--skip-unknown", is_flag=True, help="Leave unknown columns out.")
@click.option(
    "--time-zone", default="", metavar="ZONE", help="For times without one: Asia/Shanghai."
)
@click.option("--decimal", type=click.Choice([".", ","]), default=None, help="Decimal sign.")
def import_(
    files: tuple[str, ...],
    home: Path,
    as_json: bool,
    kind: str | None,
    maps: tuple[str, ...],
    save_map: str | None,
    preview: bool,
    dry_run: bool,
    again: bool,
    skip_unknown: bool,
    time_zone: str,
    decimal: str | None,
) -> None:
    """Import CSV, JSON lines, Parquet, XLSX, ODS, folders of them, or tables of a database.

    Rows that cannot be read are listed and kept aside; all others are imported. An import that was
    cut off goes on where it stopped, and the same file again changes nothing. Refused rows come
    back with: hansa import fix.
    """
    options = _options(
        maps, Options(kind, None, skip_unknown, dry_run, None, again, time_zone, decimal or "")
    )
    where: list[Where] = list(files)
    with Store.open(home) as store:
        if preview:
            _preview(store, where, options, as_json)
            return
        if save_map:
            _save(store, where, options, save_map)
        done = _run(store, where, options, as_json)
    result = {"dry_run": dry_run, "files": [_as_dict(d) for d in done]}
    emit(result, as_json, "\n".join(imported_words(d, dry_run) for d in done))


@click.command("fix")
@click.argument("group", required=False)
@home_option
@json_option
@click.option(
    "--do",
    "deed",
    nargs=1,
    metavar="DEED",
    help="trim-currency, assume-zone, day-first, decimal-comma, set, leave or undo.",
)
@click.argument("text", required=False, default="")
@click.option(
    "--export",
    "out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the refused lines to a new file, to be corrected and imported.",
)
def fix(
    group: str | None, home: Path, as_json: bool, deed: str | None, text: str, out: Path | None
) -> None:
    """List refused rows in groups, or read a group again with one thing changed.

    \b
    hansa import fix                                    the groups, and what may help
    hansa import fix GROUP --do trim-currency           amounts without "EUR" or "¥"
    hansa import fix GROUP --do assume-zone ZONE        times without a zone are of this one
    hansa import fix GROUP --do day-first               03/04/2024 is the 3rd of April
    hansa import fix GROUP --do decimal-comma           12,50 is twelve and a half
    hansa import fix GROUP --do set COLUMN=TEXT         this text in every row of the group
    hansa import fix GROUP --do leave | undo            leave them out; think again
    """  # noqa: D301
    from client.ingest.fix import apply, group_label, offers
    from client.ingest.refused import export

    with Store.open(home) as store:
        result: dict[str, Any] = {}
        if out is not None:
            result["n_exported"] = export(store, out)
        if group and deed:
            result["done"] = asdict(apply(store, group, deed, text))
        elif group or deed:
            raise InputError(
                "A fix needs a group and what to do.",
                safe="Nothing was changed.",
                todo="hansa import fix GROUP --do DEED; see: hansa import fix --help",
            )
        result["groups"] = [
            {
                **{k: v for k, v in asdict(o.group).items() if k not in ("mapping", "sha256")},
                "code": group_label(o.group),
                "offers": list(o.deeds),
            }
            for o in offers(store)
        ]
    emit(result, as_json, fix_words(result))


def _options(maps: tuple[str, ...], options: Options) -> Options:
    """With what `--map` says: one file, or any number of pairs."""
    from client.ingest.mapping_file import load

    pairs = [m for m in maps if not m.endswith(".toml")]
    tomls = [m for m in maps if m.endswith(".toml")]
    if tomls and (pairs or len(tomls) > 1):
        raise InputError(
            "--map takes one mapping file, or pairs of THEIRS=OURS.",
            safe="Nothing was imported.",
            todo="Put the pairs into the file.",
        )
    if tomls:
        return replace(options, how=load(Path(tomls[0])))
    return replace(options, mapping=_pairs(pairs) or None)


def _pairs(pairs: list[str]) -> dict[str, str]:
    out = {}
    for pair in pairs:
        theirs, equals, ours = pair.rpartition("=")
        if not equals or not theirs or not ours:
            raise InputError(
                "--map takes FILE.toml or THEIRS=OURS, for example --map user_id=customer_id.",
                where=pair[:60],
                safe="Nothing was imported.",
            )
        out[theirs] = ours.strip().lower()
    return out


def _run(store: Store, where: list[Where], options: Options, as_json: bool) -> list[Imported]:
    told = Progress()

    def watch(name: str, n: int, share: float) -> None:
        note = told.note(name, n, share)
        progress(as_json, f"import {name}", int(100 * share), 100, note)

    try:
        return import_files(store, where, options, watch=watch)
    except KeyboardInterrupt:
        click.echo(
            "stopped: what was imported so far stays, whole and once each; "
            "the same command goes on from there",
            err=True,
        )
        sys.exit(INTERRUPTED)


def _save(store: Store, where: list[Where], options: Options, name: str) -> None:
    from client.ingest.mapping_file import dump

    if not name.replace("-", "").replace("_", "").isalnum():
        raise InputError(
            "The name of a mapping has letters, digits, - and _ only.",
            where=name[:60],
            safe="Nothing was imported.",
        )
    for n, plan in enumerate(plans(where, options, store.home)):
        own = name if n == 0 else f"{name}-{plan.mapping.kind}"
        dump(replace(plan.mapping, name=own), store.home / MAPPINGS / f"{own}.toml")


def _preview(store: Store, where: list[Where], options: Options, as_json: bool) -> None:
    from client.ingest.preview import preview

    shown = [preview(store, path, options) for path in where]
    emit({"files": [asdict(s) for s in shown]}, as_json, "\n\n".join(map(preview_words, shown)))


def _as_dict(done: Imported) -> dict[str, Any]:
    refused = [{"line": n, "column": c, "reason": r} for n, c, r in done.refused]
    return {**asdict(done), "refused": refused}
