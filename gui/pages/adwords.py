"""The words of an ad with what the checks found: underlined with a number, the finding beside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QLocale, Qt
from PySide6.QtGui import QEnterEvent, QFocusEvent
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from client.api import AdView
from gui.pages import adnames, adrules
from gui.theme.theme import theme
from gui.widgets.basics import button, column, label, row, symbol
from gui.widgets.steps import Mark
from gui.words import fill

if TYPE_CHECKING:
    from client.api import MarkedFinding, Place

SEVERITY = {"error": ("circle-x", "bad"), "warning": ("triangle-alert", "warn")}
#: findings that are shown at once: the decision below them must stay in sight
FIRST = 6
_MARK = re.compile(r"\s*\[([^\[\]]+@[^\[\]]+)\]\s*$")
_RIGHT = re.compile(r": “([^“”]+)”\.?(?:,? or leave it out\.?)?\s*$")
_EXAMPLE = re.compile(r"\s*For example: “(.*)”\s*$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Told:
    """A finding taken apart.

    Attributes:
        number: That stands at the words.
        check: Family of the check.
        severity: "error" or "warning".
        words: That it is about; "" = the whole ad.
        message: What is wrong, as the rule says it.
        rule: File, version and name of the rule: "cn-law@2 absolute"; "" = unknown.
        fix: What to do.
        instead: The part as it could stand; "" = the rule has no such words.
        right: What may stand in place of `words`, such as the shop's price; "" = not known.
        part: Of the ad, in which its first words stand; "" = nowhere.
    """

    number: int
    check: str
    severity: str
    words: str
    message: str
    rule: str
    fix: str
    instead: str
    right: str
    part: str


def told(marked: MarkedFinding, number: int) -> Told:
    """Read a finding: rule and suggested words stand at the end of its sentences."""
    f = marked.finding
    rule, example = _MARK.search(f.message), _EXAMPLE.search(f.fix)
    fix = f.fix[: example.start()] if example else f.fix
    right = _RIGHT.search(fix)
    return Told(
        number=number,
        check=f.check,
        severity=f.severity,
        words=f.words,
        message=f.message[: rule.start()] if rule else f.message,
        rule=rule[1] if rule else "",
        fix=fix,
        instead=example[1] if example else "",
        right=right[1] if right and f.words and not example else "",
        part=marked.places[0].part if marked.places else "",
    )


def underlined(text: str, places: list[tuple[int, Place]], tones: dict[int, str]) -> str:
    """A part as rich text: words of a finding are links in its tone, underlined, its number at their end.

    Where findings overlap, the words belong to the one that says the least about: a price within
    a headline that is too long.
    """
    cuts = sorted({0, len(text), *(c for _, p in places for c in (p.start, p.end))})
    out = []
    for start, end in pairwise(cuts):
        over = [(p.end - p.start, n) for n, p in places if p.start <= start and end <= p.end]
        words = escape(text[start:end])
        if over:
            number = min(over)[1]
            look = f"color:{theme.tokens.tone(tones[number])}; text-decoration: underline;"
            words = f'<a href="{number}" style="{look}">{words}</a>'
        out.append(words)
        for number in sorted(n for n, p in places if p.end == end):
            colour = theme.tokens.tone(tones[number])
            out.append(f'<span style="color:{colour};"><sup>{number}</sup></span>')
    return "".join(out)


def _in_words(found: Told) -> tuple[str, str]:
    """What is wrong and what to do. Rules speak English; other readers get sentences of ours."""
    if QLocale().language() == QLocale.Language.English:
        return found.message, found.fix
    message, fix = adrules.said(found.rule)
    if message:
        return message, fix
    return adnames.check(found.check), f"{found.message} {found.fix}"


class FindingRow(QFrame):
    """One finding: sign and number, what is wrong, the fix, the rule; perhaps a click that helps."""

    def __init__(self, found: Told, source: str, use: Callable[[Told], None] | None) -> None:
        super().__init__()
        self.found = found
        icon, tone = SEVERITY.get(found.severity, ("info", "muted"))
        title = adnames.check(found.check)
        self.setAccessibleName(f"{found.number}. {title} {found.words}")
        self.setAccessibleDescription(f"{found.message} {found.fix}")
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 6, 8, 6)
        box.setSpacing(3)
        message, below = _in_words(found)
        head = f"“{found.words}” – " if found.words else ""
        first = label(f"{found.number}. {head}{message}", wrap=True)
        line = row(spacing=8)
        line.addWidget(symbol(icon, tone, 16), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(first, 1)
        box.addLayout(line)
        if below:
            box.addWidget(label(below, "caption", wrap=True))
        if found.instead:
            text = fill(self.tr("For example: “%1”"), found.instead)
            box.addWidget(label(text, "caption", wrap=True))
        foot = row(label(self._rule(), "caption"), None)
        if use is not None and found.part:
            words = self.tr("Use these words") if found.instead else self.tr("Change the words")
            if found.right:
                words = fill(self.tr("Write “%1”"), found.right)
            go = button(words, lambda: use(found), kind="link")
            go.setToolTip(found.instead or found.fix)
            foot.addWidget(go)
        box.addLayout(foot)
        self._source = label(source, "caption", wrap=True)
        self._source.hide()
        self.setToolTip(source)
        box.addWidget(self._source)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _rule(self) -> str:
        """The rule with the version of its file; a family of checks where none is named."""
        file, _, name = self.found.rule.partition(" ")
        mark, _, version = file.partition("@")
        if not name:
            return fill(self.tr("Check: %1"), self.found.check)
        return fill(self.tr("Rule “%1” of %2, version %3"), name, mark, version)

    def enterEvent(self, event: QEnterEvent) -> None:
        """The pointer is here; where the rule comes from is in the tool tip: nothing jumps."""
        self.light(True, source=self.hasFocus())
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer is gone."""
        self.light(self.hasFocus())
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard is here."""
        self.light(True)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The keyboard is gone."""
        self.light(False)
        super().focusOutEvent(event)

    def light(self, on: bool, *, source: bool = True) -> None:
        """Stand out, with the source, while the keyboard is at it or the pointer at its words."""
        self._source.setVisible(on and source and bool(self._source.text()))
        self.setProperty("sunken", on)
        self.style().unpolish(self)
        self.style().polish(self)


