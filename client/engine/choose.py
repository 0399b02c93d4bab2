"""Which engine runs: ours where it is known and checked to be exact, Opacus' hooks elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import numpy as np
import torch

from client.dataset import ShopperBatch
from client.engine.fast import Fast
from client.engine.hooks import Ghost, Hooks
from client.engine.nouns import OPACUS_MARGIN, Clip, ClippedSums
from common.errors import InternalError
from common.model import TargetingNet, freeze, load_tensors, tensors_of, trainable

_log = logging.getLogger(__name__)

#: "auto" is ours for a model that it knows, and after a self-check; else Opacus' hooks.
EngineName = Literal["auto", "fast", "hooks", "ghost"]
#: Largest difference from Opacus that the self-check lets pass, in clip norms. Opacus sums in float32.
TOLERANCE = 1e-5
_IDS, _NUMBERS, _COLUMNS, _ROWS, _SHOPPERS = 23, 3, 6, 4, 24


def engine_for(
    net: TargetingNet | Net, clip: Clip, place: torch.device, name: EngineName = "auto"
) -> ClippedSums:
    """The engine of that name for this network, ready to sum.

    Args:
        net: With the trained tensors unfrozen; it may be used and changed by the engine. Or a
            `Net`, which makes one if it is needed: the fast engine needs none.
        clip: What is to be summed.
        place: Device of the network.
        name: Which; "auto" is the fast one where it is exact.

    Raises:
        InternalError: an unknown name, or the fast engine was asked for by name and is not exact.
    """
    if name in ("auto", "fast"):
        known = isinstance(net, Net) or knows(net, clip)
        if known and exact(clip.heads, place.type, clip.funnel):
            return Fast(clip, place)
        if name == "fast":
            raise InternalError("the fast engine does not give Opacus' sums for this model")
        name = "hooks"
    if name not in ("hooks", "ghost"):
        raise InternalError(f"no engine is called {name}")
    kind = Hooks if name == "hooks" else Ghost
    made = net.make() if isinstance(net, Net) else net
    return kind(made, replace(clip, margin=OPACUS_MARGIN), place)


@dataclass(frozen=True, slots=True)
class Net:
    """How to make a network of `TargetingNet`'s very class; making one takes a third of a step's time."""

    make: Callable[[], TargetingNet]


def knows(net: TargetingNet, clip: Clip) -> bool:
    """Whether the closed form is of this very class: a subclass may have another forward pass."""
    return type(net) is TargetingNet and net.funnel == clip.funnel


@cache
def exact(heads: tuple[str, ...], device: str, funnel: bool = False) -> bool:
    """Whether the fast engine gives Opacus' sums on a made-up batch: asked once a process.

    Some shoppers are clipped and some are not, ids come twice in a row and in a shopper, one has
    no row; small and large tables go different ways and are both looked at.
    """
    try:
        place = torch.device(device)
        worst = max(_difference(heads, place, n, funnel) for n in (_IDS, 100 * _IDS))
    except Exception:  # whatever it is, training goes on with the reference
        _log.warning(
            "The fast engine failed its self-check; Opacus' hooks are used.", exc_info=True
        )
        return False
    if not worst <= TOLERANCE:
        _log.warning(
            "The fast engine differs from Opacus by %.2g clip norms; Opacus' hooks are used.", worst
        )
        return False
    return True


def _difference(heads: tuple[str, ...], place: torch.device, n_ids: int, funnel: bool) -> float:
    net = TargetingNet(n_ids, _NUMBERS, funnel=funnel)
    rng = np.random.default_rng(n_ids)
    weights = {
        n: (0.5 * rng.standard_normal(v.shape)).astype(np.float32)
        for n, v in tensors_of(net).items()
    }
    load_tensors(net, weights)
    names = trainable(_Sizes(n_ids, _NUMBERS), heads)
    freeze(net, names)
    net = net.to(place)
    # about half of the shoppers with rows are above this norm
    clip = Clip(heads, names, 0.4, _ROWS, funnel=funnel)
    batch = _made_up(rng, n_ids)
    expected = Hooks(net, clip, place).total(weights, batch)
    found = Fast(clip, place).total(weights, batch)
    return max(float(np.abs(found[n] - expected[n]).max()) for n in names) / clip.norm


def _made_up(rng: np.random.Generator, n_ids: int) -> ShopperBatch:
    shape = (_SHOPPERS, _ROWS)
    ids = rng.integers(0, 12, (*shape, _COLUMNS))
    ids[0, 0, 1] = ids[0, 0, 0]
    mask = (np.arange(_ROWS) < rng.integers(0, _ROWS + 1, (_SHOPPERS, 1))).astype(np.float32)
    labels = [np.where(mask > 0, rng.integers(-1, 2, shape), -1) for _ in range(2)]
    click, conversion = (torch.from_numpy(a.astype(np.float32)) for a in labels)
    numeric = torch.from_numpy(rng.random((*shape, _NUMBERS), np.float32))
    return ShopperBatch(torch.from_numpy(ids), numeric, click, conversion, torch.from_numpy(mask))


class _Sizes:
    """Sizes of the self-check's model."""

    def __init__(self, n_ids: int, n_numeric: int) -> None:
        self.n_ids, self.n_numeric = n_ids, n_numeric
