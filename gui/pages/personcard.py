"""One person's rights: look a shopper up, see what is held, consent, personal ads, and forget."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout

from client.api import Held, Shop
from gui import format as fmt
from gui.hub import Hub
from gui.pages.offersdialog import OffersDialog
from gui.pages.receiptcard import held_name
from gui.widgets.basics import Card, boxed, button, column, label, named_row, pill, row, rule
from gui.widgets.confirm import Confirm
from gui.widgets.sides import Sides
from gui.widgets.table import Column, Table, table_height
from gui.words import cell_words, column_name, fill

#: Columns of a person's rows that say most, in that order; a table shows those that it has.
_TOLD = ("shown_at", "happened_at", "converted_at", "kind", "product_id", "clicked", "value_minor")


class LookupCard(Card):
    """A customer's number goes in; the page shows the person. The number is not kept."""

    def __init__(self, find: Callable[[str], None]) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Find a shopper"))
        self.add(label(self.tr("Find a shopper"), "section"))
        note = self.tr(
            "Type the customer number of your own files. It is turned into a pseudonym here and is"
            " not written down anywhere."
        )
        self.add(label(note, "caption", wrap=True))
        self.field = QLineEdit()
        self.field.setAccessibleName(self.tr("Customer number or pseudonym"))
        self.field.setPlaceholderText(self.tr("Customer number or pseudonym"))
        self._find = find
        self.field.returnPressed.connect(self.look)
        find_it = button(self.tr("Look up"), self.look, icon_name="search")
        self.add(4, row(self.field, find_it), None)

    def look(self) -> None:
        """Look the typed person up."""
        text = self.field.text().strip()
        if text:
            self._find(text)


class PersonCard(Card):
    """What is held about one person, with switches and the way out."""

    def __init__(self, hub: Hub, shop: Shop, held: Held) -> None:
        super().__init__()
        self._hub, self._shop, self._held = hub, shop, held
        self._key = held.person.shopper_key
        name = fill(self.tr("Shopper %1"), fmt.brief_hash(self._key))
        self.setAccessibleName(name)
        state = row(label(name, "section"), None)
        if held.person.minor:
            state.addWidget(pill(self.tr("A minor: used for nothing"), "warn"))
        self.add(state)
        self.add(Sides(boxed(self._switches()), boxed(self._held_rows()), (1, 1), spacing=28))
        self._rows()
        if held.rounds:
            words = self.tr(
                "%n answer(s) that left this computer may have used these rows. They were noised"
                " first and cannot be taken back.",
                "",
                len(held.rounds),
            )
            self.add(label(words, "caption", wrap=True))
        offer = button(self.tr("What to offer next"), self.offer, icon_name="sparkles")
        person = held.person
        offer.setEnabled(person.consent and person.personalise and not person.minor)
        forget = button(self.tr("Forget this shopper…"), self._ask, icon_name="user-x")
        self.add(rule(), row(offer, None, forget))

    def _held_rows(self) -> QVBoxLayout:
        """How many rows of each table."""
        out = column(label(self.tr("What is held"), "strong"), spacing=4)
        for table in self._held.tables:
            if table.rows and table.table != "shoppers":
                out.addLayout(named_row(held_name(table.table), fmt.count(len(table.rows))))
        if self._held.n_refused:
            name = self.tr("Refused rows that name this person")
            out.addLayout(named_row(name, fmt.count(self._held.n_refused)))
        if out.count() == 1:
            out.addWidget(label(self.tr("Nothing beside consent."), "muted"))
        out.addStretch(1)
        return out

    def _switches(self) -> QVBoxLayout:
        person = self._held.person
        out = column(label(self.tr("What this shopper said"), "strong"), spacing=8)
        for text, on, change in (
            (self.tr("Has agreed: may be learnt from"), person.consent, self._shop.set_consent),
            (
                self.tr("May see ads picked by their own behaviour"),
                person.personalise,
                self._shop.set_personalise,
            ),
        ):
            box = QCheckBox(text)
            box.setAccessibleName(text)
            box.setChecked(on)
            box.toggled.connect(lambda now, act=change: self._change(act, now))
            out.addWidget(box)
        out.addStretch(1)
        return out

    def _change(self, act: Callable[[str, bool], None], on: bool) -> None:
        self._hub.do(lambda: act(self._key, on), self.tr("Written down."))

    def _rows(self) -> None:
        """The newest rows of the longest table."""
        table = max(
            (t for t in self._held.tables if t.table in ("events", "impressions")),
            key=lambda t: len(t.rows),
            default=None,
        )
        if table is None or not table.rows:
            return
        names = [n for n in _TOLD if n in table.columns]
        places = [table.columns.index(n) for n in names]
        columns = [Column(column_name(n), "text", 150) for n in names]
        columns[-1] = Column(columns[-1].name, "text", 0)
        rows = [
            [cell_words(n, r[i]) for n, i in zip(names, places, strict=True)]
            for r in reversed(table.rows[-50:])
        ]
        view = Table(held_name(table.table)).show_rows(columns, rows, fit=len(rows) <= 5)
        if len(rows) > 5:
            view.setFixedHeight(table_height(5))
        self.add(view)

    def offer(self) -> None:
        """What to show this shopper next, and why."""
        OffersDialog(self._hub, self._key, self).open()

    def _ask(self) -> None:
        lines = [
            self.tr("Everything about this shopper is deleted here: rows, profile, audiences."),
            self.tr("Files that you import later do not bring them back."),
            self.tr("The ledger keeps a receipt with counts only; it names nobody."),
            self.tr("What was learnt and sent before was noised and cannot be taken back."),
        ]
        yes = self.tr("Forget for good")
        Confirm(self.tr("Forget this shopper?"), lines, yes, self._forget, self).open()

    def _forget(self) -> None:
        def act() -> None:
            receipt = self._shop.forget(self._key)
            text = fill(
                self.tr("Forgotten: %1 rows deleted. Receipt %2."),
                fmt.count(receipt.n_rows),
                fmt.brief_hash(receipt.receipt_id),
            )
            self._hub.said.emit(text, "good")

        self._hub.do(act)
