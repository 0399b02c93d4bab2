"""The policy as a form: tighter rules count at once, weaker ones are asked for again in plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from client.api import Policy, Shop
from common.errors import UserFacing
from common.privacy import DELTA_BY_TIER, TIER_LIMIT
from gui import format as fmt
from gui.hub import Hub
from gui.pages.policywords import rule_name, tier_name, weaker_words
from gui.widgets.basics import Card, boxed, button, column, label, row, rule
from gui.widgets.confirm import Confirm
from gui.widgets.segments import Segments
from gui.words import fill

Value = float | int | bool | str | tuple[str, ...] | None


class PolicyCard(Card):
    """Reads the fields when Save is pressed; writes only what is different."""

    def __init__(self, hub: Hub, shop: Shop) -> None:
        super().__init__()
        self._hub, self._shop = hub, shop
        self._old = shop.policy()
        self.setAccessibleName(self.tr("Policy of this shop"))
        self.add(label(self.tr("Policy of this shop"), "section"))
        note = self.tr("These rules always win over the league's plan.")
        self.add(label(note, "caption", wrap=True))
        self._fields: dict[str, QLineEdit] = {}
        self._checks: dict[str, QCheckBox] = {}
        self._modes: dict[str, QCheckBox] = {}
        self._switches()
        self.add(rule())
        self._limits()
        self.add(rule())
        self._plan_rules()
        self.add(rule())
        self._league()
        self.add(None, rule(), self._actions())

    def _switches(self) -> None:
        for name, text in (
            ("paused", self.tr("Pause: take part in nothing")),
            ("hold", self.tr("Hold: show me every round before it leaves")),
            ("allow_evaluation", self.tr("Answer quality checks")),
        ):
            box = QCheckBox(text)
            box.setAccessibleName(text)
            box.setChecked(bool(getattr(self._old, name)))
            self._checks[name] = box
            self.add(box)

    def _limits(self) -> None:
        old = self._old
        self._line("epsilon", f"{old.epsilon:g}", self.tr("Smaller protects more"))
        quarter = "" if old.epsilon_quarter is None else f"{old.epsilon_quarter:g}"
        self._line("epsilon_quarter", quarter, self.tr("Empty: only the lifetime limit"))
        self._tier = Segments(
            rule_name("tier"), [(t, tier_name(t)) for t in DELTA_BY_TIER], old.tier
        )
        self.add(row(label(rule_name("tier"), "muted"), None, self._tier))
        sizes = fill(
            self.tr("Up to %1, %2 or %3 shoppers: δ is %4, %5 or %6"),
            *(fmt.count(n) for n in TIER_LIMIT.values()),
            *(f"{d:.6f}".rstrip("0") for d in DELTA_BY_TIER.values()),
        )
        self.add(label(sizes, "caption", wrap=True))
        self._line("hours", old.hours, self.tr("Like 22-6; empty: always"))

    def _plan_rules(self) -> None:
        old = self._old
        self._line("min_noise_multiplier", f"{old.min_noise_multiplier:g}", "")
        self._line("max_clip_norm", f"{old.max_clip_norm:g}", "")
        self._line("max_local_steps", str(old.max_local_steps), "")
        self._line("max_impressions", str(old.max_impressions), "")
        code = " ".join(old.allowed_code)
        self._line("allowed_code", code, self.tr("Only that of this program"), wide=True)

    def _league(self) -> None:
        """Which noise, and what this shop demands of the other shops."""
        old = self._old
        self.add(label(self.tr("Own noise and league noise"), "section"))
        note = self.tr(
            "Own noise: this shop adds it all, and ε holds against everybody. League noise: each shop"
            " adds a share and only the sum is seen; learning is better for the same ε, but ε then"
            " counts on other shops. Rounds with league noise cannot be held back for a look."
        )
        self.add(label(note, "caption", wrap=True))
        for mode, text in (
            ("own-noise", self.tr("Answer rounds with own noise")),
            ("league-noise", self.tr("Answer rounds with league noise")),
        ):
            box = QCheckBox(text)
            box.setAccessibleName(text)
            box.setChecked(mode in old.modes)
            self._modes[mode] = box
            self.add(box)
        self._line("league_group", str(old.league_group), self.tr("At least 3; more hides better"))
        hint = self.tr("With fewer the sum stays sealed")
        self._line("league_threshold", str(old.league_threshold), hint)
        hint = self.tr("So many may work with the coordinator; more is safer, with more noise")
        self._line("league_colluders", str(old.league_colluders), hint)
        ways = [
            ("first-use", self.tr("Believe the first")),
            ("manual", self.tr("Only if I accept")),
        ]
        self._pin = Segments(rule_name("league_pin"), ways, old.league_pin)
        self.add(row(label(rule_name("league_pin"), "muted"), None, self._pin))
        note = self.tr("Every later change of the list waits until you accept it.")
        self.add(label(note, "caption", wrap=True))

    def _line(self, name: str, text: str, hint: str, *, wide: bool = False) -> None:
        field = QLineEdit(text)
        field.setAccessibleName(rule_name(name))
        field.setToolTip(hint)
        if wide:
            field.setPlaceholderText(hint)
        field.setFixedWidth(250 if wide else 130)
        field.returnPressed.connect(self.save)
        self._fields[name] = field
        words = column(label(rule_name(name), "muted", wrap=True), spacing=0)
        if hint and not wide:
            words.addWidget(label(hint, "caption", wrap=True))
        line = row(spacing=12)
        line.addLayout(words, 1)
        line.addWidget(field)
        self.add(line)

    def _actions(self) -> QWidget:
        undo = button(self.tr("Undo last change"), self._ask_undo)
        undo.setEnabled(self._shop.can_undo_policy())
        save = button(self.tr("Save policy"), self.save, kind="primary")
        return boxed(row(undo, None, save))

    def changes(self) -> dict[str, Value]:
        """What the form says that the policy does not; raw words where they are no value."""
        out: dict[str, Value] = {n: box.isChecked() for n, box in self._checks.items()}
        out["tier"], out["league_pin"] = self._tier.current(), self._pin.current()
        chosen = {mode for mode, box in self._modes.items() if box.isChecked()}
        if chosen != set(self._old.modes):
            out["modes"] = tuple(mode for mode in self._modes if mode in chosen)
        for name, field in self._fields.items():
            out[name] = _value(name, field.text().strip())
        return {n: v for n, v in out.items() if v != getattr(self._old, n)}

    def save(self) -> None:
        """Write what is different, after a question when the protection gets weaker."""
        changes = self.changes()
        if not changes:
            self._hub.said.emit(self.tr("Nothing is different."), "info")
            return
        done = self.tr("Saved. It counts from the next round.")
        self._ask(changes, lambda: self._hub.do(lambda: self._shop.set_policy(changes), done))

    def _ask_undo(self) -> None:
        done = self.tr("The policy is as it was before the last change.")
        self._ask({}, lambda: self._hub.do(self._shop.undo_policy, done))

    def _ask(self, changes: Mapping[str, Value], act: Callable[[], object]) -> None:
        try:
            weaker = self._shop.weaker(changes)
        except UserFacing as e:
            self._hub.show_error(e)
            return
        if not weaker:
            act()
            return
        lines = [weaker_words(n, self._old, changes.get(n)) for n in weaker]
        lines.append(self.tr("What is learnt about your shoppers then cannot be taken back."))
        title = self.tr("Protect your shoppers less than before?")
        Confirm(title, lines, self.tr("Yes, change it"), act, self).open()


def _value(name: str, text: str) -> Value:
    """A field's text as the rule's kind of value; text that is none is refused by the policy."""
    usual = getattr(Policy(), name)
    if name == "epsilon_quarter" and not text:
        return None
    if isinstance(usual, tuple):
        return tuple(text.replace(",", " ").split())
    if isinstance(usual, str):
        return text
    try:
        # a Chinese or German reader may type a comma
        number = float(text.replace(",", "."))
    except ValueError:
        return text
    return int(number) if isinstance(usual, int) and number == int(number) else number
