"""hansa-server run, rounds."""

from __future__ import annotations

import signal
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from common.errors import BundleError, FederationError, InputError
from common.privacy import DELTA_BY_TIER, PrivacyMode
from common.recipe import LEAGUE, own_recipe
from common.shapes import HEADS
from common.terminal import emit, json_option, progress
from server.commands import home_option
from server.folder import Folder

if TYPE_CHECKING:
    from server.options import RunOptions
    from server.registry import Registry
    from server.rows import RoundRow

#: Without --train-before: rows of the last four weeks judge, the rest teaches.
JUDGE_DAYS = 28
#: From here on a merchant is worth a look: once in some thousands of honest merchants by chance.
STRIKING_T = 4.0
#: Constants of training that are called in the recipe as they are here.
CONSTANTS: list[str] = ["rounds", "local_steps", "sampling_rate", "learning_rate"]
CONSTANTS += ["expected_batch", "proximal", "funnel"]
MODES = {"own": PrivacyMode.OWN, "league": PrivacyMode.LEAGUE}


@click.command()
@home_option
@click.option(
    "--mode", type=click.Choice(list(MODES)), default="own", show_default=True,
    help="own: every merchant adds the whole noise; league: a secure sum carries it once.",
)  # fmt: skip
@click.option(
    "--colluders", type=click.IntRange(0), default=1, show_default=True, help="league: f."
)
@click.option("--threshold", type=click.IntRange(0), default=0, help="league: fewest in a sum.")
@click.option("--halves", is_flag=True, help="league: ask one half a round, compare the two.")
@click.option("--stage-seconds", type=float, default=10.0, show_default=True, help="league.")
@click.option("--hold-seconds", type=float, default=0.0, help="own: wait for owners who hold.")
@click.option("--rounds", type=click.IntRange(1), help="TRAIN rounds.")
@click.option("--epsilon", type=float, default=3.0, show_default=True, help="Of this run.")
@click.option("--tier", type=click.Choice(list(DELTA_BY_TIER)), default="small", show_default=True)
@click.option("--merchants-min", type=int, default=2, show_default=True)
@click.option("--wait", type=float, default=300.0, show_default=True, help="For them, seconds.")
@click.option("--quorum", type=float, default=0.6, show_default=True, help="Share that closes.")
@click.option("--round-seconds", type=float, default=120.0, show_default=True, help="Deadline.")
@click.option("--straggler-seconds", type=float, default=20.0, show_default=True)
@click.option("--attempts", type=click.IntRange(1), default=3, show_default=True, help="A round.")
@click.option("--train-before", help="ISO date; later rows evaluate. Default: four weeks ago.")
@click.option("--local-steps", type=click.IntRange(1))
@click.option("--sampling-rate", type=float)
@click.option("--clip", type=float)
@click.option("--learning-rate", type=float)
@click.option("--expected-batch", type=float)
@click.option("--proximal", type=float, help="own: pull of local steps to the round's start.")
@click.option("--head", "heads", multiple=True, type=click.Choice(["click", "conversion"]))
@click.option("--funnel", is_flag=True, help="Both heads: conversion means given a click (ESMM).")
@click.option("--no-evaluation", is_flag=True, help="Spend nothing on figures.")
@click.option("--no-gates", is_flag=True, help="Hand the model out however it was judged.")
@click.option(
    "--from", "start", default="last", show_default=True, metavar="last|fresh|DIGEST",
    help="Whose weights learning goes on from; last: the current bundle's.",
)  # fmt: skip
@click.option("--warm-start", type=click.Choice(["synthetic"]), help="Begin with made-up data.")
@click.option("--stop-when-flat", type=click.IntRange(0), default=0, help="Rounds within noise.")
@click.option("--resume", metavar="RUN", help="Go on with a run; 'last' for the newest.")
@json_option
def run(home: Path, resume: str | None, as_json: bool, **chosen: Any) -> None:
    """Train, evaluate and publish with the merchants that are online."""
    from server.runner import new_run, play
    from server.strategy import RunEvent

    def tell(event: RunEvent) -> None:
        progress(as_json, event.step, event.done, event.total, event.note)

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stopped)
    folder = Folder(home)
    folder.config()
    run_id = _known(folder, resume) if resume else new_run(folder, _options(chosen), tell)
    tell(RunEvent("run", 0, 1, run_id))
    try:
        result = play(folder, run_id, tell)
    except KeyboardInterrupt:
        raise FederationError(
            "The run was stopped.",
            where=f"run {run_id}",
            safe="Every finished round is kept in the registry.",
            todo=f"Go on with: hansa-server run --home {home} --resume {run_id}",
        ) from None
    emit(result, as_json, _story(result))
    if result["held"]:
        sys.exit(BundleError.exit_code)


