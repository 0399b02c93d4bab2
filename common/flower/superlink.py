"""The SuperLink as an ASGI app, its task of a run, and a grid that polls fast."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import httpx
from flwr.app import Context, Error, Message
from flwr.app.message import make_message, remove_content_from_message
from flwr.common.constant import SUPERLINK_NODE_ID, ErrorCode, SubStatus
from flwr.common.serde import (
    context_from_proto,
    message_from_proto,
    message_to_proto,
    run_from_proto,
)
from flwr.proto.message_pb2 import ConfirmMessageReceivedRequest
from flwr.proto.runtime_pb2 import (
    AcquireTaskRequest,
    PullAppMessagesRequest,
    PullTaskInputRequest,
    PushAppMessagesRequest,
    PushTaskOutputRequest,
    SendTaskHeartbeatRequest,
)
from flwr.supercore.constant import TaskType
from flwr.supercore.inflatable.inflatable_object import get_all_nested_objects, get_object_tree
from flwr.supercore.inflatable.inflatable_protobuf_utils import (
    make_pull_object_fn_protobuf,
    make_push_object_fn_protobuf,
)
from flwr.supercore.inflatable.inflatable_utils import push_objects
from flwr.supercore.interceptors import RuntimeVersionHttpInterceptor, SuperExecAuthHttpInterceptor
from flwr.supercore.retry import RetryInvoker, exponential
from flwr.supercore.runtime import RuntimeHttpClient
from flwr.supercore.task_identity import TaskIdentity
from flwr.superlink.cli.flower_superlink import SuperLinkLifespan
from flwr.superlink.config_loader import SuperLinkLifespanConfig, load_control_authn_plugin
from flwr.superlink.grid import HttpGrid
from flwr.superlink.main import create_app

from common.flower import carry
from common.flower.calls import LinkDown, call, inflate, is_whole
from common.flower.carrying import Carrying

#: How long a run waits for a SuperLink that went away. Its own lease on the task is 60 s.
OUTAGE_S = 60.0
#: The SuperLink answers so late when no reply is there, or as soon as one is.
WAIT_S = 0.25


def superlink_app(database: Path, port: int, secret: bytes) -> Any:
    """The SuperLink as one ASGI app on a file database.

    Node authentication is on; tasks are acquired with the secret only; nothing is installed,
    spawned or reported at run time.

    Args:
        database: SQLite file of Flower's own state.
        port: Of the loopback listener.
        secret: Shared with the process that runs the ServerApp.
    """
    config = SuperLinkLifespanConfig(
        control_address="",
        health_server_address=None,
        host="127.0.0.1",
        port=port,
        insecure=True,
        certificates=None,
        superexec_auth_secret=secret,
        authn_plugin=load_control_authn_plugin(),
        event_log_plugin=None,
        fleet_event_log_plugin=None,
        enable_event_log=False,
        artifact_provider=None,
        enable_supernode_auth=True,
        fleet_api_type="grpc-rere",
        fleet_api_address=None,
        simulation=False,
        ssl_ca_certfile=None,
        ssl_certfile=None,
        ssl_keyfile=None,
        database=str(database),
        isolation="process",
        runtime_dependency_install=False,
    )
    return Carrying(create_app(config, SuperLinkLifespan))


def _patient() -> RetryInvoker:
    """Retries on loopback while the SuperLink restarts; never signals the process."""
    return RetryInvoker(
        lambda: exponential(base_delay=0.2, max_delay=3),
        (httpx.TransportError,),
        max_tries=None,
        max_time=OUTAGE_S,
    )


class FastGrid(HttpGrid):
    """Flower's grid with our retries; one broken reply does not take the others with it."""

    def __init__(self, address: str, token: str) -> None:
        super().__init__(address, insecure=True, token=token)
        self._retry_invoker = _patient()

    def pull_messages(self, message_ids: Iterable[str]) -> list[Message]:
        """Replies that are there; a reply that cannot be read comes as an error message."""
        client = self._runtime_client
        request = PullAppMessagesRequest(message_ids=list(message_ids))
        carry.ask_to_wait(request, WAIT_S)
        got = call(client.PullMessages, request)
        carried = carry.take(got)
        pull = make_pull_object_fn_protobuf(client.PullObject, self.node, self.run.run_id)
        replies = []
        for proto, tree in zip(got.messages_list, got.message_object_trees, strict=True):
            message_id = proto.metadata.message_id
            try:
                replies.append(inflate(message_id, tree, pull, carried))
            except (httpx.HTTPError, LinkDown):
                raise
            except Exception:  # what a merchant sends may be anything: say so, carry on
                error = Error(code=int(ErrorCode.MESSAGE_UNAVAILABLE), reason="unreadable")
                replies.append(make_message(message_from_proto(proto).metadata, error=error))
            if is_whole(tree, carried):
                continue
            done = ConfirmMessageReceivedRequest(
                node=self.node, run_id=self.run.run_id, message_object_id=message_id
            )
            call(client.ConfirmMessageReceived, done)
        return replies

    def push_messages(self, messages: Iterable[Message]) -> Iterable[str]:
        """Hand messages in; Flower's errors become ours."""
        return call(super().push_messages, messages)

    def _try_push_messages(self, run_id: int, messages: Iterable[Message]) -> list[str]:
        """All messages and their objects in one call; what does not fit follows, object by object."""
        protos, trees, objects = [], [], {}
        for message in messages:
            protos.append(message_to_proto(remove_content_from_message(message)))
            objects.update(get_all_nested_objects(message))
            trees.append(get_object_tree(message))
        request = PushAppMessagesRequest(messages_list=protos, message_object_trees=trees)
        carry.put(request, {name: o.deflate() for name, o in objects.items()})
        got = self._runtime_client.PushMessages(request)
        push = make_push_object_fn_protobuf(
            self._runtime_client.PushObject, self.node, run_id, got.session_id
        )
        push_objects(objects, push, object_ids_to_push=set(got.objects_to_push))
        return list(got.message_ids)

    def get_node_ids(self) -> Iterable[int]:
        """Nodes that are online; Flower's errors become ours."""
        return call(super().get_node_ids)


