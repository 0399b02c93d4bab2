"""Objects inside of Flower's calls: what is put in comes out, and who does not know the fields skips them."""

import asyncio
from types import SimpleNamespace

import pytest
from flwr.app import ConfigRecord, Message, RecordDict
from flwr.common.serde import message_to_proto
from flwr.proto.fleet_pb2 import (
    PullMessagesRequest,
    PullMessagesResponse,
    PushMessagesRequest,
    PushMessagesResponse,
)
from flwr.proto.message_pb2 import ObjectTree
from flwr.proto.node_pb2 import Node
from flwr.supercore.inflatable.inflatable_object import (
    get_all_nested_objects,
    get_object_tree,
    no_object_id_recompute,
)
from flwr.supercore.task_identity import TaskIdentity

from common.flower import carry
from common.flower.calls import inflate, is_whole
from common.flower.carrying import Carrying

TaskIdentity.task_id = TaskIdentity.run_id = TaskIdentity.node_id = 1
OBJECTS = {"a" * 64: b"one", "b" * 64: bytes(300), "c" * 64: b""}


def test_what_is_put_in_comes_out_over_the_wire():
    request = PullMessagesRequest(node=Node(node_id=7))
    assert carry.put(request, OBJECTS)
    carry.ask_to_wait(request, 0.25)
    again = PullMessagesRequest.FromString(request.SerializeToString(deterministic=True))
    assert carry.take(again) == OBJECTS and carry.waits(again) == 0.25
    assert again.node.node_id == 7
    again.DiscardUnknownFields()  # as one that does not know them
    assert again == PullMessagesRequest(node=Node(node_id=7))
    assert carry.take(again) == {} and carry.waits(again) is None


def test_too_much_goes_the_long_way(monkeypatch):
    monkeypatch.setattr(carry, "MAX_CARRIED_BYTES", 100)
    request = PullMessagesRequest()
    assert not carry.put(request, OBJECTS) and carry.take(request) == {}


def test_what_is_no_object_is_refused():
    request = PullMessagesRequest()
    request.MergeFromString(carry._varint(carry._OBJECT << 3 | 2) + b"\x02\xff\xff")
    with pytest.raises(ValueError, match="not an object"):
        carry.take(request)


class State:
    """A SuperLink's state: one message for one node, its objects, what was stored."""

    def __init__(self, objects):
        self.objects, self.stored, self.deleted = objects, {}, []
        self.object_store = SimpleNamespace(delete=self.deleted.append)

    def get_object(self, run_id, name):
        return self.objects.get(name)

    def store_object(self, run_id, session_id, name, content):
        self.stored[name] = (session_id, content)
        return True


class App:
    """An ASGI app that answers with what it is told."""

    def __init__(self, state, answers):
        self.state = SimpleNamespace(linkstate_factory=SimpleNamespace(state=lambda: state))
        self.answers, self.asked = answers, []

    async def __call__(self, scope, receive, send):
        self.asked.append((scope["path"], (await receive())["body"]))
        status, body = self.answers.pop(0) if self.answers else (200, b"")
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


async def ask(app, path, body):
    sent, parts = [], [{"type": "http.request", "body": body}]

    async def receive():
        return parts.pop()

    async def send(event):
        sent.append(event)

    await app({"type": "http", "path": path}, receive, send)
    assert dict(sent[0]["headers"])[b"content-length"] == str(len(sent[1]["body"])).encode()
    return sent[0]["status"], sent[1]["body"]


def a_message():
    content = RecordDict({"r": ConfigRecord({"a": 1})})
    message = Message(content, 7, "query.sum")
    message.metadata.__dict__["_message_id"] = message.object_id
    with no_object_id_recompute():
        tree, objects = get_object_tree(message), get_all_nested_objects(message)
        contents = {name: o.deflate() for name, o in objects.items()}
    return message, tree, contents


def pulled(message, tree):
    return PullMessagesResponse(
        messages_list=[message_to_proto(message)], message_object_trees=[tree]
    ).SerializeToString()


