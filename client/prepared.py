"""A shop's rows made ready for training once, and again only after the shop's data changed."""

from __future__ import annotations

from dataclasses import dataclass

from client.dataset import ShopperData
from client.store import Store, exposures, rows
from common.features import FeatureSpec
from common.rounds import RoundPlan, Task


@dataclass(frozen=True, slots=True)
class _Key:
    """What the prepared rows depend on."""

    home: str
    revision: tuple[int, ...]
    spec_digest: str
    task: Task
    cut: str


_kept: dict[_Key, ShopperData] = {}


def rows_for(store: Store, spec: FeatureSpec, plan: RoundPlan) -> ShopperData:
    """The rows that a plan is answered with: before its cut to train, from it on to evaluate.

    A node answers many rounds over the same rows; encoding them is the larger part of a round.
    One set is kept in this process, and only while `rows.revision` of the shop stays the same,
    so that a withdrawn consent or a new file counts from the very next round.
    """
    key = _Key(
        str(store.home.resolve()),
        rows.revision(store),
        spec.digest(),
        plan.task,
        plan.train_before_at,
    )
    if key not in _kept:
        train = plan.task is Task.TRAIN
        found = exposures.load(
            store,
            shown_before=plan.train_before_at if train else None,
            shown_from=None if train else plan.train_before_at,
        )
        _kept.clear()
        _kept[key] = ShopperData.from_exposures(spec, found)
    return _kept[key]
