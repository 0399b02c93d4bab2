"""Objects that travel inside of Flower's own calls, as fields that its protocol does not know and skips.

A message of Flower is a tree of objects, each pushed and pulled by a request of its own: 9 requests
for a node to get one small message and to answer it. With everything inside there are two.
Who does not know these fields (Flower's own node, an older release) goes the long way and works all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flwr.proto.message_pb2 import PushObjectRequest
from google.protobuf.unknown_fields import UnknownFieldSet  # type: ignore[import-untyped]

#: Far above Flower's own numbers, and outside of those that protobuf keeps for itself.
_OBJECT, _WAIT_MS = 15_001, 15_002
#: More than this goes the long way, in requests of bounded size.
MAX_CARRIED_BYTES = 16 * 1024 * 1024


def put(message: Any, objects: Mapping[str, bytes]) -> bool:
    """Add objects to a request or a response; False if they are too large together."""
    if sum(map(len, objects.values())) > MAX_CARRIED_BYTES:
        return False
    for name, content in objects.items():
        one = PushObjectRequest(object_id=name, object_content=content).SerializeToString()
        message.MergeFromString(_varint(_OBJECT << 3 | 2) + _varint(len(one)) + one)
    return True


def take(message: Any) -> dict[str, bytes]:
    """The objects that a request or a response carries.

    Raises:
        ValueError: what is in their place is none.
    """
    found: dict[str, bytes] = {}
    for field in UnknownFieldSet(message):
        if field.field_number == _OBJECT and isinstance(field.data, bytes):
            try:
                one = PushObjectRequest.FromString(field.data)
            except Exception as e:  # protobuf's own error has no public home
                raise ValueError("not an object") from e
            found[one.object_id] = one.object_content
    return found


def ask_to_wait(request: Any, seconds: float) -> None:
    """Say that the answer may come later and carry objects."""
    request.MergeFromString(_varint(_WAIT_MS << 3) + _varint(round(seconds * 1000)))


def waits(request: Any) -> float | None:
    """So many seconds the other side waits for an answer that carries objects; None if it knows neither."""
    for field in UnknownFieldSet(request):
        if field.field_number == _WAIT_MS and isinstance(field.data, int):
            return field.data / 1000
    return None


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])
