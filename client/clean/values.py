"""Values of the rules' settings: what a person typed or a file holds, checked against the bounds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from client.clean.nouns import Choice, Knob, Rule, Value
from client.clean.rules import defaults, rule
from common.errors import SettingsError


def knob(of: Rule, name: str) -> Knob:
    """A setting of a rule.

    Raises:
        SettingsError: the rule has no such setting.
    """
    for k in of.knobs:
        if k.name == name:
            return k
    known = ", ".join(k.name for k in of.knobs) or "none"
    raise SettingsError(
        f"The rule '{of.name}' has no setting '{name[:40]}'.",
        safe="Nothing was changed.",
        todo=f"Its settings are: {known}.",
    )


def checked(of: Rule, name: str, given: object) -> Value:
    """A value that the setting can take, of the setting's own type.

    Raises:
        SettingsError: there is no such setting, or the value is out of bounds.
    """
    k = knob(of, name)
    if k.choices:
        if given not in k.choices:
            raise _unfit(of, k, f"it is one of: {', '.join(k.choices)}")
        return str(given)
    if isinstance(k.default, str):
        return _day(of, k, str(given))
    return _number(of, k, given)


def bounds(k: Knob) -> str:
    """What a setting may be, for people."""
    if k.choices:
        return " or ".join(k.choices)
    return "a day" if isinstance(k.default, str) else f"{k.low:g} to {k.high:g}"


def choices(table: Mapping[str, object]) -> dict[str, Choice]:
    """What a shop's file says, on top of the defaults.

    Args:
        table: Rule -> {"on": bool, setting: value}.

    Raises:
        SettingsError: a name or a value cannot be used.
    """
    out = defaults()
    for name, section in table.items():
        of = rule(name)
        if not isinstance(section, Mapping):
            raise SettingsError(f"'{name}' must be a section.", safe="Nothing was changed.")
        on, values = out[name].on, dict(out[name].values)
        for key, given in section.items():
            if key != "on":
                values[key] = checked(of, key, given)
            elif isinstance(given, bool):
                on = given
            else:
                raise SettingsError(
                    f"'on' of the rule '{name}' is true or false.", safe="Nothing was changed."
                )
        out[name] = Choice(on, values)
    return out


def _number(of: Rule, k: Knob, given: object) -> Value:
    try:
        number = float(str(given))
    except ValueError as e:
        raise _unfit(of, k, "a number is needed") from e
    if isinstance(given, bool) or not k.low <= number <= k.high:
        raise _unfit(of, k, f"it is from {k.low:g} to {k.high:g}")
    if isinstance(k.default, float):
        return number
    if number == int(number):
        return int(number)
    if k.name.startswith("max_"):
        return number
    raise _unfit(of, k, "a whole number is needed")


def _day(of: Rule, k: Knob, given: str) -> str:
    try:
        return date.fromisoformat(given.strip()).isoformat()
    except ValueError as e:
        raise _unfit(of, k, "a day like 2019-05-01 is needed") from e


def _unfit(of: Rule, k: Knob, why: str) -> SettingsError:
    return SettingsError(
        f"The setting '{k.name}' of the rule '{of.name}' cannot take this value: {why}.",
        safe="Nothing was changed.",
        todo="'hansa clean rules' lists every rule with its settings.",
    )
