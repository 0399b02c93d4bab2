"""Which audiences were written to files: when, by whom, how many; files that are still there can be deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel

from client.api import Audience, ExportView
from gui import format as fmt
from gui.pages.exporting import Exporting
from gui.pages.heldcard import grid_in
from gui.widgets.basics import Card, boxed, button, column, figure, label, pill
from gui.widgets.confirm import Confirm
from gui.widgets.empty import Empty
from gui.words import fill

MOST = 12


class ExportsCard(Card):
    """Newest first; older ones only while their files are still there."""

    def __init__(
        self,
        exports: Sequence[ExportView],
        audiences: Sequence[Audience],
        titles: Mapping[str, str],
        exporting: Exporting,
    ) -> None:
        super().__init__(self.tr("Audiences that were written to files"))
        self._exporting = exporting
        if not exports:
            text = self.tr("“Export…” above writes one; who did it and when is noted here.")
            self.add(Empty("download", self.tr("Nothing was exported yet"), text))
            return
        products = {a.audience_id: titles.get(a.product_id) or a.name for a in audiences}
        shown = [e for i, e in enumerate(exports) if i < MOST or e.there]
        self.add(grid_in(self._grid(shown, products)))
        text = self.tr(
            "A file that left this computer cannot be called back from here: delete it where you gave"
            " it. Shoppers who withdraw later are in no new file."
        )
        self.add(label(text, "caption", wrap=True))

    def _grid(self, exports: Sequence[ExportView], products: Mapping[str, str]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(8)
        heads = (
            self.tr("When"),
            self.tr("Audience and file"),
            self.tr("Form"),
            self.tr("Shoppers"),
            self.tr("State"),
        )
        for i, head in enumerate(heads):
            side = Qt.AlignmentFlag.AlignRight if i == 3 else Qt.AlignmentFlag.AlignLeft
            grid.addWidget(label(head, "caption"), 0, i, side)
        for at, e in enumerate(exports, 1):
            r = e.record
            grid.addWidget(label(fmt.moment(r.exported_at)), at, 0)
            name = label(products.get(r.audience_id, r.audience_id), "strong", wrap=True)
            file = label(f"{r.file_name} · {r.exported_by}", "caption", wrap=True)
            grid.addWidget(boxed(column(name, file, spacing=0)), at, 1)
            grid.addWidget(label(self._form(r.form)), at, 2)
            grid.addWidget(figure(fmt.count(r.n_people)), at, 3)
            grid.addWidget(self._state(e), at, 4)
            if e.there:
                link = button(
                    self.tr("Delete the file"),
                    partial(self._ask, r.export_id, r.path),
                    kind="link",
                )
                grid.addWidget(link, at, 5)
        grid.setColumnStretch(1, 1)
        return grid

    def _state(self, e: ExportView) -> QLabel:
        if e.taken_back:
            return pill(self.tr("Deleted again"), "muted")
        if e.there or not e.record.path:
            return pill(self.tr("Written"), "accent")
        return pill(self.tr("Not where it was written"), "muted")

    def _form(self, form: str) -> str:
        return {
            "csv": self.tr("Pseudonyms (CSV)"),
            "match": self.tr("Customer match (hashed)"),
            "json": self.tr("Pseudonyms (JSON)"),
        }.get(form, form)

    def _ask(self, export_id: str, name: str) -> None:
        lines = [
            fill(self.tr("%1 is deleted from this computer."), name),
            self.tr("Copies that you passed on are not; the note that it was written stays."),
        ]
        title, yes = self.tr("Delete the file?"), self.tr("Delete the file")
        Confirm(title, lines, yes, lambda: self._exporting.delete(export_id), self).open()