def test_a_message_comes_with_its_objects_and_is_confirmed():
    message, tree, contents = a_message()
    state = State(contents)
    app = App(state, [(200, pulled(message, tree))])
    request = PullMessagesRequest(node=Node(node_id=7))
    carry.ask_to_wait(request, 0.0)
    path = "/v1/fleet/pull-messages"
    _, body = asyncio.run(ask(Carrying(app), path, request.SerializeToString()))
    got = PullMessagesResponse.FromString(body)
    carried = carry.take(got)
    assert carried == contents and is_whole(got.message_object_trees[0], carried)
    assert state.deleted == [message.metadata.message_id]

    def never(name):
        raise AssertionError(name)

    whole = inflate(message.metadata.message_id, got.message_object_trees[0], never, carried)
    assert whole.content["r"]["a"] == 1


def test_what_does_not_come_in_time_is_left_to_its_reader():
    message, tree, contents = a_message()
    late = next(iter(contents))
    state = State({**contents, late: b""})  # known, still on its way
    app = App(state, [(200, pulled(message, tree))])
    request = PullMessagesRequest(node=Node(node_id=7))
    carry.ask_to_wait(request, 0.0)
    path = "/v1/fleet/pull-messages"
    _, body = asyncio.run(ask(Carrying(app), path, request.SerializeToString()))
    got = PullMessagesResponse.FromString(body)
    carried = carry.take(got)
    assert late not in carried and state.deleted == []
    asked = []

    def pull(name):
        asked.append(name)
        return contents[name]

    inflate(message.metadata.message_id, got.message_object_trees[0], pull, carried)
    assert asked == [late]


def test_one_that_does_not_know_it_gets_flowers_own_answer():
    message, tree, contents = a_message()
    state = State(contents)
    plain = pulled(message, tree)
    app = App(state, [(200, plain)])
    request = PullMessagesRequest(node=Node(node_id=7)).SerializeToString()
    assert asyncio.run(ask(Carrying(app), "/v1/fleet/pull-messages", request)) == (200, plain)
    assert state.deleted == []
    assert asyncio.run(ask(Carrying(app), "/v1/fleet/get-run", b"xyz")) == (200, b"")
    assert (
        asyncio.run(ask(Carrying(App(state, [(401, b"no")])), "/v1/fleet/push-messages", b""))[0]
        == 401
    )


def test_an_answer_waits_for_a_message_and_comes_at_once():
    message, tree, contents = a_message()
    app = App(State(contents), [(200, b""), (200, PushMessagesResponse().SerializeToString())])
    carrying = Carrying(app)
    request = PullMessagesRequest(node=Node(node_id=7))
    carry.ask_to_wait(request, 5.0)
    push = PushMessagesRequest(messages_list=[message_to_proto(message)])

    async def both():
        began = asyncio.get_running_loop().time()
        waiting = asyncio.create_task(
            ask(carrying, "/v1/fleet/pull-messages", request.SerializeToString())
        )
        await asyncio.sleep(0.05)
        assert not waiting.done()
        app.answers.append((200, pulled(message, tree)))
        await ask(carrying, "/v1/fleet/push-messages", push.SerializeToString())
        _, body = await waiting
        return body, asyncio.get_running_loop().time() - began

    body, seconds = asyncio.run(both())
    assert len(PullMessagesResponse.FromString(body).messages_list) == 1 and seconds < 2
    # every look is a question to the app, with its checks of who asks
    assert [p for p, _ in app.asked].count("/v1/fleet/pull-messages") == 2
    assert carrying.bells._waiting == {}


def test_only_what_is_asked_for_is_stored():
    message, _, contents = a_message()
    state = State({})
    wanted = next(iter(contents))
    told = PushMessagesResponse(objects_to_push=[wanted, "d" * 64], session_id="s")
    request = PushMessagesRequest(
        messages_list=[message_to_proto(message)], message_object_trees=[ObjectTree()]
    )
    carry.put(request, contents)
    app = App(state, [(200, told.SerializeToString())])
    path = "/v1/fleet/push-messages"
    _, body = asyncio.run(ask(Carrying(app), path, request.SerializeToString()))
    assert state.stored == {wanted: ("s", contents[wanted])}
    assert list(PushMessagesResponse.FromString(body).objects_to_push) == ["d" * 64]
