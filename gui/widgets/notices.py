"""What goes on above every page: running jobs with steps, failures, short good news."""

from __future__ import annotations

import time

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from client.api import JobFailure, JobProgress
from gui.engine import EngineProcess, State
from gui.hub import Hub
from gui.widgets.banner import Banner, ErrorBanner
from gui.widgets.basics import Card, button, clear, label, row, symbol
from gui.words import job_title, step_name

SAY_MS = 6_000
QUIET = ("node", "privacy", "quarter", "data", "would-go", "preview", "refused")


class JobCard(Card):
    """The steps of one job: those done with their seconds, the one that runs with its part."""

    def __init__(self, job: EngineProcess) -> None:
        super().__init__()
        self._job = job
        self._steps: list[tuple[str, float]] = []
        self._progress: JobProgress | None = None
        self._lines = QVBoxLayout()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(job_title(job.spec.name))
        cancel = button(QCoreApplication.translate("JobCard", "Cancel"), job.stop)
        self.add(row(label(job_title(job.spec.name), "section"), None, cancel))
        self.add(self._lines, self._bar)
        job.progressed.connect(self._take)
        job.state_changed.connect(lambda _: self._draw())
        self._draw()

    def _take(self, progress: JobProgress) -> None:
        if not self._steps or self._steps[-1][0] != progress.step:
            self._steps.append((progress.step, time.monotonic()))
        self._progress = progress
        self._draw()

    def _draw(self) -> None:
        clear(self._lines)
        part = self._progress.part if self._progress else None
        self._bar.setRange(0, 0 if part is None else 1000)
        if part is not None:
            self._bar.setValue(round(1000 * part))
        for i, (step, began) in enumerate(self._steps[-5:]):
            last = i == len(self._steps[-5:]) - 1
            note = self._progress.note if last and self._progress else ""
            if not last:
                note = f"{self._steps[-5:][i + 1][1] - began:.0f} s"
            mark = symbol("refresh-cw" if last else "check", "accent" if last else "good", 16)
            self._lines.addLayout(row(mark, label(step_name(step)), None, label(note, "caption")))
        if self._job.state is State.STOPPING:
            words = QCoreApplication.translate("JobCard", "Stopping…")
            self._lines.addWidget(label(words, "muted"))


class Notices(QWidget):
    """The stack of notices; takes no room while there are none."""

    def __init__(self, hub: Hub) -> None:
        super().__init__()
        self._hub = hub
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(28, 14, 28, 0)
        self._box.setSpacing(8)
        self._cards: dict[str, JobCard] = {}
        hub.jobs_changed.connect(self._jobs)
        hub.failed.connect(self._fail)
        hub.said.connect(self._say)
        self.hide()
        self._jobs()

    def _jobs(self) -> None:
        for name, job in self._hub.jobs.items():
            if name in QUIET or name.startswith("ask-"):
                continue
            if job.busy and name not in self._cards:
                self._cards[name] = card = JobCard(job)
                self._box.insertWidget(0, card)
            elif not job.busy and name in self._cards:
                self._drop(self._cards.pop(name))
        self._fit()

    def _fail(self, failure: JobFailure) -> None:
        for old in self.findChildren(ErrorBanner):
            self._drop(old)
        banner = ErrorBanner(failure, close=lambda: self._drop(banner))
        self._box.addWidget(banner)
        self._fit()

    def _say(self, text: str, tone: str) -> None:
        banner = Banner(text, tone=tone)
        self._box.addWidget(banner)
        QTimer.singleShot(SAY_MS, banner, lambda: self._drop(banner))
        self._fit()

    def _drop(self, widget: QWidget) -> None:
        self._box.removeWidget(widget)
        widget.hide()
        widget.deleteLater()
        self._fit()

    def _fit(self) -> None:
        self.setVisible(self._box.count() > 0)
