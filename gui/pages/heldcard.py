"""A report that waits for the merchant's yes: what it would tell, what it cost, Send or Don't send."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout

from client.api import HeldReport, Membership, Preview
from gui import format as fmt
from gui import words
from gui.hub import Hub
from gui.widgets.basics import (
    Card,
    boxed,
    button,
    column,
    figure,
    label,
    named_row,
    pill,
    row,
    rule,
)
from gui.widgets.budgetbar import BudgetBar, GuessBar, NormBar
from gui.widgets.confirm import Confirm
from gui.widgets.sides import Sides

_KINDS = {"train": "poisson-subsampled-gaussian", "evaluate": "gaussian-histogram"}


class HeldCard(Card):
    """One held report."""

    def __init__(self, hub: Hub, report: HeldReport, limit: float) -> None:
        kind = words.mechanism(_KINDS.get(report.task, report.task))
        translate = QCoreApplication.translate
        title = words.fill(
            translate("HeldCard", "Waiting for your yes: %1, round %2"), kind, report.round
        )
        waits = report.state == "held"
        state = (
            words.fill(
                translate("HeldCard", "Until %1 at the latest"), fmt.moment(report.deadline_at)
            )
            if waits
            else translate("HeldCard", "Leaves when the league asks again")
        )
        super().__init__(title, pill(state, "warn" if waits else "accent"))
        self._hub, self._report = hub, report
        tensors = boxed(self._tensors(report.preview))
        cost = boxed(self._cost(report.preview, limit))
        self.add(Sides(tensors, cost, (5, 4), spacing=24), rule(), self._actions(waits))

    def _tensors(self, preview: Preview) -> QVBoxLayout:
        """Names, shapes, bytes, and the two norms as bars on one scale."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(3)
        heads = (
            self.tr("Array"),
            self.tr("Shape"),
            self.tr("Size"),
            "",
            self.tr("Norm before → sent"),
        )
        for i, head in enumerate(heads):
            side = Qt.AlignmentFlag.AlignRight if i in (1, 2, 4) else Qt.AlignmentFlag.AlignLeft
            grid.addWidget(label(head, "caption"), 0, i, side)
        norms = [x for t in preview.tensors for x in (t.norm_before or 0.0, t.norm_after)]
        largest = max(norms, default=1.0)
        for i, t in enumerate(preview.tensors, 1):
            both = _both(t.norm_before, t.norm_after)
            name = words.fill(self.tr("Norm of %1, before noise and as sent: %2"), t.name, both)
            grid.addWidget(label(t.name, "strong"), i, 0)
            grid.addWidget(figure(" × ".join(map(str, t.shape)) or "1"), i, 1)
            grid.addWidget(figure(fmt.size(t.n_bytes)), i, 2)
            grid.addWidget(NormBar(t.norm_before, t.norm_after, largest, name), i, 3)
            grid.addWidget(figure(both), i, 4)
        grid.setColumnStretch(3, 1)
        legend = self.tr(
            "Thin bar: what your shoppers add up to (only ever shown here)."
            " Thick bar: what would leave, with its noise."
        )
        total = named_row(
            self.tr("All arrays"),
            f"{fmt.size(preview.n_bytes)} · {_both(preview.norm_before, preview.norm_after)}",
        )
        return column(grid_in(grid), total, label(legend, "caption", wrap=True), None, spacing=6)

    def _cost(self, preview: Preview, limit: float) -> QVBoxLayout:
        """Epsilon before and after against the limit, then the membership test."""
        change = f"{fmt.number(preview.epsilon_before)} → {fmt.number(preview.epsilon_after)}"
        told = words.fill(self.tr("ε %1 of %2"), change, fmt.number(limit))
        out = column(
            named_row(self.tr("Charged already, sent or not"), told),
            BudgetBar(preview.epsilon_before, preview.epsilon_after, limit, told),
            6,
            label(self.tr("Could somebody tell who was in?"), "strong"),
            spacing=5,
        )
        found = preview.membership
        if found is not None:
            values = (found.low, found.auc, found.high)
            out.addWidget(GuessBar(*values, membership_figures(found)))
            ends = (self.tr("nobody can tell"), self.tr("certain"))
            out.addLayout(row(label(ends[0], "caption"), None, label(ends[1], "caption")))
        out.addWidget(label(membership_words(found), wrap=True))
        if found is not None:
            out.addWidget(label(membership_figures(found), "caption", wrap=True))
        out.addStretch(1)
        return out

    def _actions(self, waits: bool) -> QVBoxLayout:
        note = self.tr(
            "The privacy of this round is spent either way; saying no only keeps the figures here."
        )
        no = button(self.tr("Don't send"), self._ask_drop)
        line = row(label(note, "caption", wrap=True), no, spacing=10)
        if waits:
            line.addWidget(button(self.tr("Send"), self._send, kind="primary"))
        return column(line)

    def _send(self) -> None:
        shop = self._hub.shop
        done = self.tr("It leaves when the league asks again; learning must be running.")
        if shop is not None:
            self._hub.do(lambda: shop.send_held(self._report), done)

    def _ask_drop(self) -> None:
        lines = (
            self.tr("The figures of this round are deleted and never leave this computer."),
            self.tr(
                "The charge stays in your ledger: your shoppers' rows were used, and noise was"
                " drawn for them. Not sending gives no privacy budget back."
            ),
        )
        Confirm(
            self.tr("Don't send this round?"), lines, self.tr("Don't send"), self._drop, self
        ).open()

    def _drop(self) -> None:
        shop = self._hub.shop
        if shop is not None:
            self._hub.do(
                lambda: shop.drop_held(self._report), self.tr("Deleted. Nothing of it has left.")
            )


def grid_in(grid: QGridLayout) -> QVBoxLayout:
    """A grid as a column, for the helpers that take columns."""
    out = QVBoxLayout()
    out.addLayout(grid)
    return out


def membership_words(found: Membership | None) -> str:
    """What the quick attack could tell, in one sentence."""
    translate = QCoreApplication.translate
    if found is None:
        return translate(
            "HeldCard",
            "No test was possible: too few shoppers were in or out, or everybody was in.",
        )
    if found.low <= 0.5:
        return translate(
            "HeldCard", "A quick test on your own rows could not tell who was in this round."
        )
    if found.auc < 0.65:
        return translate(
            "HeldCard",
            "A quick test on your own rows guessed who was in a little better than chance.",
        )
    return translate(
        "HeldCard",
        "A quick test on your own rows often guessed who was in: think twice before you send.",
    )


def membership_figures(found: Membership) -> str:
    """The score with its interval and what its ends mean."""
    text = QCoreApplication.translate(
        "HeldCard", "Score %1 (between %2 and %3). 0.50 = nobody can tell, 1.00 = certain."
    )
    return words.fill(text, *(fmt.number(x) for x in (found.auc, found.low, found.high)))


def _both(before: float | None, after: float) -> str:
    return f"{fmt.number(before, 3)} → {fmt.number(after, 3)}"
