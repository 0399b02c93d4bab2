"""Before an audience is written to a file: which form, what the file holds, what it does not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QLineEdit, QVBoxLayout, QWidget

from client.api import Audience, Shop
from gui import format as fmt
from gui.widgets.basics import boxed, button, clear, column, label, row
from gui.widgets.segments import Segments
from gui.widgets.steps import Mark
from gui.words import fill

ENDINGS = {"csv": ".csv", "match": ".csv", "json": ".json"}


@dataclass(frozen=True)
class Choice:
    """What was chosen: "csv", "match" or "json"; the shop's own list for "match"."""

    form: str
    ids: Path | None = None
    calling_code: str = ""


class ExportSheet(QDialog):
    """Emits the choice; nothing is written before a file was named after it."""

    chosen = Signal(object)

    def __init__(self, shop: Shop, audience: Audience, parent: QWidget) -> None:
        super().__init__(parent)
        self._audience, self._floor = audience, shop.settings.audience_floor
        self._ids: Path | None = None
        title = fill(self.tr("Write “%1” to a file"), shop.title(audience.product_id))
        self.setWindowTitle(title)
        self.setMinimumWidth(600)
        forms = [
            ("csv", self.tr("Pseudonyms (CSV)")),
            ("match", self.tr("Customer match (hashed)")),
            ("json", self.tr("Pseudonyms (JSON)")),
        ]
        self.forms = Segments(self.tr("Form of the file"), forms, "csv")
        self.forms.chosen.connect(lambda _: self._show())
        self._lines = QVBoxLayout()
        self._lines.setSpacing(6)
        self._list = label("", "caption", wrap=True)
        self.code = QLineEdit()
        self.code.setAccessibleName(self.tr("Calling code of your country"))
        self.code.setPlaceholderText("86")
        self.code.setFixedWidth(64)
        self.go = button(self.tr("Choose where…"), self._done, kind="primary")
        self._match = boxed(self._match_fields())
        box = QVBoxLayout(self)
        box.setContentsMargins(22, 18, 22, 18)
        box.setSpacing(12)
        box.addWidget(label(title, "title", wrap=True))
        box.addLayout(row(self.forms, None))
        box.addLayout(self._lines)
        box.addWidget(self._match)
        box.addStretch(1)
        box.addLayout(row(None, button(self.tr("Cancel"), self.reject), self.go))
        self._show()

    def _match_fields(self) -> QVBoxLayout:
        choose = button(self.tr("Your list of e-mails and phones…"), self._choose)
        code = self.tr("Calling code for phone numbers without one")
        return column(
            row(choose, self._list, spacing=10), row(label(code, "muted"), self.code, None)
        )

    def _show(self) -> None:
        form, people = self.forms.current(), fmt.count(len(self._audience.members))
        clear(self._lines)
        for icon, tone, text in (*self._holds(form, people), *self._always()):
            self._lines.addWidget(Mark(icon, tone, text))
        self._match.setVisible(form == "match")
        named = self.tr("CSV with customer_id and email or phone; read now, kept nowhere.")
        self._list.setText(self._ids.name if self._ids else named)
        enough = len(self._audience.members) >= self._floor
        self.go.setEnabled(enough and (form != "match" or self._ids is not None))
        self.adjustSize()

    def _holds(self, form: str, people: str) -> list[tuple[str, str, str]]:
        if form == "match":
            return [
                (
                    *("check", "good"),
                    self.tr(
                        "Hashes (SHA-256) of e-mails and phones of its members, as Google, Meta and"
                        " others take them; only of those that your list has."
                    ),
                ),
                (
                    *("triangle-alert", "warn"),
                    self.tr(
                        "Hashes of addresses are still personal data: give the file to the platform"
                        " only, and delete it then."
                    ),
                ),
            ]
        text = (
            self.tr("%1 pseudonyms, one a line, in no telling order.")
            if form == "csv"
            else self.tr("%1 pseudonyms with the audience's name, its product and its day.")
        )
        return [
            ("check", "good", fill(text, people)),
            ("check", "good", self.tr("No names, no scores and no reasons.")),
        ]

    def _always(self) -> list[tuple[str, str, str]]:
        n, floor = len(self._audience.members), self._floor
        size = fill(
            self.tr("%1 may be addressed now; a file of fewer than %2 is never written."),
            *(fmt.count(n), floor),
        )
        mark = ("check", "good") if n >= floor else ("circle-x", "bad")
        note = self.tr("Hansa notes who wrote it, when, and how many, never whom.")
        alone = self.tr("The file is for your account alone to read. What you do with it is yours.")
        return [(*mark, size), ("lock", "muted", alone), ("scroll-text", "muted", note)]

    def _choose(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, self.tr("Your list of e-mails and phones…"), "", "CSV (*.csv)"
        )
        if name:
            self.take_list(Path(name))

    def take_list(self, file: Path) -> None:
        """The shop's own list, for hashes."""
        self._ids = file
        self._show()

    def _done(self) -> None:
        form = self.forms.current()
        ids = self._ids if form == "match" else None
        self.chosen.emit(Choice(form, ids, self.code.text().strip()))
        self.accept()
