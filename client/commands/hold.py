"""hansa hold, hansa policy: look at what waits for a yes, send it or not; show and change the rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from client import hold as desk
from client import policy as book
from client.commands import home_option
from client.consent import quarter_of
from client.preview import Membership, Preview
from client.spending import quarter_name
from client.store import Store, held, ledger
from client.store.held import HeldReport
from common.errors import InputError
from common.ledger import mechanisms
from common.privacy import DELTA_BY_TIER
from common.settings import Policy, load_settings
from common.terminal import emit, json_option

_SHOWN = 12  # characters of a digest


@click.group()
def hold() -> None:
    """Reports that wait for your yes: list, show, send, drop."""


@hold.command("list")
@home_option
@json_option
@click.option("--all", "every", is_flag=True, help="Those too that are settled.")
def list_(home: Path, as_json: bool, every: bool) -> None:
    """List what waits, newest first."""
    with Store.open(home) as store:
        held.lapse(store)
        found = held.listing(store, desk.EVERY) if every else list(desk.waiting(store))
    lines = [_line(r) for r in found] or ["Nothing is held."]
    emit({"held": [_as_dict(r) for r in found]}, as_json, "\n".join(lines))


@hold.command()
@click.argument("report_id")
@home_option
@json_option
def show(report_id: str, home: Path, as_json: bool) -> None:
    """Show what a held report would tell and cost."""
    with Store.open(home) as store:
        report = held.load(store, report_id)
    emit(_as_dict(report), as_json, "\n".join([_line(report), *_preview(report.preview)]))


@hold.command()
@click.argument("report_id")
@home_option
@json_option
def send(report_id: str, home: Path, as_json: bool) -> None:
    """Send a held report: it leaves when the coordinator asks for it again."""
    with Store.open(home) as store:
        report = desk.send(store, report_id)
    text = (
        f"{report.plan_digest[:_SHOWN]} leaves when the coordinator asks again, at the latest "
        f"{report.deadline_at}; 'hansa node' must be running."
    )
    emit(_as_dict(report), as_json, text)


@hold.command()
@click.argument("report_id")
@home_option
@json_option
def drop(report_id: str, home: Path, as_json: bool) -> None:
    """Do not send a held report: its figures are deleted, the charge stays."""
    with Store.open(home) as store:
        report = desk.drop(store, report_id)
    text = f"{report.plan_digest[:_SHOWN]} was not sent and never will be. The charge stays."
    emit(_as_dict(report), as_json, text)


@click.group()
def policy() -> None:
    """The rules that always win over the league's plan: show, set, undo."""


@policy.command("show")
@home_option
@json_option
def show_policy(home: Path, as_json: bool) -> None:
    """Show every rule, its value, and where that comes from."""
    Store.open(home, read_only=True).close()  # says so if there is no shop
    found, quarter = book.rules(home), _count_quarter(home)
    lines = [f"{r.name:21} {book.as_json(r.value):10} {r.source:11}  {r.meaning}" for r in found]
    if quarter is not None:
        lines.append(f"charged in this quarter: epsilon {quarter:.3f}")
    value = {"rules": [asdict(r) for r in found], "epsilon_this_quarter": quarter}
    emit(value, as_json, "\n".join(lines))


@policy.command("set")
@click.argument("name")
@click.argument("value")
@home_option
@json_option
@click.option("--yes", is_flag=True, help="Do not ask when a rule gets weaker.")
def set_policy(name: str, value: str, home: Path, as_json: bool, yes: bool) -> None:
    """Change one rule. A tighter rule counts from the next round; a weaker one is asked for twice."""
    changes = {name: book.parse(name, value)}
    _change(home, as_json, yes, book.would_be(home, changes), lambda: book.change(home, changes))


@policy.command()
@home_option
@json_option
@click.option("--yes", is_flag=True, help="Do not ask when a rule gets weaker.")
def undo(home: Path, as_json: bool, yes: bool) -> None:
    """Take the last change back; once more brings it again."""
    _change(home, as_json, yes, book.earlier(home), lambda: book.undo(home))


