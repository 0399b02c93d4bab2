"""What takes longer than a click on the Ads screen: having ads written, writing them to files."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from client.api import Creative, JobResult
from gui.hub import Hub
from gui.pages import adnames
from gui.pages.adexport import AdExportSheet, ExportAsked
from gui.pages.adjobs import WriteAsked
from gui.pages.adwork import Step, Work
from gui.pages.adwritedialog import WriteDialog
from gui.words import fill


class AdTasks(QObject):
    """One piece of writing and one of exporting at a time."""

    def __init__(self, hub: Hub, window: QWidget) -> None:
        super().__init__(window)
        self._hub, self._window = hub, window
        self.writing = Work(hub, "ads", self)
        self.exporting = Work(hub, "export", self)

    def ask_to_write(self) -> None:
        """Open the dialog."""
        shop = self._hub.shop
        if shop is not None:
            dialog = WriteDialog(shop, self._window)
            dialog.chosen.connect(self.write)
            dialog.open()

    def write(self, asked: WriteAsked) -> bool:
        """Write for every placement; False while other ads are being written."""
        jobs = asked.jobs()
        if len(jobs) == len(asked.slots):
            texts = [adnames.slot(s) for s in asked.slots]
        else:
            texts = [", ".join(adnames.slot(s) for s in asked.slots)]
        steps = [Step(text, job) for text, job in zip(texts, jobs, strict=True)]
        title = self._title(asked.product_id)
        hint = ""
        if asked.writer in ("transformers", "gguf"):
            hint = self.tr(
                "Your own model could not write. Name it in ads.toml in the shop's folder, or choose"
                " Templates: they need no model."
            )
        return self.writing.start(title, steps, self._told, self._written, hint)

    def _title(self, product_id: str) -> str:
        shop = self._hub.shop
        return fill(self.tr("Writing ads for “%1”"), shop.title(product_id) if shop else "")

    def write_another(self, ad: Creative) -> None:
        """One more for the brief of an ad."""
        p = ad.provenance
        self.write(
            WriteAsked(
                product_id=ad.product_id,
                audience_id=ad.audience_id,
                slots=(ad.slot,),
                kind=p.get("kind", ""),
                tone=p.get("tone") or "warm",
                offer=p.get("offer", ""),
                language=ad.language,
                n=1,
            )
        )

    def _told(self, result: JobResult) -> str:
        """A few words on what one job wrote."""
        made = result.values.get("ads")
        note = str(result.values.get("note", ""))
        n = self.tr("%n ad(s)", "", len(made) if isinstance(made, list) else 0)
        return f"{n} · {note}" if note else n

    def _written(self, results: list[JobResult]) -> None:
        made = [a for r in results for a in r.values.get("ads", []) if isinstance(a, dict)]
        refused = sum(a.get("state") == "refused" for a in made)
        notes = dict.fromkeys(str(r.values.get("note", "")) for r in results)
        if len(made) > refused:
            text = self.tr("%n new ad(s) wait for you.", "", len(made) - refused)
            self._hub.said.emit(text, "good")
        if refused:
            text = self.tr("%n ad(s) did not pass the checks; see what they found.", "", refused)
            self._hub.said.emit(text, "warn")
        for note in notes:
            if note:
                self._hub.said.emit(note, "warn")

    def ask_to_export(self, one: Creative | None) -> None:
        """Open the sheet; `one` is the ad that it was asked for."""
        shop = self._hub.shop
        if shop is not None:
            approved = [a for a in shop.ads() if a.may_be_shown]
            sheet = AdExportSheet(approved, one, self._window)
            sheet.chosen.connect(self.export)
            sheet.open()

    def export(self, asked: ExportAsked) -> bool:
        """Write the files; False while others are being written."""
        steps = asked.steps(self.tr("The words"), self.tr("Banners of “%1”"))
        self._folder = str(asked.folder)
        title = fill(self.tr("Writing ads to %1"), self._folder)
        return self.exporting.start(title, steps, self._put, self._exported)

    def _put(self, result: JobResult) -> str:
        files = result.values.get("files")
        return self.tr("%n file(s)", "", len(files) if isinstance(files, list) else 0)

    def _exported(self, results: list[JobResult]) -> None:
        n = sum(len(r.values.get("files") or []) for r in results)
        text = self.tr("%n file(s) are in the folder %1.", "", n)
        self._hub.said.emit(fill(text, self._folder), "good")
        held = [h for r in results for h in r.values.get("held_back") or []]
        if held:
            text = self.tr("%n ad(s) no longer hold and were held back.", "", len(held))
            self._hub.said.emit(text, "warn")
