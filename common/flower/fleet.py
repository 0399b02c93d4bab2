"""A node's connection to the SuperLink: Flower's client and headers, without its signals and exits."""

from __future__ import annotations

import time

from cryptography.hazmat.primitives.asymmetric import ec
from flwr.app import Context, Error, Message, RecordDict
from flwr.app.message import remove_content_from_message
from flwr.common.constant import HEARTBEAT_MIN_INTERVAL, HEARTBEAT_PATIENCE, ErrorCode
from flwr.common.serde import message_from_proto, message_to_proto
from flwr.proto.fab_pb2 import GetFabRequest
from flwr.proto.fleet_pb2 import (
    ActivateNodeRequest,
    DeactivateNodeRequest,
    PullMessagesRequest,
    PushMessagesRequest,
)
from flwr.proto.heartbeat_pb2 import SendNodeHeartbeatRequest
from flwr.proto.message_pb2 import ConfirmMessageReceivedRequest
from flwr.proto.node_pb2 import Node
from flwr.proto.run_pb2 import GetRunRequest
from flwr.supercore.inflatable.inflatable_object import (
    get_all_nested_objects,
    get_object_tree,
    no_object_id_recompute,
)
from flwr.supercore.inflatable.inflatable_protobuf_utils import (
    make_pull_object_fn_protobuf,
    make_push_object_fn_protobuf,
)
from flwr.supercore.inflatable.inflatable_utils import push_objects
from flwr.supercore.interceptors import RuntimeVersionHttpInterceptor
from flwr.supercore.primitives.asymmetric import public_key_to_bytes
from flwr.supernode.fleet_http_client import FleetHttpClient
from flwr.supernode.node_auth_http_interceptor import NodeAuthHttpInterceptor

from common.flower import carry
from common.flower.calls import LinkDown, LinkRefused, call, inflate, is_whole

__all__ = [
    "APP_RAISED", "GONE_AFTER_S", "HEARTBEAT_S", "INVALID_FAB", "Context", "Error", "Fleet",
    "LinkDown", "LinkRefused", "Message", "RecordDict", "error_reply",
]  # fmt: skip

#: What a node promises: two missed heartbeats (20 s) and it counts as gone. Flower's own 30 s
#: would leave a killed merchant "online" for a minute.
HEARTBEAT_S = float(HEARTBEAT_MIN_INTERVAL)
GONE_AFTER_S = HEARTBEAT_S * HEARTBEAT_PATIENCE

INVALID_FAB = int(ErrorCode.INVALID_FAB)
APP_RAISED = int(ErrorCode.CLIENT_APP_RAISED_EXCEPTION)


def error_reply(message: Message, code: int, reason: str) -> Message:
    """An answer that carries a code and a fixed word, and no text from data."""
    return Message(Error(code=code, reason=reason), reply_to=message)


class Fleet:
    """A node's connection: Flower's client and headers, without its signals and exits."""

    def __init__(
        self, address: str, ca_pem: bytes | None, key: ec.EllipticCurvePrivateKey, node_id: int = 0
    ) -> None:
        self.public_pem = public_key_to_bytes(key.public_key())
        self.node_id = node_id
        #: The last answer without a message came late: there is no need to pause before the next.
        self.waited = False
        self._client = FleetHttpClient.from_server_address(
            address,
            ca_pem is None,
            ca_pem,
            interceptors=[
                RuntimeVersionHttpInterceptor(component_name="SuperNode"),
                NodeAuthHttpInterceptor(key, key.public_key()),
            ],
        )

    @property
    def _node(self) -> Node:
        return Node(node_id=self.node_id)

    def activate(self) -> int:
        """Come online. A node id that is known from before is signed off first.

        After a crash the coordinator still holds the old session and would refuse a new one
        until it times out; the node's own key may end it.
        """
        if self.node_id:
            try:
                self.deactivate()
            except LinkRefused:
                self.node_id = 0
        request = ActivateNodeRequest(public_key=self.public_pem, heartbeat_interval=HEARTBEAT_S)
        self.node_id = int(call(self._client.ActivateNode, request).node_id)
        return self.node_id

    def deactivate(self) -> None:
        """Go offline."""
        call(self._client.DeactivateNode, DeactivateNodeRequest(node_id=self.node_id))

    def heartbeat(self) -> bool:
        """Say "still here"; False if the coordinator does not know this node."""
        request = SendNodeHeartbeatRequest(node=self._node, heartbeat_interval=HEARTBEAT_S)
        return bool(call(self._client.SendNodeHeartbeat, request).success)

    def receive(self, wait_s: float = 0.0) -> Message | None:
        """The next message for this node, whole, or None when none came.

        Args:
            wait_s: The coordinator may answer so much later, as soon as there is one.
        """
        request, asked_at = PullMessagesRequest(node=self._node), time.monotonic()
        carry.ask_to_wait(request, wait_s)
        got = call(self._client.PullMessages, request)
        if not got.messages_list:
            # one that does not know how to wait has answered at once
            self.waited = wait_s > 0 and time.monotonic() - asked_at > wait_s / 2
            return None
        carried = carry.take(got)
        meta = message_from_proto(got.messages_list[0]).metadata
        run_id, message_id = meta.run_id, meta.message_id
        pull = make_pull_object_fn_protobuf(
            lambda r: call(self._client.PullObject, r), self._node, run_id
        )
        tree = got.message_object_trees[0]
        message = inflate(message_id, tree, pull, carried)
        if not is_whole(tree, carried):
            done = ConfirmMessageReceivedRequest(
                node=self._node, run_id=run_id, message_object_id=message_id
            )
            call(self._client.ConfirmMessageReceived, done)
        return message

    def code(self, run_id: int) -> bytes:
        """The bundle of code (FAB) that the coordinator holds for a run. Never unpack it."""
        run = call(self._client.GetRun, GetRunRequest(node=self._node, run_id=run_id)).run
        request = GetFabRequest(node=self._node, hash_str=run.fab_hash, run_id=run_id)
        return bytes(call(self._client.GetFab, request).fab.content)

    def send(self, reply: Message, seconds: float) -> None:
        """Push a reply and the objects that the coordinator does not hold yet."""
        run_id = reply.metadata.run_id
        reply.metadata.__dict__["_message_id"] = reply.object_id
        with no_object_id_recompute():
            tree, objects = get_object_tree(reply), get_all_nested_objects(reply)
            # An error has no content to take off.
            bare = remove_content_from_message(reply) if reply.has_content() else reply
            request = PushMessagesRequest(
                node=self._node,
                messages_list=[message_to_proto(bare)],
                message_object_trees=[tree],
                clientapp_runtime_list=[seconds],
            )
            carry.put(request, {name: o.deflate() for name, o in objects.items()})
            got = call(self._client.PushMessages, request)
            push = make_push_object_fn_protobuf(
                lambda r: call(self._client.PushObject, r), self._node, run_id, got.session_id
            )
            push_objects(objects, push, object_ids_to_push=set(got.objects_to_push))

    def close(self) -> None:
        """Close the connection."""
        self._client.close()
