"""Several merchants' shoppers as one, in an order that needs little padding: a sum of sums is a sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from client.dataset import ShopperData

#: Shoppers of a step without privacy whose rows are in memory at once.
AT_ONCE = 4_096


def pooled(shops: Sequence[ShopperData]) -> ShopperData:
    """All shoppers of all merchants, each still one unit of one merchant."""
    starts, at = [], 0
    for shop in shops:
        starts.append(shop.start[:-1] + at)
        at += shop.n_rows
    return ShopperData(
        ids=np.concatenate([s.ids for s in shops]),
        numeric=np.concatenate([s.numeric for s in shops]),
        click=np.concatenate([s.click for s in shops]),
        conversion=np.concatenate([s.conversion for s in shops]),
        start=np.concatenate([*starts, [at]]).astype(np.int64),
    )


def by_size(data: ShopperData) -> ShopperData:
    """The same shoppers, those with few rows first: batches of neighbours need little padding."""
    size = np.diff(data.start)
    order = np.argsort(size, kind="stable")
    begin = np.cumsum(size[order]) - size[order]
    rows = np.repeat(data.start[:-1][order] - begin, size[order]) + np.arange(data.n_rows)
    return ShopperData(
        ids=data.ids[rows],
        numeric=data.numeric[rows],
        click=data.click[rows],
        conversion=data.conversion[rows],
        start=np.append(begin, data.n_rows).astype(np.int64),
    )


def parts(data: ShopperData) -> Iterator[ShopperData]:
    """Up to AT_ONCE shoppers each, in order."""
    for first in range(0, max(data.n_shoppers, 1), AT_ONCE):
        start = data.start[first : first + AT_ONCE + 1]
        rows = slice(int(start[0]), int(start[-1]))
        yield ShopperData(
            ids=data.ids[rows],
            numeric=data.numeric[rows],
            click=data.click[rows],
            conversion=data.conversion[rows],
            start=start - start[0],
        )
