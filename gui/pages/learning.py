"""Learning: where the node is, what each round cost, what left, what was refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout

from client.api import (
    Departure,
    JobProgress,
    JobResult,
    LeagueView,
    PrivacyView,
    RosterView,
    join_league,
)
from gui import format as fmt
from gui import words
from gui.engine import State
from gui.hub import Hub
from gui.pages.departure import DepartureDialog
from gui.pages.page import PageView
from gui.pages.rostercard import RosterCard
from gui.widgets.banner import ErrorBanner
from gui.widgets.basics import Card, button, label, named_row, pill, row
from gui.widgets.empty import Empty
from gui.widgets.steps import Mark
from gui.widgets.table import Cell, Column, Table, table_height


@dataclass(frozen=True)
class _Seen:
    league: LeagueView
    view: PrivacyView
    departures: tuple[Departure, ...]
    state: State
    progress: JobProgress | None
    retry_ms: int
    has_data: bool
    roster: RosterView | None = None


class Learning(PageView):
    """The league from this shop's side."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self.set_title(self.tr("Learning"))
        self.subtitle.setText(
            self.tr("Shops learn one model together; each keeps its rows and adds its own noise.")
        )
        self._put_off = ""
        hub.jobs_changed.connect(lambda: self.refresh() if self.isVisible() else None)

    def load(self) -> object:
        """League, budget, rounds, state of the node."""
        job = self.hub.job("node")
        return _Seen(
            self.shop.league(),
            self.shop.privacy(),
            self.shop.departures(),
            self.hub.state("node"),
            job.progress if job else None,
            job.retry_ms if job else 0,
            not self.shop.info().is_empty,
            self._roster(),
        )

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
            top = QHBoxLayout()
            top.setSpacing(14)
            top.addWidget(self._node(value), 3)
            top.addWidget(self._league(value), 2)
            self.content.addLayout(top)
        self.content.addWidget(self._rounds(value.departures))
        if value.league.refusals:
            self.content.addWidget(self._refusals(value.league.refusals))
        self.content.addStretch(1)

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
        go = button(words_, self.hub.toggle_node, kind=kind, icon_name=icon)
        go.setEnabled(seen.state is not State.STOPPING)
        card.add(None, row(go, None))
        policy = self.shop.settings.policy
        if policy.paused:
            card.add(label(self.tr("Your settings file pauses every round."), "caption"))
        return card

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

    def _rounds(self, departures: Sequence[Departure]) -> Card:
        name = self.tr("Rounds this shop took part in")
        card = Card(name, pad=14)
        if not departures:
            return card.add(Empty("clock", self.tr("No round yet."), ""))
        columns = [
            Column(self.tr("Round"), "text", 70),
            Column(self.tr("When"), "text", 160),
            Column(self.tr("Task"), "strong"),
            Column(self.tr("State"), "pill", 180),
            Column(self.tr("Arrays"), "num", 90),
            Column(self.tr("Size"), "num", 100),
            Column(self.tr("Noise σ"), "num", 90),
            Column(self.tr("ε after"), "num", 90),
            Column(self.tr("Added"), "num", 90),
        ]
        added = epsilon_added(departures)
        rows = []
        for d, plus in zip(departures, added, strict=True):
            text, tone = words.departure_state(d.state)
            rows.append(
                (
                    str(d.round),
                    fmt.moment(d.at),
                    words.mechanism(d.mechanism.kind.value),
                    Cell(text, tone),
                    fmt.count(len(d.tensors)) if d.n_bytes is not None else fmt.DASH,
                    fmt.size(d.n_bytes),
                    fmt.number(d.mechanism.noise_multiplier),
                    fmt.number(d.epsilon_after),
                    fmt.DASH if plus is None else fmt.signed(plus),
                )
            )
        table = Table(name).show_rows(columns, rows, fit=len(rows) <= 10)
        if len(rows) > 10:
            table.setFixedHeight(table_height(10))
        table.picked.connect(lambda i: DepartureDialog(departures[i], self).open())
        return card.add(table)

    def _refusals(self, refusals: Sequence[tuple[str, int, str]]) -> Card:
        name = self.tr("Rounds that your policy refused")
        columns = [
            Column(self.tr("When"), "text", 160),
            Column(self.tr("Round"), "text", 70),
            Column(self.tr("Why"), "text"),
        ]
        rows = [(fmt.moment(at), str(n), why) for at, n, why in refusals]
        return Card(name, pad=14).add(Table(name).show_rows(columns, rows))


def epsilon_added(departures: Sequence[Departure]) -> list[float | None]:
    """What each charge added to epsilon, newest first as given; None where it is not known."""
    out: list[float | None] = []
    for i, d in enumerate(departures):
        older = departures[i + 1].epsilon_after if i + 1 < len(departures) else 0.0
        known = d.epsilon_after is not None and older is not None
        out.append((d.epsilon_after or 0.0) - (older or 0.0) if known else None)
    return out


def _spent(view: PrivacyView) -> str:
    return f"{fmt.number(view.epsilon)} / {fmt.number(view.limit)}"
