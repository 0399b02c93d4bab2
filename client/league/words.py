"""What a message of a secure sum is, in a sentence for a person; no value of a row is in any of them."""

from __future__ import annotations

from collections.abc import Collection

from common.secagg.messages import KeyList, Message, ShareList, SurvivorList, SurvivorProof

#: The record of every message of a secure sum but the invitation (`common.wire.sum_to_records`).
_RECORD = "sum"


def is_stage(records: Collection[str]) -> bool:
    """Whether records hold a list of a sum that is on, rather than an invitation to one."""
    return set(records) == {_RECORD}


def in_words(message: Message) -> str:
    """What the coordinator says."""
    match message:
        case KeyList(keys=keys):
            return f"{len(keys)} merchants take part in the sum."
        case ShareList(sharers=sharers):
            return f"{len(sharers)} merchants are ready; adding up and masking."
        case SurvivorList(survivors=survivors, dropped=dropped):
            return f"{len(survivors)} merchants are in the sum, {len(dropped)} dropped out."
        case SurvivorProof():
            return "All go by the same list; helping to open the sum."
        case _:
            return "A message of a secure sum that no coordinator sends."
