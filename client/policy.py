"""The merchant's policy: read it, change one rule in hansa.toml (whole file or nothing), undo."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from client.settings_file import FILE_NAME, PREVIOUS_NAME, check, read, replace_text
from common.errors import InputError, SettingsError
from common.privacy import DELTA_BY_TIER
from common.settings import Policy, load_settings

Value = float | int | bool | str | tuple[str, ...] | None

#: In the order in which they are shown, with what they mean.
RULES: dict[str, str] = {
    "epsilon": "limit over the life of the shop",
    "epsilon_quarter": "limit for one calendar quarter (none = only the lifetime limit)",
    "tier": "size of the shop, which sets delta: small, medium or large",
    "paused": "take part in nothing",
    "hold": "keep every report back until you have seen it and said send",
    "hours": "hours in which training may run, like 22-6 (empty = always)",
    "min_noise_multiplier": "smallest noise that a plan may ask for",
    "max_clip_norm": "most that one shopper may weigh",
    "max_local_steps": "most steps a round",
    "max_impressions": "most impressions of one shopper",
    "allow_evaluation": "answer quality checks",
    "modes": "kinds of noise that are answered: own-noise, league-noise",
    "league_group": "fewest merchants that start a league-noise round together",
    "league_threshold": "fewest merchants in a sum that may be opened",
    "league_colluders": "so many other merchants may work with the coordinator (f)",
    "league_pin": "the league's first list of merchants: first-use = believed, manual = you accept it",
    "allowed_code": "digests of coordinator code whose runs are answered",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the policy as it is in force.

    Attributes:
        name: As in hansa.toml.
        value: In force now.
        default: Without a setting.
        source: "default", "hansa.toml" or "environment".
        meaning: In words.
    """

    name: str
    value: Value
    default: Value
    source: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Change:
    """A change that was written.

    Attributes:
        before: In force before.
        after: In force now; the environment may still win over the file.
    """

    before: Policy
    after: Policy


def rules(home: Path) -> tuple[Rule, ...]:
    """Every rule with its value and where that comes from.

    Raises:
        SettingsError: the settings cannot be used.
    """
    policy, default = load_settings(home).policy, Policy()
    written = _section(read(home / FILE_NAME))
    out = []
    for name, meaning in RULES.items():
        value, usual = getattr(policy, name), getattr(default, name)
        if name in written and _same(written[name], value):
            source = FILE_NAME
        else:
            source = "default" if value == usual and name not in written else "environment"
        out.append(Rule(name, value, usual, source, meaning))
    return tuple(out)


def parse(name: str, text: str) -> Value:
    """What a person typed, as a value of the rule; bounds are checked by `change`.

    Raises:
        SettingsError: there is no such rule, or the text is no value of it.
    """
    if name not in RULES:
        raise _unknown(name)
    words, usual = text.strip(), getattr(Policy(), name)
    if name == "epsilon_quarter":
        return None if words.lower() in ("", "none", "off") else _number(name, words)
    if isinstance(usual, bool):
        known = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
        if words.lower() not in known:
            raise _unfit(name, "say yes or no")
        return known[words.lower()]
    if isinstance(usual, tuple):
        return tuple(part for part in words.replace(",", " ").split() if part != "none")
    if isinstance(usual, str):
        return "" if words.lower() in ("always", "none") else words
    number = _number(name, words)
    if isinstance(usual, float):
        return number
    if number != int(number):
        raise _unfit(name, "a whole number is needed")
    return int(number)


def change(home: Path, changes: Mapping[str, Value]) -> Change:
    """Write new values of some rules; comments and everything else in the file stay.

    The new file is checked as a whole before it takes the place of the old one, which is kept
    for `undo`. The node reads the policy again before every round.

    Args:
        home: The shop's folder.
        changes: By name; None takes the line out, so that the default counts.

    Raises:
        SettingsError: a name or value cannot be used; nothing was written.
        InputError: the file cannot be written; it is as it was.
    """
    # imported here: reading the policy must not wait for it
    import tomlkit

    for name in changes:
        if name not in RULES:
            raise _unknown(name)
    before = load_settings(home).policy
    old = read(home / FILE_NAME)
    document = tomlkit.parse(old)
    if "policy" not in document:
        document["policy"] = tomlkit.table()
    section = document["policy"]
    if not isinstance(section, dict):
        raise _unfit("policy", "in hansa.toml it must be a section")
    for name, value in changes.items():
        if value is None:
            section.pop(name, None)
        else:
            section[name] = list(value) if isinstance(value, tuple) else value
    new = tomlkit.dumps(document)
    check(home, new)
    replace_text(home / PREVIOUS_NAME, old)
    replace_text(home / FILE_NAME, new)
    return Change(before, load_settings(home).policy)


