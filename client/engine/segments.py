"""The sums and the sort that the closed form is made of, on a processor or on a GPU."""

from __future__ import annotations

import numpy as np
import torch
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
        parts = (np.ones(len(row)), row.numpy(), starts.numpy())
        matrix = sparse.csr_matrix(parts, shape=(n_runs, len(values)))
        return torch.from_numpy(matrix @ values.numpy())
    owner = torch.repeat_interleave(starts.diff().long())
    out = values.new_zeros(n_runs, values.shape[1])
    return out.index_add_(0, owner, values[row.long()])


class Spread:
    """Rows spread onto cells: a row's values are added to each of its cells.

    Args:
        cells: int32 [R, F] in 0..n-1; a cell may be in a row twice and then counts twice.
        n: Cells.
    """

    def __init__(self, cells: Tensor, n: int) -> None:
        self._n, self._width = n, cells.shape[1]
        self._flat = cells.reshape(-1)
        if cells.device.type == "cpu":
            n_rows, size = len(cells), cells.numel()
            starts = np.arange(0, size + 1, self._width, dtype=np.int32)
            parts = (np.ones(size), self._flat.numpy(), starts)
            self._matrix = sparse.csc_matrix(parts, shape=(n, n_rows))

    def sums(self, values: Tensor) -> Tensor:
        """out[c] = sum of values over the slots of cell c.

        Args:
            values: float64 [R, m].

        Returns:
            float64 [n, m].
        """
        if values.device.type == "cpu":
            return torch.from_numpy(self._matrix @ values.numpy())
        out = values.new_zeros(self._n, values.shape[1])
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


def starts_of(index: Tensor, n: int) -> Tensor:
    """Where each of n runs begins in a rising index: int32 [n + 1]."""
    edges = torch.arange(n + 1, device=index.device, dtype=index.dtype)
    return torch.searchsorted(index, edges, out_int32=True)
