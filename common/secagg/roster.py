"""Roster: the merchants that a merchant has pinned, and the Floors that it holds itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from common.canonical import digest
from common.errors import Refusal, SettingsError
from common.keys import PublicIdentity

MAX_MERCHANTS = 1024
#: Floors cannot be set below these: a sum of two tells each of them the other's part.
LEAST_GROUP = 3
LEAST_HONEST = 2


@dataclass(frozen=True, slots=True)
class Roster:
    """Who may take part: public keys in order of fingerprint. Pinned by its digest.

    Attributes:
        members: (fingerprint, Ed25519 public key), ascending, each once.
    """

    members: tuple[tuple[str, PublicIdentity], ...]

    @classmethod
    def of(cls, keys: Iterable[PublicIdentity]) -> Roster:
        """The roster of these merchants, in whatever order they come.

        Raises:
            ValueError: none, too many, or one twice.
        """
        members = tuple(sorted(((k.fingerprint, k) for k in keys), key=lambda m: m[0]))
        names = [name for name, _ in members]
        if len(set(names)) != len(names) or not 1 <= len(names) <= MAX_MERCHANTS:
            raise ValueError("a roster holds each merchant once, and at most 1024")
        return cls(members)

    def key(self, merchant: str) -> PublicIdentity | None:
        """The merchant's public key; None if it is not on the roster."""
        return next((k for name, k in self.members if name == merchant), None)

    def keys(self) -> dict[str, PublicIdentity]:
        """All of them, by fingerprint."""
        return dict(self.members)

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values; the fingerprints follow from the keys."""
        return {"format": "hansa-roster-v1", "merchants": [k.hex for _, k in self.members]}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Roster:
        """Inverse of `as_dict`.

        Raises:
            ValueError: not a roster in its one canonical form.
        """
        if not isinstance(raw, Mapping) or set(raw) != {"format", "merchants"}:
            raise ValueError("not a roster")
        keys = raw["merchants"]
        if raw["format"] != "hansa-roster-v1" or not isinstance(keys, list):
            raise ValueError("not a roster")
        if len(keys) > MAX_MERCHANTS or not all(_is_key(k) for k in keys):
            raise ValueError("not a roster")
        roster = cls.of(PublicIdentity(bytes.fromhex(k)) for k in keys)
        if roster.as_dict() != dict(raw):
            raise ValueError("the roster is not in order")
        return roster

    def digest(self) -> str:
        """What a merchant pins, and what every round key is signed over."""
        return digest(self.as_dict())


@dataclass(frozen=True, slots=True)
class Floors:
    """What this merchant demands of every round, whatever the coordinator asks.

    Attributes:
        group: Fewest merchants that start a round together.
        threshold: Fewest merchants in a sum.
        colluders: f: this many others may be on the coordinator's side without harm.
    """

    group: int
    threshold: int
    colluders: int

    def __post_init__(self) -> None:
        least = self.colluders + LEAST_HONEST
        if self.colluders < 0 or self.group < LEAST_GROUP or self.threshold < least:
            raise SettingsError(
                "These floors would protect nobody.",
                safe="Nothing was sent.",
                todo=f"Set a group of at least {LEAST_GROUP} and a threshold of at least "
                f"{LEAST_HONEST} more than the merchants that may collude.",
            )


def least_threshold(n: int, colluders: int) -> int:
    """The fewest survivors that are safe for n merchants of which f may collude.

    2t > n + f: two different survivor lists cannot both be confirmed by t merchants, since each
    honest merchant confirms one (Bonawitz et al. 2017, section 6.2, whose t > 2n/3 is this rule
    for f = n/3); and two honest merchants are in every sum.
    """
    return max((n + colluders) // 2 + 1, colluders + LEAST_HONEST)


def usual_threshold(n: int, colluders: int) -> int:
    """The threshold for a league of n: a third may drop out, unless f asks for more survivors."""
    return max(n - n // 3, least_threshold(n, colluders))


def group_problem(n: int, threshold: int, colluders: int, floors: Floors) -> Refusal | None:
    """Why a merchant with these floors takes no part in a round of n merchants, if so.

    Codes: "group-too-small", "threshold-lowered", "colluders-lowered".
    """
    least = max(floors.threshold, least_threshold(n, max(colluders, floors.colluders)))
    if n < floors.group:
        why = f"{n} merchants take part; this merchant's floor is {floors.group}."
        return Refusal("group-too-small", why)
    if colluders < floors.colluders:
        why = f"The noise counts on {colluders} colluders; this merchant's floor is {floors.colluders}."
        return Refusal("colluders-lowered", why)
    if threshold < least:
        why = f"A sum of {threshold} would be opened; {least} is the least for {n} merchants here."
        return Refusal("threshold-lowered", why)
    if threshold > n:
        why = f"{n} merchants take part, and {threshold} would have to answer: no sum can come out."
        return Refusal("group-too-small", why)
    return None


def _is_key(text: object) -> bool:
    return isinstance(text, str) and len(text) == 64 and set(text) <= set("0123456789abcdef")
