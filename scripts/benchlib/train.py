"""What private training costs on each engine, beside the same steps without privacy, and whether it is exact."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from benchlib.shop import made_up
from simulate import make_plan

from client.comparator import train_plain
from client.dataset import ShopperBatch, ShopperData
from client.engine.choose import EngineName, engine_for
from client.engine.loss import shopper_loss
from client.engine.nouns import Clip
from client.noise import SystemNoise
from client.train import network, train
from client.watch import Watch
from common.features import default_spec
from common.model import initial_tensors, trainable
from common.recipe import DEFAULT
from common.rounds import RoundPlan, Tensors

_SPEC = default_spec()
_CPU = torch.device("cpu")
_CHILD = """
import sys; sys.path[:0] = [{root!r}, {root!r} + "/scripts"]
from benchlib.train import child
child({work!r})
"""


def measure(*, quick: bool) -> dict[str, float]:
    """Shoppers a CPU-second of our engine over Opacus', cost and memory over training without privacy.

    The shop has 2,000 shoppers with 3.3 rows each on average and at most K = 16, as in the sample of
    data/completejourney; q = 0.5, so that a batch has about 1,000. `..._full` is the same where
    everybody has 8 rows and no batch has padding, the case that flatters the others most.
    """
    torch.set_num_threads(1)
    data, full = ragged(2000), made_up(_SPEC, 2000, 8)
    plan, rounds = _plan(), 2 if quick else 6
    sums = {n: _sums(n, data, plan) for n in ("fast", "hooks", "ghost")}
    whole = {n: _sums(n, full, plan) for n in ("fast", "hooks")}
    steps: dict[str, Callable[[], object]] = {
        "private": lambda: train(plan, _SPEC, data),
        "plain": lambda: train_plain(plan, _SPEC, data, SystemNoise()),
        "with_hooks": lambda: train(plan, _SPEC, data, engine="hooks"),
    }
    best, best_full, step = (_side_by_side(w, rounds) for w in (sums, whole, steps))
    owing = _side_by_side(_owing(data, plan), rounds)
    shoppers = plan.sampling_rate * data.n_shoppers
    return {
        "speedup_vs_opacus_hooks": best["hooks"] / best["fast"],
        "speedup_vs_opacus_ghost": best["ghost"] / best["fast"],
        "speedup_vs_opacus_hooks_full": best_full["hooks"] / best_full["fast"],
        "step_speedup_vs_opacus_hooks": step["with_hooks"] / step["private"],
        "cost_vs_nonprivate": step["private"] / step["plain"],
        "memory_vs_nonprivate": _peak_mb("private") / _peak_mb("plain"),
        "lazy_noise_speedup_200k_ids": owing["eager"] / owing["lazy"],
        "max_gradient_error": gradient_error(),
        "shoppers_per_cpu_s": shoppers / best["fast"],
        "shoppers_per_cpu_s_hooks": shoppers / best["hooks"],
    }


class _Large:
    """Sizes of a made-up model with many ids."""

    n_ids, n_numeric = 200_000, _SPEC.n_numeric


def _owing(data: ShopperData, plan: RoundPlan) -> dict[str, Callable[[], object]]:
    """Five local steps on a table of 200,000 rows: noise drawn for every row in every step, and owed."""
    n = _Large.n_ids // data.ids.shape[1]
    skewed = np.random.default_rng(0).zipf(1.3, data.ids.shape) % n
    many = replace(data, ids=(skewed + n * np.arange(data.ids.shape[1])).astype(np.int64))
    asked = replace(plan, tensors=initial_tensors(_Large()), local_steps=5)
    # a watch sees every step's weights, so that nothing may be owed
    return {
        "lazy": lambda: train(asked, _Large(), many),
        "eager": lambda: train(asked, _Large(), many, watch=_Blind()),
    }


class _Blind(Watch):
    """Looks at nothing."""

    def step(self, weights: Tensors, batch: ShopperBatch, clipped: Tensors) -> None:
        """See `Watch.step`."""


def ragged(n_shoppers: int, seed: int = 0) -> ShopperData:
    """Made-up shoppers with 1 to K rows, 3.3 on average."""
    most = DEFAULT.max_impressions
    size = np.random.default_rng(seed).geometric(0.3, n_shoppers).clip(1, most)
    data = made_up(_SPEC, n_shoppers, most, seed)
    row = np.repeat(data.start[:-1] - (np.cumsum(size) - size), size) + np.arange(size.sum())
    return ShopperData(
        data.ids[row],
        data.numeric[row],
        data.click[row],
        data.conversion[row],
        np.concatenate([[0], np.cumsum(size)]).astype(np.int64),
    )


def gradient_error() -> float:
    """Largest difference between our clipped sums and autograd's in float64, one shopper at a time.

    In clip norms, over all tensors and both heads.
    """
    rng = np.random.default_rng(0)
    start = initial_tensors(_SPEC)
    tensors = {n: v + rng.normal(0, 0.2, v.shape).astype(np.float32) for n, v in start.items()}
    data = ragged(40)
    data = replace(data, click=rng.integers(-1, 2, data.n_rows).astype(np.int8))
    plan = replace(_plan(), tensors=tensors, heads=("click", "conversion"))
    names = trainable(_SPEC, plan.heads)
    clip = Clip.of(plan, names)
    batch = data.everybody(plan.unit.max_impressions, SystemNoise())
    engine = engine_for(network(plan, _SPEC, names, _CPU), clip, _CPU, "fast")
    found, expected = engine.total(tensors, batch), _one_by_one(plan, clip, batch)
    return max(float(np.abs(found[n] - expected[n]).max()) for n in names) / clip.norm


def child(work: str) -> None:
    """Train in this process and print its peak memory in MB: for `_peak_mb`."""
    import resource

    torch.set_num_threads(1)
    data, plan = ragged(2000), replace(_plan(), local_steps=5)
    if work == "private":
        train(plan, _SPEC, data)
    else:
        train_plain(plan, _SPEC, data, SystemNoise())
    print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def _plan() -> RoundPlan:
    return make_plan(_SPEC, DEFAULT, initial_tensors(_SPEC), 1, 2.0, 1e-4)


def _sums(name: EngineName, data: ShopperData, plan: RoundPlan) -> Callable[[], object]:
    """One batch's clipped sum on that engine."""
    names = trainable(_SPEC, plan.heads)
    tensors: Tensors = plan.tensors
    engine = engine_for(network(plan, _SPEC, names, _CPU), Clip.of(plan, names), _CPU, name)
    batch = data.sample(plan.sampling_rate, plan.unit.max_impressions, SystemNoise())
    return lambda: engine.total(tensors, batch)


