"""Labels, buttons, cards, pills and rows: the words and boxes of every page."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gui.theme.icons import icon
from gui.theme.theme import tabular, theme


def label(text: str = "", role: str = "", *, tone: str = "", wrap: bool = False) -> QLabel:
    """A plain-text label; `role` and `tone` choose its look in the style sheet."""
    out = QLabel(text)
    out.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        out.setProperty("role", role)
    if tone:
        out.setProperty("tone", tone)
    if wrap:
        out.setWordWrap(True)
        out.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
    return out


def figure(text: str, role: str = "") -> QLabel:
    """A label with figures of one width, right aligned."""
    out = label(text, role)
    out.setFont(tabular(out.font()))
    out.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return out


def pill(text: str, tone: str = "muted") -> QLabel:
    """A small rounded mark; its words say everything, colour only repeats it."""
    out = label(text, tone=tone)
    out.setProperty("pill", True)
    out.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    return out


def symbol(name: str, tone: str = "muted", size: int = 18) -> QLabel:
    """An icon beside words; screen readers skip it."""
    out = QLabel()
    out.setPixmap(icon(name, theme.tokens.tone(tone), size).pixmap(size, size))
    out.setFixedSize(size, size)
    return out


def button(
    text: str,
    slot: Callable[[], object] | None = None,
    *,
    kind: str = "",
    icon_name: str = "",
) -> QPushButton:
    """A push button. `kind` is "", "primary" or "link"."""
    # Fusion leaves no gap after an icon; the accessible name is without the padding
    out = QPushButton(f" {text}" if icon_name else text)
    if kind:
        out.setProperty("kind", kind)
    if icon_name:
        tone = "on_accent" if kind == "primary" else "muted"
        out.setIcon(icon(icon_name, theme.tokens.tone(tone), 16))
    out.setAccessibleName(text)
    out.setCursor(Qt.CursorShape.PointingHandCursor)
    # a ring after a mouse click says nothing; with the Tab key it says where one is
    out.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    if slot:
        out.clicked.connect(lambda: slot())
    return out


def rule() -> QFrame:
    """A thin horizontal line."""
    out = QFrame()
    out.setProperty("rule", True)
    return out


def row(*items: QWidget | int | None, spacing: int = 8) -> QHBoxLayout:
    """Widgets side by side; an int is space in points, None takes what is left."""
    out = QHBoxLayout()
    out.setSpacing(spacing)
    _fill(out, items)
    return out


def column(*items: QWidget | QBoxLayout | int | None, spacing: int = 8) -> QVBoxLayout:
    """Widgets and rows below each other; an int is space in points, None takes what is left."""
    out = QVBoxLayout()
    out.setSpacing(spacing)
    _fill(out, items)
    return out


def _fill(box: QBoxLayout, items: tuple[QWidget | QBoxLayout | int | None, ...]) -> None:
    for item in items:
        if item is None:
            box.addStretch(1)
        elif isinstance(item, int):
            box.addSpacing(item)
        elif isinstance(item, QWidget):
            box.addWidget(item)
        else:
            box.addLayout(item)


def named_row(name: str, value: str, role: str = "") -> QHBoxLayout:
    """A name on the left and its figure on the right."""
    shown = figure(value, role)
    shown.setAccessibleName(f"{name}: {value}")
    return row(label(name, "muted"), None, shown)


def boxed(box: QBoxLayout) -> QWidget:
    """A layout as a widget, without margins."""
    out = QWidget()
    box.setContentsMargins(0, 0, 0, 0)
    out.setLayout(box)
    return out


class Card(QFrame):
    """A surface with a title, something at its right, and a column of content."""

    def __init__(self, title: str = "", extra: QWidget | None = None, *, pad: int = 16) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(pad, max(14, pad - 6), pad, max(14, pad - 6))
        self.box.setSpacing(8)
        if title:
            self.setAccessibleName(title)
            head = row(label(title, "section"), None)
            if extra:
                head.addWidget(extra)
            self.box.addLayout(head)

    def add(self, *items: QWidget | QBoxLayout | int | None) -> Card:
        """Append content; returns the card."""
        _fill(self.box, items)
        return self


def clear(box: QBoxLayout) -> None:
    """Take everything out of a layout, with the layouts inside it."""
    while box.count():
        item = box.takeAt(0)
        if item is None:
            break
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
        elif isinstance(inner, QBoxLayout):
            clear(inner)
            inner.deleteLater()
