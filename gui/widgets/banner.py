"""Banners: a hint with one action; an error with what happened, what is safe and what to do."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QLocale
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout

from client.api import JobFailure
from gui.widgets.basics import button, label, row, symbol
from gui.words import failure_safe, failure_title

Action = tuple[str, Callable[[], object]]
_ICONS = {"info": "lightbulb", "good": "circle-check", "warn": "triangle-alert", "bad": "circle-x"}


class Banner(QFrame):
    """One line of words with an icon and, perhaps, one link."""

    def __init__(self, text: str, action: Action | None = None, tone: str = "info") -> None:
        super().__init__()
        self.setProperty("banner", tone)
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        box = QHBoxLayout(self)
        box.setContentsMargins(12, 9, 12, 9)
        box.setSpacing(10)
        box.addWidget(symbol(_ICONS[tone], "accent" if tone == "info" else tone))
        box.addWidget(label(text, wrap=True), 1)
        if action:
            box.addWidget(button(action[0], action[1], kind="link"))


class ErrorBanner(QFrame):
    """A failure in calm words; the details go to the clipboard, not to the reader."""

    def __init__(
        self,
        failure: JobFailure,
        retry: Action | None = None,
        close: Callable[[], object] | None = None,
    ) -> None:
        super().__init__()
        self._failure = failure
        self.setProperty("banner", "bad")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        box = QVBoxLayout(self)
        box.setContentsMargins(14, 12, 14, 12)
        box.setSpacing(6)
        title = failure_title(failure)
        self.setAccessibleName(title)
        box.addWidget(label(title, "section", tone="bad"))
        what = " ".join(p for p in (failure.what, failure.where) if p)
        # other rooms speak English; in another language our own sentence says what is safe
        english = QLocale().language() == QLocale.Language.English
        safe = failure.safe if english and failure.safe else failure_safe(failure)
        if english:
            lines = [(what, ""), (safe, ""), (failure.todo, "")]
        else:
            lines = [(safe, ""), (f"{what} {failure.todo}".strip(), "caption")]
        for text, role in lines:
            if text:
                box.addWidget(label(text, role, wrap=True))
        actions = row()
        translate = QCoreApplication.translate
        if retry:
            actions.addWidget(button(retry[0], retry[1], kind="primary"))
        actions.addWidget(button(translate("Banner", "Copy details"), self._copy, kind="link"))
        if close:
            actions.addSpacing(8)
            actions.addWidget(button(translate("Banner", "Dismiss"), close, kind="link"))
        actions.addStretch(1)
        box.addLayout(actions)

    def details(self) -> str:
        """What support needs: codes and words, no row values."""
        f = self._failure
        return "\n".join(
            p for p in (f"code: {f.code}", f.what, f.where, f.safe, f.todo, f.details) if p
        )

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.details())
