"""The sidebar: pages, a word on learning, settings."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gui import words
from gui.hub import Hub
from gui.theme.icons import icon
from gui.theme.theme import theme
from gui.widgets.basics import label, row, symbol


class Sidebar(QWidget):
    """Emits the name of the page that was chosen."""

    chosen = Signal(str)

    def __init__(self, hub: Hub) -> None:
        super().__init__()
        self._hub = hub
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Pages"))
        self.setFixedWidth(216)
        self._names = {
            "overview": (self.tr("Overview"), "layout-dashboard"),
            "data": (self.tr("Shop data"), "database"),
            "learning": (self.tr("Learning"), "network"),
            "audiences": (self.tr("Audiences"), "users"),
            "ads": (self.tr("Ads"), "image"),
            "privacy": (self.tr("Privacy"), "shield-check"),
            "settings": (self.tr("Settings"), "settings"),
        }
        self._buttons: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 18, 12, 14)
        box.setSpacing(3)
        brand = row(symbol("shield-check", "accent", 22), label("Hansa", "brand"), None)
        brand.setContentsMargins(8, 0, 0, 14)
        box.addLayout(brand)
        for name in self._names:
            if name == "settings":
                box.addStretch(1)
                box.addWidget(self._status())
                box.addSpacing(6)
            box.addWidget(self._button(name))
        hub.jobs_changed.connect(self.refresh)
        self.refresh()

    def _button(self, name: str) -> QToolButton:
        text, icon_name = self._names[name]
        out = QToolButton()
        out.setProperty("nav", True)
        out.setText(f"  {text}")
        out.setAccessibleName(text)
        out.setIcon(icon(icon_name, theme.tokens.muted))
        out.setIconSize(QSize(18, 18))
        out.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        out.setCheckable(True)
        out.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        out.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        out.setCursor(Qt.CursorShape.PointingHandCursor)
        out.clicked.connect(lambda: self.chosen.emit(name))
        self._group.addButton(out)
        self._buttons[name] = out
        return out

    def _status(self) -> QFrame:
        card = QFrame()
        card.setProperty("card", True)
        box = QVBoxLayout(card)
        box.setContentsMargins(12, 10, 12, 10)
        box.setSpacing(3)
        self._shop = label("", "strong")
        self._state = label("", "caption", wrap=True)
        box.addWidget(self._shop)
        box.addWidget(self._state)
        return card

    def mark(self, name: str) -> None:
        """Show which page is open."""
        for other, out in self._buttons.items():
            out.setChecked(other == name)
            tone = theme.tokens.accent if other == name else theme.tokens.muted
            out.setIcon(icon(self._names[other][1], tone))

    def refresh(self) -> None:
        """Counts and the state of learning."""
        shop = self._hub.shop
        if shop is None:
            return
        waiting = shop.waiting()
        for name, n in (("ads", waiting.n_drafts), ("privacy", waiting.n_held)):
            text = self._names[name][0]
            self._buttons[name].setText(f"  {text}  ({n})" if n else f"  {text}")
            said = words.fill(self.tr("%1: %2 waiting for you"), text, n)
            self._buttons[name].setAccessibleName(said if n else text)
        self._shop.setText(shop.settings.shop_name or self.tr("This shop"))
        job = self._hub.job("node")
        step = job.progress.step if job and job.progress else ""
        state = words.node_state(self._hub.state("node").value, step)[0]
        self._state.setText(words.fill(self.tr("Learning together: %1"), state))
