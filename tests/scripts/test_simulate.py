"""The in-process federation: the same client and server code, every way to learn."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
from simulate import simulate, simulate_local
from simulate_shops import pooled, table

from common.recipe import DEFAULT
from tests.client.made_up import SPEC, Seeded, shop

SMALL = replace(DEFAULT, rounds=6, expected_batch=40.0)
SHOPS = [(f"m{i}", shop(80, i, 0.3), shop(60, 100 + i, 0.3)) for i in range(3)]
TINY = [*SHOPS, ("few", shop(3, 7), shop(3, 8)), ("never", shop(40, 9, 0.0), shop(9, 10, 0.0))]


@pytest.mark.parametrize("epsilon", [None, 8.0])
def test_a_federation_learns_and_says_so_in_json(epsilon: float | None) -> None:
    seen: list[tuple[int, int]] = []
    found = simulate(
        SHOPS, SPEC, epsilon, SMALL, noise=Seeded(3), progress=lambda *a: seen.append(a)
    )
    assert found.auc > 0.55 and found.mean_auc > 0.55 and found.log_loss > 0
    assert seen[-1][0] == seen[-1][1] == len(seen)
    assert (found.noise_multiplier > 0) == (epsilon is not None)
    out = json.loads(json.dumps(found.as_dict()))
    assert len(out["merchants"]) == 3 and "tensors" not in out
    assert set(found.tensors) and found.calibrated.n_rows == sum(m[2].n_rows for m in SHOPS)


def test_tiny_and_all_negative_merchants_do_not_stop_the_others() -> None:
    found = simulate(TINY, SPEC, 3.0, SMALL)
    assert np.isfinite(found.auc) and len(found.merchants) == 5
    assert np.isnan(found.merchants[4].raw.auc) and found.merchants[4].raw.n_positive == 0
    alone = simulate_local(TINY, SPEC, SMALL)
    assert np.isfinite(alone.log_loss)
    text = table([alone, found], pooled(TINY, SPEC))
    assert text.count("\n") == 4 and "epsilon 3" in text
