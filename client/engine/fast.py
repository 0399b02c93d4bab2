"""Our engine: TargetingNet's clipped gradient sums in closed form, without a gradient a shopper held."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import embedding_bag

from client.dataset import ShopperBatch
from client.engine.cells import Pull, add_clipped
from client.engine.flat import Flat, flat
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
        table: float32 [V, H + 2 E]: first order terms, vectors times their gain, their squares.
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
            table=torch.cat([*first, vectors, vectors * vectors], 1),
            vectors=vectors.double(),
            linear=torch.cat([numeric, pair, bias], 1).T.contiguous(),
            pair=pair,
        )


class Fast:
    """The closed form.

    With r_h = d loss / d log-odds of head h, p the pooled vector of a row, v_j the vector of id j
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
        """Add these shoppers' clipped gradients."""
        inputs, slope, pooled = _slopes(weights, rows, self._clip)
        number = torch.arange(len(inputs), dtype=torch.int32, device=inputs.device)
        starts = starts_of(rows.owner, rows.n_shoppers)
        each = torch.cat([slope[:, h : h + 1] * inputs for h in range(slope.shape[1])], 1)
        layers = run_sums(each, number, starts)
        pull = Pull(slope, VECTOR_GAIN * (slope @ weights.pair), pooled)
        bound = (self._clip.norm, self._clip.margin)
        factor = add_clipped(rows, pull, weights.vectors, squares(layers), bound, table)
        dense += (factor @ layers).view_as(dense)

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


def _slopes(weights: Weights, rows: Flat, clip: Clip) -> tuple[Tensor, Tensor, Tensor]:
    """The forward pass of TargetingNet and the loss' slope at each row, all float64.

    Returns:
        What the dense layers see [R, D + E + 1]; d loss / d log-odds [R, H]; pooled vectors [R, E].
    """
    n_heads, width = len(clip.heads), weights.vectors.shape[1]
    bag = embedding_bag(rows.ids, weights.table, mode="sum").double()
    pooled = bag[:, n_heads : n_heads + width].contiguous()
    pairs = 0.5 * (pooled * pooled - bag[:, n_heads + width :])
    one = pairs.new_ones(len(pairs), 1)
    inputs = torch.cat([NUMERIC_GAIN * rows.numeric.double(), pairs, one], 1)
    logits = bag[:, :n_heads] + inputs @ weights.linear
    # sigmoid(z) - y, without a difference of nearly equal figures
    sign = 1.0 - 2.0 * rows.labels.double()
    slope = sign * torch.sigmoid(sign * logits) / clip.max_impressions
    return inputs, slope * (rows.labels >= 0), pooled
