"""Versions of an ad with what each changed, every decision with who and when, every file it went into."""

from __future__ import annotations

import difflib
import re
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from client.api import MIN_FOR_RATE, AdView, Creative
from gui import format as fmt
from gui import words
from gui.pages import adnames
from gui.theme.theme import theme
from gui.widgets.basics import Card, boxed, column, label, pill, row
from gui.widgets.sides import Sides
from gui.widgets.steps import Mark

_PIECES = re.compile(r"\s+|[A-Za-z0-9'’.,%$€£¥-]+|.", re.DOTALL)
#: files that are listed by name
FILES = 4
_ICONS = {"approved": "check", "live": "play", "rejected": "x", "retired": "pause"}


def difference(old: str, new: str) -> str:
    """Rich text: what went is struck through with a minus, what came is underlined with a plus."""
    tokens = theme.tokens
    a, b = _PIECES.findall(old), _PIECES.findall(new)
    out = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        gone, come = escape("".join(a[i1:i2])), escape("".join(b[j1:j2]))
        if tag == "equal":
            out.append(come)
            continue
        if gone.strip():
            style = f"color:{tokens.bad}; text-decoration: line-through;"
            out.append(f'<span style="{style}">−{gone}</span> ')
        if come.strip():
            style = f"color:{tokens.good}; text-decoration: underline;"
            out.append(f'<span style="{style}">+{come}</span>')
    return "".join(out)


class AdHistory(Card):
    """Left the versions, right the log."""

    def __init__(self, view: AdView) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Versions and decisions"))
        self._view = view
        self.add(Sides(boxed(self._versions()), boxed(self._log()), (1, 1), narrow=640, spacing=28))

    def _versions(self) -> QVBoxLayout:
        box = column(label(self.tr("Versions"), "section"), spacing=8)
        versions = self._view.versions
        before: dict[int, Creative] = {v.version: v for v in versions}
        for ad in reversed(versions):
            head = words.fill(self.tr("Version %1 · %2"), ad.version, words.writer(ad.writer))
            state = pill(*words.creative_state(ad.state.value))
            when = label(fmt.moment(ad.created_at), "caption")
            box.addLayout(row(label(head, "strong"), state, None, when))
            if len(versions) > 1:
                box.addLayout(self._words(ad, before.get(ad.version - 1)))
        box.addStretch(1)
        return box

    def _words(self, ad: Creative, old: Creative | None) -> QVBoxLayout:
        out = column(spacing=1)
        pairs = [
            ("headline", old.headline if old else "", ad.headline),
            ("body", old.body if old else "", ad.body),
            ("call to action", old.call_to_action if old else "", ad.call_to_action),
        ]
        for name, was, now in pairs:
            if (old is None and now) or (old is not None and was != now):
                out.addWidget(_rich(name, was if old else None, now))
        if old is not None and all(was == now for _, was, now in pairs):
            out.addWidget(label(self.tr("The same words."), "caption"))
        return out

    def _log(self) -> QVBoxLayout:
        box = column(label(self.tr("Decisions"), "section"), spacing=6)
        for d in reversed(self._view.decisions):
            what = adnames.decided(d.state.value)
            if d.undoes is not None:
                what = words.fill(self.tr("a decision taken back: %1 again"), what)
            who = words.fill(self.tr("%1 by %2"), what, adnames.decider(d.decided_by))
            text = words.fill(self.tr("Version %1: %2"), d.version, who)
            if d.undone:
                text += self.tr(" (taken back later)")
            icon = "info" if d.undoes is not None else _ICONS.get(d.state.value, "info")
            box.addWidget(Mark(icon, "muted", text, fmt.moment(d.decided_at)))
            if d.reason:
                box.addWidget(_indented(d.reason))
        if not self._view.decisions:
            box.addWidget(label(self.tr("Nobody has decided yet."), "muted"))
        self._came(box)
        if self._view.exports:
            box.addSpacing(6)
            box.addWidget(label(self.tr("Files"), "section"))
        for e in self._view.exports[: -FILES - 1 : -1]:
            text = words.fill(self.tr("Version %1 in %2 by %3"), e.version, e.file, e.by)
            box.addWidget(Mark("download", "muted", text, fmt.moment(e.at)))
        if len(self._view.exports) > FILES:
            more = words.fill(self.tr("and %1 earlier files"), len(self._view.exports) - FILES)
            box.addWidget(label(more, "caption"))
        box.addStretch(1)
        return box

    def _came(self, box: QVBoxLayout) -> None:
        """What came of each version that was ever approved."""
        shown = [v for v in self._view.results if v.n_shown]
        if not shown:
            return
        box.addSpacing(6)
        box.addWidget(label(self.tr("What came of it"), "section"))
        for v in shown:
            text = words.fill(
                self.tr("Version %1: shown %2 times, %3 clicks"),
                v.creative.version,
                fmt.count(v.n_shown),
                fmt.count(v.n_clicks) if v.n_known else fmt.DASH,
            )
            rate = self.tr("not enough data yet")
            if v.ctr is not None and v.n_known >= MIN_FOR_RATE:
                span = f"{fmt.share(v.ctr.low)} – {fmt.share(v.ctr.high)}"
                rate = words.fill(self.tr("CTR %1 (%2)"), fmt.share(v.ctr.value), span)
            box.addWidget(Mark("target", "muted", text, rate))


def _rich(name: str, was: str | None, now: str) -> QWidget:
    """Words of one part; with what changed if there is something before it."""
    out = QLabel(escape(now) if was is None else difference(was, now))
    out.setTextFormat(Qt.TextFormat.RichText)
    out.setWordWrap(True)
    out.setProperty("role", "muted" if was is None else "")
    spoken = now if was is None else f"{was} → {now}"
    out.setAccessibleName(f"{adnames.part(name)}: {spoken}")
    return out


def _indented(text: str) -> QWidget:
    out = label(text, "caption", wrap=True)
    out.setContentsMargins(26, 0, 0, 0)
    return out
