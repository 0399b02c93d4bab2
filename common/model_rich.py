"""RichNet: the targeting model's second version, parts switchable, row-wise and Opacus-sound."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from common.errors import InternalError
from common.model import BASE_GIVEN_CLICK, BASE_RATE, HEADS, HasSizes
from common.model_parts import AttentionHistory, Cross, DotHistory, entire_space

HISTORIES = ("none", "dot", "attention")
VECTOR_STD = 0.1


@dataclass(frozen=True)
class RichConfig:
    """Which parts the model has, and public constants of how strongly each acts.

    Under clipping and noise a gain decides how much of a shopper's bounded gradient goes where:
    a weight behind gain g moves g^2 as far by the signal and g as far by the noise.

    Attributes:
        first_gain: One for each of the F id columns; () = all 1.
        numeric_gain: One for each of the D numeric columns; () = all `numeric_default`.
        numeric_default: See above.
        numeric_prior: Log-odds between the lowest and the highest value of each number before any
            training; () = all 0. Common sense, never fitted: whoever bought lately and often is
            likelier to buy (equal weights do well, Dawes 1979).
        pairs: Whether there is a factorisation machine.
        vector_gain: Of the interaction vectors.
        width: E of interaction and event vectors.
        history: "none", "dot" or "attention".
        history_gain: Of the events' vectors.
        target: Places of the id columns that describe the candidate; they meet the past.
        hidden: Width of the attention's network.
        cross: Whether numbers meet each other in one DCN-v2 layer.
        cross_gain: Of its output.
        clicks: Whether clicks are recorded: then the conversion head is p(conversion given click)
            times p(click), else it is direct.
    """

    first_gain: tuple[float, ...] = ()
    numeric_gain: tuple[float, ...] = ()
    numeric_default: float = 4.0
    numeric_prior: tuple[float, ...] = ()
    pairs: bool = True
    vector_gain: float = 0.3
    width: int = 4
    history: str = "none"
    history_gain: float = 1.0
    target: tuple[int, ...] = ()
    hidden: int = 4
    cross: bool = False
    cross_gain: float = 1.0
    clicks: bool = False

    def __post_init__(self) -> None:
        """Refuse what is no model.

        Raises:
            InternalError: an unknown history, a strange size or gain, a past without a candidate.
        """
        gains = (*self.first_gain, *self.numeric_gain, self.numeric_default)
        gains += (self.vector_gain, self.history_gain, self.cross_gain)
        sound = self.history in HISTORIES and 1 <= self.width <= 64 and 1 <= self.hidden <= 64
        sound &= all(math.isfinite(g) and g >= 0 for g in gains)
        if not sound or (self.history != "none" and not self.target):
            raise InternalError("no such model")


class Head(nn.Module):
    """What one outcome has for itself: first order terms and the weights of every part.

    Args:
        sizes: V and D.
        config: Which parts.
    """

    def __init__(self, sizes: HasSizes, config: RichConfig) -> None:
        super().__init__()
        self.first = nn.Embedding(sizes.n_ids, 1)
        self.numeric = nn.Linear(sizes.n_numeric, 1)
        self.parts = nn.ModuleDict()
        if config.pairs:
            self.parts["pairs"] = nn.Linear(config.width, 1, bias=False)
        if config.history != "none":
            self.parts["past"] = nn.Linear(2 * config.width, 1, bias=False)
        if config.cross:
            self.parts["cross"] = nn.Linear(sizes.n_numeric, 1, bias=False)

    def forward(
        self, ids: Tensor, gain: Tensor, numeric: Tensor, seen: dict[str, Tensor]
    ) -> Tensor:
        """Log-odds [...]; `seen` has what each part of the body says, by its name."""
        out = (self.first(ids).squeeze(-1) * gain).sum(-1, keepdim=True) + self.numeric(numeric)
        for name, part in self.parts.items():
            out = out + part(seen[name])
        return cast(Tensor, out.squeeze(-1))


class RichNet(nn.Module):
    """First order terms, a factorisation machine, the past and crosses; one or two heads.

    Every layer works on its row alone and is one that Opacus' hooks take apart soundly:
    `nn.Embedding` without padding, looked up once for all ids of a row, and `nn.Linear`.

    Args:
        sizes: V and D of the features.
        n_events: Rows of the events' id table; not used where there is no history.
        config: Which parts.
    """

    first_gain: Tensor
    numeric_gain: Tensor

    def __init__(self, sizes: HasSizes, n_events: int, config: RichConfig, n_columns: int) -> None:
        super().__init__()
        self.config = config
        first = config.first_gain or (1.0,) * n_columns
        numeric = config.numeric_gain or (config.numeric_default,) * sizes.n_numeric
        if len(first) != n_columns or len(numeric) != sizes.n_numeric:
            raise InternalError("gains do not fit the columns")
        self.register_buffer("first_gain", torch.tensor(first), persistent=False)
        self.register_buffer("numeric_gain", torch.tensor(numeric), persistent=False)
        if config.pairs or config.history != "none":
            self.vectors = nn.Embedding(sizes.n_ids, config.width)
        if config.history == "dot":
            self.past: DotHistory = DotHistory(n_events, config.width, config.history_gain)
        if config.history == "attention":
            self.past = AttentionHistory(n_events, config.width, config.history_gain, config.hidden)
        if config.cross:
            self.cross = Cross(sizes.n_numeric)
        wanted = HEADS if config.clicks else HEADS[-1:]
        self.heads = nn.ModuleDict({head: Head(sizes, config) for head in wanted})

    def forward(
        self,
        ids: Tensor,
        numeric: Tensor,
        events: Tensor | None = None,
        events_mask: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """Log-odds [...] of each outcome that the model has, over all impressions.

        Args:
            ids: int64 [..., F], offset into the one table of V rows.
            numeric: float32 [..., D].
            events: int64 [..., L, H]; needed where there is a history.
            events_mask: float32 [..., L]; 1 where there is an event.

        Raises:
            InternalError: the model looks at the past and was given none.
        """
        numeric = self.numeric_gain * numeric
        seen = self._body(ids, numeric, events, events_mask)
        out = {name: head(ids, self.first_gain, numeric, seen) for name, head in self.heads.items()}
        if self.config.clicks:
            out["conversion"] = entire_space(out["click"], out["conversion"])
        return out

    def _body(
        self, ids: Tensor, numeric: Tensor, events: Tensor | None, mask: Tensor | None
    ) -> dict[str, Tensor]:
        config, seen = self.config, {}
        if config.pairs or config.history != "none":
            raw = self.vectors(ids)
        if config.pairs:
            vectors = config.vector_gain * raw
            whole = vectors.sum(-2)
            # sum over pairs i<j of v_i*v_j (Rendle 2010), kept per component: [..., E]
            seen["pairs"] = 0.5 * (whole * whole - (vectors * vectors).sum(-2))
        if config.history != "none":
            if events is None or mask is None:
                raise InternalError("this model needs the shopper's past")
            target = raw[..., list(config.target), :].sum(-2)
            seen["past"] = self.past(target, events, mask)
        if config.cross:
            seen["cross"] = config.cross_gain * self.cross(numeric)
        return seen


def build_rich(sizes: HasSizes, n_columns: int, n_events: int, config: RichConfig) -> RichNet:
    """The network with its public initial weights.

    Args:
        sizes: V and D of the features.
        n_columns: F.
        n_events: Rows of the events' id table; 0 where there is no history.
        config: Which parts.
    """
    net = RichNet(sizes, n_events, config, n_columns)
    state = {n: torch.from_numpy(v) for n, v in initial_rich(net).items()}
    net.load_state_dict(state)
    return net


def initial_rich(net: RichNet, seed: int = 0) -> dict[str, NDArray[np.float32]]:
    """Weights before any training: public, equal on every machine for the same seed.

    First order and numeric weights 0, biases from public base rates, tables of vectors and layers
    inside a part small and random (one NumPy PCG64 stream in the order of names), the last weights
    of pairs and past 1, of crosses 0 or else their inputs would never move.
    """
    rng = np.random.default_rng(seed)
    out: dict[str, NDArray[np.float32]] = {}
    for name, value in sorted(net.state_dict().items()):
        shape = tuple(value.shape)
        if name.endswith("numeric.bias"):
            out[name] = np.full(shape, _prior(name, net.config), np.float32)
        elif name.endswith("numeric.weight") and net.config.numeric_prior:
            out[name] = _start(net).reshape(shape)
        elif ".first." in name or name.endswith((".numeric.weight", "bias")):
            out[name] = np.zeros(shape, np.float32)
        elif ".parts." in name:
            out[name] = np.ones(shape, np.float32)
        elif name.endswith(("mix.weight",)):
            out[name] = np.zeros(shape, np.float32)
        else:
            out[name] = rng.standard_normal(shape).astype(np.float32) * np.float32(VECTOR_STD)
    return out


def _start(net: RichNet) -> NDArray[np.float32]:
    gain = net.numeric_gain.numpy()
    prior = np.array(net.config.numeric_prior, np.float32)
    if len(prior) != len(gain):
        raise InternalError("priors do not fit the columns")
    out = np.zeros_like(prior)
    np.divide(prior, gain, out=out, where=gain > 0)
    return out


def _prior(name: str, config: RichConfig) -> float:
    rate = BASE_RATE["click"] if ".click." in name else BASE_RATE["conversion"]
    if config.clicks and ".conversion." in name:
        rate = BASE_GIVEN_CLICK
    return math.log(rate / (1 - rate))


def n_weights(net: RichNet) -> int:
    """How many weights a plan would train and every sum would carry."""
    return sum(p.numel() for p in net.parameters())
