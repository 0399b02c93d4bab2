"""One audience: its rates with intervals, and the reasons as odds factors."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from client.api import Audience, Reason
from gui import format as fmt
from gui import words
from gui.widgets.bars import FactorBar, RangeBar
from gui.widgets.basics import Card, button, figure, label, named_row, row


class AudienceDetail(QWidget):
    """Cards for size and rate, and for reasons."""

    def __init__(
        self,
        audience: Audience,
        title: str,
        write: Callable[[Audience], None],
        export: Callable[[Audience], None],
    ) -> None:
        super().__init__()
        self._audience, self._write, self._export = audience, write, export
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(16)
        top = QHBoxLayout()
        top.setSpacing(14)
        top.addWidget(self._rate(title), 1)
        top.addWidget(self._reasons(), 1)
        box.addLayout(top)

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
            ctr = a.expected_ctr
            around = f"{fmt.share(ctr.low)} – {fmt.share(ctr.high)}"
            card.add(named_row(self.tr("Expected CTR"), f"{fmt.share(ctr.value)}  ({around})"))
        model = words.fill(self.tr("Scored by model %1"), fmt.brief_hash(a.bundle_digest))
        go = button(
            self.tr("Write ads"), lambda: self._write(a), kind="primary", icon_name="sparkles"
        )
        out = button(self.tr("Export…"), lambda: self._export(a), icon_name="download")
        return card.add(None, label(model, "caption"), row(go, out, None))

    def _reasons(self) -> Card:
        card = Card(self.tr("What the model used"))
        reasons = sorted(
            self._audience.reasons, key=lambda r: -abs(math.log(max(r.odds_factor, 1e-9)))
        )
        largest = max(
            (max(r.odds_factor, 1 / max(r.odds_factor, 1e-9)) for r in reasons), default=1.0
        )
        for reason in reasons[:6]:
            card.add(reason_row(reason, largest))
        if not reasons:
            card.add(label(self.tr("No single group of features stands out."), "muted"))
        text = self.tr(
            "Factors on the odds against this shop's average shopper. They say what the model used,"
            " not what causes a purchase."
        )
        return card.add(None, label(text, "caption", wrap=True))


def reason_row(reason: Reason, largest: float) -> QHBoxLayout:
    """A group of features, its factor as a bar and as a figure."""
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