def _options(chosen: dict[str, Any]) -> RunOptions:
    from server.options import RunOptions
    from server.runner import with_recipe

    league = chosen["mode"] == "league"
    options = RunOptions(
        train_before_at=_date(chosen["train_before"]),
        epsilon=chosen["epsilon"],
        tier=chosen["tier"],
        merchants_min=chosen["merchants_min"],
        merchants_wait_s=chosen["wait"],
        quorum=chosen["quorum"],
        round_s=chosen["round_seconds"],
        straggler_s=chosen["straggler_seconds"],
        void_limit=chosen["attempts"],
        evaluate=not chosen["no_evaluation"],
        mode=MODES[chosen["mode"]],
        colluders=chosen["colluders"],
        threshold=chosen["threshold"],
        stage_s=chosen["stage_seconds"],
        hold_s=chosen["hold_seconds"],
        halves=chosen["halves"],
        gates=not chosen["no_gates"],
        start=_start(chosen["start"], chosen["warm_start"]),
        stop_when_flat=chosen["stop_when_flat"],
        recipe=LEAGUE if league else own_recipe(chosen["tier"], chosen["epsilon"]),
    )
    return with_recipe(
        options,
        clip_norm=chosen["clip"],
        heads=tuple(chosen["heads"]) or (HEADS if chosen["funnel"] else None),
        **{name: chosen[name] for name in CONSTANTS},
    )


def _start(start: str, warm_start: str | None) -> str:
    """Where the run begins: at a bundle, fresh, or warm."""
    from server.starting import check_start

    if warm_start and start != "last":
        raise InputError(
            "--from and --warm-start name two beginnings.",
            safe="No merchant was asked anything.",
            todo="Give one of them.",
        )
    return warm_start or check_start(start)


def _date(text: str | None) -> str:
    if text is None:
        day = datetime.now(UTC).date() - timedelta(days=JUDGE_DAYS)
        return f"{day.isoformat()}T00:00:00Z"
    try:
        at = datetime.fromisoformat(text)
    except ValueError as e:
        raise InputError(
            "--train-before is not a date.",
            where=text[:40],
            safe="No merchant was asked anything.",
            todo="Write it like 2026-01-31 or 2026-01-31T12:00:00+00:00.",
        ) from e
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _known(folder: Folder, name: str) -> str:
    from server.registry import Registry

    with closing(Registry.of(folder)) as registry:
        ids = [run_id for run_id, _ in registry.run_ids()]
        return registry.run(ids[0] if name == "last" and ids else name).run_id


def _story(r: dict[str, Any]) -> str:
    from server.gates import measured_words

    figures = ", ".join(f"{k} {v:.3f}" for k, v in r["metrics"].items() if k != "merchants")
    ending = (
        f"Bundle {r['bundle_digest'][:16]} installed by {r['installed']} merchants: {r['bundle']}"
    )
    if r["held"]:
        name = r["bundle_digest"][:16]
        ending = (
            f"Bundle {name} is HELD: merchants keep the one they have.\n"
            f"To hand it out all the same: hansa-server bundles promote {name} --why ..."
        )
    judged = "".join(f"\n{line}" for line in measured_words(r["gates"]))
    return (
        f"Run {r['run']}: {r['rounds']} rounds with up to {r['merchants']} merchants "
        f"in {r['seconds']} s ({r['mode']})\nEpsilon of this run at most {r['epsilon']:g} "
        f"(delta {r['delta']:g}; {r['unit']})\nagainst {r['adversary']}\n"
        f"Evaluation (noised): {figures or 'none'}{judged}\n{ending}"
    )


