"""Learning: where the node is, what each round cost, what left, what was refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout

from client.api import (
    Departure,
    JobFailure,
    JobProgress,
    JobResult,
    Lack,
    LeagueView,
    ModelView,
    PrivacyView,
    RosterView,
    join_league,
    judge_worth,
    watch_drift,
)
from common.errors import UserFacing
from gui import format as fmt
from gui import words
from gui.engine import State
from gui.hub import Hub
from gui.pages import lacking
from gui.pages.asking import Answer, Asking
from gui.pages.driftcard import DriftCard
from gui.pages.modelcard import ModelCard
from gui.pages.page import PageView
from gui.pages.rostercard import RosterCard
from gui.pages.roundscard import RoundsCard
from gui.pages.worthcard import WorthCard
from gui.widgets.banner import ErrorBanner
from gui.widgets.basics import Card, button, label, named_row, pill, row
from gui.widgets.empty import Empty
from gui.widgets.sides import Sides
from gui.widgets.steps import Mark
from gui.widgets.table import Column, Table


@dataclass(frozen=True)
class _Seen:
    league: LeagueView
    view: PrivacyView
    departures: tuple[Departure, ...]
    state: State
    progress: JobProgress | None
    retry_ms: int
    has_data: bool
    lack: Lack | None = None
    roster: RosterView | None = None
    models: ModelView = field(default_factory=ModelView)
    drift: Answer = field(default_factory=Answer)
    worth: Answer = field(default_factory=Answer)
    before: str = ""
    broken: JobFailure | None = None


class Learning(PageView):
    """The league from this shop's side."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self.set_title(self.tr("Learning"))
        self.subtitle.setText(
            self.tr("Shops learn one model together; each keeps its rows and adds its own noise.")
        )
        self._put_off = self._before = ""
        self._drift, self._worth = Asking(hub, self), Asking(hub, self)
        self._compared: object = None
        for asking in (self._drift, self._worth):
            asking.answered.connect(self.refresh)
        hub.jobs_changed.connect(lambda: self.refresh() if self.isVisible() else None)

    def load(self) -> object:
        """League, budget, rounds, state of the node."""
        job = self.hub.job("node")
        models, broken = self._models()
        self._watch(models)
        return _Seen(
            self.shop.league(),
            self.shop.privacy(),
            self.shop.departures(),
            self.hub.state("node"),
            job.progress if job else None,
            job.retry_ms if job else 0,
            not self.shop.info().is_empty,
            self.shop.lack(),
            self._roster(),
            models,
            self._drift.answer,
            self._worth.answer,
            self._before,
            broken,
        )

    def _models(self) -> tuple[ModelView, JobFailure | None]:
        """The models, or why they cannot be read: the page's other cards do not need them."""
        try:
            return self.shop.models(), None
        except UserFacing as e:
            p = e.as_dict()
            return ModelView(), JobFailure(p["error"], p["what"], p["where"], p["safe"], p["do"])

    def _watch(self, models: ModelView) -> None:
        """Have drift counted once for each state of the rows and the model, by a child process."""
        state = (self.shop.data_state(), models.installed, models.heads)
        if models.installed and state != self._compared:
            self._compared = state
            self._drift.ask(watch_drift())

    def ask(self) -> None:
        """Have it judged whether joining was worth it."""
        self._worth.ask(judge_worth())

    def _use(self, digest: str) -> None:
        def act() -> None:
            self._before = self.shop.use_model(digest)
            self._worth.forget()

        self.hub.do(act, self.tr("Another model is in use now."))

    def _undo(self) -> None:
        def act() -> None:
            self.shop.use_model(self._before)
            self._before = ""
            self._worth.forget()

        self.hub.do(act, self.tr("The model before is in use again."))

    def _roster(self) -> RosterView | None:
        """A changed list that was not put off while this window is open."""
        found = self.shop.changed_roster()
        return None if found is None or found.digest == self._put_off else found

    def _later(self, digest: str) -> None:
        self._put_off = digest
        self.refresh()

    def build(self, value: object) -> None:
        """Join, or the state with its steps; then the rounds."""
        if not isinstance(value, _Seen):
            return
        if not value.league.joined:
            self.content.addWidget(self._join())
        else:
            self._failure(value)
            if value.roster is not None:
                digest = value.roster.digest
                self.content.addWidget(
                    RosterCard(self.hub, value.roster, lambda: self._later(digest))
                )
            if value.lack is not None:
                self.content.addWidget(lacking.banner(self.hub, value.lack))
            top = QHBoxLayout()
            top.setSpacing(14)
            top.addWidget(self._node(value), 3)
            top.addWidget(self._league(value), 2)
            self.content.addLayout(top)
        if value.models.installed or value.league.joined or value.broken is not None:
            self._model(value)
        self.content.addWidget(RoundsCard(value.departures))
        if value.league.refusals:
            self.content.addWidget(self._refusals(value.league.refusals))
        self.content.addStretch(1)

    def _model(self, seen: _Seen) -> None:
        """Which model, whether it was worth it, whether it still fits."""
        if seen.broken is not None:
            self.content.addWidget(ErrorBanner(seen.broken))
            return
        undo = self._undo if seen.before else None
        model = ModelCard(seen.models, self._use, undo)
        has_model = bool(seen.models.installed)
        worth = WorthCard(seen.worth, has_model, self.ask)
        self.content.addWidget(Sides(model, worth, (1, 1)))
        if has_model:
            self.content.addWidget(DriftCard(seen.drift, lambda: self._drift.ask(watch_drift())))

    def _join(self) -> Card:
        go = button(self.tr("Choose site kit…"), self._choose_kit, kind="primary")
        text = self.tr(
            "The operator of a league gives you a site kit: one small file with the league's"
            " address and keys. Your shop makes its own keys and writes a request for the operator."
        )
        return Card().add(Empty("network", self.tr("Join a league"), text, go, height=230))

    def _choose_kit(self) -> None:
        kit, _ = QFileDialog.getOpenFileName(
            self, self.tr("Choose site kit"), "", self.tr("Site kit (*.json)")
        )
        if not kit:
            return
        request = Path(kit).with_name("request.json")
        self.hub.start(join_league(Path(kit), request), lambda r: self._joined(r, request))

    def _joined(self, result: JobResult, request: Path) -> None:
        text = self.tr("Joined. Send this file to the operator: %1")
        self.hub.said.emit(words.fill(text, request), "good")

    def _failure(self, seen: _Seen) -> None:
        job = self.hub.job("node")
        if seen.state is State.FAILED and job is not None and job.failure is not None:
            again = (self.tr("Try now"), job.start)
            self.content.addWidget(ErrorBanner(job.failure, again))
            if seen.retry_ms:
                text = words.fill(self.tr("We try again in %1 s."), seen.retry_ms // 1000)
                self.content.addWidget(label(text, "caption"))

    def _node(self, seen: _Seen) -> Card:
        on = seen.state in (State.STARTING, State.RUNNING)
        waits = seen.state is State.FAILED and seen.retry_ms > 0
        state = pill(
            *words.node_state(seen.state.value, seen.progress.step if seen.progress else "")
        )
        card = Card(self.tr("This shop's node"), state)
        sent = sum(d.state == "commit" for d in seen.departures)
        note = seen.progress.note if on and seen.progress else ""
        if on and seen.progress and seen.progress.round:
            note = words.fill(self.tr("round %1"), seen.progress.round)
        steps = (
            (seen.has_data, self.tr("Rows imported"), ""),
            (seen.league.joined, self.tr("Joined a league"), seen.league.address),
            (on, self.tr("Node answers the coordinator"), note),
            (sent > 0, self.tr("Noised answers sent"), fmt.count(sent)),
            (
                bool(seen.league.model_digest),
                self.tr("Signed model received"),
                fmt.brief_hash(seen.league.model_digest) if seen.league.model_digest else "",
            ),
        )
        for done, text, note in steps:
            mark = ("check", "good") if done else ("clock", "faint")
            card.add(Mark(*mark, text, note))
        words_ = self.tr("Pause learning") if on or waits else self.tr("Start learning")
        kind = "" if on or waits else "primary"
        icon = "pause" if on or waits else "play"
        go = button(words_, lambda: self._toggle(seen.lack), kind=kind, icon_name=icon)
        go.setEnabled(seen.state is not State.STOPPING)
        card.add(None, row(go, None))
        policy = self.shop.settings.policy
        if policy.paused:
            card.add(label(self.tr("Your settings file pauses every round."), "caption"))
        return card

    def _toggle(self, lack: Lack | None) -> None:
        """Pause, or start: with too few rows to learn from only after a question."""
        job = self.hub.job("node")
        if lack is None or (job is not None and (job.busy or job.retry_ms)):
            self.hub.toggle_node()
        else:
            lacking.ask(lack, lambda: self.hub.toggle_node(anyway=True), self)

    def _league(self, seen: _Seen) -> Card:
        card = Card(self.tr("League"))
        view, policy = seen.view, self.shop.settings.policy
        card.add(
            named_row(self.tr("Name"), seen.league.name or fmt.DASH),
            named_row(self.tr("Coordinator"), fmt.brief_hash(seen.league.coordinator)),
            named_row(self.tr("Address"), seen.league.address or fmt.DASH),
            named_row(self.tr("Model installed"), fmt.moment(seen.league.model_at)),
            named_row(self.tr("ε spent of the limit"), _spent(view)),
            named_row(
                self.tr("Rounds left at this rate"),
                fmt.DASH if view.rounds_left is None else str(view.rounds_left),
            ),
            named_row(self.tr("Hours"), policy.hours or self.tr("always")),
            None,
        )
        link = button(
            self.tr("What left this computer?"), lambda: self.hub.go_to.emit("privacy"), kind="link"
        )
        return card.add(row(link, None))

    def _refusals(self, refusals: Sequence[tuple[str, int, str]]) -> Card:
        name = self.tr("Rounds that your policy refused")
        columns = [
            Column(self.tr("When"), "text", 160),
            Column(self.tr("Round"), "text", 70),
            Column(self.tr("Why"), "text"),
        ]
        rows = [(fmt.moment(at), str(n), why) for at, n, why in refusals]
        return Card(name, pad=14).add(Table(name).show_rows(columns, rows))


def _spent(view: PrivacyView) -> str:
    return f"{fmt.number(view.epsilon)} / {fmt.number(view.limit)}"
