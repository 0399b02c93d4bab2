"""The theme in force: palette, style sheet, fonts; a signal tells painters when it changes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from gui.theme.icons import FOLDER
from gui.theme.qss import style_sheet
from gui.theme.tokens import DARK, LIGHT, Tokens

FONTS = Path(__file__).parent / "fonts"
FAMILIES = [
    "Inter",
    "Segoe UI Variable Text",
    "Segoe UI",
    "SF Pro Text",
    "PingFang SC",
    "Microsoft YaHei UI",
    "Noto Sans CJK SC",
]


class Theme(QObject):
    """Holds the tokens; `apply` puts them on the application."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.tokens: Tokens = LIGHT
        self._fonts_loaded = False

    def apply(self, app: QApplication, mode: str) -> None:
        """Put a theme on the application.

        Args:
            app: The application.
            mode: "light", "dark" or "system" (follows the desktop's colour scheme).
        """
        dark = mode == "dark" or (mode == "system" and system_is_dark())
        self.tokens = DARK if dark else LIGHT
        app.setStyle("Fusion")
        app.setPalette(palette(self.tokens))
        if not self._fonts_loaded:
            for path in sorted(FONTS.glob("*.otf")):
                QFontDatabase.addApplicationFont(str(path))
            self._fonts_loaded = True
        app.setFont(base_font())
        app.setStyleSheet(
            style_sheet(self.tokens, _file("arrow", self.tokens), _file("tick", self.tokens))
        )
        self.changed.emit()


theme = Theme()


def system_is_dark() -> bool:
    """Whether the desktop asks for dark colours."""
    return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark


def base_font() -> QFont:
    """13 px, Inter first, a Simplified Chinese family by name so that glyph forms are right."""
    font = QFont()
    font.setFamilies(FAMILIES)
    font.setPixelSize(13)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def tabular(font: QFont) -> QFont:
    """The same font with figures of one width."""
    out = QFont(font)
    out.setFeature(QFont.Tag("tnum"), 1)
    return out


def sized(font: QFont, px: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The same family in another size and weight, tabular figures."""
    out = tabular(font)
    out.setPixelSize(px)
    out.setWeight(weight)
    return out


def palette(tokens: Tokens) -> QPalette:
    """A palette for what the style sheet does not reach (dialogs, placeholders, focus)."""
    role, out = QPalette.ColorRole, QPalette()
    colours = {
        role.Window: tokens.bg,
        role.Base: tokens.surface,
        role.AlternateBase: tokens.sunken,
        role.Button: tokens.surface,
        role.Text: tokens.text,
        role.WindowText: tokens.text,
        role.ButtonText: tokens.text,
        role.PlaceholderText: tokens.muted,
        role.Highlight: tokens.accent,
        role.HighlightedText: tokens.on_accent,
        role.Link: tokens.accent,
        role.ToolTipBase: tokens.text,
        role.ToolTipText: tokens.bg,
        role.Accent: tokens.accent,
        role.Mid: tokens.border,
    }
    for r, colour in colours.items():
        out.setColor(r, QColor(colour))
    for r in (role.Text, role.WindowText, role.ButtonText):
        out.setColor(QPalette.ColorGroup.Disabled, r, QColor(tokens.faint))
    return out


def _file(name: str, tokens: Tokens) -> str:
    """File of a small picture: style sheets take no pixmaps."""
    return (FOLDER / f"{name}-{'dark' if tokens.dark else 'light'}.svg").as_posix()
