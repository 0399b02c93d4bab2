"""Pseudonyms of shoppers (keyed hash) and sealed bytes of refused rows, both under the shop's salt."""

from __future__ import annotations

import hmac
import os
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_MAX_CACHE = 500_000


class Pseudonyms:
    """HMAC-SHA256 of customer ids: the same person, the same key, in this shop only."""

    def __init__(self, salt: bytes) -> None:
        """Use the shop's salt, 32 bytes."""
        self._key = hmac.new(salt, b"hansa shopper", sha256).digest()
        self._cache: dict[str, str] = {}

    def __call__(self, customer_id: str) -> str:
        """32 hexadecimal digits."""
        found = self._cache.get(customer_id)
        if found is None:
            if len(self._cache) >= _MAX_CACHE:
                self._cache.clear()
            found = hmac.digest(self._key, customer_id.encode("utf-8"), "sha256").hex()[:32]
            self._cache[customer_id] = found
        return found


class Seal:
    """AES-256-GCM: a refused row may hold a customer's id, so it does not lie open."""

    def __init__(self, salt: bytes) -> None:
        """Derive the key from the shop's salt, 32 bytes."""
        self._aead = AESGCM(hmac.new(salt, b"hansa refused rows", sha256).digest())

    def close(self, raw: bytes) -> bytes:
        """Encrypt; 12 bytes of nonce in front."""
        nonce = os.urandom(12)
        return nonce + self._aead.encrypt(nonce, raw, None)

    def open(self, sealed: bytes) -> bytes:
        """Decrypt what `close` made.

        Raises:
            cryptography.exceptions.InvalidTag: another salt, or changed bytes.
        """
        return self._aead.decrypt(sealed[:12], sealed[12:], None)
