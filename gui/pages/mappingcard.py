"""Which column of a file is which of ours: a row a column, what it becomes, and Import or Cancel."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit

from client.api import ImportPreview, MappedColumn, Mapping, changed, columns_of, kinds
from gui import format as fmt
from gui.pages.heldcard import grid_in
from gui.pages.mappingwords import doubt_words, reason_of, why_words
from gui.widgets.banner import Banner
from gui.widgets.basics import Card, button, label, pill, row, rule
from gui.words import column_name, fill, table_name

#: Zones that are offered; another one can be typed.
ZONES = (
    *("UTC", "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Singapore", "Asia/Tokyo", "Europe/London"),
    *("Europe/Berlin", "Europe/Paris", "America/New_York", "America/Los_Angeles"),
)


class MappingCard(Card):
    """Calls back with what was chosen; knows nothing of jobs."""

    def __init__(
        self,
        preview: ImportPreview,
        place: str,
        *,
        again: Callable[[str], None],
        look: Callable[[Mapping], None],
        bring: Callable[[Mapping, str], None],
        cancel: Callable[[], None],
    ) -> None:
        super().__init__()
        self._preview, self._look, self._bring = preview, look, bring
        self.combos: dict[str, QComboBox] = {}
        title = fill(self.tr("How to read %1"), preview.path.name)
        self.setAccessibleName(title)
        self.add(row(label(title, "section"), None, label(f"{place} {preview.written}", "caption")))
        if preview.doubts:
            text = self.tr("Please look at the columns that are marked before you import.")
            self.add(Banner(text, tone="warn"))
            told = [doubt_words(*d) for d in preview.unclear] or list(preview.doubts)
            self.add(label(" · ".join(told), "caption", wrap=True))
        self._head(again)
        self.add(rule(), grid_in(self._grid(preview)))
        codes = (*preview.problem_codes, *("" for _ in preview.problems))
        for (line, name, reason), code in zip(preview.problems, codes, strict=False):
            why = f"{column_name(name)}: {reason_of(code, reason)}"
            text = fill(self.tr("Line %1 would be set aside: %2"), line, why)
            self.add(label(text, "caption", tone="warn", wrap=True))
        self._foot(cancel)

    def _head(self, again: Callable[[str], None]) -> None:
        p = self._preview
        self.kind = _combo(
            self.tr("What the file holds"), [(k, table_name(k)) for k in kinds()], p.kind
        )
        self.kind.currentIndexChanged.connect(lambda _: again(str(self.kind.currentData())))
        zones = [(z, z) for z in dict.fromkeys([p.mapping.time_zone, *ZONES])]
        self.zone = _combo(self.tr("Time zone"), zones, p.mapping.time_zone)
        self.zone.setEditable(True)
        signs = [(".", "1,234.50"), (",", "1.234,50")]
        self.decimal = _combo(self.tr("Numbers look like"), signs, p.mapping.decimal)
        orders = [
            ("", self.tr("As the file shows")),
            ("day", self.tr("Day first: 31/12/2024")),
            ("month", self.tr("Month first: 12/31/2024")),
        ]
        known = {True: "day", False: "month"}.get(p.mapping.day_first or False, "")
        self.order = _combo(
            self.tr("Dates"), orders, known if p.mapping.day_first is not None else ""
        )
        line = row(spacing=10)
        for box in (self.kind, self.zone, self.decimal, self.order):
            name = label(box.accessibleName(), "caption")
            name.setBuddy(box)
            line.addWidget(name)
            line.addWidget(box)
        line.addStretch(1)
        self.add(line)

    def _grid(self, preview: ImportPreview) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(6)
        heads = (
            self.tr("Your column"),
            self.tr("Is read as"),
            self.tr("How sure"),
            self.tr("First values as they will be read"),
        )
        for i, head in enumerate(heads):
            grid.addWidget(label(head, "caption"), 0, i)
        for at, one in enumerate(preview.columns, 1):
            grid.addWidget(label(one.theirs, "strong"), at, 0)
            if one.fixed:
                grid.addWidget(label(column_name(one.ours)), at, 1)
            else:
                self.combos[one.theirs] = box = self._ours(preview.kind, one)
                grid.addWidget(box, at, 1)
            text, tone = sure(one)
            mark = pill(text, tone)
            mark.setToolTip(why_words(one.code, one.why))
            grid.addWidget(mark, at, 2, Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(label("  ·  ".join(one.samples), "muted"), at, 3)
        grid.setColumnStretch(3, 1)
        return grid

    def _ours(self, kind: str, one: MappedColumn) -> QComboBox:
        choices = [("", self.tr("Leave out"))]
        choices += [
            (name, column_name(name) + (" *" if needed else ""))
            for name, needed in columns_of(kind)
        ]
        box = _combo(fill(self.tr("%1 is read as"), one.theirs), choices, one.ours)
        box.currentIndexChanged.connect(lambda _: self._check())
        return box

    def _foot(self, cancel: Callable[[], None]) -> None:
        self.name = QLineEdit(self._preview.mapping.name)
        self.name.setAccessibleName(self.tr("Keep under a name"))
        self.name.setPlaceholderText(self.tr("Keep under a name (for the next file like this)"))
        self.name.setFixedWidth(330)
        self.go = button(self.tr("Import"), self._import, kind="primary", icon_name="upload")
        see = button(self.tr("See again"), lambda: self._look(self.mapping()))
        self.missing = label("", "caption", tone="warn")
        back = button(self.tr("Cancel"), cancel)
        self.add(self.missing, rule(), row(self.name, None, back, see, self.go))
        self._check()

    def mapping(self) -> Mapping:
        """What is chosen now."""
        columns = {theirs: str(box.currentData()) for theirs, box in self.combos.items()}
        order = {"day": True, "month": False}.get(str(self.order.currentData()))
        return changed(
            self._preview.mapping,
            columns,
            time_zone=self.zone.currentText().strip() or "UTC",
            decimal=str(self.decimal.currentData()),
            day_first=order,
        )

    def _check(self) -> None:
        """Import is possible once everything needed is there, and nothing twice."""
        chosen = [str(b.currentData()) for b in self.combos.values() if b.currentData()]
        chosen += [c.ours for c in self._preview.columns if c.fixed]
        needed = [n for n, must in columns_of(self._preview.kind) if must]
        lacks = [column_name(n) for n in needed if n not in chosen]
        twice = [column_name(n) for n in dict.fromkeys(chosen) if chosen.count(n) > 1]
        words = ""
        if lacks:
            words = fill(self.tr("Still needed: %1"), ", ".join(lacks))
        elif twice:
            words = fill(self.tr("Chosen more than once: %1"), ", ".join(twice))
        self.missing.setText(words)
        self.missing.setVisible(bool(words))
        self.go.setEnabled(not words)

    def _import(self) -> None:
        self._bring(self.mapping(), self.name.text().strip())


def _combo(name: str, choices: list[tuple[str, str]], current: str) -> QComboBox:
    out = QComboBox()
    out.setAccessibleName(name)
    for key, text in choices:
        out.addItem(text, key)
    out.setCurrentIndex(max(out.findData(current), 0))
    return out


def sure(one: MappedColumn) -> tuple[str, str]:
    """How sure a column is, in words with a tone."""
    translate = QCoreApplication.translate
    if not one.ours:
        return translate("MappingCard", "left out"), "muted"
    if one.confidence >= 0.9:
        return f"{fmt.share(one.confidence, 0)}", "good"
    if one.confidence >= 0.6:
        return fill(translate("MappingCard", "%1 look"), fmt.share(one.confidence, 0)), "warn"
    return fill(translate("MappingCard", "%1 check"), fmt.share(one.confidence, 0)), "bad"
