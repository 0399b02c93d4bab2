"""Words for the rules of the policy, and for what it means to make one weaker."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from client.api import Policy
from gui import format as fmt
from gui.words import fill

Value = float | int | bool | str | tuple[str, ...] | None


def rule_name(name: str) -> str:
    """A rule as the form names it."""
    translate = QCoreApplication.translate
    return {
        "epsilon": translate("Policy", "Limit over the life of the shop (ε)"),
        "epsilon_quarter": translate("Policy", "Limit per quarter (ε)"),
        "tier": translate("Policy", "Size of the shop"),
        "paused": translate("Policy", "Pause"),
        "hold": translate("Policy", "Hold"),
        "hours": translate("Policy", "Hours of learning"),
        "min_noise_multiplier": translate("Policy", "Smallest noise σ of a plan"),
        "max_clip_norm": translate("Policy", "Most that one shopper may weigh"),
        "max_local_steps": translate("Policy", "Most steps a round"),
        "max_impressions": translate("Policy", "Most impressions of one shopper"),
        "allow_evaluation": translate("Policy", "Quality checks"),
        "modes": translate("Policy", "Kinds of noise"),
        "league_group": translate("Policy", "Fewest shops that start a round"),
        "league_threshold": translate("Policy", "Fewest shops in a sum"),
        "league_colluders": translate("Policy", "Shops that may collude (f)"),
        "league_pin": translate("Policy", "The league's list of shops"),
        "allowed_code": translate("Policy", "Allowed coordinator code (digests)"),
    }.get(name, name)


def tier_name(tier: str) -> str:
    """A size of shop."""
    translate = QCoreApplication.translate
    return {
        "small": translate("Policy", "Small"),
        "medium": translate("Policy", "Medium"),
        "large": translate("Policy", "Large"),
    }.get(tier, tier)


def weaker_words(name: str, old: Policy, new: Value) -> str:
    """One sentence on what a weaker rule means for the shoppers."""
    translate = QCoreApplication.translate
    before = getattr(old, name)
    text = {
        **_weaker_league(),
        "epsilon": translate(
            "Policy",
            "The lifetime limit goes from ε %1 to %2: more may be learnt about any one shopper.",
        ),
        "epsilon_quarter": translate(
            "Policy", "The limit per quarter goes from ε %1 to %2: the budget is used up faster."
        ),
        "tier": translate(
            "Policy",
            "The size goes from %1 to %2: a rare failure of the protection may be likelier.",
        ),
        "hold": translate("Policy", "Rounds leave without your having seen them."),
        "min_noise_multiplier": translate(
            "Policy", "Plans with less noise are answered: from σ %1 down to %2."
        ),
        "max_clip_norm": translate("Policy", "One shopper may weigh more: from %1 up to %2."),
        "max_impressions": translate(
            "Policy", "More of one shopper's impressions may be used: from %1 up to %2."
        ),
        "allow_evaluation": translate("Policy", "Quality checks are answered, and charged."),
        "allowed_code": translate(
            "Policy", "Runs of other coordinator code are answered. That code never runs here."
        ),
    }.get(name)
    if text is None:
        return rule_name(name)
    return fill(text, _shown(name, before), _shown(name, new))


def _weaker_league() -> dict[str, str]:
    """The same for the rules on other shops."""
    translate = QCoreApplication.translate
    return {
        "modes": translate(
            "Policy",
            "Rounds with league noise are answered: their ε counts on other shops adding their share.",
        ),
        "league_group": translate(
            "Policy", "Rounds that fewer shops start are answered: from %1 down to %2."
        ),
        "league_threshold": translate(
            "Policy", "Sums of fewer shops may be opened: from %1 down to %2."
        ),
        "league_colluders": translate(
            "Policy", "The noise must bear fewer colluding shops: from %1 down to %2."
        ),
        "league_pin": translate(
            "Policy", "The league's first list of shops is believed without your looking at it."
        ),
    }


def _shown(name: str, value: Value) -> str:
    if value is None or value == "":
        return QCoreApplication.translate("Policy", "no limit") if "epsilon" in name else fmt.DASH
    if name == "tier":
        return tier_name(str(value))
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)
