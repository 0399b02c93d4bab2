"""The one style sheet: properties on widgets choose the role, tokens choose the colour."""

from __future__ import annotations

from string import Template

from gui.theme.tokens import Tokens

_TEXT = """
QWidget { color: $text; }
QMainWindow, QDialog, QWidget#page, QScrollArea#pageScroll { background: $bg; border: 0; }
QScrollArea { background: transparent; border: 0; }
QWidget#sidebar { background: $surface; border-right: 1px solid $border; }
QLabel { background: transparent; }
QLabel[role="title"] { font-size: 22px; font-weight: 600; }
QLabel[role="section"] { font-size: 14px; font-weight: 600; }
QLabel[role="metric"] { font-size: 25px; font-weight: 600; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="caption"] { color: $muted; font-size: 12px; }
QLabel[role="brand"] { font-size: 15px; font-weight: 600; }
QLabel[role="mono"] { color: $muted; font-size: 12px; }
QLabel[tone="good"] { color: $good; }
QLabel[tone="bad"] { color: $bad; }
QLabel[tone="warn"] { color: $warn; }
QLabel[tone="accent"] { color: $accent; }
QLabel[pill="true"] { border-radius: 9px; padding: 2px 8px; font-size: 12px; font-weight: 500; background: $sunken; }
QLabel[pill="true"][tone="good"] { background: $good_soft; }
QLabel[pill="true"][tone="bad"] { background: $bad_soft; }
QLabel[pill="true"][tone="warn"] { background: $warn_soft; }
QLabel[pill="true"][tone="accent"] { background: $accent_soft; }
QLabel[pill="true"][tone="muted"] { color: $muted; }
"""

_BOXES = """
QFrame[card="true"] { background: $surface; border: 1px solid $border; border-radius: 10px; }
QFrame[banner="info"] { background: $accent_soft; border: 0; border-radius: 8px; }
QFrame[banner="bad"] { background: $bad_soft; border: 0; border-radius: 8px; }
QFrame[banner="warn"] { background: $warn_soft; border: 0; border-radius: 8px; }
QFrame[banner="good"] { background: $good_soft; border: 0; border-radius: 8px; }
QFrame[rule="true"] { background: $border; border: 0; max-height: 1px; min-height: 1px; }
QFrame[segbox="true"] { background: $sunken; border-radius: 8px; }
QFrame[sunken="true"] { background: $sunken; border-radius: 8px; }
"""

_BUTTONS = """
QPushButton, QToolButton { background: $surface; border: 1px solid $border_strong; border-radius: 7px; padding: 6px 12px; min-height: 20px; }
QPushButton:hover, QToolButton:hover { background: $sunken; }
QPushButton:pressed, QToolButton:pressed { background: $border; }
QPushButton:focus, QToolButton:focus { border: 2px solid $accent; padding: 5px 11px; }
QPushButton:disabled, QToolButton:disabled { color: $faint; border-color: $border; }
QPushButton[kind="primary"] { background: $accent; color: $on_accent; border-color: $accent; font-weight: 600; }
QPushButton[kind="primary"]:hover { background: $accent_hover; }
QPushButton[kind="primary"]:pressed { background: $accent_press; }
QPushButton[kind="primary"]:focus { border: 2px solid $text; }
QPushButton[kind="primary"]:disabled { background: $sunken; color: $faint; border-color: $border; }
QPushButton[kind="link"] { background: transparent; border: 0; color: $accent; padding: 2px 0; text-align: left; font-weight: 500; }
QPushButton[kind="link"]:hover { text-decoration: underline; }
QPushButton[kind="link"]:focus { border: 0; border-bottom: 2px solid $accent; padding: 2px 0 0 0; }
QToolButton[nav="true"] { background: transparent; border: 0; border-radius: 7px; padding: 7px 10px; text-align: left; color: $muted; font-weight: 500; }
QToolButton[nav="true"]:hover { background: $sunken; color: $text; }
QToolButton[nav="true"]:checked { background: $accent_soft; color: $accent; font-weight: 600; }
QToolButton[nav="true"]:focus { border: 2px solid $accent; padding: 5px 8px; }
QToolButton[seg="true"] { border-radius: 6px; border-color: transparent; background: transparent; padding: 3px 10px; color: $muted; min-height: 18px; }
QToolButton[seg="true"]:checked { background: $surface; color: $text; border-color: $border; font-weight: 600; }
QToolButton[seg="true"]:focus { border: 2px solid $accent; padding: 2px 9px; }
QCheckBox { spacing: 8px; }
QCheckBox:focus { color: $accent; }
QCheckBox::indicator, QListView::indicator { width: 14px; height: 14px; border: 1px solid $faint; border-radius: 4px; background: $surface; }
QCheckBox::indicator:hover, QListView::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked, QListView::indicator:checked { background: $accent; border-color: $accent; image: url($tick); }
"""

_FIELDS = """
QLineEdit, QPlainTextEdit, QComboBox, QSpinBox { background: $surface; border: 1px solid $faint; border-radius: 7px; padding: 5px 8px; min-height: 20px; selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QSpinBox:focus { border: 2px solid $accent; padding: 4px 7px; }
QLineEdit:disabled, QComboBox:disabled { color: $faint; border-color: $border; }
QSpinBox::up-button, QSpinBox::down-button { subcontrol-origin: border; width: 0px; border: 0; }
QSpinBox QLineEdit, QSpinBox QLineEdit:focus { border: 0; padding: 0; min-height: 0; background: transparent; }
QLineEdit QToolButton { background: transparent; border: 0; padding: 0; min-height: 0; }
QComboBox { padding-right: 26px; }
QComboBox::drop-down { border: 0; width: 24px; }
QComboBox::down-arrow { image: url($arrow); width: 14px; height: 14px; }
QComboBox QAbstractItemView { background: $surface; border: 1px solid $border; selection-background-color: $accent_soft; selection-color: $text; outline: 0; }
"""

_TABLES = """
QTableView { background: $surface; border: 0; gridline-color: transparent; selection-background-color: $accent_soft; selection-color: $text; outline: 0; }
QTableView::item { border: 0; padding: 0 5px; }
QTableView::item:selected { background: $accent_soft; color: $text; }
QHeaderView { background: $surface; border: 0; }
QHeaderView::section { background: $surface; color: $muted; border: 0; border-bottom: 1px solid $border; padding: 6px 8px; font-size: 12px; font-weight: 500; }
QListView { background: transparent; border: 0; outline: 0; }
QListView::item { border-radius: 7px; }
QProgressBar { background: $sunken; border: 0; border-radius: 3px; max-height: 6px; min-height: 6px; text-align: right; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 2px; }
QScrollBar::handle:vertical { background: $border_strong; border-radius: 3px; min-height: 32px; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 2px; }
QScrollBar::handle:horizontal { background: $border_strong; border-radius: 3px; min-width: 32px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QToolTip { background: $text; color: $bg; border: 0; padding: 5px 8px; }
QMenu { background: $surface; border: 1px solid $border; padding: 4px; }
QMenu::item { padding: 6px 22px 6px 12px; border-radius: 5px; }
QMenu::item:selected { background: $accent_soft; }
"""

_SHEET = Template(_TEXT + _BOXES + _BUTTONS + _FIELDS + _TABLES)


def style_sheet(tokens: Tokens, arrow: str, tick: str) -> str:
    """The style sheet in one theme's colours; with the files of the drop-down arrow and the tick."""
    return _SHEET.substitute(tokens.colours(), arrow=arrow, tick=tick)
