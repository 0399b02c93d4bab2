"""A field for the words of an ad; what the checks found is underlined while one types."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QTextEdit

from gui.theme.theme import theme


class WordField(QPlainTextEdit):
    """One line or a few; Return in one line goes to the next field."""

    def __init__(self, text: str, *, one_line: bool) -> None:
        super().__init__(text)
        self._one_line = one_line
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(38 if one_line else 84)
        if one_line:
            self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def sizeHint(self) -> QSize:
        """As high as its lines."""
        return QSize(560, self.height())

    def text(self) -> str:
        """The words; a line of a headline has no breaks."""
        text = self.toPlainText()
        return " ".join(text.split("\n")) if self._one_line else text

    def setText(self, text: str) -> None:
        """Put other words in."""
        self.setPlainText(text)

    def select(self, words: str) -> None:
        """Select words where they stand."""
        at = self.toPlainText().find(words)
        if words and at >= 0:
            cursor = self.textCursor()
            text = self.toPlainText()
            cursor.setPosition(_units(text[:at]))
            cursor.setPosition(_units(text[: at + len(words)]), QTextCursor.MoveMode.KeepAnchor)
            self.setTextCursor(cursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return ends a line that can be one line only."""
        if self._one_line and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.focusNextChild()
            return
        super().keyPressEvent(event)

    def underline(self, places: Sequence[tuple[int, int, str]]) -> None:
        """Underline from start to end in a tone; what was underlined before no longer is."""
        marks = []
        for start, end, tone in places:
            mark = QTextEdit.ExtraSelection()
            look = QTextCharFormat()
            look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            look.setUnderlineColor(QColor(theme.tokens.tone(tone)))
            look.setBackground(QColor(theme.tokens.soft(tone)))
            cursor = self.textCursor()
            text = self.toPlainText()
            cursor.setPosition(_units(text[:start]))
            cursor.setPosition(_units(text[:end]), QTextCursor.MoveMode.KeepAnchor)
            # the stubs of PySide do not know these two attributes
            setattr(mark, "cursor", cursor)  # noqa: B010
            setattr(mark, "format", look)  # noqa: B010
            marks.append(mark)
        self.setExtraSelections(marks)


def _units(text: str) -> int:
    """Length as Qt counts it: a character beyond the first plane is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
