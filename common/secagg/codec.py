"""Messages of a secure sum as bytes and back: a canonical JSON header and the vector; strict, bounded."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from typing import Any

from common.canonical import canonical
from common.heads import is_digest
from common.secagg.agreement import KEY_BYTES, SEAL_BYTES, is_public
from common.secagg.messages import (
    AdvertiseKeys,
    Confirmation,
    KeyList,
    MaskedSum,
    Message,
    ShareKeys,
    ShareList,
    Statement,
    SurvivorList,
    SurvivorProof,
    Unmask,
)
from common.secagg.roster import MAX_MERCHANTS
from common.secagg.shamir import SHARE_BYTES

#: 1024 merchants' statements and shares stay below this.
MAX_HEADER_BYTES = 1 << 20
MAX_VECTOR_BYTES = 1 << 29
#: A sealed pair of shares: of the self-mask's seed and of the mask key.
SEALED_BYTES = 2 * SHARE_BYTES + SEAL_BYTES
_SIGNATURE_BYTES = 64


def pack(message: Message) -> tuple[bytes, bytes]:
    """Header and vector (empty in all messages but MaskedSum) for the wire."""
    body = canonical({"kind": _KINDS[type(message)], **as_dict(message)})
    return body, message.vector if isinstance(message, MaskedSum) else b""


def unpack(header: bytes, vector: bytes = b"") -> Message:
    """Inverse of `pack`; the form is checked, no signature is.

    Raises:
        ValueError: anything is missing, unknown, too large, of another type or not canonical.
    """
    if len(header) > MAX_HEADER_BYTES or len(vector) > MAX_VECTOR_BYTES:
        raise ValueError("the message is too large")
    try:
        raw = json.loads(header)
    except (RecursionError, UnicodeDecodeError) as e:
        raise ValueError("the message is no JSON text") from e
    if not isinstance(raw, dict) or canonical(raw) != header:
        raise ValueError("the message is not canonical JSON")
    kind = raw.pop("kind", None)
    if not isinstance(kind, str) or kind not in _READERS:
        raise ValueError("the message is of no known kind")
    if bool(vector) != (kind == "masked-sum"):
        raise ValueError("a vector belongs to a masked sum and to nothing else")
    return from_dict(kind, raw, vector)


def as_dict(message: Message) -> dict[str, Any]:
    """Plain JSON values of a message, without its kind and its vector."""
    match message:
        case AdvertiseKeys():
            return {"task": message.task, "keys": _keys_row(message)}
        case KeyList():
            return {"task": message.task, "keys": [_keys_row(k) for k in message.keys]}
        case ShareKeys(task, commitment, sealed, statement):
            own = {"commitment": commitment, "statement": _row(statement)}
            return {"task": task, "sealed": _pairs(sealed), **own}
        case ShareList(task, sharers, sealed):
            return {"task": task, "sharers": _rows(sharers), "sealed": _pairs(sealed)}
        case MaskedSum(task, _, statement) | Confirmation(task, statement):
            return {"task": task, "statement": _row(statement)}
        case SurvivorList(task, survivors, dropped):
            return {"task": task, "survivors": _rows(survivors), "dropped": list(dropped)}
        case SurvivorProof(task, survivors_digest, confirmations):
            rows = _rows(confirmations)
            return {"task": task, "survivors": survivors_digest, "confirmations": rows}
        case Unmask(task, seeds, mask_keys, statement):
            shares = {"seeds": _pairs(seeds), "mask_keys": _pairs(mask_keys)}
            return {"task": task, **shares, "statement": _row(statement)}


def from_dict(kind: str, raw: Mapping[str, Any], vector: bytes = b"") -> Message:
    """Inverse of `as_dict`.

    Raises:
        ValueError: a field is missing, unknown, out of bounds or of the wrong type.
    """
    names, read = _READERS[kind]
    if set(raw) != names:
        raise ValueError("the message's fields are not those of the protocol")
    _digest(raw["task"])
    return read(raw, vector)


def _read_keys(raw: Mapping[str, Any], _: bytes) -> AdvertiseKeys:
    return _keys(raw["task"], raw["keys"])


def _read_key_list(raw: Mapping[str, Any], _: bytes) -> KeyList:
    return KeyList(raw["task"], tuple(_keys(raw["task"], k) for k in _list(raw["keys"])))


def _read_shares(raw: Mapping[str, Any], _: bytes) -> ShareKeys:
    sealed = _read_pairs(raw["sealed"], SEALED_BYTES)
    own = _digest(raw["commitment"]), sealed, _statement(raw["statement"])
    return ShareKeys(raw["task"], *own)


def _read_share_list(raw: Mapping[str, Any], _: bytes) -> ShareList:
    sealed = _read_pairs(raw["sealed"], SEALED_BYTES)
    return ShareList(raw["task"], _statements(raw["sharers"]), sealed)


def _read_masked(raw: Mapping[str, Any], vector: bytes) -> MaskedSum:
    return MaskedSum(raw["task"], vector, _statement(raw["statement"]))


def _read_survivors(raw: Mapping[str, Any], _: bytes) -> SurvivorList:
    dropped = tuple(_name(m) for m in _list(raw["dropped"]))
    return SurvivorList(raw["task"], _statements(raw["survivors"]), dropped)


def _read_confirmation(raw: Mapping[str, Any], _: bytes) -> Confirmation:
    return Confirmation(raw["task"], _statement(raw["statement"]))


def _read_proof(raw: Mapping[str, Any], _: bytes) -> SurvivorProof:
    confirmations = _statements(raw["confirmations"])
    return SurvivorProof(raw["task"], _digest(raw["survivors"]), confirmations)


def _read_unmask(raw: Mapping[str, Any], _: bytes) -> Unmask:
    seeds, keys = (_read_pairs(raw[n], SHARE_BYTES) for n in ("seeds", "mask_keys"))
    return Unmask(raw["task"], seeds, keys, _statement(raw["statement"]))


_Reader = Callable[[Mapping[str, Any], bytes], Message]
_READERS: dict[str, tuple[set[str], _Reader]] = {
    "advertise-keys": ({"task", "keys"}, _read_keys),
    "key-list": ({"task", "keys"}, _read_key_list),
    "share-keys": ({"task", "commitment", "sealed", "statement"}, _read_shares),
    "share-list": ({"task", "sharers", "sealed"}, _read_share_list),
    "masked-sum": ({"task", "statement"}, _read_masked),
    "survivor-list": ({"task", "survivors", "dropped"}, _read_survivors),
    "confirmation": ({"task", "statement"}, _read_confirmation),
    "survivor-proof": ({"task", "survivors", "confirmations"}, _read_proof),
    "unmask": ({"task", "seeds", "mask_keys", "statement"}, _read_unmask),
}
_KINDS: dict[type, str] = {
    AdvertiseKeys: "advertise-keys",
    KeyList: "key-list",
    ShareKeys: "share-keys",
    ShareList: "share-list",
    MaskedSum: "masked-sum",
    SurvivorList: "survivor-list",
    Confirmation: "confirmation",
    SurvivorProof: "survivor-proof",
    Unmask: "unmask",
}


def _keys_row(keys: AdvertiseKeys) -> list[str]:
    return [_text(keys.seal_key), _text(keys.mask_key), *_row(keys.statement)]


def _keys(task: str, row: object) -> AdvertiseKeys:
    if not isinstance(row, list) or len(row) != 5:
        raise ValueError("not a merchant's round keys")
    seal, mask = _bytes(row[0], KEY_BYTES), _bytes(row[1], KEY_BYTES)
    if not is_public(seal) or not is_public(mask):
        raise ValueError("not a public key")
    return AdvertiseKeys(task, seal, mask, _statement(row[2:]))


def _row(statement: Statement) -> list[str]:
    """[fingerprint, content, signature]; bytes in base64, half the size of hexadecimal digits."""
    content = _text(bytes.fromhex(statement.content))
    return [statement.merchant, content, _text(bytes.fromhex(statement.signature))]


def _rows(statements: tuple[Statement, ...]) -> list[list[str]]:
    return [_row(s) for s in statements]


def _statement(row: object) -> Statement:
    if not isinstance(row, list) or len(row) != 3:
        raise ValueError("not a statement")
    content = _bytes(row[1], 32).hex() if row[1] != "" else ""
    return Statement(_name(row[0]), content, _bytes(row[2], _SIGNATURE_BYTES).hex())


def _statements(rows: object) -> tuple[Statement, ...]:
    return tuple(_statement(r) for r in _list(rows))


def _pairs(pairs: tuple[tuple[str, bytes], ...]) -> list[list[str]]:
    return [[name, _text(raw)] for name, raw in pairs]


def _read_pairs(rows: object, size: int) -> tuple[tuple[str, bytes], ...]:
    pairs = []
    for row in _list(rows):
        if not isinstance(row, list) or len(row) != 2:
            raise ValueError("not a merchant's share")
        pairs.append((_name(row[0]), _bytes(row[1], size)))
    return tuple(pairs)


def _list(value: object) -> list[object]:
    if not isinstance(value, list) or len(value) > MAX_MERCHANTS:
        raise ValueError("not a list of merchants")
    return value


def _name(value: object) -> str:
    if not isinstance(value, str) or len(value) != 32 or not set(value) <= set("0123456789abcdef"):
        raise ValueError("not a fingerprint")
    return value


def _digest(value: object) -> str:
    if not isinstance(value, str) or not is_digest(value):
        raise ValueError("not a digest")
    return value


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _bytes(value: object, size: int) -> bytes:
    if not isinstance(value, str) or len(value) > 4 * (size // 3 + 1):
        raise ValueError("not bytes in base64")
    try:
        raw = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as e:
        raise ValueError("not bytes in base64") from e
    if len(raw) != size or _text(raw) != value:
        raise ValueError("bytes of another size than the protocol's")
    return raw
