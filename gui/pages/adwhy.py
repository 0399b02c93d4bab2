"""Why these people: the audience's reasons in words, what to expect of it, how large it is; never a person."""

from __future__ import annotations

import math

from client.api import AdView, Audience
from gui import format as fmt
from gui.pages.audiencedetail import reason_row
from gui.widgets.basics import Card, label, named_row
from gui.words import fill

SHOWN = 4


class AdWhy(Card):
    """One audience, as a reviewer needs it."""

    def __init__(self, view: AdView) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Why these people"))
        self.add(label(self.tr("Why these people"), "section"))
        if view.audience is None:
            text = self.tr("For every shopper: no audience was chosen.")
            self.add(label(text, "muted"))
            return
        self._reasons(view.audience)
        self.add(4)
        self._expected(view.audience)
        text = self.tr(
            "Factors on the odds against this shop's average shopper: what the model used, not what"
            " causes a purchase. The ad knows these groups only, never a person."
        )
        self.add(4, label(text, "caption", wrap=True), None)

    def _reasons(self, audience: Audience) -> None:
        reasons = sorted(audience.reasons, key=lambda r: -abs(math.log(max(r.odds_factor, 1e-9))))[
            :SHOWN
        ]
        largest = max(
            (max(r.odds_factor, 1 / max(r.odds_factor, 1e-9)) for r in reasons), default=1.0
        )
        for reason in reasons:
            self.add(reason_row(reason, largest))
        if not reasons:
            self.add(label(self.tr("No single group of features stands out."), "muted"))

    def _expected(self, audience: Audience) -> None:
        rates = [(self.tr("Expected CVR"), audience.expected_cvr)]
        if audience.expected_ctr is not None:
            rates.insert(0, (self.tr("Expected CTR"), audience.expected_ctr))
        for name, rate in rates:
            around = f"{fmt.share(rate.low)} – {fmt.share(rate.high)}"
            self.add(named_row(name, f"{fmt.share(rate.value)}  ({around})"))
        if audience.expected_ctr is None:
            self.add(named_row(self.tr("Expected CTR"), self.tr("not known: no clicks recorded")))
        self.add(named_row(self.tr("Shop's average CVR"), fmt.share(audience.base_cvr)))
        size = fill(self.tr("%1 shoppers"), fmt.count(audience.size))
        self.add(named_row(self.tr("Size"), size))
