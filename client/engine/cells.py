"""Cells: a shopper's gradient on a row of the tables, made before any norm so that duplicates count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from client.engine.segments import Spread, in_order, owners, run_sums, squares

#: Up to so many ids a block of shoppers has a cell for every id: no sort. Above, cells are only where
#: rows point to.
DENSE_UP_TO = 2048
#: Cells of a block: 193 shoppers of 465 ids; a plane of 90,000 float64 is in the cache.
_BLOCK = 90_000


@dataclass(frozen=True, slots=True)
class Pull:
    """What each row adds to the tables, all float64.

    A row adds `first` to the first order terms of its ids, and `pull * pooled - pull * v` to the
    vector v of each, where pull = first @ pair.

    Attributes:
        first: [R, H].
        pair: [H, E], the same for all rows.
        pooled: [R, E].
    """

    first: Tensor
    pair: Tensor
    pooled: Tensor

    def moved(self) -> Tensor:
        """Pull times pooled, [R, E]."""
        return (self.first @ self.pair).mul_(self.pooled)

    def of(self, row: Tensor) -> Pull:
        """Of some rows."""
        return Pull(self.first.index_select(0, row), self.pair, self.pooled.index_select(0, row))


def add_clipped(
    ids: Tensor,
    starts: Tensor,
    pull: Pull,
    vectors: Tensor,
    others: Tensor,
    clip: tuple[float, float],
    into: Tensor,
) -> Tensor:
    """Add every shopper's clipped gradient of the tables to `into`; give everybody's factor.

    Args:
        ids: int32 [R, F], rows of B shoppers.
        starts: int32 [B + 1], where each shopper's rows begin.
        pull: What those rows add.
        vectors: float64 [V, E], the vectors as the forward pass uses them.
        others: float64 [B], squared norms of the gradients of all other layers.
        clip: C, and what is added to a norm before C is divided by it.
        into: float64 [V, H + E].

    Returns:
        float64 [B]: min(1, C / (norm + margin)).
    """
    work = _dense if len(vectors) <= DENSE_UP_TO else _sorted
    return work(ids, starts, pull, vectors, others, clip, into)


def factors(squared: Tensor, clip: tuple[float, float]) -> Tensor:
    """min(1, C / (norm + margin)) of squared norms [B]; NaN stays NaN, so that training stops."""
    norm = squared.sqrt() + clip[1]
    return (clip[0] / norm.clamp(min=torch.finfo(torch.float64).tiny)).clamp(max=1.0)


def squared_norms(ids: Tensor, starts: Tensor, pull: Pull, vectors: Tensor) -> Tensor:
    """Squared norms of every shopper's gradient of tables that are not large: float64 [B].

    Args:
        ids: int32 [R, F].
        starts: int32 [B + 1].
        pull: What the rows add.
        vectors: float64 [V, E].
    """
    out = torch.zeros(len(starts) - 1, dtype=torch.float64, device=vectors.device)
    for some, cells in _blocks(ids, starts, pull, vectors):
        for one in cells:
            out[some] += squares(one)
    return out


def _blocks(
    ids: Tensor, starts: Tensor, pull: Pull, vectors: Tensor
) -> Iterator[tuple[slice, Iterator[Tensor]]]:
    """A cell for every shopper and id, some shoppers at a time.

    Yields:
        Which n shoppers; their cells [n, V], one plane for each column of the tables: first order
        of each head, then the vectors'.
    """
    n_ids, n_shoppers = len(vectors), len(starts) - 1
    block = max(1, _BLOCK // n_ids)
    cell = (owners(starts) % block).mul_(n_ids).unsqueeze(1) + ids
    edges = [*starts[:-1:block].tolist(), len(ids)]
    first, moved = pull.first.T.contiguous(), pull.moved().T.contiguous()
    back = (pull.pair.unsqueeze(2) * vectors.T).contiguous()  # [H, E, V]

    def planes(some: slice, n: int) -> Iterator[Tensor]:
        spread = Spread(cell[some], n * n_ids)
        ones = [spread.sums(row[some]).view(n, n_ids) for row in first]
        yield from ones
        for e, row in enumerate(moved):
            plane = spread.sums(row[some]).view(n, n_ids)
            for h, one in enumerate(ones):
                plane.addcmul_(one, back[h, e], value=-1)
            yield plane

    for i, begin in enumerate(range(0, n_shoppers, block)):
        n = min(block, n_shoppers - begin)
        yield slice(begin, begin + n), planes(slice(edges[i], edges[i + 1]), n)


def _dense(
    ids: Tensor,
    starts: Tensor,
    pull: Pull,
    vectors: Tensor,
    others: Tensor,
    clip: tuple[float, float],
    into: Tensor,
) -> Tensor:
    """Norms and sums of the very same cells."""
    out = torch.ones_like(others)
    for some, planes in _blocks(ids, starts, pull, vectors):
        cells, squared = list(planes), others[some].clone()
        for one in cells:
            squared += squares(one)
        out[some] = factor = factors(squared, clip)
        for column, one in enumerate(cells):
            into[:, column] += factor @ one
    return out


def _sorted(
    ids: Tensor,
    starts: Tensor,
    pull: Pull,
    vectors: Tensor,
    others: Tensor,
    clip: tuple[float, float],
    into: Tensor,
) -> Tensor:
    """A cell for every (shopper, id) that is there, found by sorting; work and memory know no V."""
    row, edges, owner, kind = _groups(ids, starts, len(vectors))
    first = run_sums(pull.first, row, edges)
    vector = run_sums(pull.moved(), row, edges)
    vector.addcmul_(first @ pull.pair, vectors[kind], value=-1)
    cells = torch.cat([first, vector], 1)
    squared = others + torch.zeros_like(others).index_add_(0, owner, squares(cells))
    factor = factors(squared, clip)
    into.index_add_(0, kind, cells.mul_(factor[owner].unsqueeze(1)))
    return factor


def _groups(ids: Tensor, starts: Tensor, n_ids: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Slots of the same shopper and id, side by side.

    Returns:
        Row of each slot, int32 [R F]; where the groups begin, int32 [G + 1]; shopper and id of each
        group, int64 [G].
    """
    n_rows, width = ids.shape
    row_bits, id_bits = max(1, n_rows - 1).bit_length(), max(1, n_ids - 1).bit_length()
    bits = row_bits + id_bits + max(1, len(starts) - 2).bit_length()
    kind = torch.int32 if bits < 32 else torch.int64
    key = (owners(starts).to(kind) << id_bits).unsqueeze(1) | ids.to(kind)
    number = torch.arange(n_rows, dtype=kind, device=key.device).unsqueeze(1)
    key = in_order(((key << row_bits) | number).reshape(-1))
    row, group = (key & ((1 << row_bits) - 1)).int(), key >> row_bits
    change = (group[1:] != group[:-1]).nonzero().squeeze(1) + 1
    starts = torch.cat([change.new_zeros(1), change, change.new_full((1,), n_rows * width)])
    group = group[starts[:-1]].long()
    return row, starts.int(), group >> id_bits, group & ((1 << id_bits) - 1)
