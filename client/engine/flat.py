"""A batch as a flat list of labelled rows: no padding is worked on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from client.dataset import ShopperBatch
from client.engine.segments import starts_of


@dataclass(frozen=True, slots=True)
class Flat:
    """The labelled rows of some shoppers, shopper by shopper.

    Attributes:
        ids: int64 [R, F].
        numeric: float32 [R, D].
        labels: float32 [R, H]; 0, 1, or -1 where unknown.
        owner: int32 [R], rising; 0..B-1.
        starts: int32 [B + 1], where each shopper's rows begin.
    """

    ids: Tensor
    numeric: Tensor
    labels: Tensor
    owner: Tensor
    starts: Tensor


def flat(batch: ShopperBatch, heads: tuple[str, ...], at_once: int) -> Iterator[Flat]:
    """Rows that say something about one of the heads, at most `at_once` shoppers at a time."""
    k = batch.mask.shape[1]
    for first in range(0, batch.n_shoppers, at_once):
        some = slice(first, first + at_once)
        ids, numeric = batch.ids[some].flatten(0, 1), batch.numeric[some].flatten(0, 1)
        labels = torch.stack([batch.labels(head)[some].reshape(-1) for head in heads], 1)
        known = labels[:, 0] >= 0 if len(heads) == 1 else (labels >= 0).any(1)
        said = (batch.mask[some].reshape(-1) > 0) & known
        starts = starts_of(said.view(-1, k).sum(1, dtype=torch.int32))
        n = len(starts) - 1
        every = torch.arange(n, dtype=torch.int32, device=ids.device)
        owner = every.unsqueeze(1).expand(n, k).reshape(-1)
        if not bool(said.all()):
            row = said.nonzero().squeeze(1)
            # index_select: several times as fast as ids[row]
            ids, numeric = ids.index_select(0, row), numeric.index_select(0, row)
            labels, owner = labels.index_select(0, row), owner.index_select(0, row)
        yield Flat(ids, numeric, labels, owner, starts)
