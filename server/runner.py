"""Start or resume a run: hand the code in, take the task, run the installed ServerApp here."""

from __future__ import annotations

import secrets
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from common.book import BookKind
from common.canonical import digest
from common.errors import FederationError, InputError, InternalError
from common.flower import quiet
from common.flower.calls import LinkDown, LinkRefused
from common.flower.control import Control
from common.privacy import Mechanism, MechanismKind, PrivacyBudget, PrivacyMode
from common.program import bundle_of_code, code_digest
from common.rounds import Task
from server.bundles import HELD
from server.cost import adversary
from server.enrolment import not_serving
from server.folder import Folder
from server.halves import most_charged
from server.league_terms import check_league
from server.options import RunOptions
from server.registry import Registry
from server.selfcheck import verified
from server.strategy import RunEvent, Tell

#: How long the SuperLink may take to offer the task of a run that was just opened.
TASK_S = 30.0


def new_run(folder: Folder, options: RunOptions, tell: Tell) -> str:
    """Calibrate the noise and open a run in the registry; its id.

    Raises:
        BudgetExhausted: no usable noise is enough for the options.
        InputError: the league is too small for league noise, or there is no bundle to start from.
        WrongSpec: the bundle to start from is one for other features.
    """
    from common.accounting import calibrate
    from common.features import default_spec
    from server.starting import starting

    if options.league:
        with closing(Registry.of(folder)) as registry:
            check_league(options, sum(not m.banned_at for m in registry.merchants()))
    recipe = options.recipe
    tell(RunEvent("calibrating", 0, recipe.rounds, f"epsilon {options.epsilon:g}"))
    budget = PrivacyBudget(options.epsilon, options.delta)
    extra = [evaluation(options)] if options.evaluate else []
    rounds = most_charged(recipe.rounds) if options.halves else recipe.rounds
    steps = rounds * recipe.local_steps
    sigma = calibrate(budget, recipe.sampling_rate, steps, extra, options.unit)
    run_id = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    spec = default_spec()
    with closing(Registry.of(folder)) as registry:
        start, initial = starting(folder, registry, options.start, spec, funnel=recipe.funnel)
        options = replace(options, start=start)
        registry.add_run(run_id, options, sigma, spec.digest(), initial)
    tell(RunEvent("start", 0, recipe.rounds, start))
    return run_id


def evaluation(options: RunOptions) -> Mechanism:
    """The mechanism of the evaluation round, for calibration.

    With league noise the shares of those whom the adversary does not know carry at least this
    multiplier, so that the figure is the same.
    """
    recipe = options.recipe
    return Mechanism(
        MechanismKind.HISTOGRAM, recipe.evaluate_noise_multiplier, 1.0, 1,
        recipe.evaluate_clip_norm, options.unit, PrivacyMode.OWN, "later",
    )  # fmt: skip


def play(folder: Folder, run_id: str, tell: Tell) -> dict[str, Any]:
    """Run a run of the registry to its end, from where it stands; the result for people.

    Raises:
        CoordinatorUnreachable: `hansa-server serve` does not run.
        LedgerBroken: the coordinator's book does not hold; no merchant is asked.
        InputError: the run is finished, or it began before this coordinator kept a book.
        FederationError: too few merchants; what is done is kept, and `--resume` goes on.
    """
    folder.use()
    quiet()
    started = time.monotonic()
    with closing(Registry.of(folder)) as registry:
        verified(registry)
        run = registry.run(run_id)
        if run.status == "finished":
            raise InputError(
                "This run is finished already.",
                where=run_id,
                safe="Nothing was changed.",
                todo="Start another one: hansa-server run --train-before DATE",
            )
        _check_age(registry, run_id)
        try:
            _play(folder, registry, run_id, run.flower_run, tell)
        except FederationError as e:
            registry.end_run(run_id, "failed", e.what)
            raise
        except LinkDown as e:
            registry.end_run(run_id, "failed", "the coordinator went away")
            raise not_serving(folder, "Every finished round is kept; go on with --resume.") from e
        except LinkRefused as e:
            registry.end_run(run_id, "failed", "the coordinator ended the run")
            raise FederationError(
                "The coordinator ended this run: it was gone for too long, or somebody stopped it.",
                where=f"run {run_id} ({e})",
                safe="Every finished round is kept in the registry.",
                todo=f"Go on with: hansa-server run --resume {run_id}",
            ) from e
        return {**summary(registry, run_id), "seconds": round(time.monotonic() - started, 1)}


