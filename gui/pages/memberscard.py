"""The members of an audience, best first: why each, what to offer each, and leaving one out."""

from __future__ import annotations

from collections.abc import Sequence

from client.api import Audience, Shop
from gui import format as fmt
from gui import words
from gui.hub import Hub
from gui.pages.offersdialog import OffersDialog
from gui.pages.whydialog import WhyDialog
from gui.widgets.basics import Card, button, label, row
from gui.widgets.table import Cell, Column, Table, table_height

SHOWN = 200


class MembersCard(Card):
    """A table with three things to do for the chosen row."""

    def __init__(self, hub: Hub, shop: Shop, audience: Audience) -> None:
        super().__init__(pad=14)
        self._hub, self._shop, self._audience = hub, shop, audience
        name = self.tr("Members, best first")
        self.setAccessibleName(name)
        self.table = self._table(name)
        shown = min(len(audience.members), SHOWN)
        count = words.fill(self.tr("%1 of %2"), fmt.count(shown), fmt.count(audience.size))
        why = button(self.tr("Why this score"), self.why, icon_name="info")
        offer = button(self.tr("What to offer next"), self.offer, icon_name="sparkles")
        drop = button(self.tr("Leave out"), self.exclude, icon_name="user-x")
        head = row(label(name, "section"), 8, label(count, "caption"), None, why, offer, drop)
        self.add(head, self.table)

    def _table(self, name: str) -> Table:
        a = self._audience
        columns = [
            Column(self.tr("Shopper (pseudonym)"), "mono", 220),
            Column(self.tr("Score"), "bar", 220),
            Column(self.tr("Main reasons the model used"), "text"),
        ]
        best = max((m.p_conversion for m in a.members), default=0.0) or 1.0
        rows: list[Sequence[Cell | str]] = [
            (
                fmt.brief_hash(m.shopper_key),
                Cell(fmt.share(m.p_conversion), part=m.p_conversion / best),
                " · ".join(
                    f"{words.group(r.group)} {fmt.factor(r.odds_factor)}" for r in m.reasons[:3]
                ),
            )
            for m in a.members[:SHOWN]
        ]
        table = Table(name).show_rows(columns, rows, fit=len(rows) <= 8)
        if len(rows) > 8:
            table.setFixedHeight(table_height(8))
        return table

    def _member(self) -> str:
        """Pseudonym of the chosen row; "" with a hint where none is chosen."""
        index = self.table.currentIndex()
        if not index.isValid():
            self._hub.said.emit(self.tr("Choose a member first."), "info")
            return ""
        return self._audience.members[index.row()].shopper_key

    def why(self) -> None:
        """What the model used for this shopper and this product."""
        if key := self._member():
            title = self._shop.title(self._audience.product_id)
            WhyDialog(self._hub, key, self._audience.product_id, title, self).open()

    def offer(self) -> None:
        """What to show this shopper next."""
        if key := self._member():
            OffersDialog(self._hub, key, self).open()

    def exclude(self) -> None:
        """Leave this shopper out, here and in audiences for this product to come."""
        if key := self._member():
            self._hub.do(
                lambda: self._shop.exclude(self._audience, key),
                self.tr("The shopper was left out of this audience."),
            )
