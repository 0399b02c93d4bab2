"""Our engine: TargetingNet's clipped gradient sums in closed form, without a gradient a shopper held."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import embedding_bag

from client.dataset import ShopperBatch
from client.engine.bounds import add_whole, certain, reach, sound
from client.engine.cells import DENSE_UP_TO, Pull, add_clipped, factors, squared_norms
from client.engine.flat import Flat, flat
from client.engine.loss import slopes
from client.engine.nouns import Clip, Sums
from client.engine.segments import run_sums, squares, starts_of
from common.model import NUMERIC_GAIN, VECTOR_GAIN
from common.rounds import Tensors

#: Shoppers whose rows are worked on at a time, so that memory stays small.
AT_ONCE = 2048


@dataclass(frozen=True, slots=True)
class Weights:
    """The model's weights as the closed form reads them.

    Attributes:
        table: float32 [V, H + 2 E + 1]: first order terms, vectors times their gain, the squares,
            their lengths.
        vectors: float64 [V, E], times their gain.
        linear: float64 [D + E + 1, H]: numbers, pairs, bias.
        pair: float64 [H, E].
    """

    table: Tensor
    vectors: Tensor
    linear: Tensor
    pair: Tensor

    @classmethod
    def of(cls, tensors: Tensors, heads: tuple[str, ...], place: torch.device) -> Weights:
        """From the plan's tensors."""

        def one(name: str) -> Tensor:
            # a copy: what came over the wire is read-only
            return torch.from_numpy(np.array(tensors[name], np.float32)).to(place)

        vectors = VECTOR_GAIN * one("vectors.weight")
        first = [one(f"first_{head}.weight") for head in heads]
        pair = torch.cat([one(f"pair_{head}.weight") for head in heads]).double()
        numeric = torch.cat([one(f"numeric_{head}.weight") for head in heads]).double()
        bias = torch.stack([one(f"numeric_{head}.bias") for head in heads]).double()
        return cls(
            table=torch.cat(
                [*first, vectors, vectors * vectors, vectors.norm(dim=1, keepdim=True)], 1
            ),
            vectors=vectors.double(),
            linear=torch.cat([numeric, pair, bias], 1).T.contiguous(),
            pair=pair,
        )