class AdWords(QWidget):
    """Headline, text and button with their marks, then the findings."""

    def __init__(
        self, view: AdView, sources: dict[str, str], use: Callable[[Told], None] | None
    ) -> None:
        super().__init__()
        self._view = view
        self.told = [told(m, i) for i, m in enumerate(view.marked, 1)]
        self.rows = [FindingRow(t, sources.get(t.rule.split(" ")[0], ""), use) for t in self.told]
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        ad = view.creative
        texts = (
            ("headline", ad.headline),
            ("body", ad.body),
            ("call to action", ad.call_to_action),
        )
        for name, text in texts:
            if text:
                head = label(adnames.part(name), "caption")
                box.addLayout(column(head, self._part(name, text), spacing=1))
        box.addSpacing(4)
        box.addWidget(label(self.tr("Checks"), "section"))
        if self.rows:
            findings = column(spacing=4)
            for one in self.rows:
                findings.addWidget(one)
            for one in self.rows[FIRST:]:
                one.hide()
            box.addLayout(findings)
            if len(self.rows) > FIRST:
                text = fill(self.tr("Show all %1"), len(self.rows))
                self._more = button(text, self._all, kind="link")
                box.addWidget(self._more)
        else:
            self._all_well(box)
        box.addStretch(1)

    def _part(self, name: str, text: str) -> QLabel:
        tones = {t.number: SEVERITY.get(t.severity, ("", "muted"))[1] for t in self.told}
        places = [
            (i, p) for i, m in enumerate(self._view.marked, 1) for p in m.places if p.part == name
        ]
        out = QLabel(underlined(text, places, tones))
        out.setTextFormat(Qt.TextFormat.RichText)
        out.setWordWrap(True)
        out.setProperty("role", "strong" if name == "headline" else "")
        out.setAccessibleName(f"{adnames.part(name)}: {text}")
        out.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
            if places
            else Qt.TextInteractionFlag.NoTextInteraction
        )
        if places:
            out.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        out.linkHovered.connect(self._at)
        out.linkActivated.connect(self._at)
        return out

    def _at(self, number: str) -> None:
        for one in self.rows:
            one.light(str(one.found.number) == number)
        chosen = next((r for r in self.rows if str(r.found.number) == number), None)
        label_ = self.sender()
        if isinstance(label_, QLabel):
            label_.setToolTip(f"{chosen.found.message} {chosen.found.fix}" if chosen else "")

    def _all(self) -> None:
        self._more.hide()
        for one in self.rows:
            one.show()

    def _all_well(self, box: QVBoxLayout) -> None:
        for text in (
            self.tr("Facts match the catalogue"),
            self.tr("No banned or unproven claim"),
            self.tr("Lengths fit the placement"),
            self.tr("No guess about the reader"),
        ):
            box.addWidget(Mark("check", "good", text))