def _one_by_one(plan: RoundPlan, clip: Clip, batch: ShopperBatch) -> dict[str, np.ndarray]:
    net = network(plan, _SPEC, clip.names, _CPU).double()
    out = {n: np.zeros(plan.tensors[n].shape) for n in clip.names}
    fields = (batch.ids, batch.numeric, batch.click, batch.conversion, batch.mask)
    for s in range(batch.n_shoppers):
        ids, *rest = (f[s : s + 1] for f in fields)
        net.zero_grad()
        one = ShopperBatch(ids, *(f.double() for f in rest))
        torch.autograd.backward(shopper_loss(net, one, clip.heads, clip.max_impressions).sum())
        grads = {n: p.grad.numpy() for n, p in net.named_parameters() if p.grad is not None}
        norm = np.sqrt(sum(float((g * g).sum()) for g in grads.values()))
        for n in clip.names:
            out[n] += min(1.0, clip.norm / (norm + clip.margin)) * grads[n]
    return out


def _peak_mb(work: str) -> float:
    program = _CHILD.format(root=str(Path(__file__).resolve().parents[2]), work=work)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return float(json.loads(done.stdout.splitlines()[-1]))


def _side_by_side(work: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The least CPU seconds of each, one after the other in every round."""
    best = dict.fromkeys(work, float("inf"))
    for _ in range(rounds):
        for name, one in work.items():
            # each has the same time: the least of few is noise
            began, spent = time.process_time(), 0.0
            for _ in range(100):
                best[name] = min(best[name], _cpu(one))
                spent = time.process_time() - began
                if spent > 0.3:
                    break
    return best


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
