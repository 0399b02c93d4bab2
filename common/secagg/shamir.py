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
_TOP = 1 << (8 * SECRET_BYTES)


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
    if value >= _TOP:
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
        rising = _newton(shares, chosen)
        value = _value(chosen, rising, 0)
        if value < _TOP and fits(value.to_bytes(SECRET_BYTES, "big")):
            wrong = (x for x in places if _value(chosen, rising, x) != shares[x] % PRIME)
            return Recovered(value.to_bytes(SECRET_BYTES, "big"), tuple(wrong))
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


def _at(shares: Mapping[int, int], places: Sequence[int], x: int) -> int:
    """The polynomial through these places, at x."""
    return _value(places, _newton(shares, places), x)


def _newton(shares: Mapping[int, int], places: Sequence[int]) -> list[int]:
    """Newton's divided differences of the polynomial through these places."""
    rising = [shares[x] % PRIME for x in places]
    for level in range(1, len(places)):
        for i in range(len(places) - 1, level - 1, -1):
            slope = _inverse(places[i] - places[i - level])
            rising[i] = (rising[i] - rising[i - 1]) * slope % PRIME
    return rising


def _value(places: Sequence[int], rising: Sequence[int], x: int) -> int:
    """Newton's polynomial at x, by Horner's rule."""
    value = 0
    for place, coefficient in zip(reversed(places), reversed(rising), strict=True):
        value = (value * (x - place) + coefficient) % PRIME
    return value


@lru_cache(maxsize=4096)
def _inverse(difference: int) -> int:
    """Places are small numbers, and so are the differences that have to be inverted."""
    return pow(difference, -1, PRIME)


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
