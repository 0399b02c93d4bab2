"""What cleaning has set aside now, by rule; and why a shopper is aside, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from client.clean.nouns import Choice
from client.clean.rules import RULES
from client.clean.rules_people import BURSTS, UNUSUAL
from client.clean.settings import load
from client.clean.unusual import Typical, sentence
from client.store import Store, clean, clean_people


@dataclass(frozen=True, slots=True)
class RuleCount:
    """One rule and the rows that it sets aside now.

    Attributes:
        rule: Its name.
        title_en: Two or three words.
        title_zh: The same in Simplified Chinese.
        sentence_en: Which rows it sets aside.
        sentence_zh: The same in Simplified Chinese.
        on: Whether it is switched on in cleaning.toml.
        tables: Table -> rows with its bit, tables without any left out.
        pending: The switch or a setting was changed after the last run.
    """

    rule: str
    title_en: str
    title_zh: str
    sentence_en: str
    sentence_zh: str
    on: bool
    tables: Mapping[str, int]
    pending: bool

    @property
    def n(self) -> int:
        """Rows of all tables."""
        return sum(self.tables.values())


def summary(store: Store) -> tuple[RuleCount, ...]:
    """Every rule with the rows it sets aside now; reads small indexes only.

    Raises:
        SettingsError: the shop's cleaning.toml cannot be used.
    """
    choices = load(store.home)
    last = clean.last_run(store)
    aside = {table: clean.by_aside(store, table) for table in clean.PLACES}
    out = []
    for of in RULES:
        tables = {
            table: n
            for table, found in aside.items()
            if (n := sum(k for bits, k in found.items() if bits & of.bit))
        }
        words = (of.title.en, of.title.zh, of.words.en, of.words.zh)
        pending = last is None or _differs(choices[of.name], last.rules.get(of.name))
        out.append(RuleCount(of.name, *words, choices[of.name].on, tables, pending))
    return tuple(out)


def explain(store: Store, shopper: int, language: str = "en") -> str | None:
    """Why a shopper is set aside, in one sentence; None for somebody who is not.

    The figures are those of now, beside what was usual when the rules last ran.

    Args:
        store: The shop.
        shopper: Its number in the table of shoppers.
        language: "en" or "zh".

    Raises:
        SettingsError: the shop's cleaning.toml cannot be used.
    """
    bits = clean.bits_of(store, shopper)
    last = clean.last_run(store)
    if bits & BURSTS.bit:
        s = load(store.home)["bursts"].values
        with clean.hits(store) as conn:
            limits = (int(s["per_minute"]), int(s["hours_a_day"]), int(s["only_shown"]))
            clean_people.bursts(conn, *limits, one=shopper)
            found = list(clean.reasons(conn, "shoppers"))
        said = [BURSTS.reasons[why].of(language) for why in found] or [BURSTS.title.of(language)]
        return f"像机器人：{said[0]}。" if language == "zh" else f"Like a robot: {said[0]}."
    usual = None if last is None else _typical(last.rules.get(UNUSUAL.name))
    if bits & UNUSUAL.bit and usual is not None:
        counts = clean_people.counts(store.db.conn, shopper).values
        if len(counts):
            return sentence(counts[0], usual, language)
    return UNUSUAL.title.of(language) if bits & UNUSUAL.bit else None


def _differs(choice: Choice, ran: Mapping[str, object] | None) -> bool:
    if ran is None or ran.get("on") != choice.on:
        return True
    return choice.on and ran.get("settings") != dict(choice.values)


def _typical(ran: Mapping[str, object] | None) -> Typical | None:
    kept = None if ran is None else ran.get("typical")
    return Typical(kept["median"], kept["spread"]) if isinstance(kept, dict) else None
