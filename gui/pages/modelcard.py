"""The model in use: where it is from, the shop's own part in one sentence, and a way back to an older one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from client.api import ModelView, OwnHead
from gui import format as fmt
from gui.widgets.basics import Card, button, label, named_row, pill, row, rule
from gui.widgets.confirm import Confirm
from gui.widgets.empty import Empty
from gui.words import fill

#: Older models in the list; the rest follow in `hansa bundle list`.
MOST = 4


class ModelCard(Card):
    """`use` changes the model; `undo` is there while the last change can be taken back."""

    def __init__(
        self,
        view: ModelView,
        use: Callable[[str], object],
        undo: Callable[[], object] | None = None,
    ) -> None:
        checked = pill(self.tr("Signature checked"), "good") if view.installed else None
        super().__init__(self.tr("The model in use"), checked)
        self._view, self._use = view, use
        if not view.installed:
            text = self.tr("After the first run of the league its signed model is installed here.")
            self.add(Empty("package", self.tr("No model yet"), text, height=170))
            return
        self._facts()
        self.add(label(self._own_part(), wrap=True), None)
        self._older()
        if undo is not None:
            back = button(self.tr("Undo: back to the model before"), undo, kind="link")
            self.add(row(back, None))

    def _facts(self) -> None:
        current, p = self._view.installed[0], self._view.provenance
        made = fmt.moment(p.made_at) if p.made_at else fmt.DASH
        learnt = fmt.DASH
        if p.rounds is not None:
            learnt = self.tr("%n round(s)", "", p.rounds)
            if p.n_shops is not None:
                learnt += " · " + self.tr("judged by %n shop(s)", "", p.n_shops)
        self.add(
            named_row(self.tr("Model"), fmt.brief_hash(current.digest)),
            named_row(self.tr("Made"), f"{made} · {p.league}" if p.league else made),
            named_row(self.tr("Learnt in"), learnt),
            named_row(self.tr("Installed"), fmt.moment(current.installed_at)),
            named_row(self.tr("In use since"), fmt.moment(current.used_since)),
        )
        if p.epsilon is not None:
            protection = f"ε {fmt.number(p.epsilon)} · {self._mode(p.mode)}"
            self.add(named_row(self.tr("Privacy of its run"), protection))
        self.add(named_row(self.tr("Size"), fmt.size(current.n_bytes)), rule())

    def _mode(self, mode: str) -> str:
        if mode == "league-noise":
            return self.tr("noise of all shops together")
        return self.tr("noise of each shop") if mode == "own-noise" else mode

    def _own_part(self) -> str:
        """What this shop adds to it, in one sentence; the conversion's head says most."""
        heads = {h.head: h for h in self._view.heads}
        head = heads.get("conversion") or heads.get("click")
        if head is None:
            return self.tr(
                "Your shop's own part is fitted here at the first use; it never leaves this computer."
            )
        text = fill(
            self.tr("Your shop's own part, never sent: %1, from %2 outcomes in %3 rows."),
            self._kind(head),
            *(fmt.count(head.n_positive), fmt.count(head.n_rows)),
        )
        if head.stale:
            text += " " + self.tr("Rows changed since; it is fitted again at the next use.")
        return text

    def _kind(self, head: OwnHead) -> str:
        if not head.tried:
            return self.tr("none yet, there are too few outcomes")
        return {
            "calibrated": self.tr("the league's order, its rates set right for your shop"),
            "isotonic": self.tr("the league's order, its rates set right for your shop in steps"),
            "refit": self.tr("the league's score with weights of your own rows"),
            "own": self.tr("your own rows say more here, so their model is used alone"),
            "blend": self.tr("a blend of the league's model and one of your own rows"),
        }.get(head.kind, head.kind)

    def _older(self) -> None:
        older = self._view.installed[1 : MOST + 1]
        if not older:
            note = self.tr("Older models appear here, to go back to.")
            self.add(label(note, "caption", wrap=True))
            return
        self.add(label(self.tr("Older models"), "strong"))
        for m in older:
            name = f"{fmt.brief_hash(m.digest)} · {fmt.moment(m.installed_at)}"
            go = button(self.tr("Use this one"), partial(self._ask, m.digest), kind="link")
            go.setAccessibleName(self.tr("Use this one") + f": {name}")
            self.add(row(label(name, "muted"), None, go))

    def _ask(self, digest: str) -> None:
        lines = [
            self.tr("Scores, audiences and reasons made from now on come from the older model."),
            self.tr("Audiences and ads that exist stay as they are."),
            self.tr("The next model that the league publishes takes over as ever."),
            self.tr("You can come back at once."),
        ]
        title, yes = self.tr("Go back to this model?"), self.tr("Use this one")
        Confirm(title, lines, yes, lambda: self._use(digest), self).open()
