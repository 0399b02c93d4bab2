"""The messages of a secure sum, as frozen values; what is signed in each of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from common.canonical import canonical, digest
from common.keys import Identity, PublicIdentity


class Stage(StrEnum):
    """Where a secure sum stands. Every stage has one message up and one down."""

    KEYS = "keys"
    SHARES = "shares"
    MASKED = "masked"
    CONFIRM = "confirm"
    UNMASK = "unmask"
    DONE = "done"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Statement:
    """What one merchant signs at one stage: that it saw `on`, and says `content`.

    Attributes:
        merchant: Fingerprint.
        content: SHA-256 of what it sent at this stage.
        signature: Ed25519 over the stage, the task, `on` (the digest of the list that the
            coordinator showed it before) and the content.
    """

    merchant: str
    content: str
    signature: str

    @classmethod
    def sign(cls, identity: Identity, stage: Stage, task: str, on: str, content: str) -> Statement:
        """The statement of this identity."""
        merchant = identity.public.fingerprint
        signature = identity.sign(_signed(stage, task, on, merchant, content))
        return cls(merchant, content, signature)

    def holds(self, key: PublicIdentity, stage: Stage, task: str, on: str) -> bool:
        """Whether this key signed exactly that, about the same list."""
        message = _signed(stage, task, on, self.merchant, self.content)
        return key.fingerprint == self.merchant and key.verify(message, self.signature)


def _signed(stage: Stage, task: str, on: str, merchant: str, content: str) -> bytes:
    told = {"stage": stage, "task": task, "on": on, "merchant": merchant, "content": content}
    return b"hansa-secagg-v1\n" + canonical(told)


@dataclass(frozen=True, slots=True)
class AdvertiseKeys:
    """Merchant -> coordinator: this attempt's two X25519 keys, signed over task and roster.

    Attributes:
        task: Digest of the SumTask.
        seal_key: Seals shares; 32 bytes.
        mask_key: Makes the pairwise masks; 32 bytes. Rebuilt by others if the merchant drops out.
        statement: On the roster's digest; content = `keys_content`.
    """

    task: str
    seal_key: bytes
    mask_key: bytes
    statement: Statement

    @property
    def merchant(self) -> str:
        """Fingerprint."""
        return self.statement.merchant


def keys_content(seal_key: bytes, mask_key: bytes) -> str:
    """What an AdvertiseKeys says."""
    return digest([seal_key.hex(), mask_key.hex()])


@dataclass(frozen=True, slots=True)
class KeyList:
    """Coordinator -> all: who takes part, in order of fingerprint."""

    task: str
    keys: tuple[AdvertiseKeys, ...]

    def digest(self) -> str:
        """What everybody signs in the next stage: that all saw the same list."""
        rows = [[k.merchant, k.seal_key.hex(), k.mask_key.hex()] for k in self.keys]
        return digest({"keys": rows, "task": self.task})


@dataclass(frozen=True, slots=True)
class ShareKeys:
    """Merchant -> coordinator: shares of its two secrets, sealed for each neighbour.

    Attributes:
        task: Digest of the SumTask.
        commitment: Shows that a rebuilt seed is the right one.
        sealed: (neighbour, sealed shares), in order of fingerprint.
        statement: On the key list's digest; content = `shares_content`.
    """

    task: str
    commitment: str
    sealed: tuple[tuple[str, bytes], ...]
    statement: Statement

    @property
    def merchant(self) -> str:
        """Fingerprint."""
        return self.statement.merchant


def shares_content(commitment: str, sealed: tuple[tuple[str, bytes], ...]) -> str:
    """What a ShareKeys says."""
    return digest([commitment, [[to, hashlib.sha256(box).hexdigest()] for to, box in sealed]])


@dataclass(frozen=True, slots=True)
class ShareList:
    """Coordinator -> one merchant: who shared, and the shares sealed for this merchant.

    Attributes:
        task: Digest of the SumTask.
        sharers: Everybody's statement, in order of fingerprint; the same list for all.
        sealed: (sender, sealed shares) for the receiver, in order of fingerprint.
    """

    task: str
    sharers: tuple[Statement, ...]
    sealed: tuple[tuple[str, bytes], ...]

    def digest(self) -> str:
        """What everybody signs in the next stage; the sealed part differs and is not in it."""
        return digest({"sharers": _rows(self.sharers), "task": self.task})


@dataclass(frozen=True, slots=True)
class MaskedSum:
    """Merchant -> coordinator: the masked vector. The one message that depends on rows.

    Attributes:
        task: Digest of the SumTask.
        vector: Numbers modulo 2^bits, little-endian, as few whole bytes each as hold them.
        statement: On the share list's digest; content = SHA-256 of the vector.
    """

    task: str
    vector: bytes
    statement: Statement

    @property
    def merchant(self) -> str:
        """Fingerprint."""
        return self.statement.merchant


@dataclass(frozen=True, slots=True)
class SurvivorList:
    """Coordinator -> survivors: whose vector is in the sum and who dropped out after sharing.

    Attributes:
        task: Digest of the SumTask.
        survivors: Their statements on the share list, in order of fingerprint.
        dropped: Fingerprints, in order.
    """

    task: str
    survivors: tuple[Statement, ...]
    dropped: tuple[str, ...]

    def digest(self) -> str:
        """What everybody confirms before anything is unmasked."""
        rows = {"survivors": _rows(self.survivors), "dropped": list(self.dropped)}
        return digest({**rows, "task": self.task})


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Merchant -> coordinator: this is the one survivor list that I go by (no content)."""

    task: str
    statement: Statement

    @property
    def merchant(self) -> str:
        """Fingerprint."""
        return self.statement.merchant


@dataclass(frozen=True, slots=True)
class SurvivorProof:
    """Coordinator -> survivors: at least t confirmations of one survivor list."""

    task: str
    survivors: str
    confirmations: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Unmask:
    """Merchant -> coordinator: for every secret's owner ONE share: of the seed or of the mask key.

    Attributes:
        task: Digest of the SumTask.
        seeds: (survivor, share of its self-mask's seed), in order of fingerprint.
        mask_keys: (dropped merchant, share of its mask key), in order of fingerprint.
        statement: On the survivor list's digest; content = `unmask_content`.
    """

    task: str
    seeds: tuple[tuple[str, bytes], ...]
    mask_keys: tuple[tuple[str, bytes], ...]
    statement: Statement

    @property
    def merchant(self) -> str:
        """Fingerprint."""
        return self.statement.merchant


def unmask_content(
    seeds: tuple[tuple[str, bytes], ...], mask_keys: tuple[tuple[str, bytes], ...]
) -> str:
    """What an Unmask says."""
    return digest([[[m, s.hex()] for m, s in part] for part in (seeds, mask_keys)])


def _rows(statements: tuple[Statement, ...]) -> list[list[str]]:
    return [[s.merchant, s.content, s.signature] for s in statements]


Up: TypeAlias = AdvertiseKeys | ShareKeys | MaskedSum | Confirmation | Unmask
Down: TypeAlias = KeyList | ShareList | SurvivorList | SurvivorProof
Message: TypeAlias = Up | Down
