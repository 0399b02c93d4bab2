"""What tests of the window do to it: read its words, press its buttons by name."""

from PySide6.QtWidgets import QApplication, QLabel, QPushButton


def texts(widget):
    QApplication.processEvents()
    return " | ".join(w.text() for w in widget.findChildren(QLabel))


def press(widget, name):
    next(b for b in widget.findChildren(QPushButton) if b.accessibleName() == name).click()
    QApplication.processEvents()
