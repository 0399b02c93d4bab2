"""What the registry holds of a run's evaluation, as the gates read it: histogram, noise, recentring."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from common.league_step import league_noise_std
from common.rounds import RoundPlan, Task, tensors_digest
from server.gates import Measured
from server.registry import Registry
from server.rows import RoundRow


def measured(registry: Registry, run_id: str, recentred: Mapping[str, Any]) -> Measured | None:
    """The last closed evaluation of a run; None if there is none.

    Args:
        registry: The coordinator's.
        run_id: The run.
        recentred: What its provenance says under this name; empty if nothing was moved.
    """
    rows = registry.rounds(run_id, tensors=True)
    closed = [r for r in rows if r.task is Task.EVALUATE and r.status == "closed" and r.result]
    if not closed:
        return None
    row = closed[-1]
    histogram = (row.result or {}).get("histogram")
    if histogram is None or histogram.ndim != 2 or not np.isfinite(histogram).all():
        return None
    plan = _plan(row)
    pcoc = recentred.get("pcoc", 1.0)
    return Measured(
        histogram.astype(np.float64),
        _noise(registry, row, plan),
        math.log(pcoc) if moved(pcoc) else 0.0,
        "conversion" if "conversion" in plan.heads else plan.heads[0],
        plan.train_before_at,
        row.n_admitted,
    )


def moved(pcoc: float) -> bool:
    """Whether `common.recentring.recentre` follows this factor."""
    from common.recentring import MOST_PCOC

    return math.isfinite(pcoc) and 1 / MOST_PCOC <= pcoc <= MOST_PCOC


def _noise(registry: Registry, row: RoundRow, plan: RoundPlan) -> float:
    """Standard deviation of the noise in each cell of the summed histogram; public."""
    found = registry.sum_of(row.run_id, row.round)
    if plan.league is not None and found is not None:
        return league_noise_std(plan, len(found.members))
    return plan.noise_multiplier * plan.clip_norm * math.sqrt(row.n_admitted)


def _plan(row: RoundRow) -> RoundPlan:
    # the weights that were sent are not needed for it, and not kept
    header = {**row.plan, "tensors_digest": tensors_digest({})}
    return RoundPlan.from_header(header, {}, row.signature)
