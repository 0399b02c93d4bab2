"""Pick an audience: a product, how many, who not; and at once how many that would be and what it may bring."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QTimer, Signal
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from client.api import Asked, ProductCount, Reach, Shop, preview_audience
from common.errors import UserFacing
from gui import format as fmt
from gui.hub import Hub
from gui.pages.asking import Asking
from gui.pages.pickfields import HowMany, LeaveOut
from gui.pages.pickpreview import PickPreview
from gui.theme.icons import icon
from gui.theme.theme import theme
from gui.widgets.basics import button, label, row
from gui.widgets.sides import Sides
from gui.widgets.table import Column, Table

FOUND = 50
#: Typing goes on for so long before a look ahead is worth a process.
WAIT_MS = 500


class PickDialog(QDialog):
    """Emits what was asked."""

    chosen = Signal(object)

    def __init__(self, hub: Hub, shop: Shop, parent: QWidget) -> None:
        super().__init__(parent)
        self._shop = shop
        self._found: list[ProductCount] = []
        self._asking = Asking(hub, self)
        self._looking = QTimer(self, singleShot=True, interval=150)
        self._looking.timeout.connect(self._look)
        self._counting = QTimer(self, singleShot=True, interval=WAIT_MS)
        self._counting.timeout.connect(self._ask)
        self._asking.answered.connect(self._tell)
        self.finished.connect(lambda _: self._asking.forget())
        self.setWindowTitle(self.tr("Pick an audience"))
        self.resize(920, 720)
        self._search = QLineEdit()
        self._search.setPlaceholderText(self.tr("Search products"))
        self._search.setAccessibleName(self.tr("Search products"))
        self._search.setClearButtonEnabled(True)
        self._search.addAction(
            icon("search", theme.tokens.muted, 16), QLineEdit.ActionPosition.LeadingPosition
        )
        self._search.textChanged.connect(lambda: self._looking.start())
        self.table = Table(self.tr("Products"))
        self.table.setMinimumHeight(160)
        self.how = HowMany(shop.knows_clicks(), shop.settings.audience_floor)
        language = "zh" if QLocale().language() == QLocale.Language.Chinese else "en"
        others = [(a, shop.title(a.product_id)) for a in shop.audiences()]
        segments = [s for s in shop.segments(language) if s.n_people and not s.is_cluster]
        self.out = LeaveOut(others, segments)
        self.preview = PickPreview()
        self._go = button(self.tr("Pick"), self._done, kind="primary")
        self._lay_out()
        self.how.changed.connect(self._changed)
        self.out.changed.connect(self._changed)
        self.table.doubleClicked.connect(lambda _: self._done())
        self._look()

    def _lay_out(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(22, 18, 22, 18)
        box.setSpacing(12)
        box.addWidget(label(self.tr("Which product is the audience for?"), "title"))
        box.addWidget(self._search)
        box.addWidget(self.table, 1)
        box.addWidget(Sides(self.how, self.out, (1, 1), narrow=700, spacing=28))
        box.addWidget(self.preview)
        box.addLayout(row(None, button(self.tr("Cancel"), self.reject), self._go))

    def _look(self) -> None:
        self._found = list(self._shop.products(self._search.text().strip(), FOUND))
        columns = [
            Column(self.tr("Product"), "strong"),
            Column(self.tr("Department"), "text", 180),
            Column(self.tr("Impressions"), "num", 110),
            Column(self.tr("Conversions"), "num", 110),
        ]
        rows = [
            (
                p.product.title,
                p.product.department,
                fmt.count(p.n_impressions),
                fmt.count(p.n_converted),
            )
            for p in self._found
        ]
        self.table.show_rows(columns, rows, fit=False)
        if rows:
            self.table.selectRow(0)
            self.table.selectionModel().currentRowChanged.connect(lambda *_: self._changed())
        self._changed()

    def asked(self) -> Asked | None:
        """What the fields say; None while one of them says nothing that can be used."""
        index = self.table.currentIndex()
        if not index.isValid() or index.row() >= len(self._found):
            return None
        product = self._found[index.row()].product.product_id
        return self.how.fill(self.out.fill(Asked(product)))

    def _changed(self) -> None:
        """What can be said at once is said at once; the model's part follows."""
        asked = self.asked()
        self._counting.stop()
        self._asking.forget()
        reach = self._reach(asked) if asked is not None else None
        stop = self.preview.show_reach(asked, reach)
        self._go.setEnabled(not stop)
        if not stop:
            self._counting.start()

    def _reach(self, asked: Asked) -> Reach | None:
        try:
            return self._shop.reach(asked)
        except UserFacing:
            return None  # a field is half typed; the job says so if it stays

    def _ask(self) -> None:
        asked = self.asked()
        if asked is not None and self.isVisible():
            self._asking.ask(preview_audience(asked))

    def _tell(self) -> None:
        self.preview.show_answer(self._asking.answer)
        self._go.setEnabled(self._asking.answer.failure is None)

    def _done(self) -> None:
        asked = self.asked()
        if asked is not None and self._go.isEnabled():
            self.chosen.emit(asked)
            self.accept()
