"""The canary worker with one fault planted in the client's training: `python canary_faulty.py FAULT ...`.

With `--serve` it starts once for many: a line [fault, folder] on its input, the fork's exit code back.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import torch

from client import prepared, train
from client.canary.__main__ import main, run
from client.dataset import ShopperData
from client.engine import cells, hooks
from common import accounting
from common.audit.canary_plan import CanaryPlan

FAULTS: dict[str, Callable[[], None]] = {}


def fault(plant: Callable[[], None]) -> Callable[[], None]:
    FAULTS[plant.__name__.replace("_", "-")] = plant
    return plant


@fault
def half_noise() -> None:
    sound = train.add_noise
    train.add_noise = lambda values, std, noise: sound(values, std / 2, noise)


@fault
def no_noise_on_one_tensor() -> None:
    sound = train.add_noise

    def skip(values: Any, std: float, noise: Any) -> Any:
        quiet = values.ndim == 2 and values.shape == (1, 4)
        return sound(values, std * 1e-9 if quiet else std, noise)

    train.add_noise = skip


@fault
def no_noise_on_untouched_rows() -> None:
    sound = train.add_noise

    def skip(values: Any, std: float, noise: Any) -> Any:
        out = sound(values, std, noise)
        return np.where(values == 0, np.float32(0), out) if values.any() else out

    train.add_noise = skip


@fault
def same_noise_every_step() -> None:
    class Repeating(train.SystemNoise):
        def normal(self, n: int) -> Any:
            return np.random.default_rng(n).standard_normal(n)

    train.SystemNoise = Repeating


@fault
def clip_off() -> None:
    """Planted in both engines, which then agree: the fast one runs with it."""
    hooks.Clipper.clip_and_accumulate = lambda self: _sum(self, torch.ones_like)
    cells.factors = lambda squared, clip: torch.ones_like(squared)


@fault
def clip_per_tensor() -> None:
    """Planted in the hooks only: the fast engine's self-check differs, so that the hooks run."""

    def clip(self: Any) -> None:
        for p in self.params:
            g = p.grad_sample.flatten(1)
            factor = (self.max_grad_norm / (g.norm(dim=1) + 1e-6)).clamp(max=1)
            p.summed_grad = (factor[:, None] * g).sum(0).view_as(p)

    hooks.Clipper.clip_and_accumulate = clip


@fault
def loss_b1() -> None:
    """Ghost clipping whose coefficients [B] meet a loss [B, 1]: each is scaled by their sum."""
    hooks.Clipper.clip_and_accumulate = lambda self: _sum(
        self,
        lambda norms: (self.max_grad_norm / (norms + 1e-6)).clamp(max=1).sum().expand_as(norms),
    )
    sound = cells.factors
    cells.factors = lambda squared, clip: sound(squared, clip).sum().expand_as(squared)


@fault
def labels_b1() -> None:
    """The loss is [B, B]: every shopper's outputs meet every shopper's labels."""

    def loss(net: Any, batch: Any, heads: Any, k: int) -> torch.Tensor:
        out = dict(zip(("click", "conversion"), net(batch.ids, batch.numeric), strict=True))
        total = torch.zeros(batch.n_shoppers, batch.n_shoppers)
        for head in heads:
            y, z = batch.labels(head).clamp(min=0).unsqueeze(1), out[head]
            each = torch.nn.functional.binary_cross_entropy_with_logits(
                z.expand(len(y), *z.shape), y.expand(len(y), *z.shape), reduction="none"
            )
            total = total + (each * batch.mask).sum(-1) / k
        return total

    hooks.shopper_loss = loss


@fault
def shuffled() -> None:
    """A list shuffled once an epoch and cut into batches of fixed size."""
    waiting: dict[int, list[int]] = {}

    def sample(self: ShopperData, q: float, k: int, noise: Any) -> Any:
        size = round(q * self.n_shoppers)
        left = waiting.setdefault(self.n_shoppers, [])
        if len(left) < size:
            left[:] = np.argsort(noise.uniform(self.n_shoppers)).tolist()
        taken, left[:] = left[:size], left[size:]
        return self._batch(np.sort(np.array(taken, np.int64)), k, noise)

    ShopperData.sample = sample


@fault
def duplicated_shopper() -> None:
    """A shopper who is in a batch is in it twice."""
    sound = ShopperData._batch
    ShopperData._batch = lambda self, taken, k, noise: sound(self, np.repeat(taken, 2), k, noise)


@fault
def split_shopper() -> None:
    """A shopper with several rows is counted as two units."""
    sound = prepared.ShopperData.from_exposures

    def split(spec: Any, found: Any) -> ShopperData:
        d = sound(spec, found)
        middle = [(a + b) // 2 for a, b in zip(d.start[:-1], d.start[1:], strict=True)]
        start = np.unique(np.concatenate([d.start, np.array(middle, np.int64)]))
        return ShopperData(d.ids, d.numeric, d.click, d.conversion, start)

    prepared.ShopperData = SimpleNamespace(from_exposures=split)


@fault
def more_than_k() -> None:
    sound = ShopperData.sample
    ShopperData.sample = lambda self, q, k, noise: sound(self, q, 2 * k, noise)


@fault
def histogram_unclipped() -> None:
    sound = train.histogram

    def wide(plan: Any, *rest: Any, **more: Any) -> Any:
        from dataclasses import replace

        # the clip is wider, the noise as planned
        quiet = replace(plan, clip_norm=100.0, noise_multiplier=plan.noise_multiplier / 100)
        return sound(quiet, *rest, **more)

    import client.canary.asking as asking

    train.histogram = asking.histogram = wide


@fault
def fresh_accountant() -> None:
    """Every round is charged as if it were the only one."""
    sound = accounting.spent
    accounting.spent = lambda mechanisms, *rest: sound(list(mechanisms)[-1:], *rest)


def _sum(optimizer: Any, factors: Callable[[torch.Tensor], torch.Tensor]) -> None:
    norms = [p.grad_sample.flatten(1).norm(dim=1) for p in optimizer.params]
    factor = factors(torch.stack(norms, 1).norm(dim=1))
    for p in optimizer.params:
        p.summed_grad = torch.einsum("b,b...->...", factor, p.grad_sample)


def serve() -> None:
    """Every fault in a fork of this process, which has imported the engines and run nothing."""
    for line in sys.stdin:
        name, folder = json.loads(line)
        pid = os.fork()
        if pid == 0:
            os._exit(_forked(name, Path(folder)))
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


def _forked(name: str, folder: Path) -> int:
    try:
        if name:
            FAULTS[name]()
        asked = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
        run(CanaryPlan.from_dict(asked), folder)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    if sys.argv[1] == "--serve":
        serve()
    else:
        FAULTS[sys.argv.pop(1)]()
        main()
