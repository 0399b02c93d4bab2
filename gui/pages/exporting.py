"""Writing an audience to a file: the sheet that asks, the job that writes, and deleting the file again."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from client.api import Audience, JobResult, export_audience
from gui import format as fmt
from gui.hub import Hub
from gui.pages.exportsheet import ENDINGS, Choice, ExportSheet
from gui.words import fill


class Exporting(QObject):
    """Asks, writes, and deletes again."""

    done = Signal()

    def __init__(self, hub: Hub, page: QWidget) -> None:
        super().__init__(page)
        self._hub, self._page = hub, page

    def ask(self, audience: Audience) -> None:
        """Open the sheet."""
        if self._hub.shop is None:
            return
        sheet = ExportSheet(self._hub.shop, audience, self._page)
        sheet.chosen.connect(lambda choice: self._where(audience, choice))
        sheet.open()

    def _where(self, audience: Audience, choice: Choice) -> None:
        name = f"audience-{audience.audience_id}{ENDINGS[choice.form]}"
        # the job never writes over a file, so the dialog must not promise that it would
        path, _ = QFileDialog.getSaveFileName(
            self._page,
            self.tr("Write the audience to"),
            name,
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if path:
            self.write(audience, choice, Path(path))

    def write(self, audience: Audience, choice: Choice, path: Path) -> None:
        """Start the job."""
        spec = export_audience(
            audience.audience_id, path, choice.form, choice.ids, choice.calling_code
        )
        self._hub.start(spec, lambda result: self._written(result, path))

    def _written(self, result: JobResult, path: Path) -> None:
        n = int(result.values.get("n_people", 0))
        text = self.tr("%1 shoppers were written to %2. It can be deleted again under Exports.")
        self._hub.said.emit(fill(text, fmt.count(n), path.name), "good")
        if result.values.get("without_code"):
            text = self.tr(
                "Phone numbers without a calling code were left out. Type your country's code in the"
                " sheet and write a new file."
            )
            self._hub.said.emit(text, "warn")
        self.done.emit()

    def delete(self, export_id: str) -> None:
        """Delete the file again; the note that it was written stays."""
        shop = self._hub.shop
        if shop is not None:
            said = self.tr("The file was deleted. The list still says that it was written.")
            self._hub.do(lambda: shop.take_back(export_id), said)
