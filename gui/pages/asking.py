"""A quiet question to a job: the newest one counts, its answer or what went wrong belongs to one card."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from client.api import JobFailure, JobProgress, JobResult, JobSpec
from gui.engine import EngineProcess
from gui.hub import Hub


@dataclass(frozen=True)
class Answer:
    """What a card may show: nothing was asked, it is asked, an answer, or a failure.

    Attributes:
        busy: It is asked.
        part: 0..1 of a fit to the shop's rows that is under way; None while there is none.
        values: The answer.
        failure: What went wrong.
    """

    busy: bool = False
    part: float | None = None
    values: dict[str, Any] = field(default_factory=dict)
    failure: JobFailure | None = None

    @property
    def known(self) -> bool:
        """Whether there is an answer."""
        return bool(self.values)


class Asking(QObject):
    """Asks one question at a time; a newer one ends the one before."""

    answered = Signal()

    def __init__(self, hub: Hub, parent: QObject) -> None:
        super().__init__(parent)
        self._hub = hub
        self._wanted: JobSpec | None = None
        self._process: EngineProcess | None = None
        self.answer = Answer()

    def ask(self, spec: JobSpec) -> None:
        """Ask; what was asked before is forgotten."""
        self._wanted = spec
        self.answer = Answer(busy=True, values=self.answer.values)
        if self._process is not None and self._process.busy:
            self._process.stop()  # its end starts the newer one
        else:
            self._start()
        self.answered.emit()

    def forget(self) -> None:
        """Nothing was asked."""
        self._wanted = None
        self.answer = Answer()
        if self._process is not None and self._process.busy:
            self._process.stop()

    def _start(self) -> None:
        spec = self._wanted
        if spec is None:
            return
        if self._process is None:
            # the hub ends it with the window; its failures are shown by the card, not above the page
            self._process = EngineProcess(spec, self._hub.home, self._hub)
            self._hub.jobs[f"{spec.name} {id(self)}"] = self._process
            self._process.finished.connect(self._ended)
            self._process.progressed.connect(self._heard)
        # one object for all questions: it starts as often as it is told to
        self._process.spec = spec
        self._process.start()

    def _heard(self, progress: JobProgress) -> None:
        if self.answer.busy and progress.step == "fit":
            self.answer = replace(self.answer, part=progress.part)
            self.answered.emit()

    def _ended(self, end: object) -> None:
        process = self._process
        if process is None or self._wanted is None:
            return
        if process.spec != self._wanted:
            QTimer.singleShot(0, self, self._start)  # its process has not quite ended here
            return
        if isinstance(end, JobResult):
            self.answer = Answer(values=end.values)
        elif isinstance(end, JobFailure):
            self.answer = Answer(failure=end)
        else:
            self.answer = Answer()
        self.answered.emit()
