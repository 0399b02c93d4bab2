"""How much of each raw feature column the shop's exposures fill in."""

from __future__ import annotations

from client.store import Store
from client.store.exposures import load
from common.features import default_spec


def coverage(store: Store) -> dict[str, float]:
    """Raw column -> share of exposures of consenting shoppers that have more than nothing there.

    Empty text, unknown (negative) and zero count as nothing. {} for a shop without exposures.
    Weekday and hour are always known and left out.
    """
    exposures = load(store)
    if not len(exposures):
        return {}
    out = {}
    for name in default_spec().sources:
        if name in ("weekday", "hour"):
            continue
        values = exposures.columns[name]
        filled = values != "" if values.dtype == object else values > 0
        out[name] = float(filled.mean())
    return out
