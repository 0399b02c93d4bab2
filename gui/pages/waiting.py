"""What a card shows while its question is open, or when it could not be answered."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QDialog, QProgressBar, QVBoxLayout

from gui.pages.asking import Answer
from gui.widgets.banner import ErrorBanner
from gui.widgets.basics import column, label
from gui.words import fill


def waiting(text: str, part: float | None = None) -> QVBoxLayout:
    """A sentence over a bar; while the model is fitted to the shop's rows, it says how far that is."""
    if part is not None and part < 1:
        text = fitting(part)
    bar = QProgressBar()
    bar.setTextVisible(False)
    bar.setRange(0, 0 if part is None or part >= 1 else 100)
    bar.setValue(round(100 * (part or 0)))
    bar.setAccessibleName(text)
    return column(label(text, "muted"), bar, spacing=10)


def fitting(part: float) -> str:
    """How far a fit to the shop's own rows is."""
    text = QCoreApplication.translate(
        "Waiting", "Fitting the model to your own rows, once for these rows: %1%"
    )
    return fill(text, round(100 * part))


def failed(answer: Answer, again: Callable[[], object]) -> ErrorBanner | None:
    """What went wrong, with a way to try again; None where nothing did."""
    if answer.failure is None:
        return None
    words = QCoreApplication.translate("Waiting", "Try again")
    return ErrorBanner(answer.failure, (words, again))


def quiet_focus(dialog: QDialog) -> None:
    """A dialog that is read first: no button wears a ring before the Tab key is used."""
    dialog.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    dialog.setFocus()
