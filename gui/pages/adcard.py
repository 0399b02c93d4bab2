"""One ad to judge: preview, who it is for, checks, versions, and the decision."""

from __future__ import annotations

from collections.abc import Callable
from getpass import getuser

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QVBoxLayout

from client.api import AdView, Audience, Creative
from gui import format as fmt
from gui import words
from gui.hub import Hub
from gui.pages.editdialog import EditDialog
from gui.widgets.adpreview import AdPreview
from gui.widgets.basics import Card, button, column, label, pill, row, rule
from gui.widgets.steps import Mark, StepLine

_MARKS = {"error": ("circle-x", "bad"), "warning": ("triangle-alert", "warn")}


class AdCard(Card):
    """What a person reads before deciding."""

    def __init__(
        self,
        hub: Hub,
        view: AdView,
        place: tuple[int, int],
        write_another: Callable[[Creative], None],
    ) -> None:
        super().__init__()
        self._hub, self._view, self._ad, self._another = hub, view, view.creative, write_another
        title = words.fill(self.tr("Ad %1 of %2"), *place)
        state = pill(*words.creative_state(self._ad.state.value))
        self.add(row(label(title, "section"), 6, state, None, label(self._meta(), "caption")))
        body = QHBoxLayout()
        body.setSpacing(20)
        ad = self._ad
        mark = ad.provenance.get("label", "")
        preview = AdPreview(ad.headline, ad.body, ad.call_to_action, view.product.title, mark)
        body.addWidget(preview, 0, Qt.AlignmentFlag.AlignTop)
        side = column(spacing=6)
        self._who(side)
        side.addSpacing(6)
        self._checks(side)
        side.addStretch(1)
        body.addLayout(side, 1)
        self.add(body, 4, rule(), 2)
        self._text()
        self.add(4)
        self._buttons()
        self._versions()

    def _meta(self) -> str:
        ad = self._ad
        return words.fill(
            self.tr("version %1 · written by %2 · %3"),
            ad.version,
            words.writer(ad.writer),
            fmt.moment(ad.created_at),
        )

    def _who(self, box: QVBoxLayout) -> None:
        audience: Audience | None = self._view.audience
        box.addWidget(label(self.tr("Why these people"), "section"))
        if audience is None:
            box.addWidget(label(self.tr("For every shopper: no audience was chosen."), "muted"))
            return
        for reason in audience.reasons[:3]:
            factor = f"{fmt.arrow(reason.odds_factor - 1)} {fmt.factor(reason.odds_factor)}"
            tone = "good" if reason.odds_factor >= 1 else "warn"
            box.addLayout(row(label(words.group(reason.group)), None, pill(factor, tone)))
        cvr = audience.expected_cvr
        text = words.fill(
            self.tr("Expected CVR %1 (%2–%3) · audience of %4 shoppers"),
            fmt.share(cvr.value),
            fmt.share(cvr.low),
            fmt.share(cvr.high),
            fmt.count(audience.size),
        )
        box.addWidget(label(text, "caption", wrap=True))

    def _checks(self, box: QVBoxLayout) -> None:
        box.addWidget(label(self.tr("Checks"), "section"))
        for finding in self._ad.findings:
            icon, tone = _MARKS.get(finding.severity, ("info", "muted"))
            text = f"“{finding.words}” – {finding.message}" if finding.words else finding.message
            box.addWidget(Mark(icon, tone, text))
            if finding.fix:
                box.addWidget(label(finding.fix, "caption", wrap=True))
        if not self._ad.findings:
            box.addWidget(Mark("check", "good", self.tr("Facts match the catalogue")))
            box.addWidget(Mark("check", "good", self.tr("No banned or unproven claim")))
            box.addWidget(Mark("check", "good", self.tr("Lengths fit the placement")))

    def _text(self) -> None:
        ad = self._ad
        self.add(
            StepLine(self.tr("Headline"), ad.headline, width=110),
            StepLine(self.tr("Text"), ad.body, width=110),
            StepLine(self.tr("Button"), ad.call_to_action, width=110),
        )
        if ad.decided_at:
            text = words.fill(self.tr("%1, %2"), ad.decided_by, fmt.moment(ad.decided_at))
            self.add(StepLine(self.tr("Decided by"), text, width=110))
        if ad.reason:
            self.add(StepLine(self.tr("Reason"), ad.reason, width=110))

    def _buttons(self) -> None:
        approve = button(self.tr("Approve"), self._approve, kind="primary", icon_name="check")
        approve.setEnabled(self._ad.state.value in ("draft", "rejected"))
        edit = button(self.tr("Edit text…"), self._edit, icon_name="pencil")
        another = button(
            self.tr("Write another"), lambda: self._another(self._ad), icon_name="refresh-cw"
        )
        reject = button(self.tr("Reject"), self._reject, icon_name="x")
        reject.setEnabled(self._ad.state.value != "rejected")
        self.add(row(approve, edit, another, None, reject))

    def _versions(self) -> None:
        older = self._view.versions[:-1]
        if not older:
            return
        self.add(4, rule(), label(self.tr("Earlier versions"), "section"))
        for ad in reversed(older):
            state = pill(*words.creative_state(ad.state.value))
            when = label(fmt.moment(ad.created_at), "caption")
            text = label(f"{ad.version}. {ad.headline}", "muted")
            self.add(row(text, None, when, state))

    def _approve(self) -> None:
        shop = self._hub.shop
        if shop is not None:
            self._hub.do(lambda: shop.approve(self._ad, getuser()), self.tr("Approved."))

    def _reject(self) -> None:
        shop = self._hub.shop
        if shop is None:
            return
        reason, sure = QInputDialog.getText(self, self.tr("Reject"), self.tr("Why? (kept with it)"))
        if sure:
            done = self.tr("Rejected; nobody will see it.")
            self._hub.do(lambda: shop.reject(self._ad, getuser(), reason), done)

    def _edit(self) -> None:
        dialog = EditDialog(self._hub, self._ad, self)
        dialog.open()
