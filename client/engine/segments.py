"""The sums and the sort that the closed form is made of, on a processor or on a GPU."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]
from torch import Tensor

# A sparse matrix of ones times a thin dense one is the fastest exact float64 sum that a processor
# has here (torch's index_add_ takes eight times as long); on a GPU it is index_add_.


def run_sums(values: Tensor, row: Tensor, starts: Tensor) -> Tensor:
    """Sums over runs: out[i] = sum of values[row[starts[i] : starts[i + 1]]].

    Args:
        values: float64 [N, m].
        row: int32 [M], rows of `values`.
        starts: int32 [S + 1], from 0 to M, not falling; a run may be empty.

    Returns:
        float64 [S, m].
    """
    n_runs = len(starts) - 1
    if values.device.type == "cpu":
        empty = sparse.csr_matrix((n_runs, len(values)))
        return torch.from_numpy(_ones(empty, row, starts) @ values.numpy())
    out = values.new_zeros(n_runs, values.shape[1])
    return out.index_add_(0, owners(starts), values[row.long()])


def _ones(matrix: sparse.spmatrix, places: Tensor, starts: Tensor) -> sparse.spmatrix:
    """Fill an empty matrix with ones at these places, which the caller has made sure of.

    They are set, not handed to the constructor, which reads them all once more to check.
    """
    matrix.indptr, matrix.indices = starts.numpy(), places.numpy()
    n = len(places)
    matrix.data = _many_ones(max(1, n - 1).bit_length())[:n]
    return matrix


@lru_cache(4)
def _many_ones(bits: int) -> NDArray[np.float64]:
    """2^bits ones, kept: making them is a tenth of a sum's time."""
    return np.ones(1 << bits)


class Spread:
    """Rows spread onto cells: a row's values are added to each of its cells.

    Args:
        cells: int32 [R, F] in 0..n-1, which the caller has made sure of; a cell may be in a row
            twice and then counts twice.
        n: Cells.
    """

    def __init__(self, cells: Tensor, n: int) -> None:
        self._n, self._width = n, cells.shape[1]
        self._flat = cells.reshape(-1)
        if cells.device.type == "cpu":
            size = cells.numel()
            starts = np.arange(0, size + 1, self._width, dtype=np.int32)
            empty = sparse.csc_matrix((n, len(cells)))
            self._matrix = _ones(empty, self._flat, torch.from_numpy(starts))

    def sums(self, values: Tensor) -> Tensor:
        """out[c] = sum of values over the slots of cell c.

        Args:
            values: float64 [R, m], or [R].

        Returns:
            float64 [n, m], or [n].
        """
        if values.device.type == "cpu":
            return torch.from_numpy(self._matrix @ values.numpy())
        out = values.new_zeros(self._n, *values.shape[1:])
        return out.index_add_(0, self._flat.long(), values.repeat_interleave(self._width, 0))


def in_order(keys: Tensor) -> Tensor:
    """The keys sorted (int32 or int64 [M]); NumPy's vector sort beats torch's twice."""
    if keys.device.type == "cpu":
        return torch.from_numpy(np.sort(keys.numpy()))
    return keys.sort().values


def squares(values: Tensor) -> Tensor:
    """The sum of squares of each row: float64 [N, m] to [N]."""
    if values.device.type == "cpu":
        each = values.numpy()
        return torch.from_numpy(np.vecdot(each, each))
    return values.square().sum(1)


def rising(ids: Tensor) -> bool:
    """Whether every row of int32 [R, F] rises: no value is in a row twice."""
    if ids.device.type == "cpu":
        flat = ids.numpy().reshape(-1)
        rises = np.ones(
            flat.size, bool
        )  # one long comparison is four times as fast as R short ones
        np.greater(flat[1:], flat[:-1], out=rises[1:])
        rises.reshape(ids.shape)[:, 0] = True
        return bool(rises.all())
    return bool((ids[:, 1:] > ids[:, :-1]).all())


def starts_of(sizes: Tensor) -> Tensor:
    """Where runs of these sizes (int32 [n]) begin, and where the last one ends: int32 [n + 1]."""
    return torch.cat([sizes.new_zeros(1), sizes.cumsum(0, dtype=torch.int32)])


def owners(starts: Tensor) -> Tensor:
    """The run that each value is in: int32 [M]."""
    run = torch.arange(len(starts) - 1, dtype=torch.int32, device=starts.device)
    return run.repeat_interleave(starts.diff())