class Fast:
    """The closed form.

    With r_h = d loss / d log-odds of head h (`client.engine.loss.slopes`), p the pooled vector of a row, v_j the vector of id j
    (times VECTOR_GAIN), a row's gradient is: r_h on first_h[j]; r_h x pairs, r_h x numbers, r_h on
    the dense layers; VECTOR_GAIN x (sum_h r_h u_h) x (p - v_j) on vectors[j]. The rows of a shopper
    that share an id add up before the norm is taken (`client.engine.cells`): duplicates count as
    they must. The norm is that of the very numbers that are weighted and summed, in float64: however
    extreme the weights, no rounding of a norm lets more than C of a shopper through.

    Args:
        clip: What is summed.
        place: Device; float64 there too.
    """

    name = "fast"

    def __init__(self, clip: Clip, place: torch.device) -> None:
        self._clip, self._place = clip, place

    def total(self, tensors: Tensors, batch: ShopperBatch) -> Sums:
        """See `ClippedSums.total`."""
        heads = self._clip.heads
        with torch.inference_mode():
            weights = Weights.of(tensors, heads, self._place)
            n_ids, width = weights.vectors.shape
            table = weights.vectors.new_zeros(n_ids, len(heads) + width)
            dense = weights.linear.new_zeros(len(heads), len(weights.linear))
            for rows in flat(batch.to(self._place), heads, AT_ONCE):
                if len(rows.ids):
                    self._add(weights, rows, table, dense)
            return self._named(table.cpu().numpy(), dense.cpu().numpy(), width)

    def _add(self, weights: Weights, rows: Flat, table: Tensor, dense: Tensor) -> None:
        """Add these shoppers' clipped gradients; cells are made only of those who need them."""
        seen, ids = _slopes(weights, rows, self._clip), rows.ids.int()
        pull = Pull(seen.slope, VECTOR_GAIN * weights.pair, seen.pooled)
        layers, reaches = self._layers(seen, ids, pull, rows)
        others, vectors = squares(layers), weights.vectors
        factor = torch.ones_like(others)
        left = torch.ones_like(others, dtype=torch.bool)
        # one sum for all has a cost a row of the table, so there must be slots enough
        if ids.numel() >= len(vectors):
            left = ~certain(others, reaches, self._clip.norm - self._clip.margin)
            self._known(ids, rows, pull, vectors, (others, reaches, factor, left))
            apart = left.index_select(0, rows.owner).nonzero().squeeze(1)
            add_whole(ids, pull, factor.index_select(0, rows.owner), apart, vectors, table)
            ids, pull = ids.index_select(0, apart), pull.of(apart)
        if len(ids):
            starts = starts_of(rows.starts.diff()[left])
            factor[left] = add_clipped(ids, starts, pull, vectors, others[left], self._bound, table)
        dense += (factor @ layers).view_as(dense)

    @property
    def _bound(self) -> tuple[float, float]:
        return self._clip.norm, self._clip.margin

    def _layers(self, seen: _Seen, ids: Tensor, pull: Pull, rows: Flat) -> tuple[Tensor, Tensor]:
        """Each shopper's gradient of the dense layers [B, H (D + E + 1)], and sums of `reach` [B]."""
        wide, heads = seen.inputs.shape[1], seen.slope.shape[1]
        each = seen.inputs.new_empty(len(ids), heads * wide + 1)
        for h in range(heads):
            torch.mul(seen.slope[:, h : h + 1], seen.inputs, out=each[:, h * wide : (h + 1) * wide])
        each[:, -1] = reach(ids, pull, seen.length, seen.squared)
        number = torch.arange(len(ids), dtype=torch.int32, device=ids.device)
        summed = run_sums(each, number, rows.starts)
        return summed[:, :-1].contiguous(), summed[:, -1]

    def _known(
        self, ids: Tensor, rows: Flat, pull: Pull, vectors: Tensor, of: tuple[Tensor, ...]
    ) -> None:
        """Find factors that may be used on rows: `factor` and `left` are changed in place."""
        others, reaches, factor, left = of
        if len(vectors) > DENSE_UP_TO:
            return
        row = left.index_select(0, rows.owner).nonzero().squeeze(1)
        starts = starts_of(rows.starts.diff()[left])
        cells = squared_norms(ids.index_select(0, row), starts, pull.of(row), vectors)
        squared = others[left] + cells
        fine = sound(squared, reaches[left])
        known = left.nonzero().squeeze(1)[fine]
        # a little more than the norm, for the sum's other rounding (`sound`)
        factor[known] = factors(squared[fine] * (1 + 1e-9), self._bound)
        left[known] = False

    def _named(
        self, table: NDArray[np.float64], dense: NDArray[np.float64], width: int
    ) -> dict[str, NDArray[np.float64]]:
        out = {"vectors.weight": table[:, -width:]}
        for h, head in enumerate(self._clip.heads):
            out[f"first_{head}.weight"] = table[:, h : h + 1]
            out[f"pair_{head}.weight"] = dense[h : h + 1, -width - 1 : -1]
            out[f"numeric_{head}.weight"] = dense[h : h + 1, : -width - 1]
            out[f"numeric_{head}.bias"] = dense[h, -1:]
        return {name: out[name] for name in self._clip.names}


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the forward pass leaves of R rows, float64.

    Attributes:
        inputs: What the dense layers see, [R, D + E + 1].
        slope: d loss / d log-odds, [R, H].
        pooled: Sums of vectors, [R, E].
        length: Sum of |v| over a row's ids, [R].
        squared: Sum of v^2 over a row's ids, [R, E].
    """

    inputs: Tensor
    slope: Tensor
    pooled: Tensor
    length: Tensor
    squared: Tensor


def _slopes(weights: Weights, rows: Flat, clip: Clip) -> _Seen:
    """The forward pass of TargetingNet and the loss' slope at each row."""
    n_heads, width = len(clip.heads), weights.vectors.shape[1]
    bag = embedding_bag(rows.ids, weights.table, mode="sum")
    pooled = bag[:, n_heads : n_heads + width].double()
    squared = bag[:, n_heads + width : -1].double()
    n_numbers = rows.numeric.shape[1]
    inputs = pooled.new_empty(len(bag), len(weights.linear))
    torch.mul(rows.numeric, NUMERIC_GAIN, out=inputs[:, :n_numbers])
    torch.sub(pooled * pooled, squared, out=inputs[:, n_numbers:-1]).mul_(0.5)
    inputs[:, -1] = 1.0
    logits = torch.addmm(bag[:, :n_heads].double(), inputs, weights.linear)
    slope = slopes(logits, rows.labels, clip.heads, clip.funnel).div_(clip.max_impressions)
    return _Seen(inputs, slope, pooled, bag[:, -1].double(), squared)
