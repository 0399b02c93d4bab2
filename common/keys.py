"""Ed25519 identities: sign, verify, fingerprints (RFC 8032)."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from common.errors import InputError


@dataclass(frozen=True, slots=True)
class PublicIdentity:
    """What the other side knows: 32 bytes of public key."""

    raw: bytes

    @classmethod
    def from_hex(cls, text: str) -> PublicIdentity:
        """Read 64 hexadecimal digits.

        Raises:
            InputError: it is not 32 bytes in hexadecimal.
        """
        try:
            raw = bytes.fromhex(text.strip())
        except ValueError:
            raw = b""
        if len(raw) != 32:
            raise InputError(
                "This is not a public key: 64 hexadecimal digits are expected.",
                todo="Copy the key again from the other side.",
            )
        return cls(raw)

    @property
    def hex(self) -> str:
        """64 hexadecimal digits."""
        return self.raw.hex()

    @property
    def fingerprint(self) -> str:
        """First 16 bytes of the key's SHA-256, 32 hexadecimal digits."""
        return hashlib.sha256(self.raw).hexdigest()[:32]

    def verify(self, message: bytes, signature_hex: str) -> bool:
        """True exactly when the signature over the message is this identity's."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(
                bytes.fromhex(signature_hex), message
            )
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Identity:
    """A private key. Its file is 0600 and never leaves the machine."""

    _key: Ed25519PrivateKey

    @classmethod
    def generate(cls) -> Identity:
        """A new identity from the system's generator."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def load(cls, path: Path) -> Identity:
        """Read a PEM file.

        Raises:
            InputError: the file is missing or is not an Ed25519 private key.
        """
        try:
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except (OSError, ValueError) as e:
            raise InputError(
                "The identity key cannot be read.",
                where=str(path),
                safe="Nothing was signed or sent.",
                todo="Restore the file from a backup, or start a new shop folder with 'hansa init'.",
            ) from e
        if not isinstance(key, Ed25519PrivateKey):
            raise InputError("The identity key is not an Ed25519 key.", where=str(path))
        return cls(key)

    @classmethod
    def load_or_create(cls, path: Path) -> Identity:
        """Read the file, or make it (mode 0600) if it is not there."""
        if path.exists():
            return cls.load(path)
        new = cls.generate()
        new.save(path)
        return new

    def save(self, path: Path) -> None:
        """Write the PEM file with mode 0600; never replaces a file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        pem = self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "wb") as f:
            f.write(pem)

    @property
    def public(self) -> PublicIdentity:
        """The public half."""
        raw = self._key.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )
        return PublicIdentity(raw)

    def sign(self, message: bytes) -> str:
        """Signature, 128 hexadecimal digits."""
        return self._key.sign(message).hex()
