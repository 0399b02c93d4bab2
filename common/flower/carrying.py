"""Carrying: the SuperLink's ASGI app, with objects inside of the calls and answers that wait for a message."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from flwr.common.constant import SUPERLINK_NODE_ID
from flwr.proto.fleet_pb2 import (
    PullMessagesRequest,
    PullMessagesResponse,
    PushMessagesRequest,
    PushMessagesResponse,
)
from flwr.proto.runtime_pb2 import (
    PullAppMessagesRequest,
    PullAppMessagesResponse,
    PushAppMessagesRequest,
    PushAppMessagesResponse,
)
from flwr.supercore.inflatable.inflatable_object import iterate_object_tree
from flwr.supercore.protobuf.constants import PROTOBUF_MEDIA_TYPE
from flwr.superlink.routers.fleet.node_auth import authenticate_node
from flwr.superlink.servicer.fleet import fleet_handlers
from starlette.requests import Request

from common.flower import carry
from common.flower.bells import Bells

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]

_log = logging.getLogger(__name__)
#: Nobody waits longer for an answer, whatever it asks for.
MOST_WAIT_S = 5.0
#: Replies that come within this time are handed to the coordinator together, or when all have come: a
#: look costs as much for one as for all, and it asks for all that are missing.
GATHER_S, GLANCE_S = 0.25, 0.01

#: path -> (request, response, whether it brings messages)
_CALLS: dict[str, tuple[Any, Any, bool]] = {
    "/v1/fleet/pull-messages": (PullMessagesRequest, PullMessagesResponse, False),
    "/v1/fleet/push-messages": (PushMessagesRequest, PushMessagesResponse, True),
    "/v1/runtime/pull-messages": (PullAppMessagesRequest, PullAppMessagesResponse, False),
    "/v1/runtime/push-messages": (PushAppMessagesRequest, PushAppMessagesResponse, True),
}


@dataclass
class _Answer:
    """What the app answered."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    async def send(self, send: Send) -> None:
        """As one response, with the length that it has now."""
        kept = [(k, v) for k, v in self.headers if k.lower() != b"content-length"]
        kept.append((b"content-length", str(len(self.body)).encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": kept})
        await send({"type": "http.response.body", "body": self.body})


class Carrying:
    """Around the SuperLink's app, which does everything that it does without.

    Every call is answered by Flower's own handlers, after its own check of who calls. Only what they then
    say that the caller may pull or push is handed over here. Whatever is not as usual goes through the
    whole app, which says what is wrong.
    """

    def __init__(self, app: Any) -> None:
        self.app, self.bells = app, Bells()
        self._turns = ThreadPoolExecutor(1, "carrying")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection."""
        call = _CALLS.get(str(scope.get("path"))) if scope["type"] == "http" else None
        if call is None:
            await self.app(scope, receive, send)
            return
        asked, told, brings = call
        body = await _whole(receive)
        if body is None:
            return  # it went away
        try:
            request = asked.FromString(body)
        except Exception:  # the app says what is wrong with it
            request = asked()
        do = self._push if brings else self._pull
        answer = await do(scope, body, request, told)
        await answer.send(send)

    async def _push(self, scope: Scope, body: bytes, request: Any, told: Any) -> _Answer:
        """Messages and their objects at once; whoever they are for is woken."""
        answer, _ = await self._answer(scope, body, request, told)
        if answer.status == 200:
            self.bells.ring([m.metadata.dst_node_id for m in request.messages_list])
        return answer

    async def _pull(self, scope: Scope, body: bytes, request: Any, told: Any) -> _Answer:
        """What is there; or what comes while the caller waits."""
        wait = carry.waits(request)
        if wait is None:
            return await self._ask(scope, body)
        fleet = isinstance(request, PullMessagesRequest)
        node = request.node.node_id if fleet else SUPERLINK_NODE_ID
        until = time.monotonic() + min(wait, MOST_WAIT_S)
        one = self.bells.listen(node)
        try:
            while True:
                left = until - time.monotonic()
                if left > 0 and self.bells.silent(node):
                    await _rings(one[1], left)
                    if not fleet:
                        await self._gather(node, len(request.message_ids))
                one[1].clear()
                answer, response = await self._answer(scope, body, request, told)
                if response is None:
                    return answer
                n = len(response.messages_list)
                self.bells.told(node, n, missed=one[1].is_set())
                if n or time.monotonic() >= until:
                    return answer
        finally:
            self.bells.leave(node, one)

    async def _gather(self, node: int, n_missing: int) -> None:
        """After the first reply: until all have come, or not much longer."""
        until = time.monotonic() + GATHER_S
        while 0 < self.bells.came(node) < n_missing and time.monotonic() < until:
            await asyncio.sleep(GLANCE_S)

    async def _answer(
        self, scope: Scope, body: bytes, request: Any, told: Any
    ) -> tuple[_Answer, Any]:
        """The answer, and what it says (None if it is a no)."""
        if str(scope["path"]).startswith("/v1/fleet/"):
            try:
                response = await self._in_turn(self._handle, scope, request)
                kind = [(b"content-type", PROTOBUF_MEDIA_TYPE.encode())]
                return _Answer(200, kind, response.SerializeToString()), response
            except Exception:  # refused, or broken: the app says so in its own words
                _log.debug("a node's call goes through the app", exc_info=True)
        answer = await self._ask(scope, body)
        if answer.status != 200:
            return answer, None
        response = told.FromString(answer.body)
        await self._in_turn(self._complete, request, response)
        answer.body = response.SerializeToString()
        return answer, response

    async def _in_turn(self, work: Callable[..., Any], *args: Any) -> Any:
        """One after the other: SQLite has one writer, and those who wait for it sleep too long."""
        return await asyncio.get_running_loop().run_in_executor(self._turns, work, *args)

    def _handle(self, scope: Scope, request: Any) -> Any:
        """A node's call by Flower's own handler, past ten layers of the app."""
        asked = Request({**scope, "app": self.app, "state": {"protobuf_request": request}})
        authenticate_node(asked)
        state = self.app.state.linkstate_factory.state()
        if isinstance(request, PullMessagesRequest):
            response = fleet_handlers.pull_messages(request, state, state.object_store)
        else:
            response = fleet_handlers.push_messages(request, state)
        self._complete(request, response)
        return response

    def _complete(self, request: Any, response: Any) -> None:
        """Keep what the request carries and the app asks for, or put in what the response is about."""
        state = self.app.state.linkstate_factory.state()
        if hasattr(response, "objects_to_push"):
            _store(state, request, response)
        else:
            _collect(state, response)

    async def _ask(self, scope: Scope, body: bytes) -> _Answer:
        """The app's own answer."""
        answer, parts = _Answer(), [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Event:
            if parts:
                return parts.pop()
            await asyncio.sleep(3600)  # nobody goes away while the app answers
            return {"type": "http.disconnect"}

        async def send(event: Event) -> None:
            if event["type"] == "http.response.start":
                answer.status, answer.headers = event["status"], list(event.get("headers", ()))
            elif event["type"] == "http.response.body":
                answer.body += event.get("body", b"")

        # the app writes into the scope: every question gets its own
        state = dict(scope["state"]) if "state" in scope else {}
        await self.app({**scope, "state": state}, receive, send)
        return answer


def _store(state: Any, request: Any, response: Any) -> None:
    """Keep the carried objects that the app asks for; the others stay to be pushed."""
    try:
        carried = carry.take(request)
    except ValueError:
        return
    left = []
    for name in response.objects_to_push:
        content = carried.get(name)
        if content is None:
            left.append(name)
        else:
            run_id = request.messages_list[0].metadata.run_id
            state.store_object(run_id, response.session_id, name, content)
    del response.objects_to_push[:]
    response.objects_to_push.extend(left)


def _collect(state: Any, response: Any) -> None:
    """Put the messages' objects in; a message that is whole is confirmed, as its reader would.

    Objects that are still on their way are left to the reader.
    """
    found: dict[str, bytes] = {}
    whole = []
    for proto, tree in zip(response.messages_list, response.message_object_trees, strict=True):
        names = [t.object_id for t in iterate_object_tree(tree)]
        for name in names:
            content = found.get(name) or state.get_object(proto.metadata.run_id, name)
            if content:
                found[name] = bytes(content)
        if all(name in found for name in names):
            whole.append(proto.metadata.message_id)
    if carry.put(response, found):
        for message_id in whole:
            state.object_store.delete(message_id)


async def _rings(bell: asyncio.Event, seconds: float) -> None:
    """Wait for the bell, or so long."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(bell.wait(), seconds)


async def _whole(receive: Receive) -> bytes | None:
    """A request's body; None if the caller went away."""
    body = bytearray()
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            return None
        body += event.get("body", b"")
        if not event.get("more_body", False):
            return bytes(body)