def undo(home: Path) -> Change:
    """Put the file back as it was before the last change; once more undoes the undoing.

    Raises:
        InputError: there was no change yet, or the file cannot be written.
        SettingsError: the older file cannot be used (any more); nothing was written.
    """
    if not can_undo(home):
        raise InputError(
            "There is no earlier policy to go back to.",
            where=str(home / PREVIOUS_NAME),
            safe="Nothing was changed.",
        )
    before, old = load_settings(home).policy, read(home / FILE_NAME)
    earlier = read(home / PREVIOUS_NAME)
    check(home, earlier)
    replace_text(home / FILE_NAME, earlier)
    replace_text(home / PREVIOUS_NAME, old)
    return Change(before, load_settings(home).policy)


def can_undo(home: Path) -> bool:
    """Whether a change can be taken back."""
    return (home / PREVIOUS_NAME).exists()


def earlier(home: Path) -> Policy | None:
    """The policy that `undo` would bring back; None when there is none that can be used."""
    if not can_undo(home):
        return None
    try:
        return Policy.model_validate(_section(read(home / PREVIOUS_NAME)))
    except ValueError:
        return None


def loosened(before: Policy, after: Policy) -> tuple[str, ...]:
    """Names of the rules that protect shoppers less than before; such a change is asked for twice.

    League noise holds against fewer adversaries than own noise, so allowing it is weaker; and so
    are smaller groups, smaller sums, fewer colluders to count on, a list that nobody looks at.
    """
    wider = [n for n in ("epsilon", "max_clip_norm", "max_impressions")
             if getattr(after, n) > getattr(before, n)]  # fmt: skip
    quarter = (before.epsilon_quarter, after.epsilon_quarter)
    if quarter[0] is not None and (quarter[1] is None or quarter[1] > quarter[0]):
        wider.append("epsilon_quarter")
    if DELTA_BY_TIER[after.tier] > DELTA_BY_TIER[before.tier]:
        wider.append("tier")
    if before.hold and not after.hold:
        wider.append("hold")
    if after.min_noise_multiplier < before.min_noise_multiplier:
        wider.append("min_noise_multiplier")
    if after.allow_evaluation and not before.allow_evaluation:
        wider.append("allow_evaluation")
    if "league-noise" in set(after.modes) - set(before.modes):
        wider.append("modes")
    wider += [n for n in ("league_group", "league_threshold", "league_colluders")
              if getattr(after, n) < getattr(before, n)]  # fmt: skip
    if before.league_pin == "manual" and after.league_pin != "manual":
        wider.append("league_pin")
    if set(after.allowed_code) - set(before.allowed_code):
        wider.append("allowed_code")
    return tuple(name for name in RULES if name in wider)


def would_be(home: Path, changes: Mapping[str, Value]) -> Policy:
    """The policy after some changes, without writing anything.

    Raises:
        SettingsError: a value cannot be used.
    """
    base = load_settings(home).policy.model_dump()
    for name, value in changes.items():
        if name not in RULES:
            raise _unknown(name)
        base[name] = getattr(Policy(), name) if value is None else value
    try:
        return Policy.model_validate(base)
    except ValidationError as e:
        first = e.errors()[0]
        raise _unfit(str(first["loc"][0]), str(first["msg"])) from e


def _section(text: str) -> dict[str, Value]:
    try:
        section = tomllib.loads(text).get("policy", {})
    except tomllib.TOMLDecodeError:
        return {}
    return section if isinstance(section, dict) else {}


def _same(written: Value, value: Value) -> bool:
    return (tuple(written) if isinstance(written, list) else written) == value


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as e:
        raise _unfit(name, "a number is needed") from e


def _unknown(name: str) -> SettingsError:
    return SettingsError(
        f"There is no rule '{name}' in the policy.",
        where=FILE_NAME,
        safe="Nothing was changed.",
        todo=f"The rules are: {', '.join(RULES)}.",
    )


def _unfit(name: str, why: str) -> SettingsError:
    return SettingsError(
        f"The rule '{name}' cannot take this value: {why}.",
        where=FILE_NAME,
        safe="Nothing was changed.",
        todo="'hansa policy show' lists every rule with its value.",
    )


def as_json(value: Value) -> str:
    """A value as a person may type it again."""
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return ",".join(value) or "none"
    return value if isinstance(value, str) else json.dumps(value)
