"""Rows for the ablation: rich features, histories and text of a sample's merchants, split by time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from simulate_shops import sample_homes

from client.dataset import ShopperData
from client.store import Store
from client.store.exposures import Exposures, load
from client.store.sequences import event_products, rich_columns, sequences
from client.text.choose import open_encoder
from client.text.vectors import product_vectors
from common.features import FeatureSpec
from common.features_rich import rich_spec
from common.history_spec import HistorySpec, default_history_spec, projection

#: Between learning and judging when constants are chosen; both lie before the public cut.
INNER = "2017-08-08T00:00:00Z"
#: E5's cosines lie between .7 and 1 (its authors say so): a public shift and scale to about 0..1.
COSINE_LOW, COSINE_SCALE = 0.75, 4.0
#: Columns of `Rows.alike`.
ALIKE = ("text_nearest", "text_mean", "text_recent", "text_filled")
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Rows:
    """N rows of one or of many merchants.

    Attributes:
        data: Ids, numbers, labels, shoppers and history.
        text: float32 [N, P] the product's text vector through the public projection.
        alike: float32 [N, 4] how alike the product's text is to those of the shopper's last
            events: frozen attention, with nothing to learn in it.
    """

    data: ShopperData
    text: Floats
    alike: Floats


@dataclass(frozen=True)
class Home:
    """One merchant: rows to learn from and rows to judge by."""

    name: str
    learn: Rows
    judge: Rows


def read_sample(sample: Path, n_merchants: int | None, inner: bool) -> list[Home]:
    """Every merchant of a sample; with `inner`, no row from the public cut on is read."""
    spec, past = rich_spec(), default_history_spec()
    with sample_homes(sample, n_merchants) as (homes, cut):
        begin = INNER if inner else cut
        end = cut if inner else None
        return [_home(h, spec, past, begin, end) for h in homes]


def _home(home: Path, spec: FeatureSpec, past: HistorySpec, begin: str, end: str | None) -> Home:
    encoder = open_encoder(home)
    with Store.open(home) as store:
        products, vectors = product_vectors(store, encoder)
        code = {p.product_id: i for i, p in enumerate(products)}
        # one more row, of zeros, for unknown products
        table = np.vstack([vectors, np.zeros((1, encoder.width), np.float32)])

        def part(exposures: Exposures) -> Rows:
            rich = rich_columns(store, exposures)
            history = sequences(store, past, rich)
            asked = np.array([code.get(p, -1) for p in rich.product_id], np.int64)
            of = event_products(store, past, rich).astype(np.int64)
            to = projection(encoder.width, past.projected)
            return Rows(
                ShopperData.from_exposures(spec, rich, history),
                (table @ to)[asked],
                alike(table @ table.T, asked, of, history.mask),
            )

        learn = part(load(store, shown_before=begin))
        judge = part(load(store, shown_from=begin, shown_before=end))
    return Home(home.name, learn, judge)


def alike(
    cosine: Floats, asked: NDArray[np.int64], of: NDArray[np.int64], mask: NDArray[np.bool_]
) -> Floats:
    """[N, 4] nearest, mean, mean by recency, and how full the history is.

    Args:
        cosine: float32 [P + 1, P + 1] of products, the last for unknown ones.
        asked: int64 [N] the impression's product, -1 for unknown.
        of: int64 [N, L] the events' products, newest first, -1 for unknown or none.
        mask: bool [N, L].
    """
    near = np.clip((cosine[asked[:, None], of] - COSINE_LOW) * COSINE_SCALE, 0, 1) * mask
    recent = 1 / np.arange(1, mask.shape[1] + 1)
    there = np.maximum(mask.sum(1), 1)
    weight = np.maximum((mask * recent).sum(1), 1e-9)
    out = (near.max(1), near.sum(1) / there, near @ recent / weight, mask.mean(1))
    return np.stack(out, axis=1).astype(np.float32)


def pooled(parts: Sequence[Rows]) -> Rows:
    """All rows of all merchants; each shopper is still one unit of one merchant."""
    data = [p.data for p in parts]
    history = [d.history for d in data if d.history is not None]
    sizes = np.cumsum([0, *(d.n_rows for d in data)])
    starts = [d.start[:-1] + at for d, at in zip(data, sizes[:-1], strict=True)]
    whole = ShopperData(
        ids=np.concatenate([d.ids for d in data]),
        numeric=np.concatenate([d.numeric for d in data]),
        click=np.concatenate([d.click for d in data]),
        conversion=np.concatenate([d.conversion for d in data]),
        start=np.concatenate([*starts, sizes[-1:]]).astype(np.int64),
        history=type(history[0])(
            np.concatenate([h.ids for h in history]), np.concatenate([h.mask for h in history])
        ),
    )
    return Rows(
        whole, np.concatenate([p.text for p in parts]), np.concatenate([p.alike for p in parts])
    )
