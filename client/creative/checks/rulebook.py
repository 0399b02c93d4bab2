"""The rule files: which hold for a platform, and the finding that a rule gives."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from client.creative.checks.wordlist import WordList
from client.creative.text import data_file
from common.domain import Finding

#: files whose rules are patterns over plain text; "platforms" in each says where it holds
PATTERN_FILES = (
    "law_cn.v2.json",
    "law_us_uk.v2.json",
    "conduct.v1.json",
    "offers.v1.json",
    "google.v1.json",
    "meta.v1.json",
    "baidu.v1.json",
    "taobao.v1.json",
    "wechat.v1.json",
    "amazon.v1.json",
    "email.v1.json",
)
#: files that the checks in code read
CODE_FILES = (
    "house.v2.json",
    "reader.v2.json",
    "attributes.v1.json",
    "things.v1.json",
    "marks.v1.json",
    "quantities.v1.json",
    "units.v1.json",
    "categories.v1.json",
    "text.v1.json",
    "slots.v2.json",
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a file.

    Attributes:
        rule_id: Name in the file.
        mark: File, version and rule, as every finding shows it.
        check: Family of the finding: "claims", "facts", "style", ...
        severity: "error" or "warning".
        message: What is wrong.
        fix: What to do.
        unless: When the words are fine: "never", "offer" (the shop's offer has them),
            "source" (the product text has them), "facts" (100% and a material).
        quoted: What becomes of words that the product text says in the same company: "fact" =
            they are fine, "look" = a warning, "" = they are refused all the same (the law).
        part: Only in this part of the ad; "" = everywhere.
        pattern: What is looked for, in plain text.
        spread: Also words with gaps, digits for letters and the like are looked at.
        cut: The sentence stands without the words, so the fix can show it.
    """

    rule_id: str
    mark: str
    check: str
    severity: str
    message: str
    fix: str
    unless: str
    quoted: str
    part: str
    pattern: WordList
    spread: bool
    cut: bool

    def finding(self, words: str, instead: str = "") -> Finding:
        """The finding about these words; `instead` is the part as it could stand."""
        fix = f"{self.fix} For example: “{instead}”" if instead else self.fix
        return Finding(self.check, self.severity, words, f"{self.message} [{self.mark}]", fix)


@dataclass(frozen=True, slots=True)
class RuleFile:
    """The rules of one source.

    Attributes:
        mark: Id and version, "google-ads@1".
        platforms: Where it holds; empty = everywhere.
        script: "han" = looked for where there is a Chinese character, "latin" = by word
            borders, "any" = both.
        allow: Words that are right although a rule finds something in them.
        rules: In order.
    """

    mark: str
    platforms: frozenset[str]
    script: str
    allow: WordList
    rules: tuple[Rule, ...]


@cache
def rule_file(name: str) -> RuleFile:
    """A rule file, compiled once."""
    raw = data_file("rules", name)
    mark, script = f"{raw['id']}@{raw['version']}", str(raw.get("script", "any"))
    rules = tuple(_rule(r, mark, script, str(raw.get("check", "claims"))) for r in raw["rules"])
    allow = WordList([str(a) for a in raw.get("allow", [])], "any")
    return RuleFile(mark, frozenset(raw.get("platforms", [])), script, allow, rules)


def _rule(raw: dict[str, Any], mark: str, script: str, check: str) -> Rule:
    return Rule(
        rule_id=raw["id"],
        mark=f"{mark} {raw['id']}",
        check=raw.get("check", check),
        severity=raw.get("severity", "error"),
        message=raw["message"],
        fix=raw["fix"],
        unless=raw.get("unless", "never"),
        quoted=raw.get("quoted", ""),
        part=raw.get("part", ""),
        pattern=WordList(raw.get("words", []), str(raw.get("script", script))),
        spread=bool(raw.get("spread", True)),
        cut=bool(raw.get("cut", False)),
    )


@cache
def for_platform(platform: str) -> tuple[RuleFile, ...]:
    """The pattern files that hold on a platform; "" = the general ones only."""
    files = (rule_file(n) for n in PATTERN_FILES)
    return tuple(f for f in files if not f.platforms or platform in f.platforms)


@cache
def _house() -> dict[str, Rule]:
    return {r.rule_id: r for r in rule_file("house.v2.json").rules}


def house(rule_id: str, words: str, instead: str = "", **values: object) -> Finding:
    """A finding of a check in code; its words for people stand in house.v2.json.

    Args:
        rule_id: Name in the file.
        words: What the finding is about.
        instead: The words as they could stand, shown with the fix.
        values: What the message and the fix have in braces.
    """
    rule = _house()[rule_id]
    found = rule.finding(words, instead)
    if not values:
        return found
    message, fix = rule.message.format(**values), rule.fix.format(**values)
    if instead:
        fix = f"{fix} For example: “{instead}”"
    return Finding(found.check, found.severity, words, f"{message} [{rule.mark}]", fix)


@cache
def versions() -> str:
    """Ids and versions of all rule files, for the provenance of an ad."""
    marks = []
    for name in (*PATTERN_FILES, *CODE_FILES):
        raw = data_file("rules", name)
        marks.append(f"{raw.get('id', name.split('.')[0])}@{raw['version']}")
    return " ".join(marks)
