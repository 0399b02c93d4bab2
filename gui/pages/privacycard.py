"""The privacy budget in a card: ring, figures, what the league learns, a way to what left."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt

from client.api import LeagueView, PrivacyView
from gui import format as fmt
from gui import words
from gui.hub import Hub
from gui.widgets.basics import Card, button, column, label, named_row, pill, row, rule
from gui.widgets.ring import Ring


def budget_ring(view: PrivacyView, size: int = 132) -> Ring:
    """Spent of the limit; a dash while epsilon is being computed."""
    translate = QCoreApplication.translate
    caption = words.fill(translate("PrivacyCard", "of ε %1 spent"), fmt.number(view.limit, 1))
    return Ring(view.epsilon, view.limit, fmt.number(view.epsilon), caption, size=size)


def privacy_card(hub: Hub, view: PrivacyView, league: LeagueView, node: tuple[str, str]) -> Card:
    """The card of the overview."""
    translate = QCoreApplication.translate
    card = Card(translate("PrivacyCard", "Privacy budget"))
    figures = column(
        named_row(translate("PrivacyCard", "Spent"), fmt.number(view.epsilon)),
        named_row(translate("PrivacyCard", "Left"), fmt.number(view.left)),
        named_row(translate("PrivacyCard", "Charges"), fmt.count(view.n_charges)),
        spacing=5,
    )
    figures.addStretch(1)
    if view.epsilon is None:
        figures.addWidget(pill(translate("PrivacyCard", "Being computed"), "muted"))
    else:
        figures.addWidget(pill(*words.protection(view.limit, view.epsilon)))
    top = row(budget_ring(view), spacing=16)
    top.addLayout(figures, 1)
    card.add(top, rule())
    state = pill(*node)
    title = label(translate("PrivacyCard", "Learning together"), "section")
    card.add(row(title, None, state))
    if view.rounds_left is not None:
        card.add(
            named_row(translate("PrivacyCard", "Rounds left at this rate"), str(view.rounds_left))
        )
    model = (
        words.fill(translate("PrivacyCard", "Shared model %1"), fmt.brief_hash(league.model_digest))
        if league.model_digest
        else translate("PrivacyCard", "No shared model yet")
        if league.joined
        else translate("PrivacyCard", "This shop is in no league yet")
    )
    card.add(label(model, "muted", wrap=True))
    left = translate("PrivacyCard", "What left this computer?")
    link = button(left, lambda: hub.go_to.emit("privacy"), kind="link")
    card.box.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
    card.add(None)
    return card
