"""A changed list of merchants that waits for the owner's yes: who came, who went, Accept or Not now."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication, Qt

from client.api import RosterView
from gui import format as fmt
from gui.hub import Hub
from gui.widgets.basics import Card, button, label, pill, row
from gui.widgets.confirm import Confirm
from gui.widgets.steps import StepLine
from gui.words import fill

#: Fingerprints shown of each kind; the rest is counted.
MOST = 12


class RosterCard(Card):
    """Calls back when the owner puts it off."""

    def __init__(self, hub: Hub, view: RosterView, later: Callable[[], None]) -> None:
        title = QCoreApplication.translate("RosterCard", "The list of merchants has changed")
        if view.is_first:
            title = QCoreApplication.translate(
                "RosterCard", "A list of merchants waits for your yes"
            )
        waits = QCoreApplication.translate("RosterCard", "No round until you say yes")
        super().__init__(title, pill(waits, "warn"))
        self._hub, self._view = hub, view
        note = self.tr(
            "With league noise your shoppers' privacy rests on the others in the sum. So your shop"
            " goes by one list of merchants. Ask the operator, or the merchants, who the new ones are."
        )
        self.add(label(note, wrap=True))
        for words, names in ((self.tr("New"), view.came), (self.tr("Gone"), view.went)):
            if names:
                self._names(fill(self.tr("%1 (%2)"), words, fmt.count(len(names))), names)
        if not view.has_me:
            self.add(label(self.tr("Your own shop is not in this list."), tone="bad"))
        self.add(StepLine(self.tr("Merchants in the new list"), fmt.count(view.n_merchants)))
        self.add(StepLine(self.tr("Received"), fmt.moment(view.since)))
        digest = label(view.digest, "caption", wrap=True)
        digest.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.add(label(self.tr("Digest of the list, the same at every shop"), "caption"), digest)
        yes = button(self.tr("Accept the list…"), self._ask, kind="primary")
        self.add(4, row(None, button(self.tr("Not now"), later), yes))

    def _names(self, head: str, names: Sequence[str]) -> None:
        self.add(label(head, "strong"))
        shown = list(names[:MOST])
        if len(names) > MOST:
            shown.append(fill(self.tr("and %1 more"), fmt.count(len(names) - MOST)))
        one = label("\n".join(shown), "muted")
        one.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.add(one)

    def _ask(self) -> None:
        view = self._view
        lines = (
            fill(
                self.tr("%1 new, %2 gone; %3 merchants in all."),
                fmt.count(len(view.came)),
                fmt.count(len(view.went)),
                fmt.count(view.n_merchants),
            ),
            fill(self.tr("Digest %1…"), view.digest[:16]),
            self.tr("From the next round on your shop takes part with these merchants."),
        )
        Confirm(
            self.tr("Go by this list?"), lines, self.tr("Accept the list"), self._accept, self
        ).open()

    def _accept(self) -> None:
        shop = self._hub.shop
        if shop is not None:
            done = self.tr("Accepted. Your shop goes by this list now.")
            self._hub.do(lambda: shop.accept_roster(self._view), done)
