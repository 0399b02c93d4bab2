"""Work of several steps, each a child process: what is done, what runs, what waits; can be cancelled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from client.api import JobFailure, JobResult, JobSpec
from gui.engine import EngineProcess
from gui.hub import Hub
from gui.widgets.banner import Banner, ErrorBanner
from gui.widgets.basics import Card, button, clear, label, row, symbol

_ICONS = {
    "waits": ("clock", "muted"),
    "runs": ("refresh-cw", "accent"),
    "done": ("check", "good"),
    "failed": ("circle-x", "bad"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One job with its words; `state` is "waits", "runs", "done" or "failed"."""

    text: str
    spec: JobSpec
    state: str = "waits"
    note: str = ""


class Work(QObject):
    """One piece of work at a time. A step that fails does not stop the others."""

    changed = Signal()

    def __init__(self, hub: Hub, name: str, parent: QObject) -> None:
        super().__init__(parent)
        self._hub, self._name = hub, name
        self._process: EngineProcess | None = None
        self._tell: Callable[[JobResult], str] = lambda _: ""
        self._then: Callable[[list[JobResult]], object] = lambda _: None
        self._results: list[JobResult] = []
        self.title = ""
        self.steps: list[Step] = []
        self.failure: JobFailure | None = None
        self.hint = ""

    @property
    def busy(self) -> bool:
        """Whether a step runs."""
        return self._process is not None

    def start(
        self,
        title: str,
        steps: Sequence[Step],
        tell: Callable[[JobResult], str],
        then: Callable[[list[JobResult]], object],
        hint: str = "",
    ) -> bool:
        """Begin; False while other work runs.

        Args:
            title: Of the work.
            steps: In order.
            tell: A few words on the result of a step.
            then: Gets the results when all is over; none where all failed or it was cancelled.
            hint: What else may help if a step fails.
        """
        if self.busy:
            return False
        self.title, self.steps, self.failure = title, list(steps), None
        self._tell, self._then, self._results = tell, then, []
        self.hint = hint
        self._next()
        return True

    def cancel(self) -> None:
        """End the step that runs, and begin no other; what is done stays."""
        self.steps = [s for s in self.steps if s.state != "waits"]
        if self._process is not None:
            self._process.stop()
        self.changed.emit()

    def forget(self) -> None:
        """Take the list and what went wrong off the screen."""
        if not self.busy:
            self.steps, self.failure = [], None
            self.changed.emit()

    def again(self) -> None:
        """Do once more what failed."""
        failed = [replace(s, state="waits", note="") for s in self.steps if s.state == "failed"]
        if not self.busy and failed:
            self.start(self.title, failed, self._tell, self._then, self.hint)

    def _next(self) -> None:
        at = next((i for i, s in enumerate(self.steps) if s.state == "waits"), None)
        if at is None:
            self._over()
            return
        self.steps[at] = replace(self.steps[at], state="runs")
        # the hub ends it with the window
        self._process = process = EngineProcess(self.steps[at].spec, self._hub.home, self._hub)
        self._hub.jobs[f"ask-{self._name} {id(self)}"] = process
        process.finished.connect(lambda end: self._ended(at, end))
        process.start()
        self.changed.emit()

    def _ended(self, at: int, end: object) -> None:
        if self._process is not None:
            self._process.deleteLater()
        self._process = None
        del self._hub.jobs[f"ask-{self._name} {id(self)}"]
        if isinstance(end, JobResult):
            self._results.append(end)
            self.steps[at] = replace(self.steps[at], state="done", note=self._tell(end))
            self._hub.touch()
        elif isinstance(end, JobFailure):
            self.failure = self.failure or end
            self.steps[at] = replace(self.steps[at], state="failed", note=end.what)
        else:
            self.steps = [s for s in self.steps if s.state in ("done", "failed")]
        self._next()

    def _over(self) -> None:
        results, self._results = self._results, []
        if self.failure is None:
            self.steps = []
        self.changed.emit()
        if results:
            self._then(results)


class WorkCard(QWidget):
    """The steps of one piece of work; takes no room while there are none."""

    def __init__(self, work: Work) -> None:
        super().__init__()
        self._work = work
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(10)
        work.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        clear(self._box)
        work = self._work
        self.setVisible(bool(work.steps or work.failure))
        if work.busy:
            self._box.addWidget(self._steps())
        elif work.failure is not None:
            again = (self.tr("Try again"), work.again)
            self._box.addWidget(ErrorBanner(work.failure, again, work.forget))
            if work.hint:
                self._box.addWidget(Banner(work.hint))

    def _steps(self) -> Card:
        work = self._work
        card = Card()
        card.setAccessibleName(work.title)
        cancel = button(self.tr("Cancel"), work.cancel)
        card.add(row(label(work.title, "section"), None, cancel))
        for step in work.steps:
            icon, tone = _ICONS[step.state]
            note = step.note or (self.tr("waiting") if step.state == "waits" else "")
            role = "" if step.state != "waits" else "muted"
            mark = symbol(icon, tone, 16)
            card.add(row(mark, label(step.text, role), None, label(note, "caption")))
        bar = QProgressBar()
        bar.setTextVisible(False)
        bar.setAccessibleName(work.title)
        # one step has no end that is known; of several, the one that runs counts half
        bar.setRange(0, 2 * len(work.steps) if len(work.steps) > 1 else 0)
        bar.setValue(1 + 2 * sum(s.state in ("done", "failed") for s in work.steps))
        return card.add(bar)
