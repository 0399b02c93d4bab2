"""Noise-free paths of DP-FedSGD for any net of Embedding and Linear layers, and noise put on at the end.

Whole noisy runs spread so much (.01 to .02 at epsilon 1) that dozens would be needed for each line.
Near the noise-free path the noise moves linearly: each round's noise enters the velocity, and the
curvature of the loss pulls what it did back. `drift` follows that recursion, with a Gauss-Newton
curvature from some rows, for many draws at once; `ablation.py --verify` compares with whole runs.
(A walk without the pull is too pessimistic: AUC .03 too low at epsilon 1.)
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import torch
from ablation_data import Rows
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from common.model_rich import RichNet

#: Shoppers whose dense gradients are held at one time.
TOGETHER = 1500
#: Rows from which the curvature is taken.
CURVED = 1500
Weights = dict[str, Tensor]


@dataclass(frozen=True)
class Course:
    """How to train.

    Attributes:
        rounds: T.
        q: Chance of a shopper to be in a round.
        k: Impressions of a shopper in a round, at most.
        clip: C; infinity without privacy.
        rate: Learning rate times the sum over `divisor`.
        divisor: Public.
        momentum: m.
        noise: Standard deviation of the noise in every value of a round's sum.
    """

    rounds: int
    q: float
    k: int
    clip: float
    rate: float
    divisor: float
    momentum: float
    noise: float = 0.0


@dataclass(frozen=True)
class Batch:
    """Rows of some shoppers, one after the other; `own` [n] says whose each row is, 0..B-1."""

    ids: Tensor
    numeric: Tensor
    events: Tensor | None
    events_mask: Tensor | None
    label: Tensor
    own: Tensor
    n_shoppers: int


class Table:
    """Rows as tensors, and which numbers the net is given.

    Args:
        rows: Of all merchants.
        numeric: float32 [N, D] what the net takes as numbers.
        columns: Places of the id columns that the net takes.
        ids: int64 [N, F] already numbered for these columns.
        history: Whether the net looks at the past.
    """

    def __init__(
        self, rows: Rows, ids: NDArray[np.int64], numeric: NDArray[np.float32], history: bool
    ) -> None:
        data = rows.data
        self.ids, self.numeric = torch.from_numpy(ids), torch.from_numpy(numeric)
        self.label = torch.from_numpy(data.conversion.astype(np.float32))
        self.start, self.size = data.start[:-1], np.diff(data.start)
        self.events: Tensor | None = None
        self.events_mask: Tensor | None = None
        if history and data.history is not None:
            self.events = torch.from_numpy(data.history.ids)
            self.events_mask = torch.from_numpy(data.history.mask)

    def batch(self, shoppers: NDArray[np.int64], k: int, rng: np.random.Generator) -> Batch:
        """At most k rows of each, drawn uniformly."""
        size = self.size[shoppers]
        own = np.repeat(np.arange(len(shoppers)), size)
        rank = np.arange(len(own)) - np.repeat(np.cumsum(size) - size, size)
        row = rank + np.repeat(self.start[shoppers], size)
        order = np.lexsort((rng.random(len(own)), own))
        kept = np.flatnonzero(rank < k)
        row, own = row[order][kept], own[kept]
        return self.rows(row, own, len(shoppers))

    def rows(self, row: NDArray[np.int64], own: NDArray[np.int64], n: int) -> Batch:
        """Named rows."""
        at = torch.from_numpy(row)
        events = None if self.events is None else self.events[at].long()
        mask = None if self.events_mask is None else self.events_mask[at].float()
        return Batch(
            self.ids[at], self.numeric[at], events, mask, self.label[at], torch.from_numpy(own), n
        )


def log_odds(net: RichNet, batch: Batch) -> Tensor:
    """[n] of a conversion."""
    out: Tensor = net(batch.ids, batch.numeric, batch.events, batch.events_mask)["conversion"]
    return out


@contextmanager
def probes(net: nn.Module) -> Iterator[list[tuple[str, nn.Module, Tensor, Tensor]]]:
    """Within it each layer's output gets a leaf of zeros added; (name, layer, input, leaf) of each."""
    seen: list[tuple[str, nn.Module, Tensor, Tensor]] = []
    handles = []

    def watch(name: str) -> None:
        def hook(layer: nn.Module, given: tuple[Tensor, ...], out: Tensor) -> Tensor:
            leaf = torch.zeros_like(out, requires_grad=True)
            seen.append((name, layer, given[0].detach(), leaf))
            return out.detach() + leaf if isinstance(layer, nn.Embedding) else out + leaf

        handles.append(net.get_submodule(name).register_forward_hook(hook))

    for name, layer in net.named_modules():
        if isinstance(layer, nn.Embedding | nn.Linear):
            watch(name)
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()


