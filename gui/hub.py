"""What all pages share: the shop, its jobs, and the word that something changed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QObject, QSettings, QTimer, Signal

from client.api import (
    JobFailure,
    JobResult,
    JobSpec,
    Shop,
    count_privacy,
    count_quarter,
    run_node,
)
from common.errors import UserFacing
from gui.engine import EngineProcess, State

POLL_MS = 250
#: How long a job may take to end when the window closes; a node ends its round first.
CLOSE_MS = 5_000
log = logging.getLogger(__name__)


class Hub(QObject):
    """The window's one link to the shop.

    Attributes:
        shop: The open shop; None when the folder holds none yet.
        options: Geometry, theme and language of this window; nothing of the shop's business.
    """

    changed = Signal()
    jobs_changed = Signal()
    said = Signal(str, str)
    failed = Signal(object)
    opened = Signal()
    restyled = Signal()
    go_to = Signal(str)

    def __init__(self, home: Path, shop: Shop | None = None) -> None:
        super().__init__()
        self.home = home
        self.shop = shop
        self.options = QSettings(str(home / "desktop.ini"), QSettings.Format.IniFormat)
        self.jobs: dict[str, EngineProcess] = {}
        self._version = -1
        self._cost = QElapsedTimer()
        self._rest_ms = 0
        self._since = QElapsedTimer()
        self._since.start()
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._poll)
        self._counted_head = ""
        self._counted_quarter: tuple[str, float | None] = ("", None)

    def open(self) -> bool:
        """Open the shop if the folder holds one; an error is shown, not raised."""
        if self.shop is None and Shop.exists(self.home):
            try:
                self.shop = Shop.open(self.home)
            except UserFacing as e:
                self.show_error(e)
                return False
        if self.shop is not None:
            self._version = self.shop.version()
            self._timer.start()
        return self.shop is not None

    def close(self) -> None:
        """Stop looking, end the jobs, close the database."""
        self._timer.stop()
        for job in self.jobs.values():
            job.blockSignals(True)
            job.stop()
        for job in self.jobs.values():
            if not job.wait(CLOSE_MS):
                job.kill()
                job.wait(2_000)
        if self.shop is not None:
            self.shop.close()
            self.shop = None

    def touch(self) -> None:
        """Say that this window itself changed the shop."""
        self._notify()

    def do(self, action: Callable[[], object], done: str = "") -> bool:
        """Run a quick change of the shop; say `done`, or show why it could not be."""
        try:
            action()
        except UserFacing as e:
            self.show_error(e)
            return False
        if done:
            self.said.emit(done, "good")
        self._notify()
        return True

    def show_error(self, error: UserFacing) -> None:
        """Show an error in its four parts."""
        parts = error.as_dict()
        self.failed.emit(
            JobFailure(parts["error"], parts["what"], parts["where"], parts["safe"], parts["do"])
        )

    def start(self, spec: JobSpec, then: Callable[[JobResult], None] | None = None) -> bool:
        """Start a job unless one of that name runs; `then` gets its result."""
        old = self.jobs.get(spec.name)
        if old is not None and old.busy:
            return False
        if old is not None:
            old.deleteLater()
        job = EngineProcess(spec, self.home, self)
        self.jobs[spec.name] = job
        job.state_changed.connect(lambda _: self.jobs_changed.emit())
        job.progressed.connect(lambda _: self.jobs_changed.emit())
        job.finished.connect(lambda end: self._ended(spec, end, then))
        job.start()
        return True

    def job(self, name: str) -> EngineProcess | None:
        """The last job of that name."""
        return self.jobs.get(name)

    def state(self, name: str) -> State:
        """State of the last job of that name."""
        job = self.jobs.get(name)
        return job.state if job else State.STOPPED

    def toggle_node(self, *, anyway: bool = False) -> None:
        """Start learning, or pause it; `anyway` with too few rows to learn from."""
        job = self.jobs.get("node")
        if job is not None and (job.busy or job.retry_ms):
            job.stop()
            job.retry_ms = 0
            self.jobs_changed.emit()
        else:
            self.start(run_node(anyway=anyway))

    def recount(self) -> None:
        """Have epsilon computed for this ledger head, once, by a child process."""
        if self.shop is None:
            return
        view = self.shop.privacy()
        limited = view.quarter_limit is not None and view.epsilon is not None
        asked = (view.head, view.quarter_limit)
        if limited and view.quarter_epsilon is None and asked != self._counted_quarter:
            self._counted_quarter = asked
            self.start(count_quarter())
        weaker_missing = view.shares_noise and view.epsilon_alone is None
        known = view.epsilon is not None and not weaker_missing
        if known or view.head == self._counted_head:
            return
        self._counted_head = view.head
        self.start(count_privacy())

    def _ended(self, spec: JobSpec, end: object, then: Callable[[JobResult], None] | None) -> None:
        self.jobs_changed.emit()
        if isinstance(end, JobFailure):
            log.warning("job %s failed: %s", spec.name, end.code)
            self.failed.emit(end)
        elif isinstance(end, JobResult) and then is not None:
            then(end)
        elif end is None and spec.name == "import":
            text = QCoreApplication.translate(
                "Hub",
                "Stopped. What was imported stays; import the same files again to go on there.",
            )
            self.said.emit(text, "warn")
        self._notify()

    def _poll(self) -> None:
        """Look whether another process changed the database; rest in proportion to the cost."""
        if self.shop is None or self._since.elapsed() < self._rest_ms:
            return
        version = self.shop.version()
        if version != self._version:
            self._version = version
            self._notify()

    def _notify(self) -> None:
        self._cost.start()
        self.changed.emit()
        self._since.start()
        self._rest_ms = int(4 * self._cost.elapsed())