@click.command()
@click.argument("run_id", required=False)
@home_option
@json_option
def rounds(run_id: str | None, home: Path, as_json: bool) -> None:
    """Show runs, or the rounds of one run and who said what."""
    from server.registry import Registry

    folder = Folder(home)
    folder.config()
    with closing(Registry.of(folder)) as registry:
        if run_id is None:
            # imported here: the runner brings all of flwr, the rounds of one run need none of it
            from server.runner import summary

            runs = [summary(registry, name) for name, _ in registry.run_ids()]
            lines = [f"{r['run']}  {r['status']:9} {r['rounds']} rounds" for r in runs]
            emit({"runs": runs}, as_json, "\n".join(lines) or "No run yet.")
            return
        rows = [_round(registry, r) for r in registry.rounds(_known(folder, run_id))]
    lines = []
    for r in rows:
        lines.append(
            f"{r['round']:3} {r['task']:9} {r['status']:7} {r['n_admitted']} of {r['n_asked']}"
        )
        lines += [f"      {who}: {', '.join(codes)}" for who, codes in r["refused"].items()]
        lines += _sum_lines(r["sum"]) if "sum" in r else []
        if "halves_z" in r["metrics"]:
            z = r["metrics"]["halves_z"]
            lines.append(f"      differs from the other half by {z:.1f} deviations of its noise")
    striking = _striking(rows)
    lines += [
        f"{s['merchant']}: the sums it is in stand out, t = {s['t']:.1f} over "
        f"{s['with']} rounds with it and {s['without']} without"
        for s in striking
        if s["t"] > STRIKING_T
    ]
    emit({"rounds": rows, "striking": striking}, as_json, "\n".join(lines) or "No round yet.")


def _striking(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Merchants by how much the sums of halves that they are in stand out; empty without halves."""
    from server.halves import suspicions

    sums = [(r["sum"]["members"], r["metrics"]["signal"]) for r in rows if "signal" in r["metrics"]]
    return [
        {"merchant": s.merchant, "t": round(s.t, 2), "with": s.n_with, "without": s.n_without}
        for s in suspicions(sums)
    ]


def _sum_lines(told: dict[str, Any]) -> list[str]:
    """A secure sum for a person."""
    members = ", ".join(told["members"]) or f"none ({told['void'] or 'not over'})"
    lines = [f"      in the sum: {members}"]
    lines += [
        f"      dropped out at '{stage}': {who} ({code})"
        for who, (stage, code) in told["dropped"].items()
    ]
    lines += [f"      gave a wrong share: {who}" for who in told["liars"]]
    return lines


def _sum(registry: Registry, row: RoundRow, names: dict[str, str]) -> dict[str, Any]:
    """What became of a round's secure sum, with names; empty for own noise."""
    found = registry.sum_of(row.run_id, row.round)
    if found is None:
        return {}
    told = {
        "members": [names.get(who, who) for who in found.members],
        "dropped": {names.get(who, who): list(why) for who, why in found.dropped.items()},
        "liars": [names.get(who, who) for who in found.liars],
        "threshold": row.plan["league"]["threshold"],
        "colluders": row.plan["league"]["colluders"],
        "seconds": dict(found.seconds),
        "void": found.void,
        "paid": found.charged,
    }
    return {"sum": told}


def _round(registry: Registry, row: RoundRow) -> dict[str, Any]:
    names = {m.fingerprint: m.name for m in registry.merchants()}
    codes = registry.refusals(row.run_id, row.round)
    return {
        **_sum(registry, row, names),
        "round": row.round,
        "task": row.task.value,
        "status": row.status,
        "n_asked": row.n_asked,
        "n_admitted": row.n_admitted,
        "metrics": row.metrics,
        "opened_at": row.opened_at,
        "closed_at": row.closed_at,
        "refused": {names.get(who, who): why for who, why in codes.items() if why},
    }
