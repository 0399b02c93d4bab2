"""One window per shop folder: a second start raises the first and ends."""

from __future__ import annotations

import hashlib
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

WAIT_MS = 500


class SingleInstance(QObject):
    """Holds the folder's lock. A lock of a killed process is taken over by Qt."""

    raised = Signal()

    def __init__(self, home: Path) -> None:
        super().__init__()
        home.mkdir(parents=True, exist_ok=True)
        name = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:16]
        self._name = f"hansa-{name}"
        self._lock = QLockFile(str(home / "desktop.lock"))
        self._lock.setStaleLockTime(0)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)

    def acquire(self) -> bool:
        """True: this is the first window. False: the first one was asked to show itself."""
        if not self._lock.tryLock(0):
            socket = QLocalSocket()
            socket.connectToServer(self._name)
            if socket.waitForConnected(WAIT_MS):
                socket.write(b"raise\n")
                socket.waitForBytesWritten(WAIT_MS)
                socket.disconnectFromServer()
            return False
        QLocalServer.removeServer(self._name)
        self._server.newConnection.connect(self._asked)
        self._server.listen(self._name)
        return True

    def release(self) -> None:
        """Let another window open this folder."""
        self._server.close()
        self._lock.unlock()

    def _asked(self) -> None:
        socket = self._server.nextPendingConnection()
        if socket is not None:
            socket.disconnectFromServer()
            socket.deleteLater()
        self.raised.emit()
