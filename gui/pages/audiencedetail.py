"""One audience: its rate with interval, the reasons as odds factors, its members."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from client.api import Audience, Reason
from gui import format as fmt
from gui import words
from gui.hub import Hub
from gui.widgets.bars import FactorBar, RangeBar
from gui.widgets.basics import Card, button, figure, label, named_row, row
from gui.widgets.table import Cell, Column, Table, table_height

SHOWN = 200


class AudienceDetail(QWidget):
    """Cards for size and rate, for reasons, and the members' table."""

    def __init__(
        self, hub: Hub, audience: Audience, title: str, write: Callable[[Audience], None]
    ) -> None:
        super().__init__()
        self._hub, self._audience, self._write = hub, audience, write
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(16)
        top = QHBoxLayout()
        top.setSpacing(14)
        top.addWidget(self._rate(title), 1)
        top.addWidget(self._reasons(), 1)
        box.addLayout(top)
        box.addWidget(self._members())

    def _rate(self, title: str) -> Card:
        a = self._audience
        cvr = a.expected_cvr
        card = Card(words.fill(self.tr("Who is likely to buy “%1”"), title or a.product_id))
        span = f"{fmt.share(cvr.low)} – {fmt.share(cvr.high)}"
        value = label(fmt.share(cvr.value), "metric")
        card.add(label(self.tr("Expected conversion rate"), "muted"), row(value, None))
        name = words.fill(
            self.tr("Expected %1, interval %2, shop's average %3"),
            fmt.share(cvr.value),
            span,
            fmt.share(a.base_cvr),
        )
        card.add(RangeBar(cvr.low, cvr.value, cvr.high, a.base_cvr, name))
        card.add(
            named_row(self.tr("95% interval"), span),
            named_row(self.tr("Shop's average (the tick)"), fmt.share(a.base_cvr)),
            named_row(self.tr("Shoppers"), fmt.count(a.size)),
        )
        if a.expected_ctr is not None:
            card.add(named_row(self.tr("Expected CTR"), fmt.share(a.expected_ctr.value)))
        model = words.fill(self.tr("Scored by model %1"), fmt.brief_hash(a.bundle_digest))
        go = button(
            self.tr("Write ads"), lambda: self._write(a), kind="primary", icon_name="sparkles"
        )
        return card.add(None, label(model, "caption"), row(go, None))

    def _reasons(self) -> Card:
        card = Card(self.tr("What the model used"))
        reasons = sorted(
            self._audience.reasons, key=lambda r: -abs(math.log(max(r.odds_factor, 1e-9)))
        )
        largest = max(
            (max(r.odds_factor, 1 / max(r.odds_factor, 1e-9)) for r in reasons), default=1.0
        )
        for reason in reasons[:6]:
            card.add(_reason_row(reason, largest))
        if not reasons:
            card.add(label(self.tr("No single group of features stands out."), "muted"))
        text = self.tr(
            "Factors on the odds against this shop's average shopper. They say what the model used,"
            " not what causes a purchase."
        )
        return card.add(None, label(text, "caption", wrap=True))

    def _members(self) -> Card:
        a = self._audience
        name = self.tr("Members, best first")
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
        drop = button(self.tr("Leave out"), lambda: self._exclude(table), icon_name="user-x")
        shown = min(len(a.members), SHOWN)
        count = words.fill(self.tr("%1 of %2"), fmt.count(shown), fmt.count(a.size))
        card = Card(pad=14)
        return card.add(row(label(name, "section"), 8, label(count, "caption"), None, drop), table)

    def _exclude(self, table: Table) -> None:
        index = table.currentIndex()
        shop = self._hub.shop
        if not index.isValid() or shop is None:
            self._hub.said.emit(self.tr("Choose a member first."), "info")
            return
        member = self._audience.members[index.row()]
        self._hub.do(
            lambda: shop.exclude(self._audience, member.shopper_key),
            self.tr("The shopper was left out of this audience."),
        )


def _reason_row(reason: Reason, largest: float) -> QHBoxLayout:
    name = words.group(reason.group)
    factor = fmt.factor(reason.odds_factor)
    out = QHBoxLayout()
    out.setSpacing(12)
    head = label(name)
    head.setToolTip(reason.text)
    out.addWidget(head, 5)
    out.addWidget(FactorBar(reason.odds_factor, largest, f"{name} {factor}"), 4)
    mark = figure(f"{fmt.arrow(reason.odds_factor - 1)} {factor}")
    mark.setFixedWidth(76)
    out.addWidget(mark)
    return out
