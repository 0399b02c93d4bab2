"""Calls to a SuperLink: Flower's and httpx's errors become two of ours; messages are put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import httpx
from flwr.app import Message
from flwr.supercore.error import FlowerError
from flwr.supercore.inflatable.inflatable_object import iterate_object_tree
from flwr.supercore.inflatable.inflatable_utils import inflate_object_from_contents, pull_objects

T = TypeVar("T")
#: LinkDown's text when somebody answers whose certificate is not the league's.
WRONG_CERTIFICATE = "wrong certificate"
_TRANSIENT = frozenset({429, 502, 503, 504})
#: A message is seen before its objects have arrived. Flower looks again after 1, 2, 4 ... 10 s, for
#: two hours: a secure sum has ten such messages a merchant, and who never sends the rest must not
#: hold the others up.
_AGAIN_S, _AGAIN_MOST_S, _PATIENCE_S = 0.02, 0.5, 60.0


class LinkDown(Exception):
    """Nobody answers, or the answer says to try later."""


class LinkRefused(Exception):
    """The other side answers and says no.

    Attributes:
        status: HTTP status: 401 unknown node or wrong secret, 403 the run is over.
        code: Flower's own error code, or 0.
    """

    def __init__(self, status: int, code: int) -> None:
        super().__init__(f"HTTP {status}, code {code}")
        self.status, self.code = status, code


def is_whole(tree: Any, carried: Mapping[str, bytes]) -> bool:
    """Whether a message came with all its objects: it is confirmed already."""
    return all(t.object_id in carried for t in iterate_object_tree(tree))


def call(f: Callable[..., T], *args: Any) -> T:
    """Call once.

    Raises:
        LinkDown: nobody answers, or "later".
        LinkRefused: the answer is no.
    """
    try:
        return f(*args)
    except httpx.HTTPStatusError as e:
        status = e.response.status_code
        if status in _TRANSIENT:
            raise LinkDown(f"HTTP {status}") from e
        error = FlowerError.from_json(e.response.text)
        raise LinkRefused(status, int(error.code) if error else 0) from e
    except httpx.TransportError as e:
        wrong = "CERTIFICATE_VERIFY_FAILED" in str(e)
        raise LinkDown(WRONG_CERTIFICATE if wrong else type(e).__name__) from e
    except SystemExit as e:  # Flower's own way to say "another version of me"
        raise LinkRefused(426, 0) from e


def inflate(
    message_id: str,
    tree: Any,
    pull: Callable[[str], bytes],
    carried: Mapping[str, bytes] | None = None,
) -> Message:
    """Put a message together, pulling what did not come with it; every object is checked by its hash.

    Args:
        message_id: Of the message.
        tree: Of its objects.
        pull: Asks for one object.
        carried: What is there already (`common.flower.carry`).

    Raises:
        ValueError: what came is no message.
    """
    names = [t.object_id for t in iterate_object_tree(tree)]
    here = {name: carried[name] for name in names if name in carried} if carried else {}
    missing = [name for name in names if name not in here]
    contents = here if not missing else here | pull_objects(
        missing, pull_object_fn=pull, max_time=_PATIENCE_S,
        initial_backoff=_AGAIN_S, backoff_cap=_AGAIN_MOST_S,
    )  # fmt: skip
    message = inflate_object_from_contents(message_id, contents)
    if not isinstance(message, Message):
        raise ValueError("not a message")
    message.metadata.__dict__["_message_id"] = message_id
    return message
