"""Settings: language and theme of this window, and the policy that always wins over the league."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox

from gui import format as fmt
from gui.hub import Hub
from gui.pages.page import PageView
from gui.pages.policycard import PolicyCard
from gui.widgets.basics import Card, boxed, column, label, row
from gui.widgets.segments import Segments
from gui.widgets.sides import Sides
from gui.widgets.steps import StepLine


class Settings(PageView):
    """Window options, and the policy: a form over the shop's own file."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self.set_title(self.tr("Settings"))

    def load(self) -> object:
        """The shop's settings, its name on the wire, and whether there is something to undo."""
        return self.shop.settings, self.shop.info().identity, self.shop.can_undo_policy()

    def build(self, value: object) -> None:
        """Two cards."""
        left = boxed(column(self._window(), self._shop(), None, spacing=14))
        policy = PolicyCard(self.hub, self.shop)
        self.content.addWidget(Sides(left, policy, (2, 3), narrow=960))
        self.content.addStretch(1)

    def _window(self) -> Card:
        card = Card(self.tr("This window"))
        language = Segments(
            self.tr("Language"),
            [("en", "English"), ("zh", "简体中文")],
            str(self.hub.options.value("language", "en")),
        )
        language.chosen.connect(lambda key: self._set("language", key))
        theme = Segments(
            self.tr("Theme"),
            [
                ("light", self.tr("Light")),
                ("dark", self.tr("Dark")),
                ("system", self.tr("As the system")),
            ],
            str(self.hub.options.value("theme", "system")),
        )
        theme.chosen.connect(lambda key: self._set("theme", key))
        keep = QCheckBox(self.tr("Keep learning when the window is closed"))
        keep.setAccessibleName(keep.text())
        keep.setChecked(str(self.hub.options.value("keep_learning", "false")) == "true")
        keep.toggled.connect(
            lambda on: self.hub.options.setValue("keep_learning", "true" if on else "false")
        )
        card.add(row(label(self.tr("Language"), "muted"), None, language))
        card.add(row(label(self.tr("Theme"), "muted"), None, theme))
        return card.add(4, keep, None)

    def _set(self, name: str, value: str) -> None:
        self.hub.options.setValue(name, value)
        self.hub.restyled.emit()

    def _shop(self) -> Card:
        settings, info = self.shop.settings, self.shop.info()
        card = Card(self.tr("This shop"))
        for name, text in (
            (self.tr("Shop"), settings.shop_name or fmt.DASH),
            (self.tr("Known to the league as"), info.identity or fmt.DASH),
            (self.tr("Folder"), str(self.shop.home)),
            (self.tr("Smallest audience"), fmt.count(settings.audience_floor)),
        ):
            card.add(StepLine(name, text, width=130))
        return card.add(None)