def shopper_gradients(net: RichNet, batch: Batch, k: int, residual: bool = True) -> Weights:
    """[B, size of weight] of each weight: the gradient of each shopper's own loss.

    One backward to the layers' outputs; a weight's gradient is the outer product of that and the
    layer's input, summed over a shopper's rows (Goodfellow 2015; book-keeping as in Bu et al.
    2023). Without `residual`, of the log-odds in place of the loss.
    """
    with probes(net) as seen:
        z = log_odds(net, batch)
        known = (batch.label >= 0).float()
        loss = functional.binary_cross_entropy_with_logits(
            z, batch.label.clamp(min=0), reduction="none"
        )
        total = (loss * known).sum() / k if residual else z.sum()
        grads = torch.autograd.grad(total, [leaf for *_, leaf in seen])
    out: Weights = {}
    for (name, layer, given, _), grad in zip(seen, grads, strict=True):
        out.update(_of_layer(name, layer, given, grad, batch))
    return out


def _of_layer(name: str, layer: nn.Module, given: Tensor, grad: Tensor, batch: Batch) -> Weights:
    b, own = batch.n_shoppers, batch.own
    if isinstance(layer, nn.Embedding):
        v, e = layer.num_embeddings, layer.embedding_dim
        place = own.view(-1, *[1] * (given.dim() - 1)) * v + given
        table = torch.zeros(b * v, e).index_add_(0, place.reshape(-1), grad.reshape(-1, e))
        return {f"{name}.weight": table.view(b, v * e)}
    n, o, i = len(own), grad.shape[-1], given.shape[-1]
    g, x = grad.reshape(n, -1, o), given.reshape(n, -1, i)
    outer = torch.einsum("nlo,nli->noi", g, x).reshape(n, o * i)
    out = {f"{name}.weight": torch.zeros(b, o * i).index_add_(0, own, outer)}
    if layer.bias is not None:
        out[f"{name}.bias"] = torch.zeros(b, o).index_add_(0, own, g.sum(1))
    return out


def clipped_sum(
    net: RichNet, table: Table, course: Course, rng: np.random.Generator
) -> tuple[Weights, float]:
    """One round's sum of clipped gradients over a Poisson sample, and the share that was clipped."""
    drawn = np.flatnonzero(rng.random(len(table.size)) < course.q)
    total: Weights = {}
    clipped = 0
    for first in range(0, len(drawn), TOGETHER):
        batch = table.batch(drawn[first : first + TOGETHER], course.k, rng)
        if math.isinf(course.clip):
            # nobody is clipped, so nobody's own gradient is needed
            batch = replace(batch, own=torch.zeros_like(batch.own), n_shoppers=1)
        each = shopper_gradients(net, batch, course.k)
        norm = torch.stack([g.square().sum(1) for g in each.values()]).sum(0).sqrt()
        factor = (course.clip / norm.clamp(min=1e-12)).clamp(max=1.0)
        clipped += int((factor < 1).sum())
        for name, grad in each.items():
            total[name] = total.get(name, torch.zeros(grad.shape[1])) + factor @ grad
    return total, clipped / max(len(drawn), 1)


