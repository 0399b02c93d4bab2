"""What a shop lacks to learn with a league, said before it starts; starting all the same is asked for."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from client.api import Lack
from gui.hub import Hub
from gui.widgets.banner import Banner
from gui.widgets.confirm import Confirm
from gui.words import fill


def words(lack: Lack) -> str:
    """One or two sentences."""
    translate = QCoreApplication.translate
    if lack.kind == "empty":
        return translate(
            "Lacking",
            "There is nothing to learn from yet: no ad was shown to a shopper who agreed.",
        )
    if lack.kind == "no-outcome":
        return translate(
            "Lacking",
            "There is nothing to learn from yet: no ad that was shown to a shopper who agreed has a"
            " click or an order.",
        )
    text = translate(
        "Lacking",
        "There is too little to learn from yet: too few shoppers who agreed were shown an ad (%1);"
        " below %2 a model learns little more than noise.",
    )
    return fill(text, lack.n_shoppers, lack.least)


def banner(hub: Hub, lack: Lack) -> Banner:
    """The same with a way to the import."""
    translate = QCoreApplication.translate
    go = (translate("Lacking", "Import files"), lambda: hub.go_to.emit("data"))
    return Banner(words(lack), go, "warn")


def ask(lack: Lack, start: Callable[[], object], parent: QWidget) -> None:
    """Whether to take part all the same."""
    translate = QCoreApplication.translate
    lines = [
        words(lack),
        translate(
            "Lacking",
            "Each round would still be charged to your privacy budget. Nothing is sent or charged"
            " unless you start.",
        ),
    ]
    title = translate("Lacking", "Start learning all the same?")
    Confirm(title, lines, translate("Lacking", "Start all the same"), start, parent).open()
