"""hansa ads learn: fine-tune the merchant's own language model to the shop's preferences; use and undo."""

from __future__ import annotations

import signal
from dataclasses import asdict, replace
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click

from client.commands import home_option
from client.creative.tuned import Adapter
from client.creative.tuning import adapters, job, rule
from client.creative.tuning.nouns import Recipe
from client.creative.tuning.offer import Offer
from client.store import Store
from common.terminal import emit, json_option, progress


@click.command()
@click.option("--check", is_flag=True, help="Only say whether it is offered and what is missing.")
@click.option("--list", "list_", is_flag=True, help="What was learned, and what speaks against it.")
@click.option(
    "--use",
    is_flag=False,
    flag_value="newest",
    metavar="[NAME]",
    help="Take what was learned into use: the newest, or that name.",
)
@click.option("--undo", is_flag=True, help="Go back to the setting before the last --use.")
@click.option("--seed", default=0, type=click.IntRange(0), show_default=True)
@click.option("--steps", default=Recipe().most_steps, type=click.IntRange(1), show_default=True)
@click.option("--smoke", is_flag=True, hidden=True)
@home_option
@json_option
def learn(
    home: Path,
    as_json: bool,
    check: bool,
    list_: bool,
    use: str | None,
    undo: bool,
    seed: int,
    steps: int,
    smoke: bool,
) -> None:
    """Learn the shop's style from its edits, approvals and clicks; all of it stays here.

    Fine-tunes the language model of ads.toml (a folder of at least 0.5 billion weights) with
    LoRA and DPO, from 200 preference pairs on. Nothing is used until you say --use.
    """
    if sum((check, list_, use is not None, undo)) > 1:
        raise click.UsageError("Give only one of --check, --list, --use and --undo.")
    if check:
        recipe = replace(Recipe(), seed=seed, most_steps=steps)
        with Store.open(home) as store:
            found, _, _ = job.offer(store, recipe, smoke=smoke)
        emit(_offer(found), as_json, "\n".join(_offer_lines(found)))
    elif list_:
        Store.open(home, read_only=True).close()
        _list(home, as_json)
    elif use is not None:
        Store.open(home, read_only=True).close()
        taken = adapters.use(home, "" if use == "newest" else use)
        emit(
            {"in_use": taken.folder.name, "digest": taken.digest},
            as_json,
            f"{taken.folder.name} is in use from now on. Back with: hansa ads learn --undo",
        )
    elif undo:
        Store.open(home, read_only=True).close()
        back = adapters.undo(home)
        words = f"In use again: {back}" if back else "In use again: the model as it was."
        emit({"in_use": Path(back).name}, as_json, words)
    else:
        _learn(home, as_json, seed, steps, smoke)


def _learn(home: Path, as_json: bool, seed: int, steps: int, smoke: bool) -> None:
    recipe = replace(job.SMOKE, seed=seed) if smoke else Recipe(seed=seed, most_steps=steps)
    # cancel is ending the process; ended this way it takes its work folder along
    old = signal.signal(signal.SIGTERM, _end)
    try:
        with Store.open(home) as store:
            made = job.learn(
                store,
                recipe,
                lambda step, part, note: progress(as_json, step, int(100 * part), 100, note),
                smoke=smoke,
            )
    finally:
        signal.signal(signal.SIGTERM, old)
    t = made.trained
    value = {
        "learned": made.adapter.folder.name,
        "may_be_used": not made.against and not smoke,
        "against": list(made.against),
        "table": [{"what": w, "before": b, "after": a} for w, b, a in _table(made)],
        "training": asdict(t),
        "pairs": {"train": made.n_train, "held": made.n_held, "left_out": made.n_left_out},
    }
    lines = [
        f"{made.n_train} pairs learned from, {made.n_held} held out, {made.n_left_out} left out",
        f"{t.n_steps} steps in {t.seconds / 60:.1f} min, best after step {t.best_step}: {t.why}",
        f"{'':<30}{'before':>9}{'after':>9}",
        *(f"{what:<30}{before:>9.3f}{after:>9.3f}" for what, before, after in _table(made)),
        *(f"! {reason}" for reason in made.against),
    ]
    if smoke:
        lines.append("A smoke test: it cannot be used.")
    elif not made.against:
        lines.append("Not in use yet. Take it with: hansa ads learn --use")
    emit(value, as_json, "\n".join(lines))


def _table(made: job.Learned) -> list[tuple[str, float, float]]:
    return rule.table(made.before, made.after)


def _list(home: Path, as_json: bool) -> None:
    used = Path(adapters.in_use(home)).name
    found = [_adapter(a, used) for a in adapters.listing(home)]
    lines = [
        f"{a['name']}  {a['at']}  {a['pairs']} pairs"
        + ("  IN USE" if a["in_use"] else "")
        + "".join(f"\n  ! {reason}" for reason in a["against"])
        for a in found
    ]
    emit({"learned": found}, as_json, "\n".join(lines) or "Nothing was learned yet.")


def _adapter(a: Adapter, used: str) -> dict[str, Any]:
    r = a.record
    against = ["a smoke test"] if r.get("smoke", True) else list(r.get("against", []))
    return {
        "name": a.folder.name,
        "at": r.get("at", ""),
        "pairs": r.get("pairs", {}).get("train", 0),
        "in_use": a.folder.name == used,
        "against": against,
        "before": r.get("before"),
        "after": r.get("after"),
    }


def _offer(found: Offer) -> dict[str, Any]:
    return {
        "is_offered": not found.missing,
        "missing": list(found.missing),
        "pairs": found.n_pairs,
        "lessons": found.n_lessons,
        "products": found.n_products,
        "model": found.model,
        "weights": found.facts.n_weights if found.facts else None,
        "need_bytes": found.need_bytes,
        "free_bytes": found.free_bytes,
    }


def _offer_lines(found: Offer) -> list[str]:
    if not found.missing:
        need = found.need_bytes / 2**30
        return [f"Offered: {found.n_lessons} pairs, about {need:.1f} GB of memory. hansa ads learn"]
    return ["Not offered yet. Missing:", *(f"  - {reason}" for reason in found.missing)]


def _end(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
