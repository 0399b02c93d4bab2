"""The plans that the canary worker answers, and what it keeps of each answer."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from client.dataset import ShopperData
from client.prepared import rows_for
from client.store import Store
from client.train import histogram, train
from common.audit.canary_plan import BINS, CUT, TINY, CanaryPlan
from common.features import FeatureSpec
from common.model import initial_tensors
from common.privacy import PrivacyUnit
from common.rounds import RoundPlan, Task, Tensors

Array = NDArray[Any]
#: What was seen, by name; goes into one npz file.
Seen = dict[str, Array]


def plan_of(
    canary: CanaryPlan, spec: FeatureSpec, tensors: Tensors | None = None, **changes: Any
) -> RoundPlan:
    """A TRAIN plan as a coordinator could send it; `noise_multiplier` is TINY unless changed."""
    values: dict[str, Any] = {
        "run_id": "canary",
        "round": 1,
        "task": Task.TRAIN,
        "unit": PrivacyUnit(canary.max_impressions),
        "sampling_rate": 1.0,
        "noise_multiplier": TINY,
        "clip_norm": canary.clip_norm,
        "local_steps": 1,
        "learning_rate": 1.0,
        "expected_batch": 1.0,
        "heads": ("conversion",),
        "spec_digest": spec.digest(),
        "train_before_at": CUT,
        "delta": canary.delta,
        "issued_at": "2024-07-01T00:00:00Z",
        "deadline_at": "2024-07-02T00:00:00Z",
        "n_bins": BINS,
        "tensors": tensors or initial_tensors(spec),
    }
    return RoundPlan(**{**values, **changes})


def update(store: Store, spec: FeatureSpec, plan: RoundPlan) -> NDArray[np.float32]:
    """What the client answers to a TRAIN plan, all tensors in one vector in order of name.

    The rows come from the client's own `rows_for`, the noise from the client's own generator:
    nothing is handed to the code under test but a plan.
    """
    return flat(train(plan, spec, rows_for(store, spec, plan)))


def released_histogram(store: Store, spec: FeatureSpec, plan: RoundPlan) -> NDArray[np.float32]:
    """What the client answers to an EVALUATE plan: [2, n_bins]."""
    return histogram(plan, spec, rows_for(store, spec, plan))


def flat(tensors: Tensors) -> NDArray[np.float32]:
    """All tensors as one vector, in order of name."""
    return np.concatenate([tensors[name].ravel() for name in sorted(tensors)])


def rows_seen(data: ShopperData, prefix: str) -> Seen:
    """The rows that the client trains on, unit by unit."""
    return {
        f"{prefix}/ids": data.ids,
        f"{prefix}/numeric": data.numeric,
        f"{prefix}/click": data.click,
        f"{prefix}/conversion": data.conversion,
        f"{prefix}/start": data.start,
    }
