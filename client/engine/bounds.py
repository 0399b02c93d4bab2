"""Who stays under the clip norm for certain: a bound that needs no cells, so that few shoppers need them."""

from __future__ import annotations

import torch
from torch import Tensor

from client.engine.cells import Pull
from client.engine.segments import Spread, rising

#: What is added to a bound for its own rounding: figures of the forward pass are float32.
_ROUNDING = 1e-3


def reach(ids: Tensor, pull: Pull, length: Tensor, squared: Tensor) -> Tensor:
    """A bound on the norm of what each row adds to the tables.

    A slot adds slope to the first order terms, and pull x (pooled - v) to a vector: at most
    slope^2 + max |pull|^2 (|pooled| + |v|)^2, squared. Up to m slots of a row in one cell: m times
    the sum over slots (Cauchy and Schwarz). It bounds the parts before anything cancels.

    Args:
        ids: int32 [R, F].
        pull: What the rows add.
        length: float64 [R], sum of |v| over a row's ids.
        squared: float64 [R, E], sum of v^2 over a row's ids.

    Returns:
        float64 [R].
    """
    width = ids.shape[1]
    one = pull.pooled.new_ones(pull.pooled.shape[1])
    far = (pull.pooled * pull.pooled) @ one
    span = width * far + 2 * far.sqrt() * length + squared @ one
    # max |pull| of a row is at most the sum over heads of |slope| max |pair|
    steep = pull.first.abs() @ pull.pair.abs().amax(1)
    flat = width * (pull.first * pull.first) @ pull.first.new_ones(pull.first.shape[1])
    return (_often(ids) * (flat + steep * steep * span)).sqrt()


def certain(others: Tensor, reaches: Tensor, limit: float) -> Tensor:
    """Shoppers whose gradient can't be longer than `limit`, whatever their rows have in common.

    The rows of a shopper add up to no more than the sum of their reaches (triangle). What is NaN or
    infinite is not certain.

    Args:
        others: float64 [B], squared norms of all other layers' gradients.
        reaches: float64 [B], sums of `reach` over a shopper's rows.
        limit: C less the margin.

    Returns:
        bool [B].
    """
    longest: Tensor = (others + reaches.square()).sqrt() * (1.0 + _ROUNDING)
    return longest <= limit


def sound(squared: Tensor, reaches: Tensor) -> Tensor:
    """Whose norms hold for the sum of their rows as well as for the cells that they were taken from.

    A sum that is made in another order differs by rounding, some 1e-16 of what is added. Where a
    norm is no less than a thousandth of that, the difference is below 1e-10 of it.

    Args:
        squared: float64 [B], squared norms over all layers.
        reaches: float64 [B], sums of `reach` over a shopper's rows.

    Returns:
        bool [B]; False for what is not finite.
    """
    fine: Tensor = reaches <= 1e3 * squared.sqrt()
    return fine & torch.isfinite(squared)


def _often(ids: Tensor) -> int:
    """How often an id can be in a row: once where ids rise along every row, else F times.

    They do as `common.features.encode` makes them: each column has a range of ids after the last's.
    """
    return 1 if rising(ids) else ids.shape[1]


def add_whole(
    ids: Tensor, pull: Pull, weight: Tensor, without: Tensor, vectors: Tensor, into: Tensor
) -> None:
    """Add all but some rows' gradients of the tables, all shoppers in one sum.

    Args:
        ids: int32 [R, F].
        pull: What all rows add.
        weight: float64 [R], their shoppers' factors.
        without: int64, numbers of the rows that are left out: norms of their shoppers are not known.
        vectors: float64 [V, E].
        into: float64 [V, H + E].
    """
    n_heads = pull.first.shape[1]
    values = torch.cat([pull.first, pull.moved()], 1).mul_(weight.unsqueeze(1))
    # set, not multiplied: what is left out may be infinite
    values.index_fill_(0, without, 0.0)
    added = Spread(ids, len(vectors)).sums(values)
    added[:, n_heads:].addcmul_(added[:, :n_heads] @ pull.pair, vectors, value=-1)
    into += added
