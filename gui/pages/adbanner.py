"""Banners for the preview: drawn in a thread of their own, kept until the ad changes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal
from PySide6.QtGui import QImage

from client.api import Creative, Shop
from common.errors import UserFacing

#: as in client.creative.banner.sizes, whose import loads Pillow
SIZES = (
    "300x250", "336x280", "728x90", "970x250", "160x600", "300x600", "320x50", "320x100",
    "1080x1080", "1080x1350", "1200x628", "1080x1920", "800x800",
)  # fmt: skip
LAYOUTS = ("", "split", "stacked", "overlay", "strip", "type")
USUAL = ("300x250", "728x90", "320x50", "1080x1080")
KEPT = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """One picture: the words with their state, so that an approval draws it anew."""

    ad: str
    version: int
    state: str
    size: str
    layout: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture, or why there is none."""

    image: QImage | None
    why: str = ""


class _Signals(QObject):
    done = Signal(object, bytes, str)


class _Task(QRunnable):
    """Draws one picture with a connection of its own."""

    def __init__(self, home: Path, ad: Creative, wanted: Wanted, signals: _Signals) -> None:
        super().__init__()
        self._home, self._ad, self._wanted, self._signals = home, ad, wanted, signals

    def run(self) -> None:
        """Draw; what cannot be drawn comes back as a sentence."""
        content, why = b"", ""
        try:
            shop = Shop.open(self._home)
            try:
                content = shop.banner(self._ad, self._wanted.size, self._wanted.layout)
            finally:
                shop.close()
        except UserFacing as e:
            why = " ".join(p for p in (e.what, e.todo) if p)
        try:
            self._signals.done.emit(self._wanted, content, why)
        except RuntimeError:  # the window is gone
            return


class Banners(QObject):
    """Asks for pictures and keeps the last ones."""

    drawn = Signal()

    def __init__(self, home: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._home = home
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._signals = _Signals(self)
        self._signals.done.connect(self._take)
        self._kept: dict[Wanted, Drawn | None] = {}

    def get(self, ad: Creative, size: str, layout: str) -> Drawn | None:
        """The picture; None while it is being drawn, `drawn` tells when it is there."""
        wanted = Wanted(ad.creative_id, ad.version, ad.state.value, size, layout)
        if wanted not in self._kept:
            if len(self._kept) >= KEPT:
                self._kept = {k: v for k, v in self._kept.items() if v is None}
            self._kept[wanted] = None
            self._pool.start(_Task(self._home, ad, wanted, self._signals))
        return self._kept[wanted]

    def wait(self, ms: int = 10_000) -> bool:
        """Block until nothing is being drawn; for the end of the program and for tests."""
        return self._pool.waitForDone(ms)

    def _take(self, wanted: Wanted, content: bytes, why: str) -> None:
        image = QImage.fromData(content) if content else None
        self._kept[wanted] = Drawn(image, why)
        self.drawn.emit()
