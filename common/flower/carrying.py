"""Carrying: the SuperLink's ASGI app, with objects inside of the calls and answers that wait for a message."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
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

from common.flower import carry

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]

#: Nobody waits longer for an answer, whatever it asks for.
MOST_WAIT_S = 5.0
#: Several answers that come at once are handed over together.
GATHER_S = 0.01
#: Objects that are still on their way to the SuperLink: looked for so often, with such pauses.
_TRIES, _PAUSE_S = 5, 0.02

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


class Bells:
    """Wakes those who wait for a message; from any thread, over several event loops."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: defaultdict[int, set[tuple[asyncio.AbstractEventLoop, asyncio.Event]]] = (
            defaultdict(set)
        )

    def listen(self, node: int) -> tuple[asyncio.AbstractEventLoop, asyncio.Event]:
        """Listen for a node; what rings from now on is not missed."""
        one = asyncio.get_running_loop(), asyncio.Event()
        with self._lock:
            self._waiting[node].add(one)
        return one

    def leave(self, node: int, one: tuple[asyncio.AbstractEventLoop, asyncio.Event]) -> None:
        """Stop listening."""
        with self._lock:
            self._waiting[node].discard(one)
            if not self._waiting[node]:
                del self._waiting[node]

    def ring(self, nodes: Iterable[int]) -> None:
        """There is a message for these."""
        with self._lock:
            woken = [one for node in set(nodes) for one in self._waiting.get(node, ())]
        for loop, event in woken:
            try:
                loop.call_soon_threadsafe(event.set)
            except RuntimeError:  # the loop has ended with its listener
                continue


class Carrying:
    """Around the SuperLink's app, which does everything that it does without.

    Every call goes to the app first, with its checks of who calls. Only what the app then says that the
    caller may pull or push is handed over here.
    """

    def __init__(self, app: Any) -> None:
        self.app, self.bells = app, Bells()

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
        answer = await self._ask(scope, body)
        if answer.status == 200 and request.messages_list:
            response = told.FromString(answer.body)
            await asyncio.to_thread(self._store, request, response)
            answer.body = response.SerializeToString()
            self.bells.ring(m.metadata.dst_node_id for m in request.messages_list)
        return answer

    def _store(self, request: Any, response: Any) -> None:
        """Keep the carried objects that the app asks for; the others stay to be pushed."""
        try:
            carried = carry.take(request)
        except ValueError:
            return
        state = self.app.state.linkstate_factory.state()
        run_id, left = request.messages_list[0].metadata.run_id, []
        for name in response.objects_to_push:
            content = carried.get(name)
            if content is None:
                left.append(name)
            else:
                state.store_object(run_id, response.session_id, name, content)
        del response.objects_to_push[:]
        response.objects_to_push.extend(left)

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
                one[1].clear()
                answer = await self._ask(scope, body)
                response = told.FromString(answer.body) if answer.status == 200 else None
                left = until - time.monotonic()
                if response is None or response.messages_list or left <= 0:
                    break
                try:
                    await asyncio.wait_for(one[1].wait(), left)
                    await asyncio.sleep(0 if fleet else GATHER_S)
                except TimeoutError:
                    break
        finally:
            self.bells.leave(node, one)
        if response is not None and response.messages_list:
            await asyncio.to_thread(self._collect, response)
            answer.body = response.SerializeToString()
        return answer

    def _collect(self, response: Any) -> None:
        """Put the messages' objects in; a message that is whole is confirmed, as its reader would."""
        state = self.app.state.linkstate_factory.state()
        found: dict[str, bytes] = {}
        whole = []
        for proto, tree in zip(response.messages_list, response.message_object_trees, strict=True):
            names = [t.object_id for t in iterate_object_tree(tree)]
            for name in names:
                content = found.get(name) or _object(state, proto.metadata.run_id, name)
                if content:
                    found[name] = content
            if all(name in found for name in names):
                whole.append(proto.metadata.message_id)
        if carry.put(response, found):
            for message_id in whole:
                state.object_store.delete(message_id)

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


def _object(state: Any, run_id: int, name: str) -> bytes:
    """An object's content; empty if it does not come."""
    for _ in range(_TRIES):
        content = state.get_object(run_id, name)
        if content is None:
            return b""
        if content:
            return bytes(content)
        time.sleep(_PAUSE_S)
    return b""


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