class RunTask:
    """The ServerApp's task of one run, held by this process with a heartbeat.

    Attributes:
        grid: To talk to the nodes.
        context: For the ServerApp.
        run_id: Flower's.
        lost: Set when the SuperLink gave the task up.
    """

    def __init__(self, address: str, token: str) -> None:
        self.grid = FastGrid(address, token)
        self.lost = threading.Event()
        self._stop = threading.Event()
        client = self.grid._runtime_client
        task = call(client.PullTaskInput, PullTaskInputRequest())
        self.context: Context = context_from_proto(task.context)
        self.run_id = int(task.run.run_id)
        TaskIdentity.task_id, TaskIdentity.run_id = task.task_id, task.run.run_id
        TaskIdentity.node_id = SUPERLINK_NODE_ID
        self.grid.set_run(run_from_proto(task.run))
        self._beat = threading.Thread(target=self._heartbeat, daemon=True)
        self._beat.start()

    @classmethod
    def acquire(cls, address: str, secret: bytes) -> RunTask | None:
        """Take the oldest waiting run, or None.

        Raises:
            LinkDown: no SuperLink at the address.
            LinkRefused: wrong secret.
        """
        auth = SuperExecAuthHttpInterceptor(
            master_secret=secret,
            protected_methods=frozenset({"/flwr.proto.Runtime/AcquireTask"}),
        )
        version = RuntimeVersionHttpInterceptor(component_name="SuperExec")
        client = RuntimeHttpClient.from_server_address(address, True, None, [version, auth])
        try:
            request = AcquireTaskRequest(supported_task_types=[TaskType.SERVER_APP])
            token = str(call(client.AcquireTask, request).token)
        finally:
            client.close()
        return cls(address, token) if token else None

    def _heartbeat(self) -> None:
        send: Callable[..., Any] = self.grid._runtime_client.SendTaskHeartbeat
        while not self._stop.wait(10.0):
            try:
                if not send(SendTaskHeartbeatRequest()).success:
                    self.lost.set()
                    return
            except httpx.HTTPError:
                continue

    def finish(self, completed: bool, details: str = "") -> None:
        """Tell the SuperLink how it ended and let go."""
        self._stop.set()
        status = SubStatus.COMPLETED if completed else SubStatus.FAILED
        try:
            request = PushTaskOutputRequest(sub_status=status, details=details)
            call(self.grid._runtime_client.PushTaskOutput, request)
        finally:
            self.grid.close()
