"""hansa clean: set faulty rows aside by rules you can see and switch; credit purchases to ads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from client.clean import settings as desk
from client.clean import wording
from client.clean.attribution import DAY_S, Windows
from client.clean.credit import attribute_shop
from client.clean.nouns import Choice
from client.clean.rules import rule as rule_of
from client.clean.run import run, show
from client.clean.summary import summary
from client.commands import home_option
from client.store import Store
from common.errors import InputError
from common.settings import load_settings
from common.terminal import emit, json_option, progress

#: Of the isolation forest: the same shop gives the same answer, whoever asks and when.
SEED = 0
MAX_WINDOW_DAYS = 365
_ON = {"on": True, "off": False}


@click.group(invoke_without_command=True)
@home_option
@json_option
@click.option("--dry-run", is_flag=True, help="Count everything, change nothing.")
@click.pass_context
def clean(ctx: click.Context, home: Path, as_json: bool, dry_run: bool) -> None:
    """Set faulty rows aside: duplicates, wrong clocks, robots and the like. Nothing is deleted.

    Every rule can be seen ('hansa clean rules') and switched ('hansa clean set'); a rule that is
    switched off gives its rows back at the next 'hansa clean'.
    """
    if ctx.invoked_subcommand is not None:
        # `hansa clean --home X rules` means the same as `hansa clean rules --home X`
        given = {"home": home, "as_json": as_json}
        ctx.default_map = dict.fromkeys(clean.commands, given)
        return
    with Store.open(home) as store:
        done = run(
            store,
            desk.load(home),
            datetime.now(UTC),
            SEED,
            dry_run=dry_run,
            watch=lambda step, part, note: progress(
                as_json, f"clean {step}", int(100 * part), 100, note
            ),
        )
    progress(as_json, "clean", 100, 100)
    value = {**asdict(done), "changed": done.changed}
    emit(value, as_json, wording.report(done, load_settings(home).language))


@clean.command("rules")
@home_option
@json_option
def rules_(home: Path, as_json: bool) -> None:
    """List every rule: on or off, its settings, what it does, what it sets aside now."""
    with Store.open(home, read_only=True) as store:
        counts = summary(store)
    choices = desk.load(home)
    found = [{**asdict(c), "n": c.n, "settings": dict(choices[c.rule].values)} for c in counts]
    text = wording.rules(counts, choices, load_settings(home).language)
    emit({"rules": found, "can_undo": desk.can_undo(home)}, as_json, text)


@clean.command("set")
@click.argument("name", metavar="RULE")
@click.argument("changes", nargs=-1, required=True, metavar="on|off [KEY=VALUE]...")
@home_option
@json_option
def set_(name: str, changes: tuple[str, ...], home: Path, as_json: bool) -> None:
    """Switch a rule on or off, or change its settings. It counts from the next 'hansa clean'."""
    Store.open(home, read_only=True).close()  # says so if there is no shop
    on: bool | None = None
    values: dict[str, object] = {}
    for change in changes:
        key, equals, value = change.partition("=")
        if equals and key and value:
            values[key.strip()] = value.strip()
        elif change.lower() in _ON:
            on = _ON[change.lower()]
        else:
            raise InputError(
                "Say on, off or SETTING=VALUE.",
                where=change[:40],
                safe="Nothing was changed.",
                todo="For example: hansa clean set duplicates on impression_s=5",
            )
    before = desk.load(home)
    desk.change(home, name, on, values)
    _changed(before, desk.load(home), as_json)


@clean.command("show")
@click.argument("name", metavar="RULE")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@home_option
@json_option
def show_(name: str, limit: int, home: Path, as_json: bool) -> None:
    """Show which rows a rule has set aside, and why; keys are digests, pseudonyms are shortened."""
    of = rule_of(name)
    with Store.open(home, read_only=True) as store:
        found = show(store, name, desk.load(home)[name], datetime.now(UTC), SEED, limit=limit)
    language = load_settings(home).language
    lines = [of.words.of(language), *(wording.example(of, e, language) for e in found)]
    if not found:
        lines.append(
            "没有被搁置的行。" if language == "zh" else "No row is set aside by this rule."
        )
    emit({"rule": name, "rows": [asdict(e) for e in found]}, as_json, "\n".join(lines))


@clean.command()
@home_option
@json_option
def undo(home: Path, as_json: bool) -> None:
    """Take the last change of a rule back; once more brings it again."""
    before = desk.load(home)
    desk.undo(home)
    _changed(before, desk.load(home), as_json)


@clean.command()
@home_option
@json_option
@click.option(
    "--window-days",
    type=click.FloatRange(0, MAX_WINDOW_DAYS, min_open=True),
    default=7.0,
    show_default=True,
    help="Days from a click to a purchase, at most.",
)
@click.option(
    "--view-window-days",
    type=click.FloatRange(0, MAX_WINDOW_DAYS),
    default=1.0,
    show_default=True,
    help="Days from an impression without a click; 0 = only clicks count.",
)
@click.option("--category", is_flag=True, help="Else an ad of the same category counts.")
@click.option("--dry-run", is_flag=True, help="Count everything, change nothing.")
def attribute(
    home: Path,
    as_json: bool,
    window_days: float,
    view_window_days: float,
    category: bool,
    dry_run: bool,
) -> None:
    """Credit purchases to ads: the last click, else the last impression of the same product.

    For shops whose files say who bought but not from which ad. Conversions of your own files are
    never changed; running it again with other windows replaces only what it wrote itself.
    """
    windows = Windows(round(window_days * DAY_S), round(view_window_days * DAY_S), category)
    with Store.open(home) as store:
        done = attribute_shop(store, windows, dry_run=dry_run)
    emit(asdict(done), as_json, wording.attribution(done, load_settings(home).language))


def _changed(before: Mapping[str, Choice], after: Mapping[str, Choice], as_json: bool) -> None:
    """What is different now."""
    changed: dict[str, Any] = {}
    lines = []
    for name, now in after.items():
        old = {"on": before[name].on, **before[name].values}
        new = {"on": now.on, **now.values}
        for key in (k for k in new if new[k] != old[k]):
            changed[f"{name}.{key}"] = [old[key], new[key]]
            lines.append(f"{name} {key}: {_value(old[key])} -> {_value(new[key])}")
    lines = lines or ["Nothing is different now."]
    if changed:
        lines.append("It counts from the next 'hansa clean'.")
    emit({"changed": changed}, as_json, "\n".join(lines))


def _value(value: object) -> str:
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)
