"""Shamir's secret sharing of 32-byte secrets over a prime field (Shamir 1979); pure."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

#: The smallest prime above 2**256, so that every 32-byte secret is one element of the field.
PRIME = 2**256 + 297
SECRET_BYTES = 32
SHARE_BYTES = 33


@dataclass(frozen=True, slots=True)
class Recovered:
    """A secret that fits, and the places whose shares do not lie on its polynomial."""

    secret: bytes
    wrong: tuple[int, ...]


def split(
    secret: bytes,
    places: Sequence[int],
    threshold: int,
    below: Callable[[int], int] = secrets.randbelow,
) -> dict[int, int]:
    """One share for every place; any `threshold` of them give the secret, fewer give nothing.

    Args:
        secret: 32 bytes.
        places: Where the polynomial is evaluated: different numbers from 1 on.
        threshold: How many shares give the secret: the polynomial's degree plus one.
        below: Uniform integer in [0, n) from a cryptographic generator; replaced only in tests.

    Raises:
        ValueError: the secret has another length, a place is 0 or twice there, or the threshold is
            not in 1..number of places.
    """
    if len(secret) != SECRET_BYTES:
        raise ValueError("a secret has 32 bytes")
    if len(set(places)) != len(places) or not all(0 < x < PRIME for x in places):
        raise ValueError("places are different numbers from 1 on")
    if not 1 <= threshold <= len(places):
        raise ValueError("the threshold is not in 1..number of shares")
    rising = [int.from_bytes(secret, "big"), *(below(PRIME) for _ in range(threshold - 1))]
    return {x: _horner(rising, x) for x in places}


def join(shares: Mapping[int, int]) -> bytes:
    """The secret whose polynomial goes through all these shares (as many as the threshold).

    Raises:
        ValueError: no shares, or they belong to no 32-byte secret: at least one is wrong.
    """
    places = tuple(sorted(shares))
    if not places:
        raise ValueError("there are no shares")
    value = _at(shares, places, 0)
    if value >= 1 << (8 * SECRET_BYTES):
        raise ValueError("the shares belong to no secret")
    return value.to_bytes(SECRET_BYTES, "big")


def recover(
    shares: Mapping[int, int], threshold: int, fits: Callable[[bytes], bool]
) -> Recovered | None:
    """The secret that `fits`, tried from several choices of shares; None if no choice gives it.

    One wrong share is always found out when there is one share to spare; several are found by
    luck of the windows. Whoever's share is off the found polynomial is named.
    """
    places = tuple(sorted(shares))
    for chosen in _choices(places, threshold):
        try:
            secret = join({x: shares[x] for x in chosen})
        except ValueError:
            continue
        if fits(secret):
            wrong = tuple(x for x in places if _at(shares, chosen, x) != shares[x] % PRIME)
            return Recovered(secret, wrong)
    return None


def share_to_bytes(share: int) -> bytes:
    """33 bytes, big-endian."""
    return share.to_bytes(SHARE_BYTES, "big")


def share_from_bytes(raw: bytes) -> int:
    """Inverse of `share_to_bytes`.

    Raises:
        ValueError: not 33 bytes of an element of the field.
    """
    value = int.from_bytes(raw, "big")
    if len(raw) != SHARE_BYTES or value >= PRIME:
        raise ValueError("not a share")
    return value


def _horner(rising: Sequence[int], x: int) -> int:
    value = 0
    for coefficient in reversed(rising):
        value = (value * x + coefficient) % PRIME
    return value


def _at(shares: Mapping[int, int], places: tuple[int, ...], x: int) -> int:
    """The polynomial through these places, at x."""
    if x in places:
        return shares[x] % PRIME
    weights = _weights(places, x)
    return sum(w * shares[p] for w, p in zip(weights, places, strict=True)) % PRIME


@lru_cache(maxsize=256)
def _weights(places: tuple[int, ...], x: int) -> tuple[int, ...]:
    """Lagrange's weights at x. Cached: the secrets of one round are read at the same places."""
    weights = []
    for i in places:
        above, below = 1, 1
        for j in places:
            if j != i:
                above, below = above * (x - j) % PRIME, below * (i - j) % PRIME
        weights.append(above * pow(below, -1, PRIME) % PRIME)
    return tuple(weights)


def _choices(places: tuple[int, ...], threshold: int) -> Iterator[tuple[int, ...]]:
    """Which shares to try: the first ones, then without each one, then every window of the ring."""
    if not 1 <= threshold <= len(places):
        return
    tried: set[tuple[int, ...]] = set()
    leave_one = [tuple(x for x in places if x != out)[:threshold] for out in places]
    ring = places + places
    windows = [tuple(sorted(ring[i : i + threshold])) for i in range(len(places))]
    for chosen in [places[:threshold], *leave_one, *windows]:
        if len(chosen) == threshold and chosen not in tried:
            tried.add(chosen)
            yield chosen
