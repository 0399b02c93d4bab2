"""The learning job: judge, train, judge again, and keep what was learned with its provenance."""

from __future__ import annotations

import gc
import hashlib
import importlib.metadata
import json
import platform
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from client.creative.learn import preferences
from client.creative.tuned import RECORD, Adapter, TunedModel
from client.creative.tuning import adapters, rule
from client.creative.tuning.judge import worth
from client.creative.tuning.lessons import lessons_of, split
from client.creative.tuning.nouns import Lesson, Lessons, Recipe, Trained, Watch, Worth
from client.creative.tuning.offer import PACKAGES, Offer, look
from client.creative.tuning.room import work_room
from client.creative.tuning.train import dpo
from client.creative.writers import read_settings
from client.settings_file import replace_text
from client.store import Store
from common.errors import CreativeError

#: a smoke test shows that the job runs: two steps, two looks, a line or two
SMOKE = Recipe(most_steps=2, every=1, batch=2, judged=1, samples=2, held=0.3)
_UNJUDGED = "it was not judged yet"


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of a job.

    Attributes:
        adapter: Where it lies; not in use.
        trained: How training went.
        before: The writer's model as it is in use today.
        after: The same with what was learned.
        against: Reasons why it must not be used; none = `hansa ads learn --use` takes it.
        n_train: Pairs that were learned from.
        n_held: Pairs that were held out.
        n_left_out: Pairs that have no form to learn from.
        is_smoke: Whether it was a test.
    """

    adapter: Adapter
    trained: Trained
    before: Worth
    after: Worth
    against: tuple[str, ...]
    n_train: int
    n_held: int
    n_left_out: int
    is_smoke: bool


def offer(store: Store, recipe: Recipe, *, smoke: bool = False) -> tuple[Offer, list[Lesson], int]:
    """Whether the shop can learn now, its lessons, and how many pairs make none."""
    preferences.refresh_clicked(store)
    pairs = preferences.pairs(store)
    lessons, left = lessons_of(pairs)
    setting = read_settings(store.home)
    return look(store.home, setting, lessons, len(pairs), recipe, smoke=smoke), lessons, left


def learn(store: Store, recipe: Recipe, watch: Watch, *, smoke: bool = False) -> Learned:
    """Learn the shop's style; the writer stays as it is until somebody takes the result into use.

    Args:
        store: The shop.
        recipe: How.
        watch: Hears how far it is.
        smoke: A test of the job: any model, few pairs; its result can never be used.

    Raises:
        CreativeError: learning is not offered, runs already, or failed; nothing of it is kept.
    """
    found, lessons, left = offer(store, recipe, smoke=smoke)
    if found.missing:
        raise refused(found)
    try:
        parts = split(lessons, recipe.held, recipe.seed, left)
    except ValueError as e:
        raise refused(replace(found, missing=("pairs of two products at least",))) from e
    home = store.home
    with work_room(home / adapters.FOLDER) as work:
        adapter, before, trained = _train(home, found, parts, recipe, work, watch, smoke)
        setting = read_settings(home)
        tuned = TunedModel(_path(home, setting.model), adapter.folder, sha256=setting.sha256)
        after = worth(tuned, parts, recipe, watch, "after")
    against = rule.against(before, after, gained=trained.best_step > 0)
    record = adapter.record | {"after": asdict(after), "against": list(against)}
    replace_text(
        adapter.folder / RECORD, json.dumps(record, ensure_ascii=False, indent=1, default=str)
    )
    made = replace(adapter, record=record)
    watch("learn", 1.0, "done")
    return Learned(
        made, trained, before, after, against, len(parts.train), len(parts.held), left, smoke
    )


def refused(found: Offer) -> CreativeError:
    """Why learning is not offered, all reasons at once."""
    return CreativeError(
        "Learning is not offered yet. Missing: " + "; ".join(found.missing) + ".",
        where=found.model or "ads.toml",
        safe="The writer is as before.",
        todo="See docs/ads.md, 'Learning my style', for what it takes.",
    )


def _train(
    home: Path,
    found: Offer,
    parts: Lessons,
    recipe: Recipe,
    work: Path,
    watch: Watch,
    smoke: bool,
) -> tuple[Adapter, Worth, Trained]:
    setting = read_settings(home)
    path = _path(home, setting.model)
    watch("load", 0.0, setting.model)
    base = TunedModel(path, sha256=setting.sha256)
    digest = base.digest
    current = adapters.in_use(home)
    if current:
        # what is judged against is what the shop uses, not where it once began
        used = TunedModel(path, home / current, sha256=setting.sha256)
        before = worth(used, parts, recipe, watch, "before")
        del used
    else:
        before = worth(base, parts, recipe, watch, "before")
    trained = dpo(base, parts, recipe, work, watch, checkpointing=found.checkpointing)
    del base
    gc.collect()
    record = _record(parts, recipe, trained, before, smoke) | {
        "base": {"name": setting.model, "digest": digest},
        "before_adapter": current,
    }
    return adapters.keep(home, work, record), before, trained


def _record(
    parts: Lessons, recipe: Recipe, trained: Trained, before: Worth, smoke: bool
) -> dict[str, Any]:
    """Provenance: enough to say from what, how and with what the adapter was made."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "smoke": smoke,
        "against": [_UNJUDGED],
        "pairs": {
            "train": len(parts.train),
            "held": len(parts.held),
            "left_out": parts.left_out,
            "train_digest": _ids(parts.train),
            "held_digest": _ids(parts.held),
        },
        "prompts": sorted({x.prompt.version for x in (*parts.train, *parts.held)}),
        "recipe": asdict(recipe),
        "training": asdict(trained),
        "before": asdict(before),
        "versions": {"python": platform.python_version()} | {p: _version(p) for p in PACKAGES},
    }


def _ids(lessons: tuple[Lesson, ...]) -> str:
    """SHA-256 over the sorted ids of the pairs: their words stay in the database."""
    return hashlib.sha256("\n".join(sorted(x.pair_id for x in lessons)).encode()).hexdigest()


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _path(home: Path, model: str) -> str:
    return str(home / Path(model).expanduser())
