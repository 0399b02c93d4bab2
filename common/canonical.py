"""Canonical bytes: the one JSON form that is hashed and signed everywhere."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence

_TYPES = "canonical JSON takes str, int, float, bool, None, list and dict with str keys"
#: What needs no second look: the encoder itself refuses floats that are not finite.
_PLAIN = frozenset({str, int, bool, float, type(None)})
_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)


def canonical(value: object) -> bytes:
    """Bytes of a value that are equal exactly when the value is equal.

    UTF-8 JSON, keys sorted, no white space, floats by `repr` (shortest round trip,
    as in RFC 8785 for the range used here), NaN and infinities refused.

    Raises:
        ValueError: a float is not finite, or a value is of no JSON type.
    """
    _check(value)
    return _ENCODER.encode(value).encode("utf-8")


def digest(value: object) -> str:
    """SHA-256 of the canonical bytes, 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _check(value: object) -> None:
    # Exact types first: a ledger of 100,000 entries comes through here several times.
    if type(value) is dict:
        for key, item in value.items():
            if type(key) is not str:
                raise ValueError(_TYPES)
            if type(item) not in _PLAIN:
                _check(item)
        return
    if value is None or isinstance(value, str | bool | int):
        return
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("canonical JSON has no NaN and no infinity")
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise ValueError(_TYPES)
            _check(item)
        return
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        for item in value:
            _check(item)
        return
    raise ValueError(_TYPES)
