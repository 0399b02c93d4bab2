"""Before ads leave the shop: which, as words or as banners, what the files hold; only approved ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from getpass import getuser
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QFileDialog, QVBoxLayout, QWidget

from client.api import Creative
from gui.pages.adbanner import SIZES, USUAL
from gui.pages.adjobs import export_words, make_banners
from gui.pages.adlook import combo
from gui.pages.adwork import Step
from gui.pages.waiting import quiet_focus
from gui.widgets.basics import boxed, button, clear, column, label, row
from gui.widgets.segments import Segments
from gui.widgets.steps import Mark
from gui.words import fill

WORDS_FILE = "ads.csv"


@dataclass(frozen=True)
class ExportAsked:
    """What was chosen.

    Attributes:
        ads: Approved or live.
        words: A CSV file with every ad's words.
        banners: A folder of pictures an ad.
        sizes: Of the banners.
        live: Also say that they are on show.
        folder: Where to; it exists.
    """

    ads: tuple[Creative, ...]
    words: bool
    banners: bool
    sizes: tuple[str, ...]
    live: bool
    folder: Path

    def steps(self, words_step: str, banner_step: str) -> list[Step]:
        """One job for the words, one an ad for its banners."""
        by, out = getuser(), []
        if self.words:
            ids = [a.creative_id for a in self.ads]
            spec = export_words(self.folder / WORDS_FILE, ids, self.live, by)
            out.append(Step(words_step, spec))
        for ad in self.ads if self.banners else ():
            place = self.folder / f"banners-{ad.creative_id}-v{ad.version}"
            spec = make_banners(ad.creative_id, self.sizes, "", place, by)
            out.append(Step(fill(banner_step, ad.headline), spec))
        return out


class AdExportSheet(QDialog):
    """Emits what was asked; nothing is written before a folder was named."""

    chosen = Signal(object)

    def __init__(self, approved: Sequence[Creative], one: Creative | None, parent: QWidget) -> None:
        super().__init__(parent)
        self._approved, self._one = tuple(approved), one
        self.setWindowTitle(self.tr("Export ads"))
        self.setMinimumWidth(620)
        scope = [("all", self.tr("All approved and live (%n)", "", len(self._approved)))]
        if one is not None:
            scope.insert(0, ("one", self.tr("Only this ad")))
        self.scope = Segments(self.tr("Which ads"), scope, scope[0][0])
        self.scope.chosen.connect(lambda _: self._show())
        self.words = QCheckBox(self.tr("Words (one CSV file)"))
        self.words.setChecked(True)
        self.banners = QCheckBox(self.tr("Banners (a folder for each ad: PNG, HTML, manifest)"))
        self.sizes = combo(
            self.tr("Sizes of the banners"),
            [
                ("usual", fill(self.tr("The usual sizes (%1)"), len(USUAL))),
                ("all", fill(self.tr("Every size (%1)"), len(SIZES))),
            ],
        )
        self.live = QCheckBox(self.tr("Also say that they are live from now on"))
        for one_box in (self.words, self.banners):
            one_box.toggled.connect(lambda _: self._show())
        self._lines = QVBoxLayout()
        self._lines.setSpacing(4)
        self.go = button(self.tr("Choose a folder…"), self._where, kind="primary")
        self._lay_out()
        self._show()
        quiet_focus(self)

    def _lay_out(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(22, 18, 22, 18)
        box.setSpacing(10)
        box.addWidget(label(self.tr("Export ads"), "title"))
        box.addLayout(row(self.scope, None))
        box.addLayout(column(self.words, self.banners, spacing=6))
        self._sizes_row = boxed(row(24, label(self.tr("Sizes"), "muted"), self.sizes, None))
        box.addWidget(self._sizes_row)
        box.addWidget(self.live)
        box.addSpacing(4)
        box.addWidget(label(self.tr("What the files hold"), "section"))
        box.addLayout(self._lines)
        box.addStretch(1)
        box.addLayout(row(None, button(self.tr("Cancel"), self.reject), self.go))

    def ads(self) -> tuple[Creative, ...]:
        """Those that go out."""
        if self.scope.current() == "one" and self._one is not None:
            return (self._one,)
        return self._approved

    def _show(self) -> None:
        clear(self._lines)
        self._sizes_row.setVisible(self.banners.isChecked())
        self.live.setEnabled(self.words.isChecked())
        if self.words.isChecked():
            text = self.tr(
                "%1: headline, text, button, the label, placement, language, version, the variant"
                " name for your logs, and who approved it when."
            )
            self._lines.addWidget(Mark("check", "good", fill(text, WORDS_FILE)))
        if self.banners.isChecked():
            text = self.tr(
                "Banners: the approved words with the product's photo and today's price. The HTML"
                " loads nothing from the network."
            )
            self._lines.addWidget(Mark("check", "good", text))
        no_person = self.tr("No shopper, no pseudonym and no score is in these files.")
        self._lines.addWidget(Mark("shield-check", "good", no_person))
        again = self.tr(
            "Every ad is checked once more against today's product. One that no longer holds is"
            " held back and goes to “Refused by checks”."
        )
        self._lines.addWidget(Mark("info", "muted", again))
        ready = bool(self.ads()) and (self.words.isChecked() or self.banners.isChecked())
        if not self.ads():
            text = self.tr("No ad is approved yet: only approved ads leave the shop.")
            self._lines.addWidget(Mark("circle-x", "bad", text))
        self.go.setEnabled(ready)

    def _where(self) -> None:
        dialog = QFileDialog(self, self.tr("Folder for the files"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda name: self.done_with(Path(name)))
        dialog.open()

    def done_with(self, folder: Path) -> None:
        """Take a folder and go."""
        sizes = USUAL if self.sizes.currentData() == "usual" else ()
        asked = ExportAsked(
            self.ads(),
            self.words.isChecked(),
            self.banners.isChecked(),
            sizes,
            self.live.isChecked() and self.words.isChecked(),
            folder,
        )
        self.chosen.emit(asked)
        self.accept()