def train(net: RichNet, table: Table, course: Course, seed: int = 0, noisy: bool = False) -> float:
    """Moves the net along the path; the last round's clipped share. Noise only where it is wanted."""
    rng = np.random.default_rng(seed)
    parameters = dict(net.named_parameters())
    for p in parameters.values():
        p.requires_grad_(False)
    speed = {n: torch.zeros_like(p) for n, p in parameters.items()}
    share = 0.0
    for number in range(course.rounds):
        total, share = clipped_sum(net, table, course, rng)
        for name, p in parameters.items():
            step = total[name].view_as(p)
            if noisy:
                step = step + course.noise * draw(name, p, 1000 * (seed + 1) + number)
            speed[name] = course.momentum * speed[name] + step / course.divisor
            p.sub_(course.rate * speed[name])
    return share


def drift(
    net: RichNet, table: Table, course: Course, draws: int, rows: int = CURVED
) -> list[Weights]:
    """What the noise of a whole run adds to the weights where the noise-free path ends, for each draw.

    d' = d - rate v', v' = m v + (H d + noise) / divisor, with H = q sum p (1 - p) g g' / K over rows,
    g the gradient of the log-odds (Gauss-Newton).
    """
    rng = np.random.default_rng(7)
    some = rng.permutation(len(table.size))
    some = some[np.cumsum(np.minimum(table.size[some], course.k)) <= rows]
    batch = table.batch(np.sort(some), course.k, rng)
    n = len(batch.own)
    alone = replace(batch, own=torch.arange(n), n_shoppers=n)
    parts = shopper_gradients(net, alone, 1, residual=False)
    names = [name for name, _ in net.named_parameters()]
    g = torch.cat([parts[name] for name in names], 1)
    p = torch.sigmoid(log_odds(net, batch)).detach()
    scale = course.q * len(table.size) / max(len(some), 1) / course.k
    pull = (p * (1 - p) * (batch.label >= 0) * scale).unsqueeze(1)
    noise = course.noise * torch.cat(
        [fresh(name, w, course.rounds, draws) for name, w in _named(net)], 1
    )
    moved, speed = torch.zeros_like(noise[0]), torch.zeros_like(noise[0])
    for step in noise:
        force = g.T @ (pull * (g @ moved)) + step
        speed = course.momentum * speed + force / course.divisor
        moved = moved - course.rate * speed
    sizes = [w.numel() for _, w in _named(net)]
    split = [torch.split(moved[:, i], sizes) for i in range(draws)]
    return [
        {name: part.view_as(w) for (name, w), part in zip(_named(net), one, strict=True)}
        for one in split
    ]


def _named(net: nn.Module) -> list[tuple[str, Tensor]]:
    return [(name, p.detach()) for name, p in net.named_parameters()]


def fresh(name: str, like: Tensor, rounds: int, draws: int) -> Tensor:
    """[rounds, values, draws] standard normal; weights of one name share their first values."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    drawn = rng.standard_normal((like.numel(), rounds, draws), np.float32)
    return torch.from_numpy(drawn).transpose(0, 1)


def draw(name: str, like: Tensor, seed: int) -> Tensor:
    """Standard normal values. Weights of one name share their first values whatever the net, so that
    two nets are compared under the same noise where they have the same weights.
    """
    rng = np.random.default_rng([zlib.crc32(name.encode()), seed])
    return torch.from_numpy(rng.standard_normal(tuple(like.shape)).astype(np.float32))


def curvature(net: RichNet, table: Table, k: int, rng: np.random.Generator) -> float:
    """Estimate of the loss' curvature a shopper, p (1 - p) |gradient of the log-odds|^2 rows / K."""
    rows = rng.choice(len(table.label), min(2000, len(table.label)), replace=False)
    batch = table.rows(rows, np.arange(len(rows)), len(rows))
    square = sum(g.square().sum(1).mean() for g in shopper_gradients(net, batch, 1, False).values())
    known = table.label[table.label >= 0]
    p = (float(known.sum()) + 1) / (len(known) + 2)
    mean_rows = float(np.minimum(table.size, k).mean())
    return p * (1 - p) * float(square) * mean_rows / k
