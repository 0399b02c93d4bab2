"""The SuperLink, embedded: one public TLS listener for nodes, everything else on loopback."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn

from common.errors import FederationError, PortInUse
from common.flower import quiet
from server.folder import Folder

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

#: One object of a message is at most 5 MB; the rest of a request is small.
MAX_REQUEST_BYTES = 64 * 1024 * 1024


class FleetOnly:
    """What the public listener lets through: the nodes' calls and /health. All else is 404."""

    def __init__(self, app: Asgi) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Filter one connection."""
        if scope["type"] != "http":
            return  # no web sockets; the listener closes the connection
        path = str(scope["path"])
        if not (path.startswith("/v1/fleet/") or path == "/health"):
            await _answer(send, 404)
        elif _length(scope) > MAX_REQUEST_BYTES:
            await _answer(send, 413)
        else:
            await self.app(scope, _bounded(receive), send)


def _bounded(receive: Receive) -> Receive:
    """A body without a declared length ends where the limit is."""
    left = MAX_REQUEST_BYTES

    async def counted() -> MutableMapping[str, Any]:
        nonlocal left
        event = await receive()
        left -= len(event.get("body", b""))
        return event if left >= 0 else {"type": "http.disconnect"}

    return counted


def _length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else MAX_REQUEST_BYTES + 1
    return 0


async def _answer(send: Send, status: int) -> None:
    headers = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


class Coordinator:
    """Both listeners over one SuperLink; `start`, then `stop`."""

    def __init__(self, folder: Folder) -> None:
        self.folder, self.settings = folder, folder.config()
        self._servers: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(self) -> None:
        """Listen.

        Raises:
            PortInUse: another program has one of the two ports.
            FederationError: the SuperLink does not come up.
        """
        c = self.settings
        private = _bind("127.0.0.1", c.control_port, "control_port", self.folder)
        try:
            public = _bind(c.bind, c.port, "port", self.folder)
        except PortInUse:
            private.close()
            raise
        self.folder.use()
        # after FLWR_HOME is set
        from common.flower.superlink import superlink_app

        quiet()
        app = superlink_app(self.folder.flower, c.control_port, self.folder.secret())
        self._serve(app, private)
        self._serve(
            FleetOnly(app),
            public,
            lifespan="off",
            ssl_certfile=str(self.folder.certificate),
            ssl_keyfile=str(self.folder.certificate_key),
        )

    def _serve(self, app: Any, sock: socket.socket, **more: Any) -> None:
        config = uvicorn.Config(app, log_config=None, log_level="warning", access_log=False, **more)
        server = uvicorn.Server(config)
        thread = threading.Thread(
            target=lambda: asyncio.run(server.serve(sockets=[sock])), daemon=True
        )
        thread.start()
        until = time.monotonic() + 30
        while not server.started:
            if not thread.is_alive() or time.monotonic() > until:
                raise FederationError(
                    "The coordinator's listener does not come up.",
                    where=str(self.folder.home),
                    safe="Nothing was changed.",
                    todo="Run again with HANSA_LOG=DEBUG and read the log.",
                )
            time.sleep(0.02)
        self._servers.append((server, thread))

    @property
    def alive(self) -> bool:
        """Both listeners run."""
        return all(thread.is_alive() for _, thread in self._servers)

    def stop(self) -> None:
        """Close both listeners, the public one first."""
        for server, _ in reversed(self._servers):
            server.should_exit = True
        for _, thread in reversed(self._servers):
            thread.join(10)
        self._servers.clear()


def serve(folder: Folder, ready: Callable[[dict[str, Any]], None]) -> None:
    """Run until SIGTERM or SIGINT.

    Args:
        folder: The coordinator's.
        ready: Called once with addresses and process id when both listeners are up.
    """
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    coordinator = Coordinator(folder)
    coordinator.start()
    c = coordinator.settings
    told = {"public": c.public_address, "control": c.control_address, "pid": os.getpid()}
    state = folder.home / "serving.json"
    state.write_text(json.dumps(told), encoding="utf-8")
    ready(told)
    try:
        while coordinator.alive and not stop.wait(0.5):
            pass
    finally:
        state.unlink(missing_ok=True)
        coordinator.stop()


def _bind(host: str, port: int, name: str, folder: Folder) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    if os.name != "nt":  # on Windows the option would let two programs share the port
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as e:
        sock.close()
        taken = e.errno in (errno.EADDRINUSE, errno.EACCES)
        why = "Another program listens there already." if taken else f"{e.strerror}."
        raise PortInUse(
            f"The coordinator cannot listen on port {port}. {why}",
            where=f"{host}:{port}",
            safe="Nothing was changed; merchants wait and try again.",
            todo=f"Stop the other program, or change '{name}' in {folder.config_path} "
            "(then hand out the site kit again if it is the public port).",
        ) from e
    return sock
