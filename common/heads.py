"""LedgerHead: where a hash chain stands; what both sides sign of each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class LedgerHead:
    """Where a chain stands: the number of its last entry, and that entry's hash."""

    sequence: int
    hash: str

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"sequence": self.sequence, "hash": self.hash}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> LedgerHead:
        """Inverse of `as_dict`.

        Raises:
            ValueError: a field is missing, unknown or of the wrong type.
        """
        if not isinstance(raw, Mapping) or set(raw) != {"sequence", "hash"}:
            raise ValueError("not the head of a chain")
        sequence, hashed = raw["sequence"], raw["hash"]
        if type(sequence) is not int or not is_digest(hashed):
            raise ValueError("not the head of a chain")
        return cls(sequence, hashed)


def is_digest(text: object) -> bool:
    """Whether it is a SHA-256 in 64 lower-case hexadecimal digits."""
    return isinstance(text, str) and len(text) == 64 and set(text) <= set("0123456789abcdef")
