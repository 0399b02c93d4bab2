"""Settings: language and theme of this window, and the policy that always wins over the league."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QHBoxLayout

from gui import format as fmt
from gui.hub import Hub
from gui.pages.page import PageView
from gui.widgets.basics import Card, label, row
from gui.widgets.segments import Segments
from gui.widgets.steps import StepLine
from gui.words import fill


class Settings(PageView):
    """Window options are changed here; the policy is changed in the shop's own file."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self.set_title(self.tr("Settings"))

    def load(self) -> object:
        """The shop's settings, and its name on the wire."""
        return self.shop.settings, self.shop.info().identity

    def build(self, value: object) -> None:
        """Two cards."""
        top = QHBoxLayout()
        top.setSpacing(14)
        top.addWidget(self._window(), 2)
        top.addWidget(self._policy(), 3)
        self.content.addLayout(top)
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

    def _policy(self) -> Card:
        settings, policy = self.shop.settings, self.shop.settings.policy
        info = self.shop.info()
        card = Card(self.tr("Policy of this shop"))
        yes, no = self.tr("yes"), self.tr("no")
        lines = (
            (self.tr("Shop"), settings.shop_name or fmt.DASH),
            (self.tr("Known to the league as"), info.identity or fmt.DASH),
            (self.tr("Folder"), str(self.shop.home)),
            (self.tr("Privacy limit"), f"ε {fmt.number(policy.epsilon)}"),
            (self.tr("Rounds are paused"), yes if policy.paused else no),
            (self.tr("Hours"), policy.hours or self.tr("always")),
            (self.tr("Least noise σ"), fmt.number(policy.min_noise_multiplier)),
            (self.tr("Most steps a round"), fmt.count(policy.max_local_steps)),
            (self.tr("Most impressions a shopper"), fmt.count(policy.max_impressions)),
            (self.tr("Answers quality checks"), yes if policy.allow_evaluation else no),
            (self.tr("Smallest audience"), fmt.count(settings.audience_floor)),
        )
        for name, text in lines:
            card.add(StepLine(name, text))
        note = fill(
            self.tr("The policy always wins over the league's plan. Change it in %1."), "hansa.toml"
        )
        return card.add(label(note, "caption", wrap=True))
