"""Claims: what the rule files of the platform and of the law find in the words of an ad."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from client.creative.brief import AdText, Brief
from client.creative.checks import deals, rulebook, superlatives
from client.creative.checks.disguise import readings
from client.creative.checks.known import known_text
from client.creative.checks.numerals import digits
from client.creative.checks.quoted import is_quoted
from client.creative.checks.rulebook import Rule, RuleFile
from client.creative.facts import Facts
from client.creative.text import Plain, data_file, has_han, plain
from common.domain import Finding

#: a material fact such as 100%亚麻 stands before one of these, and the product text has it
_HUNDRED = re.compile(r"100%\s*(?:of )?(?P<what>[\u3400-\u9fff]{1,4}|[a-z]+(?: [a-z]+)?)")
#: rules whose words an offer of the shop may carry in other words
_OFFER_RULES = ("promotion", "service", "urgency")


def check(brief: Brief, ad: AdText) -> Iterator[Finding]:
    """Look for the words of every rule file that holds for the slot's platform."""
    for part, source in ad.parts():
        if not source:
            continue
        text = plain(source)
        seen: set[str] = set()
        for words, rule in _hits(brief.facts, text, brief.slot.platform, part):
            mark = f"{rule.mark} {plain(words).text}"
            if mark not in seen:
                seen.add(mark)
                yield rule.finding(words, _without(source, words) if rule.cut else "")
        if brief.language == "en":
            told = " ".join(seen)
            found = superlatives.check(brief, source)
            yield from (f for f in found if plain(f.words).text not in told)


def has_claim(facts: Facts, words: str) -> bool:
    """Whether a name carries a claim, so that no ad may use it ("Magic Cream")."""
    hits = _hits(facts, plain(words), "", "")
    return any(r.severity == "error" and r.check in ("claims", "category") for _, r in hits)


def versions() -> str:
    """Ids and versions of the rule files, for the provenance of an ad."""
    return rulebook.versions()


def _hits(facts: Facts, text: Plain, platform: str, part: str) -> Iterator[tuple[str, Rule]]:
    found: list[tuple[Plain, bool]] = [(text, False), *readings(text, "any")]
    for reading, whole in found:
        han = has_han(reading.text)
        for file in rulebook.for_platform(platform):
            if file.script == "han" and not han:
                continue
            for rule, m in _matches(file, reading, part, whole):
                if reading is not text and not rule.spread:
                    continue
                if not _excused(facts, rule, reading, m):
                    words = reading.original(*m.span()).strip() or m.group()
                    yield words, _as_quoted(facts, rule, reading, m)


#: of everything there is: no proof that a shop could keep
_BOUNDLESS = re.compile(r"\b(?:world|earth|universe|planet|ever|all time)\b")


def _as_quoted(facts: Facts, rule: Rule, text: Plain, m: re.Match[str]) -> Rule:
    """The rule as a warning where the product text makes the claim in the same words."""
    looked = rule.quoted == "look" and not _BOUNDLESS.search(m.group())
    if looked and is_quoted(facts.source, text, m):
        return replace(rule, severity="warning", fix="Keep a proof of it, or say it plainly.")
    return rule


def _matches(
    file: RuleFile, text: Plain, part: str, whole: bool
) -> Iterator[tuple[Rule, re.Match[str]]]:
    allowed: list[tuple[int, int]] | None = None
    for rule in file.rules:
        if rule.part and rule.part != part:
            continue
        for m in rule.pattern.finditer(text.text):
            if whole and m.end() - m.start() < len(text.text):
                continue
            if allowed is None:
                allowed = [a.span() for a in file.allow.finditer(text.text)]
            if m.group().strip() and not any(s <= m.start() < e for s, e in allowed):
                yield rule, m


