"""Rows to ShopperBatch: the first axis is the privacy unit, one shopper."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from client.noise import Noise
from client.store.exposures import Exposures
from common.errors import InternalError
from common.features import Encoded, FeatureSpec, encode
from common.history_spec import EncodedHistory


@dataclass(frozen=True, slots=True)
class ShopperBatch:
    """At most K impressions of each of B shoppers.

    K is as small as the sampled shoppers allow: columns that nobody fills are not there.

    Attributes:
        ids: int64 [B, K, F].
        numeric: float32 [B, K, D].
        click: float32 [B, K]; 0, 1, or -1 where unknown.
        conversion: float32 [B, K]; 0, 1, or -1 where unknown.
        mask: float32 [B, K]; 1 where there is an impression.
        shoppers: int64 [B]; their numbers in `ShopperData`, None in a batch made by hand.
        events: int64 [B, K, L, H] ids of the last events before each impression, if the data has them.
        events_mask: float32 [B, K, L]; 1 where there is an event.
    """

    ids: Tensor
    numeric: Tensor
    click: Tensor
    conversion: Tensor
    mask: Tensor
    shoppers: NDArray[np.int64] | None = None
    events: Tensor | None = None
    events_mask: Tensor | None = None

    @property
    def n_shoppers(self) -> int:
        """B."""
        return int(self.ids.shape[0])

    def to(self, device: torch.device) -> ShopperBatch:
        """The same batch on a device."""
        return ShopperBatch(
            self.ids.to(device),
            self.numeric.to(device),
            self.click.to(device),
            self.conversion.to(device),
            self.mask.to(device),
            self.shoppers,
            None if self.events is None else self.events.to(device),
            None if self.events_mask is None else self.events_mask.to(device),
        )

    def or_nobody(self) -> ShopperBatch:
        """An empty sample becomes one shopper without rows: gradient exactly zero.

        Opacus' embedding hook gives one zero row for an empty batch and its linear hook none.
        """
        if self.n_shoppers:
            return self
        k, f, d = self.mask.shape[1], self.ids.shape[2], self.numeric.shape[2]
        return ShopperBatch(
            ids=torch.zeros((1, k, f), dtype=torch.int64),
            numeric=torch.zeros((1, k, d)),
            click=torch.full((1, k), -1.0),
            conversion=torch.full((1, k), -1.0),
            mask=torch.zeros((1, k)),
            events=None
            if self.events is None
            else self.events.new_zeros((1, *self.events.shape[1:])),
            events_mask=None
            if self.events_mask is None
            else self.events_mask.new_zeros((1, *self.events_mask.shape[1:])),
        )

    def labels(self, head: str) -> Tensor:
        """The head's labels [B, K]."""
        return self.click if head == "click" else self.conversion


