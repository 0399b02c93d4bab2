"""How long rows are kept, what would go, and the receipts of what was deleted."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QCheckBox, QSpinBox, QVBoxLayout

from client.api import JobResult, Receipt, Shop, preview_retention, run_retention
from gui import format as fmt
from gui.hub import Hub
from gui.widgets.basics import Card, button, clear, label, named_row, row
from gui.widgets.confirm import Confirm
from gui.widgets.table import Column, Table
from gui.words import fill, table_name


class RetentionCard(Card):
    """Days to keep; nothing is deleted before a look at what would go."""

    def __init__(self, hub: Hub, shop: Shop) -> None:
        super().__init__()
        self._hub, self._shop = hub, shop
        people = shop.settings.people
        title = self.tr("How long rows are kept")
        self.setAccessibleName(title)
        self.add(label(title, "section"))
        self.days = QSpinBox()
        self.days.setRange(1, 36_500)
        self.days.setValue(people.retention_days or 180)
        self.days.setAccessibleName(self.tr("Days of behaviour to keep"))
        self.days.setFixedWidth(110)
        self.days.setAlignment(Qt.AlignmentFlag.AlignRight)
        # arrows of the platform's own look do not fit; the keys and the wheel still count
        self.days.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.add(row(label(self.tr("Days of behaviour to keep"), "muted"), None, self.days))
        daily = self.tr("Delete what is older every day")
        self.daily = QCheckBox(daily)
        self.daily.setAccessibleName(daily)
        self.daily.setChecked(people.retention)
        self.add(self.daily)
        note = self.tr(
            "Older ads shown and events, with what hangs on them, are deleted and a receipt is"
            " written. Rows of minors go earlier."
        )
        self.add(label(note, "caption", wrap=True))
        self._found = QVBoxLayout()
        self.add(self._found)
        self._delete = button(self.tr("Delete now…"), self._ask)
        self._delete.setEnabled(False)
        self.days.valueChanged.connect(lambda _: self._forget_preview())
        look = button(self.tr("What would go?"), self._look)
        save = button(self.tr("Save"), self._save, kind="primary")
        self.add(None, row(look, self._delete, None, save))

    def _forget_preview(self) -> None:
        clear(self._found)
        self._delete.setEnabled(False)

    def _look(self) -> None:
        self._hub.start(preview_retention(self.days.value()), self._looked)

    def _looked(self, result: JobResult) -> None:
        self._forget_preview()
        counts = result.values.get("counts")
        found = {k: v for k, v in counts.items() if v} if isinstance(counts, dict) else {}
        for table, n in found.items():
            self._found.addLayout(named_row(held_name(str(table)), fmt.count(n)))
        if not found:
            self._found.addWidget(label(self.tr("Nothing is older than that.")))
        self._delete.setEnabled(bool(found))

    def _save(self) -> None:
        days = self.days.value() if self.daily.isChecked() else None
        self._hub.do(lambda: self._shop.keep_days(days), self.tr("Saved."))

    def _ask(self) -> None:
        days = self.days.value()
        lines = [
            fill(self.tr("Rows older than %1 days are deleted for good."), fmt.count(days)),
            self.tr("The ledger keeps a receipt with counts only."),
        ]
        Confirm(
            self.tr("Delete old rows now?"), lines, self.tr("Delete them"),
            lambda: self._hub.start(run_retention(days), self._ran), self,
        ).open()  # fmt: skip

    def _ran(self, result: JobResult) -> None:
        self._hub.said.emit(self.tr("Old rows are deleted; the receipt is in the ledger."), "good")


class ReceiptsCard(Card):
    """What was deleted."""

    def __init__(self, receipts: Sequence[Receipt]) -> None:
        title = QCoreApplication.translate("ReceiptsCard", "Receipts of what was deleted")
        super().__init__(title, pad=14)
        columns = [
            Column(self.tr("When"), "text", 170),
            Column(self.tr("Why"), "strong", 220),
            Column(self.tr("Rows"), "num", 110),
            Column(self.tr("Ledger entry"), "num", 130),
            Column(self.tr("Receipt"), "mono"),
        ]
        rows = [
            (
                fmt.moment(r.at),
                why(r.what),
                fmt.count(r.n_rows),
                str(r.sequence),
                fmt.brief_hash(r.receipt_id),
            )
            for r in reversed(receipts[-8:])
        ]
        self.add(Table(title).show_rows(columns, rows))


def why(what: str) -> str:
    """Why rows were deleted."""
    translate = QCoreApplication.translate
    return {
        "forget": translate("ReceiptsCard", "A shopper was forgotten"),
        "retention": translate("ReceiptsCard", "Older than is kept"),
        "minors": translate("ReceiptsCard", "Rows of minors"),
        "allow-again": translate("ReceiptsCard", "A shopper may come back"),
    }.get(what, what)


def held_name(table: str) -> str:
    """A table that holds rows of people."""
    translate = QCoreApplication.translate
    return {
        "profiles": translate("ReceiptsCard", "Profile"),
        "audience_members": translate("ReceiptsCard", "Places in audiences"),
        "audience_exclusions": translate("ReceiptsCard", "Left out of audiences"),
        "consent_log": translate("ReceiptsCard", "Changes of consent"),
        "refused_rows": translate("ReceiptsCard", "Refused rows"),
    }.get(table, table_name(table))
