"""Keys between two merchants: X25519, HKDF-SHA256, shares sealed with AES-256-GCM; pure."""

from __future__ import annotations

import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from common.canonical import canonical

KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
#: What sealing adds to a text.
SEAL_BYTES = _NONCE_BYTES + _TAG_BYTES
_FIELD = 2**255 - 19
_DOMAIN = "hansa-secagg-v1"


def new_secret() -> bytes:
    """32 bytes from the system's generator: a private X25519 key, or a seed."""
    return os.urandom(KEY_BYTES)


def public_of(private: bytes) -> bytes:
    """The public X25519 key of a private one (RFC 7748)."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def is_public(raw: bytes) -> bool:
    """Whether it is a public key in its one canonical form.

    X25519 takes several encodings of one key; two spellings of one key must not pass as two keys.
    """
    return len(raw) == KEY_BYTES and int.from_bytes(raw, "little") < _FIELD


def agree(private: bytes, public: bytes) -> bytes:
    """What both sides and nobody else can compute.

    Raises:
        ValueError: the other side's key is of small order: the secret would be known to everybody.
    """
    key = X25519PrivateKey.from_private_bytes(private)
    return key.exchange(X25519PublicKey.from_public_bytes(public))


def pair_mask_key(shared: bytes, task: str, one: str, other: str) -> bytes:
    """Key of the mask between two merchants: the same from both sides, new in every attempt."""
    return _derive(shared, task, "pair-mask", *sorted((one, other)))


def self_mask_key(seed: bytes, task: str, merchant: str) -> bytes:
    """Key of a merchant's own mask."""
    return _derive(seed, task, "self-mask", merchant)


def commitment(seed: bytes, task: str, merchant: str) -> str:
    """What shows later that a rebuilt seed is the right one; says nothing about 256 random bits."""
    return hashlib.sha256(canonical([_DOMAIN, "seed", task, merchant, seed.hex()])).hexdigest()


def seal(shared: bytes, text: bytes, task: str, keys: str, sender: str, receiver: str) -> bytes:
    """A text that only the receiver can open, and only under the same task and key list."""
    nonce = os.urandom(_NONCE_BYTES)
    bound = canonical([_DOMAIN, task, keys, sender, receiver])
    key = _derive(shared, task, "share", sender, receiver)
    return nonce + AESGCM(key).encrypt(nonce, text, bound)


def unseal(shared: bytes, box: bytes, task: str, keys: str, sender: str, receiver: str) -> bytes:
    """Inverse of `seal`.

    Raises:
        ValueError: it was changed, or sealed for another task, key list, sender or receiver.
    """
    bound = canonical([_DOMAIN, task, keys, sender, receiver])
    key = _derive(shared, task, "share", sender, receiver)
    try:
        return AESGCM(key).decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], bound)
    except (InvalidTag, ValueError) as e:
        raise ValueError("the sealed share does not open") from e


def _derive(secret: bytes, task: str, *purpose: str) -> bytes:
    """32 bytes for one purpose of one attempt (RFC 5869)."""
    info = canonical([_DOMAIN, *purpose])
    salt = bytes.fromhex(task)
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=salt, info=info).derive(secret)
