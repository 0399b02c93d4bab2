"""Edit the words of an ad; saving checks them again and makes a new version."""

from __future__ import annotations

from dataclasses import replace
from getpass import getuser

from PySide6.QtWidgets import QDialog, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from client.api import Creative
from gui.hub import Hub
from gui.widgets.basics import button, label, row


class EditDialog(QDialog):
    """Headline, text and button of one ad."""

    def __init__(self, hub: Hub, ad: Creative, parent: QWidget) -> None:
        super().__init__(parent)
        self._hub, self._ad = hub, ad
        self.setWindowTitle(self.tr("Edit text"))
        self.setMinimumWidth(520)
        box = QVBoxLayout(self)
        box.setContentsMargins(22, 18, 22, 18)
        box.setSpacing(8)
        self.headline = QLineEdit(ad.headline)
        self.body = QPlainTextEdit(ad.body)
        self.body.setMinimumHeight(90)
        self.body.setTabChangesFocus(True)
        self.action = QLineEdit(ad.call_to_action)
        for name, field in (
            (self.tr("Headline"), self.headline),
            (self.tr("Text"), self.body),
            (self.tr("Button"), self.action),
        ):
            field.setAccessibleName(name)
            box.addWidget(label(name, "muted"))
            box.addWidget(field)
        note = self.tr("The checks run again; the new version waits for your approval.")
        box.addWidget(label(note, "caption", wrap=True))
        box.addSpacing(6)
        cancel = button(self.tr("Cancel"), self.reject)
        box.addLayout(row(None, cancel, button(self.tr("Save"), self.save, kind="primary")))

    def save(self) -> None:
        """Keep the words as a new version; stays open when they cannot be kept."""
        edited = replace(
            self._ad,
            headline=self.headline.text().strip(),
            body=self.body.toPlainText().strip(),
            call_to_action=self.action.text().strip(),
        )
        shop = self._hub.shop
        done = self.tr("Saved as a new version.")
        if shop is not None and self._hub.do(lambda: shop.edit(edited, getuser()), done):
            self.accept()