@dataclass(frozen=True, slots=True)
class ShopperData:
    """All rows of one merchant, shopper by shopper.

    Attributes:
        ids: int64 [N, F], offset into the one table.
        numeric: float32 [N, D].
        click: int8 [N]; -1 where unknown.
        conversion: int8 [N]; -1 where unknown.
        start: int64 [n_shoppers + 1]; rows of shopper s are start[s]..start[s+1]-1.
        history: The last events before each row, [N, L, H]; None where the model has no use for it.
    """

    ids: NDArray[np.int64]
    numeric: NDArray[np.float32]
    click: NDArray[np.int8]
    conversion: NDArray[np.int8]
    start: NDArray[np.int64]
    history: EncodedHistory | None = None

    @classmethod
    def from_exposures(
        cls, spec: FeatureSpec, exposures: Exposures, history: EncodedHistory | None = None
    ) -> ShopperData:
        """Encode the rows; they come sorted by shopper, and `history` in the same order.

        Raises:
            InternalError: the rows are not sorted by shopper.
        """
        encoded = encode(spec, exposures.columns)
        data = cls.from_arrays(encoded, exposures.shopper, exposures.clicked, exposures.converted)
        return data if history is None else replace(data, history=history)

    @classmethod
    def from_arrays(
        cls,
        encoded: Encoded,
        shopper: NDArray[np.int64],
        click: NDArray[np.int8],
        conversion: NDArray[np.int8],
    ) -> ShopperData:
        """From encoded rows [N] that are sorted by shopper."""
        change = np.diff(shopper)
        if (change < 0).any():
            raise InternalError("rows must be sorted by shopper")
        inner = np.flatnonzero(change) + 1
        n = len(shopper)
        ends = [0, *inner.tolist(), n] if n else [0]
        return cls(
            ids=np.ascontiguousarray(encoded.ids, np.int64),
            numeric=np.ascontiguousarray(encoded.numeric, np.float32),
            click=np.ascontiguousarray(click, np.int8),
            conversion=np.ascontiguousarray(conversion, np.int8),
            start=np.array(ends, np.int64),
        )

    @property
    def n_shoppers(self) -> int:
        """How many shoppers have rows."""
        return len(self.start) - 1

    @property
    def n_rows(self) -> int:
        """N."""
        return int(self.ids.shape[0])

    def labels(self, head: str) -> NDArray[np.int8]:
        """The head's labels [N]; -1 where unknown."""
        return self.click if head == "click" else self.conversion

    def sample(self, q: float, k: int, noise: Noise) -> ShopperBatch:
        """A fresh Poisson sample of shoppers, at most `k` impressions of each.

        Every shopper is in with probability `q`, independently of all others; of a shopper with
        more than `k` impressions, `k` are drawn uniformly without replacement, afresh each time.

        Returns:
            B shoppers; B may be 0.
        """
        return self._batch(self.draw(q, noise), k, noise)

    def draw(self, q: float, noise: Noise) -> NDArray[np.int64]:
        """Who is in a Poisson sample: every shopper with probability `q`, by itself."""
        return np.flatnonzero(noise.uniform(self.n_shoppers) < q)

    def everybody(self, k: int, noise: Noise) -> ShopperBatch:
        """All shoppers, at most `k` impressions of each, drawn uniformly."""
        return self.pick(np.arange(self.n_shoppers), k, noise)

    def pick(self, shoppers: NDArray[np.int64], k: int, noise: Noise) -> ShopperBatch:
        """Named shoppers, at most `k` impressions of each, drawn uniformly."""
        return self._batch(shoppers, k, noise)

    def _batch(self, taken: NDArray[np.int64], k: int, noise: Noise) -> ShopperBatch:
        first, size = self.start[taken], np.diff(self.start)[taken]
        total = int(size.sum())
        owner = np.repeat(np.arange(len(taken)), size)
        begin = np.cumsum(size) - size
        row = np.arange(total) - begin[owner] + first[owner]
        # A random order inside each shopper; the first k of it are kept.
        order = np.lexsort((noise.uniform(total), owner))
        rank = np.arange(total) - begin[owner]
        kept = rank < k
        owner, rank, row = owner[kept], rank[kept], row[order][kept]
        return replace(self._fill(len(taken), owner, rank, row), shoppers=taken)

    def _fill(
        self,
        b: int,
        owner: NDArray[np.int64],
        rank: NDArray[np.int64],
        row: NDArray[np.int64],
    ) -> ShopperBatch:
        k = int(rank.max()) + 1 if len(rank) else 1
        ids = np.zeros((b, k, self.ids.shape[1]), np.int64)
        numeric = np.zeros((b, k, self.numeric.shape[1]), np.float32)
        click = np.full((b, k), -1, np.float32)
        conversion = np.full((b, k), -1, np.float32)
        mask = np.zeros((b, k), np.float32)
        ids[owner, rank], numeric[owner, rank] = self.ids[row], self.numeric[row]
        click[owner, rank], conversion[owner, rank] = self.click[row], self.conversion[row]
        mask[owner, rank] = 1
        parts = [torch.from_numpy(a) for a in (ids, numeric, click, conversion, mask)]
        batch = ShopperBatch(parts[0], parts[1], parts[2], parts[3], parts[4])
        if self.history is None:
            return batch
        events = np.zeros((b, k, *self.history.ids.shape[1:]), np.int64)
        events_mask = np.zeros((b, k, self.history.mask.shape[1]), np.float32)
        events[owner, rank], events_mask[owner, rank] = (
            self.history.ids[row],
            self.history.mask[row],
        )
        return replace(
            batch, events=torch.from_numpy(events), events_mask=torch.from_numpy(events_mask)
        )
