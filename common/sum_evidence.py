"""SumEvidence: every message that merchants sent in a secure sum; the sum is opened again from it; pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from common.canonical import digest
from common.errors import Refusal
from common.secagg import codec
from common.secagg.messages import (
    AdvertiseKeys,
    Confirmation,
    MaskedSum,
    ShareKeys,
    Stage,
    Unmask,
    Up,
)
from common.secagg.roster import Roster
from common.secagg.server_side import SumResult, SumServer
from common.secagg.terms import LeagueTerms

_STAGES: dict[type, Stage] = {
    AdvertiseKeys: Stage.KEYS,
    ShareKeys: Stage.SHARES,
    MaskedSum: Stage.MASKED,
    Confirmation: Stage.CONFIRM,
    Unmask: Stage.UNMASK,
}


@dataclass(frozen=True, slots=True)
class SumEvidence:
    """One finished sum, as it was collected.

    Attributes:
        attempt: Which one of the round.
        roster: Whose keys could take part.
        messages: (header, vector) of `secagg.codec.pack`, in the order in which they were taken.
    """

    attempt: int
    roster: Roster
    messages: tuple[tuple[bytes, bytes], ...]

    @classmethod
    def of(cls, attempt: int, roster: Roster, messages: Sequence[Up]) -> SumEvidence:
        """The evidence of these messages."""
        return cls(attempt, roster, tuple(codec.pack(m) for m in messages))

    def replay(self, plan: Mapping[str, Any]) -> SumResult | Refusal:
        """Open the sum again, with every signature, list and share checked as it was then.

        Args:
            plan: `RoundPlan.header()` of the round.

        Returns:
            The result, or the first thing that does not hold: codes of `SumServer`, and
            "not-a-sum" for a plan without one, another roster or a message of no merchant.
        """
        try:
            terms = LeagueTerms.from_dict(plan["league"])
            task = terms.task(plan["run_id"], plan["round"], self.attempt, digest(plan))
            server = SumServer(task, self.roster)
            messages = [codec.unpack(*m) for m in self.messages]
        except (ValueError, TypeError, KeyError, AttributeError) as e:
            return Refusal("not-a-sum", f"The evidence is not of a secure sum: {e}.")
        closing: dict[Stage, Callable[[], object]] = {
            Stage.KEYS: server.key_list,
            Stage.SHARES: server.share_lists,
            Stage.MASKED: server.survivor_list,
            Stage.CONFIRM: server.survivor_proof,
        }
        for message in messages:
            stage = _STAGES.get(type(message))
            if stage is None:
                return Refusal("not-a-sum", "The evidence holds a message of no merchant.")
            while server.stage in closing and server.stage is not stage:
                told = closing[server.stage]()
                if isinstance(told, Refusal):
                    return told
            refused = server.take(message)  # type: ignore[arg-type]  # its stage is one of ours
            if refused:
                return refused
        return server.result()

    def masked(self) -> dict[str, str]:
        """By merchant: SHA-256 of the vector it sent, which its signed report names (`masked`).

        Raises:
            ValueError: a message cannot be read.
        """
        said = [codec.unpack(*m) for m in self.messages]
        vectors = [m for m in said if isinstance(m, MaskedSum)]
        return {m.merchant: hashlib.sha256(m.vector).hexdigest() for m in vectors}

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values: headers as the text that they are, vectors in base64."""
        rows = [
            [header.decode("utf-8"), base64.b64encode(vector).decode("ascii")]
            for header, vector in self.messages
        ]
        return {"attempt": self.attempt, "roster": self.roster.as_dict(), "messages": rows}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> SumEvidence:
        """Inverse of `as_dict`; the messages are not looked into.

        Raises:
            ValueError: a field is missing, unknown or of the wrong type.
        """
        if not isinstance(raw, Mapping) or set(raw) != {"attempt", "roster", "messages"}:
            raise ValueError("not the evidence of a sum")
        attempt, rows = raw["attempt"], raw["messages"]
        if type(attempt) is not int or attempt < 1 or not isinstance(rows, list):
            raise ValueError("not the evidence of a sum")
        return cls(attempt, Roster.from_dict(raw["roster"]), tuple(_message(r) for r in rows))


def _message(row: object) -> tuple[bytes, bytes]:
    if not isinstance(row, list) or len(row) != 2 or not all(isinstance(x, str) for x in row):
        raise ValueError("not a message of a sum")
    try:
        return row[0].encode("utf-8"), base64.b64decode(row[1], validate=True)
    except (binascii.Error, UnicodeEncodeError) as e:
        raise ValueError("not a message of a sum") from e
