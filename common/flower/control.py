"""The operator's side of the SuperLink: let nodes in, lock them out, open and end runs."""

from __future__ import annotations

from flwr.common.serde import fab_to_proto
from flwr.proto.control_pb2 import (
    ListNodesRequest,
    RegisterNodeRequest,
    StartRunRequest,
    StopRunRequest,
    UnregisterNodeRequest,
)
from flwr.supercore.control.control_http_client import ControlHttpClient
from flwr.supercore.fab import Fab
from flwr.supercore.interceptors import RuntimeVersionHttpInterceptor

from common.flower.calls import call


class Control:
    """The operator's side of the SuperLink; it listens on loopback only."""

    def __init__(self, address: str) -> None:
        self._client = ControlHttpClient.from_server_address(
            address, True, None, interceptors=[RuntimeVersionHttpInterceptor("flwr-cli")]
        )

    def register(self, public_pem: bytes, name: str) -> int:
        """Let a node's public key in; its node id."""
        request = RegisterNodeRequest(public_key=public_pem, name=name)
        return int(call(self._client.RegisterNode, request).node_id)

    def unregister(self, node_id: int) -> None:
        """Lock a node out."""
        call(self._client.UnregisterNode, UnregisterNodeRequest(node_id=node_id))

    def nodes(self) -> dict[int, str]:
        """Status ("online", "offline", "registered", "unregistered") by node id."""
        found = call(self._client.ListNodes, ListNodesRequest()).nodes_info
        return {int(n.node_id): str(n.status) for n in found}

    def start_run(self, fab: bytes, fab_digest: str) -> int:
        """Hand the bundle of code in and open a run; Flower's run id."""
        proto = fab_to_proto(Fab(fab_digest, fab, {}))
        return int(call(self._client.StartRun, StartRunRequest(fab=proto, federation="")).run_id)

    def stop_run(self, run_id: int) -> None:
        """End a run that somebody left open."""
        call(self._client.StopRun, StopRunRequest(run_id=run_id))

    def close(self) -> None:
        """Close the connection."""
        self._client.close()
