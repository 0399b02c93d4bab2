"""When something of ours breaks: a log file for us, one calm sentence for the person."""

from __future__ import annotations

import faulthandler
import logging
import sys
import threading
import traceback
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler

from client.api import JobFailure

log = logging.getLogger("gui")
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class CrashGuard(QObject):
    """Catches what nobody caught, in any thread; tells it in the window's own thread."""

    caught = Signal(object)

    def __init__(self, log_file: Path) -> None:
        super().__init__()
        log_file.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(log_file, maxBytes=1_000_000, backupCount=2, encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        root = logging.getLogger()
        root.addHandler(handler)
        root.setLevel(logging.INFO)
        self._handler = handler
        self._fatal = log_file.with_suffix(".fatal").open("a", encoding="utf-8")
        faulthandler.enable(self._fatal)

    def install(self, show: Callable[[JobFailure], object]) -> None:
        """Take over the hooks; `show` gets one calm failure for each thing caught."""
        self.caught.connect(show)
        self._before = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._exception
        threading.excepthook = lambda a: self._exception(
            a.exc_type, a.exc_value or a.exc_type(), a.exc_traceback
        )
        qInstallMessageHandler(_qt_message)

    def uninstall(self) -> None:
        """Give the hooks back and close the files."""
        sys.excepthook, threading.excepthook = self._before
        qInstallMessageHandler(None)
        faulthandler.disable()
        self._fatal.close()
        logging.getLogger().removeHandler(self._handler)
        self._handler.close()

    def _exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        # the error's own text may hold a row's value: the log keeps where, not what
        where = "".join(traceback.format_tb(trace)) + kind.__name__
        log.error("uncaught\n%s", where)
        self.caught.emit(JobFailure("internal", "", details=where))


def _qt_message(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    log.log(_LEVELS.get(kind, logging.WARNING), "qt: %s", text)
