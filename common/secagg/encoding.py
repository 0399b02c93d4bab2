"""Codec: a merchant's clipped sum as whole numbers modulo 2^b, and the decoded sum of many."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.errors import InputError, TrainingError
from common.secagg.discrete import Ints, Source, gaussian
from common.secagg.masks import Words, dtype_of
from common.secagg.rotation import block_for, padded, rotate, unrotate
from common.secagg.shares import SLACK_FLOAT64, LeagueNoise, sensitivity, share_std

Floats = NDArray[np.float64]

#: 48 bits leave room in int64 for a sum, its noise and a wrong guess.
MIN_BITS, MAX_BITS = 16, 48
#: A merchant's radius, in clip norms; up to here the allowance for float arithmetic holds.
MAX_WEIGHT = 1 << 16
#: Rounding may enlarge the noise by so much of itself: wanted, and no more than.
WANTED_GROWTH = 2.0**-10
MAX_GROWTH = 2.0**-6
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Codec:
    """How a sum of gradients becomes whole numbers; all values are public and alike for all.

    Attributes:
        dimension: Values of a gradient, d.
        clip_norm: C, bound on one shopper's gradient.
        radius: Bound on one merchant's sum, in the same unit as C (at most 2^16 C).
        scale: Lattice units per unit of gradient, s.
        bits: The modulus is 2^bits; 16 to 48.
        block: Block of the random rotation, a power of two; 1 is none (`rotation.block_for`).
        seed: Public text that the rotation is made from; another one in every round.
    """

    dimension: int
    clip_norm: float
    radius: float
    scale: float
    bits: int
    block: int
    seed: str = ""

    def __post_init__(self) -> None:
        """Check the bounds."""
        if any(type(value) is not int for value in (self.dimension, self.bits, self.block)):
            raise ValueError("dimension, bits and block are whole numbers")
        if not (self.dimension >= 1 and MIN_BITS <= self.bits <= MAX_BITS):
            raise ValueError("dimension must be at least 1 and bits in 16..48")
        if self.block < 1 or self.block & (self.block - 1):
            raise ValueError("block must be a power of two")
        if not all(math.isfinite(x) and x > 0 for x in (self.clip_norm, self.radius, self.scale)):
            raise ValueError("clip_norm, radius and scale must be finite and above 0")
        if not self.clip_norm <= self.radius <= MAX_WEIGHT * self.clip_norm:
            raise ValueError("radius must be between clip_norm and 2^16 times clip_norm")

    @property
    def length(self) -> int:
        """Values that are sent: dimension, padded to whole blocks."""
        return padded(self.dimension, self.block)

    def encode(self, total: Floats) -> Ints:
        """The merchant's sum on the lattice, before noise; nothing random.

        Pulled back to the ball of `radius` (a projection on a convex set: no two sums get farther
        apart), rotated, scaled, rounded to the nearest whole number.

        Args:
            total: float64 [dimension], the sum of gradients of norm at most C.

        Returns:
            int64 [length].

        Raises:
            TrainingError: a value is infinite or NaN.
            ValueError: another shape or type.
        """
        if total.shape != (self.dimension,) or total.dtype != np.float64:
            raise ValueError("the sum must be float64 [dimension]")
        # np.sum adds pairwise: the norm is right to some 30 units in the last place
        norm = math.sqrt(float(np.sum(np.square(total))))
        if not math.isfinite(norm):
            raise TrainingError(
                "Training gave figures that are not finite, so nothing was encoded.",
                safe="Nothing was sent. What the ledger reserved for this round stays spent.",
                todo="Tell the operator: the learning rate of this run is too high for the data.",
            )
        inside = total if norm <= self.radius else total * (self.radius / norm)
        turned = rotate(inside, self.block, self.seed.encode())
        return np.rint(turned * self.scale).astype(np.int64)

    def modular(self, whole: Ints) -> Words:
        """Signed whole numbers modulo 2^bits: uint32 up to 32 bits, uint64 above; same shape."""
        return (whole & ((1 << self.bits) - 1)).astype(dtype_of(self.bits))

    def noised(self, total: Floats, noise: LeagueNoise, source: Source) -> Words:
        """What a merchant masks and sends: the encoded sum plus its share of the noise.

        Args:
            total: float64 [dimension].
            noise: The round's noise; it must be that of this codec.
            source: Cryptographic bytes (`discrete.system_source()`); only tests bring another.

        Raises:
            ValueError: noise and codec do not belong together.
        """
        own = (self.length, self.scale, self.clip_norm)
        if (noise.dimension, noise.scale, noise.clip_norm) != own:
            raise ValueError("the noise was made for another codec")
        return self.modular(self.encode(total) + gaussian(noise.share_std, self.length, source))

    def decode(self, total: Words) -> Floats:
        """The sum of merchants' vectors modulo 2^bits as a sum of gradients, float64 [dimension].

        Raises:
            ValueError: another shape.
        """
        if total.shape != (self.length,):
            raise ValueError("the sum has another length than the codec's")
        half = 1 << (self.bits - 1)
        whole = total.astype(np.int64) & ((1 << self.bits) - 1)
        centred = np.where(whole >= half, whole - (1 << self.bits), whole)
        values = centred.astype(np.float64) / self.scale
        return unrotate(values, self.block, self.seed.encode(), self.dimension)

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values, stable names."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Codec:
        """Inverse of `as_dict`.

        Raises:
            ValueError: a field is missing, unknown or out of bounds.
        """
        try:
            return cls(**raw)
        except TypeError as e:
            raise ValueError("not a codec") from e


@dataclass(frozen=True, slots=True)
class League:
    """What `choose` is asked for.

    Attributes:
        dimension: Values of a gradient.
        clip_norm: C.
        sigma: Noise multiplier that the sum must reach against the coordinator and f colluders.
        n_min: Survivors at the least.
        n_max: Merchants in a sum at the most.
        f: Colluders.
        weight: Bound on one merchant's sum in clip norms (shoppers that all pull one way).
        bits: Of the modulus.
        rotate: Whether sums are rotated; without, the scale must allow for one value with all.
        slack: Allowance for float arithmetic, relative to C (`shares.SLACK_FLOAT64`).
    """

    dimension: int
    clip_norm: float
    sigma: float
    n_min: int
    n_max: int
    f: int
    weight: float
    bits: int = 32
    rotate: bool = True
    slack: float = SLACK_FLOAT64


def choose(league: League, p_wrap: float = 2.0**-40, seed: str = "") -> tuple[Codec, LeagueNoise]:
    """The scale and the share of noise for a league.

    The scale is as large as rounding needs (it then enlarges the noise by 1 in 1024), or as the
    modulus allows: any value of the sum leaves -2^(b-1)..2^(b-1) with probability at most p_wrap
    in a round, whatever the merchants' rows are.

    Args:
        league: The league's public figures.
        p_wrap: Probability per round, over the rotation and the noise.
        seed: For the codec; replace it in every round.

    Raises:
        InputError: rounding would enlarge the noise by more than 1 in 64 at any allowed scale.
        ValueError: a figure is out of bounds.
    """
    if not 0 < p_wrap < 1:
        raise ValueError("p_wrap must be in (0, 1)")
    block = block_for(league.dimension) if league.rotate else 1
    size = padded(league.dimension, block)
    unit = math.sqrt(size) / league.clip_norm
    scale, limit = _short(unit / WANTED_GROWTH), 2 ** (league.bits - 1) - 1
    if reach(league, block, scale, p_wrap) > limit:
        scale = _largest(league, block, p_wrap, (unit / MAX_GROWTH, scale), limit)
    noise = LeagueNoise(
        share_std=_share(league, scale, size),
        n_min=league.n_min,
        n_max=league.n_max,
        f=league.f,
        dimension=size,
        scale=scale,
        clip_norm=league.clip_norm,
        slack=league.slack,
    )
    radius = league.weight * league.clip_norm
    codec = Codec(league.dimension, league.clip_norm, radius, scale, league.bits, block, seed)
    return codec, noise


def reach(league: League, block: int, scale: float, p_wrap: float) -> float:
    """How far from zero any value of the sum gets, but with probability p_wrap, in lattice units.

    A rotated value is sub-Gaussian with variance (s n R)^2 / block over the signs, each share with
    its own variance (Canonne, Kairouz, Steinke 2020), both independent; union over D values; every
    merchant's rounding adds at most one half. Without rotation s n R stands for the signal.
    """
    size = padded(league.dimension, block)
    tail = 2 * math.log(2 * size / p_wrap)
    noise = league.n_max * float(_share(league, scale, size)) ** 2
    signal = scale * league.n_max * league.weight * league.clip_norm
    spread = math.sqrt(tail * (signal**2 / block + noise))
    return min(spread, signal + math.sqrt(tail * noise)) + league.n_max / 2 + 1


def _share(league: League, scale: float, size: int) -> int:
    one = sensitivity(scale, league.clip_norm, size, league.slack)
    return share_std(league.sigma, one, league.n_min, league.f)


def _largest(
    league: League, block: int, p_wrap: float, between: tuple[float, float], limit: int
) -> float:
    """The largest scale within the modulus (`reach` grows with it), by bisection."""
    low, high = between
    if reach(league, block, _short(low), p_wrap) > limit:
        raise InputError(
            f"A modulus of {league.bits} bits is too small for this league: {league.n_max} "
            f"merchants of weight {league.weight:g} with noise {league.sigma:g} and "
            f"{league.dimension} values.",
            safe="No round was planned and nothing was sent.",
            todo="Plan more bits, smaller weights or fewer merchants in one sum.",
        )
    for _ in range(20):
        middle = math.sqrt(low * high)
        if reach(league, block, middle, p_wrap) > limit:
            high = middle
        else:
            low = middle
    return _short(low)


def _short(scale: float) -> float:
    """The scale with its first 8 binary digits only, rounded down: short and exact in a plan."""
    mantissa, exponent = math.frexp(scale)
    return math.ldexp(math.floor(mantissa * 256), exponent - 8)


def clipped_sum(rows: NDArray[np.floating], clip_norm: float) -> Floats:
    """The sum of rows, each scaled down to norm at most C, all in float64.

    Args:
        rows: [B, d], one shopper's gradient a row; B up to 2^16 within the float64 allowance.
        clip_norm: C.

    Returns:
        float64 [d].
    """
    total = np.zeros(rows.shape[1])
    # some rows at a time stay in the processor's cache
    step = max(1, _CHUNK // max(1, rows.shape[1]))
    for start in range(0, rows.shape[0], step):
        some = rows[start : start + step].astype(np.float64, copy=False)
        norms = np.sqrt(np.einsum("ij,ij->i", some, some))
        total += np.minimum(1.0, clip_norm / np.maximum(norms, np.finfo(np.float64).tiny)) @ some
    return total
