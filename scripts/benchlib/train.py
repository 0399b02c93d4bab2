"""What private training costs beside the same steps without privacy, and whether its gradients are right."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable

import torch
from benchlib.shop import made_up
from opacus.grad_sample import GradSampleModule
from simulate import make_plan

from client.comparator import train_plain
from client.noise import SystemNoise
from client.train import shopper_loss, train
from common.features import default_spec
from common.model import build, initial_tensors, load_tensors
from common.recipe import DEFAULT


def measure(*, quick: bool) -> dict[str, float]:
    """`cost_vs_nonprivate` (ratio of CPU time) and `max_gradient_error` (absolute)."""
    torch.set_num_threads(1)
    spec = default_spec()
    data = made_up(spec, 400 if quick else 2000, 8)
    plan = make_plan(spec, DEFAULT, initial_tensors(spec), 1, 2.0, 1e-4)
    private, plain = [], []
    for _ in range(3 if quick else 7):
        private.append(_cpu(lambda: train(plan, spec, data)))
        plain.append(_cpu(lambda: train_plain(plan, spec, data, SystemNoise())))
    return {
        "cost_vs_nonprivate": min(private) / min(plain),
        "shoppers_per_cpu_s": plan.local_steps
        * plan.sampling_rate
        * data.n_shoppers
        / min(private),
        "max_gradient_error": gradient_error(),
    }


def gradient_error() -> float:
    """Largest difference between Opacus' per-shopper gradients and autograd, one shopper at a time."""
    spec = default_spec()
    k = DEFAULT.max_impressions
    batch = made_up(spec, 12, 5).everybody(k, SystemNoise())
    net = build(spec)
    load_tensors(net, initial_tensors(spec))
    wrapped = GradSampleModule(net, batch_first=True, loss_reduction="sum")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Full backward hook is firing")
        torch.autograd.backward(shopper_loss(wrapped, batch, ("conversion",), k).sum())
    together = {
        n: p.grad_sample.clone()
        for n, p in net.named_parameters()
        if getattr(p, "grad_sample", None) is not None
    }
    wrapped.remove_hooks()
    worst = 0.0
    for i in range(batch.n_shoppers):
        net.zero_grad()
        torch.autograd.backward(shopper_loss(net, batch, ("conversion",), k)[i])
        for name, p in net.named_parameters():
            if p.grad is not None and name in together:
                worst = max(worst, float((together[name][i] - p.grad).abs().max()))
    return worst


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
