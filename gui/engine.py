"""One child process of the window: a state machine over QProcess, its lines as signals."""

from __future__ import annotations

import os
import signal
from collections import deque
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, QObject, QProcess, QProcessEnvironment, QTimer, Signal

from client.api import JobFailure, JobProgress, JobResult, JobSpec, parse_line

TERMINATE_MS = 5_000
STABLE_MS = 60_000
DETAILS = 8_000  # characters of standard error that "Copy details" keeps
BACK_OFF_MS = (1_000, 2_000, 5_000, 15_000, 30_000, 60_000)


class State(StrEnum):
    """Where the process is in its life."""

    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    FAILED = "failed"


class EngineProcess(QObject):
    """Runs a job. Truth is in the database; these signals are hints to look.

    stopped -> starting -> running -> stopping -> stopped; a bad end leads to failed, and a
    service goes from there to starting again after a growing pause.
    """

    state_changed = Signal(str)
    progressed = Signal(object)
    finished = Signal(object)

    def __init__(self, spec: JobSpec, home: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.spec, self._home = spec, home
        self.state = State.STOPPED
        self.progress: JobProgress | None = None
        self.failure: JobFailure | None = None
        self.retry_ms = 0
        self._result: JobResult | None = None
        self._tail: deque[str] = deque(maxlen=40)
        self._errors = ""
        self._fails = 0
        self._age = QElapsedTimer()
        self._process = QProcess(self)
        self._process.started.connect(lambda: self._enter(State.RUNNING))
        self._process.finished.connect(self._ended)
        self._process.errorOccurred.connect(self._error)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.readyReadStandardError.connect(self._read_errors)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._escalate)
        self._again = QTimer(self, singleShot=True)
        self._again.timeout.connect(self.start)
        self._steps = 0

    @property
    def busy(self) -> bool:
        """Whether there is a process, or soon will be."""
        return self.state in (State.STARTING, State.RUNNING, State.STOPPING)

    def start(self) -> None:
        """Start the process; does nothing when there is one."""
        if self.busy:
            return
        self._again.stop()
        self.failure = self._result = self.progress = None
        self._tail.clear()
        self._errors = ""
        self.retry_ms = 0
        program, *args = self.spec.command(self._home)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONUNBUFFERED", "1")
        environment.insert("PYTHONIOENCODING", "utf-8")
        self._process.setProcessEnvironment(environment)
        self._enter(State.STARTING)
        self._age.start()
        self._process.start(program, args)

    def stop(self) -> None:
        """Ask, wait the grace, terminate, wait 5 s, kill. A pending restart is called off."""
        self._again.stop()
        if self.state is State.FAILED:
            self._enter(State.STOPPED)
        if self.state not in (State.STARTING, State.RUNNING):
            return
        self._enter(State.STOPPING)
        self._steps = 0
        self._process.closeWriteChannel()
        if os.name == "posix" and self._process.processId() > 0:
            os.kill(self._process.processId(), signal.SIGINT)
        self._timer.start(round(1000 * self.spec.grace_s))

    def wait(self, ms: int) -> bool:
        """Block until the process is gone; for the end of the program."""
        if self._process.state() == QProcess.ProcessState.NotRunning:
            return True
        return self._process.waitForFinished(ms)

    def kill(self) -> None:
        """End the process now."""
        self._process.kill()

    def _escalate(self) -> None:
        if self.state is not State.STOPPING:
            return
        self._steps += 1
        if self._steps == 1:
            self._process.terminate()
            self._timer.start(min(TERMINATE_MS, round(1000 * self.spec.grace_s)))
        else:
            self._process.kill()

    def _enter(self, state: State) -> None:
        if state is State.RUNNING and self.state is not State.STARTING:
            return
        if state is not self.state:
            self.state = state
            self.state_changed.emit(state.value)

    def _read(self) -> None:
        while self._process.canReadLine():
            self._take(bytes(self._process.readLine().data()).decode("utf-8", "replace"))

    def _take(self, text: str) -> None:
        line = parse_line(text)
        if isinstance(line, JobProgress):
            self.progress = line
            self.progressed.emit(line)
        elif isinstance(line, JobFailure):
            self.failure = line
        elif isinstance(line, JobResult):
            self._result = line
        elif text.strip():
            self._tail.append(text.rstrip())

    def _read_errors(self) -> None:
        text = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
        self._errors = (self._errors + text)[-DETAILS:]

    def _error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._tail.append(self._process.errorString())
            self._fail()

    def _ended(self, code: int, status: QProcess.ExitStatus) -> None:
        self._timer.stop()
        self._read()
        rest = bytes(self._process.readAllStandardOutput().data()).decode("utf-8", "replace")
        if rest:
            self._take(rest)
        self._read_errors()
        if self.state is State.STOPPING:
            self._enter(State.STOPPED)
            self.finished.emit(None)
        elif code == 0 and status is QProcess.ExitStatus.NormalExit and not self.failure:
            self._enter(State.STOPPED)
            self.finished.emit(self._result or JobResult({}))
        else:
            self._fail()

    def _fail(self) -> None:
        details = "\n".join([*self._tail, self._errors.strip()]).strip()
        plain = self.failure or JobFailure("stopped", "")
        self.failure = JobFailure(
            plain.code, plain.what, plain.where, plain.safe, plain.todo, details
        )
        self._fails = 1 if self._age.elapsed() > STABLE_MS else self._fails + 1
        if self.spec.service:
            self.retry_ms = BACK_OFF_MS[min(self._fails, len(BACK_OFF_MS)) - 1]
        self._enter(State.FAILED)
        self.finished.emit(self.failure)
        if self.spec.service and self.state is State.FAILED:
            self._again.start(self.retry_ms)
