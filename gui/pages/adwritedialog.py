"""Have ads written: product, people, placements, kind, tone, offer, language, writer, how many."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from client.api import Audience, ProductCount, Shop
from gui import format as fmt
from gui.pages import adnames
from gui.pages.adjobs import WriteAsked
from gui.pages.adlook import combo
from gui.theme.icons import icon
from gui.theme.theme import theme
from gui.widgets.basics import boxed, button, column, label, row
from gui.widgets.segments import Segments
from gui.widgets.sides import Sides
from gui.widgets.table import Column, Table
from gui.words import fill

FOUND, MOST = 50, 20
USUAL = ("search", "feed", "banner", "marketplace", "email")
KINDS = ("", "product", "coupon", "promotion", "brand", "cross-sell", "win-back")


class WriteDialog(QDialog):
    """Emits what was asked."""

    chosen = Signal(object)

    def __init__(self, shop: Shop, parent: QWidget) -> None:
        super().__init__(parent)
        self._shop = shop
        self._found: list[ProductCount] = []
        self._audiences: Sequence[Audience] = shop.audiences()
        self._looking = QTimer(self, singleShot=True, interval=150)
        self._looking.timeout.connect(self._look)
        self.setWindowTitle(self.tr("Write ads"))
        self.resize(940, 700)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search products"))
        self.search.setAccessibleName(self.tr("Search products"))
        self.search.setClearButtonEnabled(True)
        self.search.addAction(
            icon("search", theme.tokens.muted, 16), QLineEdit.ActionPosition.LeadingPosition
        )
        self.search.textChanged.connect(lambda: self._looking.start())
        self.table = Table(self.tr("Products"))
        self.table.setMinimumHeight(180)
        self._fields()
        self._note = label("", "caption", wrap=True)
        self._go = button(self.tr("Write"), self._done, kind="primary", icon_name="sparkles")
        self._lay_out()
        self._look()
        self._changed()

    def _fields(self) -> None:
        self.audience = QComboBox()
        self.audience.setAccessibleName(self.tr("For whom"))
        self.slots = {s: QCheckBox(adnames.slot(s)) for s in adnames.SLOTS}
        self.slots["search"].setChecked(True)
        for slot, box in self.slots.items():
            box.setVisible(slot in USUAL)
            box.toggled.connect(lambda _: self._changed())
        self.more = button(self.tr("More placements"), self._more, kind="link")
        names = {"": self.tr("As the product suggests")}
        self.kind = combo(
            self.tr("Kind of campaign"), [(k, names.get(k) or adnames.kind(k)) for k in KINDS]
        )
        tones = [(t, adnames.tone(t)) for t in ("warm", "plain")]
        self.tone = Segments(self.tr("Tone"), tones, "warm")
        self.offer = QLineEdit()
        self.offer.setAccessibleName(self.tr("Offer"))
        self.offer.setPlaceholderText(self.tr("none, or in your words: 20% off until Sunday"))
        self.offer.setMaxLength(120)
        codes = [(c, adnames.language(c)) for c in ("en", "zh")]
        self.language = Segments(self.tr("Language"), codes, self._shop.settings.language)
        writers = [
            ("", self.tr("As ads.toml says")),
            ("template", self.tr("Templates")),
            ("transformers", self.tr("Own model (transformers)")),
            ("gguf", self.tr("Own model (GGUF file)")),
        ]
        self.writer = combo(self.tr("Writer"), writers)
        self.writer.currentIndexChanged.connect(lambda _: self._changed())
        self.n = QSpinBox()
        self.n.setRange(1, MOST)
        self.n.setValue(3)
        self.n.setFixedWidth(76)
        self.n.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.n.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.n.setAccessibleName(self.tr("Ads for each placement"))
        self.n.valueChanged.connect(lambda _: self._changed())

    def _lay_out(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(22, 18, 22, 18)
        box.setSpacing(12)
        box.addWidget(label(self.tr("Which product are the ads for?"), "title"))
        box.addWidget(self.search)
        box.addWidget(self.table, 1)
        places = column(label(self.tr("Placements"), "strong"), spacing=6)
        for one in self.slots.values():
            places.addWidget(one)
        places.addWidget(self.more)
        places.addStretch(1)
        form = column(spacing=8)
        fields: list[tuple[str, QWidget]] = [
            (self.tr("For whom"), self.audience),
            (self.tr("Kind of campaign"), self.kind),
            (self.tr("Tone"), self.tone),
            (self.tr("Offer"), self.offer),
            (self.tr("Language"), self.language),
            (self.tr("Writer"), self.writer),
            (self.tr("Ads for each placement"), self.n),
        ]
        for name, widget in fields:
            form.addLayout(_field(name, widget))
        box.addWidget(Sides(boxed(form), boxed(places), (5, 3), narrow=600, spacing=28))
        box.addWidget(self._note)
        box.addLayout(row(None, button(self.tr("Cancel"), self.reject), self._go))

    def _more(self) -> None:
        for one in self.slots.values():
            one.show()
        self.more.hide()

    def _look(self) -> None:
        self._found = list(self._shop.products(self.search.text().strip(), FOUND))
        columns = [
            Column(self.tr("Product"), "strong"),
            Column(self.tr("Department"), "text", 180),
            Column(self.tr("Price"), "num", 110),
            Column(self.tr("Impressions"), "num", 110),
        ]
        rows = [
            (
                p.product.title,
                p.product.department,
                fmt.money(p.product.price_minor, p.product.currency)
                if p.product.price_minor
                else fmt.DASH,
                fmt.count(p.n_impressions),
            )
            for p in self._found
        ]
        self.table.show_rows(columns, rows, fit=False)
        if rows:
            self.table.selectRow(0)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._product_changed())
        self._product_changed()

    def choose(self, product_id: str, audience_id: str = "") -> None:
        """Begin with a product and an audience."""
        ids = [p.product.product_id for p in self._found]
        if product_id not in ids:
            self.search.setText(self._shop.title(product_id))
            self._look()
            ids = [p.product.product_id for p in self._found]
        if product_id in ids:
            self.table.selectRow(ids.index(product_id))
        at = self.audience.findData(audience_id)
        self.audience.setCurrentIndex(max(at, 0))

    def product_id(self) -> str:
        """Id of the product that is marked; "" = none."""
        index = self.table.currentIndex()
        known = index.isValid() and index.row() < len(self._found)
        return self._found[index.row()].product.product_id if known else ""

    def _product_changed(self) -> None:
        product = self.product_id()
        self.audience.clear()
        for a in self._audiences:
            if a.product_id == product:
                text = fill(self.tr("%1 (%2 shoppers)"), a.name, fmt.count(a.size))
                self.audience.addItem(text, a.audience_id)
        self.audience.addItem(self.tr("Every shopper"), "")
        self._changed()

    def asked(self) -> WriteAsked:
        """What the fields say."""
        return WriteAsked(
            product_id=self.product_id(),
            audience_id=str(self.audience.currentData() or ""),
            slots=tuple(s for s, box in self.slots.items() if box.isChecked()),
            kind=str(self.kind.currentData()),
            tone=self.tone.current(),
            offer=self.offer.text().strip(),
            language=self.language.current(),
            writer=str(self.writer.currentData()),
            n=self.n.value(),
        )

    def _changed(self) -> None:
        """Say what will be done, or what is missing."""
        asked = self.asked()
        missing = ""
        if not asked.product_id:
            missing = self.tr("No product is found; search for another.")
        elif not asked.slots:
            missing = self.tr("Choose at least one placement.")
        self._go.setEnabled(not missing)
        self._note.setText(missing or self._writer_words(asked))

    def _writer_words(self, asked: WriteAsked) -> str:
        drafts = self.tr("%n draft(s) for you to read.", "", asked.n * len(asked.slots))
        words: dict[str, Callable[[], str]] = {
            "": lambda: self.tr(
                "The writer that ads.toml in the shop's folder names, else templates."
            ),
            "template": lambda: self.tr(
                "Sentences that people wrote, filled with the product's own facts. No model."
            ),
            "transformers": lambda: self.tr(
                "The language model that ads.toml names: a folder or a hub id. A hub id fetches the"
                " model; no text of yours leaves."
            ),
            "gguf": lambda: self.tr(
                "The GGUF file that ads.toml names, else the small one from a package: English"
                " only, and about one usable ad in twelve."
            ),
        }
        return f"{drafts} {words[asked.writer]()}"

    def _done(self) -> None:
        if self._go.isEnabled():
            self.chosen.emit(self.asked())
            self.accept()


def _field(name: str, widget: QWidget) -> QHBoxLayout:
    head = label(name, "muted")
    head.setFixedWidth(150)
    return row(head, widget, *([None] if isinstance(widget, Segments | QSpinBox) else []))