def _check_age(registry: Registry, run_id: str) -> None:
    """A run is in the book from its first round on, or an auditor could not follow its weights."""
    for row in registry.rounds(run_id):
        if not registry.book.of(BookKind.PLAN, digest(row.plan)):
            raise InputError(
                "This run began before this coordinator kept a book; it cannot go on.",
                where=run_id,
                safe="Its finished rounds stay in the registry; no merchant was asked anything.",
                todo="Start another one: hansa-server run --train-before DATE",
            )


def _play(folder: Folder, registry: Registry, run_id: str, before: str, tell: Tell) -> None:
    control = Control(folder.config().control_address)
    try:
        if before:
            try:
                control.stop_run(int(before))
            except LinkRefused:
                tell(RunEvent("resuming", 0, 1, "the old attempt has ended already"))
        flower_run = control.start_run(bundle_of_code(), code_digest())
    finally:
        control.close()
    registry.note_flower_run(run_id, flower_run)
    perform(folder, flower_run, {"run": run_id}, tell)


def perform(folder: Folder, flower_run: int, config: dict[str, str], tell: Tell) -> None:
    """Take the task of one of Flower's runs and run the installed ServerApp here."""
    # after FLWR_HOME is set
    from common.flower.superlink import RunTask
    from server.app import app, listener

    task = _acquire(RunTask, folder.config().control_address, folder.secret(), flower_run)
    task.context.run_config = {"home": str(folder.home), **config}
    token, completed = listener.set(tell), False
    try:
        app(task.grid, task.context)
        completed = True
    finally:
        listener.reset(token)
        task.finish(completed)


def _acquire(task_type: Any, address: str, secret: bytes, flower_run: int) -> Any:
    """The task of our run; tasks that a dead process left waiting are ended."""
    until = time.monotonic() + TASK_S
    while time.monotonic() < until:
        task = task_type.acquire(address, secret)
        if task is None:
            time.sleep(0.1)
        elif task.run_id == flower_run:
            return task
        else:
            task.finish(False)
    raise InternalError("the SuperLink offers no task for the run")


def summary(registry: Registry, run_id: str) -> dict[str, Any]:
    """A run in figures that may be shown to anybody."""
    run, rounds = registry.run(run_id), registry.rounds(run_id)
    judged = [r.metrics for r in rounds if r.task is Task.EVALUATE and r.metrics]
    metrics = judged[-1] if judged else {}
    bundle = next((b for b in registry.bundles() if b["digest"] == run.bundle_digest), None)
    last = max((r.n_admitted for r in rounds), default=0)
    return {
        "run": run_id,
        "status": run.status,
        "note": run.note,
        "rounds": sum(r.status == "closed" and r.task.value == "train" for r in rounds),
        "void": sum(r.status == "void" for r in rounds),
        "merchants": last,
        "epsilon": run.options.epsilon,
        "delta": run.options.delta,
        "unit": str(run.options.unit),
        "mode": run.options.mode.value,
        "adversary": adversary(run.options),
        "noise_multiplier": run.noise_multiplier,
        "metrics": metrics,
        "bundle_digest": run.bundle_digest,
        "bundle": bundle["path"] if bundle else "",
        "installed": bundle["n_installed"] if bundle else 0,
        "held": bundle is not None and bundle["state"] == HELD,
        "gates": bundle["provenance"].get("gates", {}) if bundle else {},
        "started_from": run.options.start,
    }


def with_recipe(options: RunOptions, **changes: Any) -> RunOptions:
    """The options with other constants of training; None leaves a constant as it is."""
    given = {k: v for k, v in changes.items() if v is not None}
    return replace(options, recipe=replace(options.recipe, **given))
