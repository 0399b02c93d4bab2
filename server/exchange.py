"""One exchange of messages: send, collect, close by quorum and deadline."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from common.flower.fleet import Message, RecordDict


class Grid(Protocol):
    """What an exchange needs of Flower's grid."""

    def get_node_ids(self) -> Iterable[int]:
        """Nodes that are online."""

    def push_messages(self, messages: Iterable[Message]) -> Iterable[str]:
        """Hand messages in; their ids in the same order."""

    def pull_messages(self, message_ids: Iterable[str]) -> Iterable[Message]:
        """Replies that are there."""


@dataclass(frozen=True, slots=True)
class Closing:
    """When an exchange ends: everybody answered, or one of these.

    Attributes:
        needed: Good answers that make the quorum.
        limit_s: Nothing is waited for after so many seconds; also the messages' time to live.
        straggler_s: Once the quorum is there, wait so long for the others.
        poll_s: Between two looks.
        hopeless: End as soon as so many said no that the quorum cannot come any more.
    """

    needed: int
    limit_s: float
    straggler_s: float
    poll_s: float = 0.15
    hopeless: bool = False


def exchange(
    grid: Grid,
    message_type: str,
    content: Callable[[int], RecordDict],
    nodes: Collection[int],
    closing: Closing,
    take: Callable[[int, Message], bool],
    group: str = "",
) -> set[int]:
    """Send every node its content and take the answers as they come.

    Args:
        grid: Flower's.
        message_type: "train", "evaluate", "query.sum" or "query.bundle".
        content: What a node gets; a record that several share is stored once.
        nodes: Whom to ask.
        closing: When to stop waiting.
        take: Called once for every answer; True if it counts for the quorum.
        group: Shown in Flower's own tables.

    Returns:
        The nodes that did not answer in time.
    """
    ttl = closing.limit_s
    messages = [Message(content(n), n, message_type, ttl=ttl, group_id=group) for n in nodes]
    waiting = dict(zip(grid.push_messages(messages), nodes, strict=True))
    until, good = time.monotonic() + closing.limit_s, 0
    while waiting and time.monotonic() < until:
        replies = list(grid.pull_messages(list(waiting)))
        for reply in replies:
            # An error that the SuperLink makes up comes from node 1: only this id says whose it is.
            node = waiting.pop(reply.metadata.reply_to_message_id, None)
            if node is None or not take(node, reply):
                continue
            good += 1
            if good == closing.needed:
                until = min(until, time.monotonic() + closing.straggler_s)
        if closing.hopeless and good + len(waiting) < closing.needed:
            break
        if waiting and not replies:
            time.sleep(closing.poll_s)
    return set(waiting.values())
