"""TargetingNet: p_click and p_conversion from ids and numbers; row-wise and Opacus-sound."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from common.errors import InternalError
from common.model_parts import entire_space
from common.shapes import HEADS as HEADS
from common.shapes import WIDTH as WIDTH

#: Public priors: base rates from published anchors, never from a merchant's rows.
BASE_RATE = {"click": 0.01, "conversion": 0.003}
#: Of those who click, how many convert; with the click rate it gives the base rate of a conversion.
BASE_GIVEN_CLICK = 0.3
#: Standard deviation of the initial interaction vectors.
VECTOR_STD = 0.1
#: How strongly vectors and numbers act on the log-odds. Under clipping and noise a gain decides
#: how much of a shopper's bounded gradient goes where: numbers are few and say much, vectors are
#: many and say little. Chosen on an inner split of the public sample, like `common.recipe`.
VECTOR_GAIN = 0.3
NUMERIC_GAIN = 4.0


class HasSizes(Protocol):
    """What the model must know of a FeatureSpec."""

    @property
    def n_ids(self) -> int:
        """V, rows of the one id table."""

    @property
    def n_numeric(self) -> int:
        """D, numeric columns."""


class TargetingNet(nn.Module):
    """First order terms and a pooled factorisation machine (Rendle 2010), two heads.

    Every layer works row by row and is one that Opacus' hooks know how to take apart:
    `nn.Embedding` without padding, each table looked up once, and `nn.Linear`. There is no layer
    that mixes rows, so a leading axis of any form gives the same figures: [B, K, F] in training
    and [N, F] in scoring agree.

    Args:
        n_ids: V, rows of the id tables.
        n_numeric: D, numeric columns.
        width: E, width of the interaction vectors.
        funnel: The conversion head's own log-odds are those of a conversion given a click, and what the
            network says of a conversion is p_click times that, over all impressions (ESMM, Ma et
            al. 2018). The tensors are the same either way.
    """

    def __init__(
        self, n_ids: int, n_numeric: int, width: int = WIDTH, *, funnel: bool = False
    ) -> None:
        super().__init__()
        self.funnel = funnel
        self.first_click = nn.Embedding(n_ids, 1)
        self.first_conversion = nn.Embedding(n_ids, 1)
        self.vectors = nn.Embedding(n_ids, width)
        self.pair_click = nn.Linear(width, 1, bias=False)
        self.pair_conversion = nn.Linear(width, 1, bias=False)
        # A constant input of ones would be dearer: the bias of the numeric layer is the prior.
        self.numeric_click = nn.Linear(n_numeric, 1)
        self.numeric_conversion = nn.Linear(n_numeric, 1)

    def forward(self, ids: Tensor, numeric: Tensor) -> tuple[Tensor, Tensor]:
        """Log-odds of a click and of a conversion, both over all impressions.

        Args:
            ids: int64 [..., F], offset into the one table of V rows.
            numeric: float32 [..., D].

        Returns:
            Two float32 tensors [...], one log-odds a row.
        """
        vectors = VECTOR_GAIN * self.vectors(ids)
        numeric = NUMERIC_GAIN * numeric
        pooled = vectors.sum(-2)
        # sum over pairs i<j of v_i*v_j, kept per component: [..., E]
        pairs = 0.5 * (pooled * pooled - (vectors * vectors).sum(-2))
        click = self.first_click(ids).sum(-2) + self.pair_click(pairs) + self.numeric_click(numeric)
        conversion = (
            self.first_conversion(ids).sum(-2)
            + self.pair_conversion(pairs)
            + self.numeric_conversion(numeric)
        )
        click, conversion = click.squeeze(-1), conversion.squeeze(-1)
        return click, entire_space(click, conversion) if self.funnel else conversion


def build(spec: HasSizes) -> TargetingNet:
    """The network for a feature specification, with the public initial weights."""
    net = TargetingNet(spec.n_ids, spec.n_numeric)
    load_tensors(net, initial_tensors(spec))
    return net


def initial_tensors(
    spec: HasSizes, seed: int = 0, *, funnel: bool = False
) -> dict[str, NDArray[np.float32]]:
    """Weights before any training: public, equal on every machine for the same seed.

    First-order and numeric weights start at 0, biases at the log-odds of a public base rate (of the
    conversion head: given a click, with a funnel), interaction vectors at small random values
    (NumPy's PCG64 stream, which is stable).
    """
    rng = np.random.default_rng(seed)
    v, d = spec.n_ids, spec.n_numeric
    vectors = rng.standard_normal((v, WIDTH)).astype(np.float32) * np.float32(VECTOR_STD)
    out: dict[str, NDArray[np.float32]] = {"vectors.weight": vectors}
    for head in HEADS:
        rate = BASE_GIVEN_CLICK if funnel and head == "conversion" else BASE_RATE[head]
        prior = np.float32(math.log(rate / (1 - rate)))
        out[f"first_{head}.weight"] = np.zeros((v, 1), np.float32)
        out[f"pair_{head}.weight"] = np.ones((1, WIDTH), np.float32)
        out[f"numeric_{head}.weight"] = np.zeros((1, d), np.float32)
        out[f"numeric_{head}.bias"] = np.full((1,), prior, np.float32)
    return dict(sorted(out.items()))


def load_tensors(net: TargetingNet, tensors: Mapping[str, NDArray[np.float32]]) -> None:
    """Copy the weights into the network.

    Raises:
        InternalError: a name or a shape does not fit, or a value is not finite.
    """
    check_tensors(tensors_of(net), tensors)
    state = {name: torch.from_numpy(np.array(value, np.float32)) for name, value in tensors.items()}
    net.load_state_dict(state)


def check_tensors(
    expected: Mapping[str, NDArray[np.float32]], given: Mapping[str, NDArray[np.float32]]
) -> None:
    """Same names, same shapes, finite values.

    Raises:
        InternalError: they are not.
    """
    if set(expected) != set(given):
        raise InternalError("the tensors' names are not those of the model")
    for name, value in given.items():
        if value.shape != expected[name].shape:
            raise InternalError(f"{name} has shape {value.shape}, not {expected[name].shape}")
        if not np.isfinite(value).all():
            raise InternalError(f"{name} is not finite")


def tensors_of(net: TargetingNet) -> dict[str, NDArray[np.float32]]:
    """Copies of the network's weights, float32, by parameter name."""
    return {
        name: value.detach().cpu().numpy().astype(np.float32, copy=True)
        for name, value in sorted(net.state_dict().items())
    }


def trainable(spec: HasSizes, heads: Iterable[str]) -> tuple[str, ...]:
    """Names of the tensors that a plan with these heads trains, in order of name.

    A head without labels is frozen: its tensors neither move nor travel. The interaction
    vectors are shared and always train.

    Raises:
        InternalError: no head, or one that the model does not have.
    """
    wanted = set(heads)
    if not wanted or not wanted <= set(HEADS):
        raise InternalError(f"heads must be some of {HEADS}")
    frozen = tuple(f"_{head}." for head in HEADS if head not in wanted)
    return tuple(n for n in initial_tensors(spec) if not any(f in n for f in frozen))


def freeze(net: TargetingNet, names: Iterable[str]) -> None:
    """Let only the named parameters take gradients."""
    wanted = set(names)
    for name, parameter in net.named_parameters():
        parameter.requires_grad_(name in wanted)