def _excused(facts: Facts, rule: Rule, text: Plain, m: re.Match[str]) -> bool:
    """Whether the brief itself carries the words: a fact, or an offer that exists."""
    words = m.group().strip()
    if words in facts.noun.en or words in facts.noun.zh:
        return True
    if rule.quoted == "fact" and is_quoted(facts.source, text, m):
        return True
    if words in ("百分百", "百分之百"):
        after = text.text[m.end() : m.end() + 2]
        return len(after) == 2 and f"100%{after}" in facts.source
    if rule.unless == "never":
        return False
    if rule.unless == "facts":
        return _is_material(facts, text, m)
    if rule.unless == "source" and words.removesuffix("d") in facts.source:
        return True  # guaranteed of a guarantee
    if rule.rule_id.startswith("service") and _is_told(facts, words):
        return True
    if words == "free" and _is_without(facts, text, m):
        return True
    offer = plain(facts.offer).text
    if rule.rule_id == "promotion-zh" and _is_included(facts, text, m):
        return True
    if not offer:
        return False
    if words in offer:
        return True
    if not rule.rule_id.startswith(_OFFER_RULES):
        return False
    offered = deals.of_offer(facts.offer)
    for deal in deals.deals(text):
        if deal.start < m.end() and m.start() < deal.end:
            return any(deal.same(o) for o in offered)
    pairs: dict[str, list[list[str]]] = data_file("rules", "house.v2.json")["offers"]
    needed = [has for said, has in pairs["pairs"] if re.search(said, words)]
    return bool(needed) and all(re.search(has, offer) for has in needed)


def _is_told(facts: Facts, words: str) -> bool:
    """Delivered within the UK, 24-month warranty: the product text tells it, figures are checked as facts."""
    if has_han(words):
        return digits(plain(words)).text in known_text(facts.source)[0].text
    small = r"the|and|for|within|days?|months?|years?|weeks?|hours?"
    said = [w for w in re.findall(r"[a-z]{3,}", words) if not re.fullmatch(small, w)]
    return (
        bool(said)
        and "free" not in said
        and all(re.search(rf"\b{w.removesuffix('s')}", facts.source) for w in said)
    )


def _is_without(facts: Facts, text: Plain, m: re.Match[str]) -> bool:
    """Peat free is right where the product text says so; a free lamp never is."""
    before = re.search(r"([a-z]+)[ -]$", text.text[max(0, m.start() - 24) : m.start()])
    return bool(before and re.search(rf"\b{before[1]}[ -]free\b", facts.source))


_INCLUDED = re.compile(r"[送赠][\d一两二三]?[张个支片只条份包]?([\u3400-\u9fff]{2})")


def _is_included(facts: Facts, text: Plain, m: re.Match[str]) -> bool:
    """送一张贴纸 is right where the product comes with 贴纸."""
    gift = _INCLUDED.match(text.text, m.start())
    return bool(gift and gift[1] in facts.source)


def _is_material(facts: Facts, text: Plain, m: re.Match[str]) -> bool:
    source = re.sub(r"\s", "", facts.source)
    before = re.search(r"[\u3400-\u9fff]{1,4}[:：]?\s*$", text.text[: m.start()])
    if before and m.group() == "100%" and f"{before.group().strip()}100%" in source:
        return True  # 棉100%
    fact = _HUNDRED.match(text.text, m.start())
    if not fact:
        return False
    what = fact["what"]
    known = [n for t in facts.traits if t.group != "attributes" for n in t.names]
    return any(what.startswith(plain(n).text) for n in known) or (
        re.sub(r"\s", "", fact.group()) in source
    )


_SPACES = re.compile(r"\s{2,}")


def _without(source: str, words: str) -> str:
    """The part as it reads without the words; "" if too little is left."""
    rest = _SPACES.sub(" ", source.replace(words, "", 1))
    rest = re.sub(r"\s+([,.;:!?])", r"\1", rest)
    rest = re.sub(r"([,;:，；：、])(?=[.!?。！？]|$)", "", rest).strip(" ,;:，；：、")
    rest = re.sub(r"^[.!?。！？]\s*", "", rest)
    if len(rest) < max(4, len(source) // 3) or rest == source:
        return ""
    return rest[0].upper() + rest[1:] if source[:1].isupper() else rest