def _count_quarter(home: Path) -> float | None:
    """Epsilon of what was charged in this calendar quarter; kept for the window. None: no limit."""
    policy_ = load_settings(home).policy
    if policy_.epsilon_quarter is None:
        return None
    # imported here: the accountants take a second to load, --help must not
    from common import accounting

    begins, _ = quarter_of(datetime.now(UTC))
    with Store.open(home) as store:
        charged = mechanisms([e for e in ledger.entries(store) if e.at >= begins])
        spent = accounting.spent(charged, DELTA_BY_TIER[policy_.tier])
        head = ledger.head(store)
        if head is not None:
            name = f"{quarter_name(begins)}{spent.accountant}"
            ledger.remember(store, head, replace(spent, accountant=name))
    return spent.epsilon


def _change(
    home: Path,
    as_json: bool,
    yes: bool,
    planned: Policy | None,
    act: Callable[[], book.Change],
) -> None:
    Store.open(home, read_only=True).close()
    before = {r.name: r.value for r in book.rules(home)}
    now = Policy.model_validate(before)
    weaker = book.loosened(now, planned) if planned else ()
    if weaker and not yes:
        if as_json:
            raise InputError(
                f"This makes the shop's protection weaker: {', '.join(weaker)}.",
                where="hansa.toml",
                safe="Nothing was changed.",
                todo="Say it again with --yes.",
            )
        click.echo(_warning(now, planned or now, weaker))
        click.confirm("Change it all the same?", abort=True)
    act()
    after = {r.name: r.value for r in book.rules(home)}
    changed = [n for n in after if after[n] != before[n]]
    lines = [f"{n}: {book.as_json(before[n])} -> {book.as_json(after[n])}" for n in changed]
    lines = lines or ["Nothing is different now."]
    if set(changed) & {"allowed_code"}:
        lines.append("Restart 'hansa node' for it to take effect.")
    emit({"changed": {n: [before[n], after[n]] for n in changed}}, as_json, "\n".join(lines))


def _warning(before: Policy, after: Policy, weaker: tuple[str, ...]) -> str:
    lines = ["This makes the protection of your shoppers weaker:"]
    for name in weaker:
        old, new = (book.as_json(getattr(p, name)) for p in (before, after))
        lines.append(f"  {name}: {old} -> {new}  ({book.RULES[name]})")
    lines.append("What is learnt about your shoppers then cannot be taken back.")
    return "\n".join(lines)


def _as_dict(report: HeldReport) -> dict[str, Any]:
    """All of it for machines; the tensors themselves are not in here."""
    out = {k: getattr(report, k) for k in HeldReport.__slots__ if k != "preview"}
    return {"id": report.plan_digest, **out, "preview": report.preview.as_dict()}


def _line(r: HeldReport) -> str:
    cost = f"epsilon {r.preview.epsilon_before:.3f} -> {r.preview.epsilon_after:.3f}"
    return (
        f"{r.plan_digest[:_SHOWN]}  {r.state:8}  {r.task} round {r.round} of {r.run_id}  "
        f"{r.preview.n_bytes:,} bytes  {cost}  until {r.deadline_at}"
    )


def _preview(p: Preview) -> list[str]:
    width = max((len(t.name) for t in p.tensors), default=4)
    lines = [f"  {'tensor':{width}}  {'shape':>12}  {'bytes':>10}  clipped sum  as sent"]
    for t in p.tensors:
        shape = " x ".join(map(str, t.shape)) or "1"
        lines.append(
            f"  {t.name:{width}}  {shape:>12}  {t.n_bytes:>10,}  {_figure(t.norm_before):>11}  "
            f"{t.norm_after:.4g}"
        )
    lines.append(
        f"  {'all':{width}}  {'':>12}  {p.n_bytes:>10,}  {_figure(p.norm_before):>11}  "
        f"{p.norm_after:.4g}"
    )
    lines.append(
        f"  charged already, sent or not: epsilon {p.epsilon_before:.3f} -> {p.epsilon_after:.3f} "
        f"at delta {p.delta:g}"
    )
    return [*lines, f"  {_guess(p.membership)}"]


def _figure(x: float | None) -> str:
    return "-" if x is None else f"{x:.4g}"


def _guess(m: Membership | None) -> str:
    if m is None:
        return "membership test: not possible (too few shoppers in or out, or everybody was in)"
    return (
        f"membership test: {m.auc:.2f} ({m.low:.2f} to {m.high:.2f}, {m.confidence:.0%}); "
        f"0.50 = nobody can tell who was in, 1.00 = certain; tried on {m.n_in} shoppers that were "
        f"in and {m.n_out} that were not"
    )
