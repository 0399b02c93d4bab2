"""Claims: absolute words, promises, health and money claims, offers that do not exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from client.creative.brief import AdText, Brief
from client.creative.facts import Facts
from client.creative.text import Plain, data_file, has_han, plain, squeeze
from common.domain import Finding

_FILES = ("claims_zh.v1.json", "claims_en.v1.json")
#: a material fact such as 100%亚麻 stands before one of these, and the product text has it
_HUNDRED = re.compile(r"100%\s*(?P<what>[\u3400-\u9fff]{1,4}|[a-z]+(?: [a-z]+)?)")


def check(brief: Brief, ad: AdText) -> Iterator[Finding]:
    """Look for claims of both languages in every part, also spelled with gaps."""
    for _, source in ad.parts():
        text = plain(source)
        seen: set[str] = set()
        for words, rule in _hits(brief.facts, text):
            mark = f"{rule['id']} {plain(words).text}"
            if mark not in seen:
                seen.add(mark)
                yield Finding("claims", rule["severity"], words, rule["message"], rule["fix"])


def has_claim(facts: Facts, words: str) -> bool:
    """Whether a name carries a claim, so that no ad may use it ("Magic Cream")."""
    return any(rule["severity"] == "error" for _, rule in _hits(facts, plain(words)))


def _hits(facts: Facts, text: Plain) -> Iterator[tuple[str, dict[str, str]]]:
    for name in _FILES:
        rules, allow, patterns = _compiled(name)
        for version in _versions(text, name):
            allowed = [m.span() for m in allow.finditer(version.text)]
            for rule, pattern in zip(rules, patterns, strict=True):
                for m in pattern.finditer(version.text):
                    if any(s <= m.start() < e for s, e in allowed):
                        continue
                    if not _excused(facts, rule, version, m):
                        yield version.original(m.start(), m.end()), rule


def _versions(text: Plain, name: str) -> Iterator[Plain]:
    """The text as it is, and with gaps closed where gaps can hide a word."""
    yield text
    if name == "claims_zh.v1.json":
        if has_han(text.text):
            yield _closed_han(text)
    else:
        for m in _SPACED.finditer(text.text):
            yield squeeze(_part(text, m.start(), m.end()))


#: "b e s t", "b.e.s.t", "b-e-s-t": single letters with one gap each
_SPACED = re.compile(r"(?<![^\W_])[^\W\d_](?:[\s._*|/~+-]{1,2}[^\W\d_]){2,}(?![^\W_])")
_HAN_GAP = re.compile(r"(?<=[\u3400-\u9fff])[\s._*|/~+·•-]+(?=[\u3400-\u9fff])")


def _closed_han(text: Plain) -> Plain:
    keep = [True] * len(text.text)
    for m in _HAN_GAP.finditer(text.text):
        keep[m.start() : m.end()] = [False] * (m.end() - m.start())
    kept = [i for i, k in enumerate(keep) if k]
    return Plain(
        "".join(text.text[i] for i in kept), tuple(text.origins[i] for i in kept), text.source
    )


def _part(text: Plain, start: int, end: int) -> Plain:
    return Plain(text.text[start:end], text.origins[start:end], text.source)


def _excused(facts: Facts, rule: dict[str, str], text: Plain, m: re.Match[str]) -> bool:
    """Whether the brief itself carries the words: a fact, or an offer that exists."""
    unless = rule.get("unless", "never")
    if unless == "offer":
        offer = plain(facts.offer).text
        return bool(offer) and m.group() in offer
    if unless == "facts":
        fact = _HUNDRED.match(text.text, m.start())
        if not fact:
            return False
        what = fact["what"]
        known = [n for t in facts.traits if t.group != "attributes" for n in t.names]
        return any(what.startswith(plain(n).text) for n in known) or (
            re.sub(r"\s", "", fact.group()) in re.sub(r"\s", "", facts.source)
        )
    return False


@cache
def _compiled(
    name: str,
) -> tuple[tuple[dict[str, str], ...], re.Pattern[str], tuple[re.Pattern[str], ...]]:
    file = data_file("rules", name)
    rules = tuple(file["rules"])
    allow = re.compile("|".join(f"(?:{a})" for a in file["allow"]))
    return rules, allow, tuple(re.compile(r["pattern"]) for r in rules)


def versions() -> str:
    """Names and versions of the rule files, for the provenance of an ad."""
    files = (*_FILES, "reader.v1.json", "attributes.v1.json", "units.v1.json", "slots.v1.json")
    return " ".join(f"{n.split('.')[0]}@{data_file('rules', n)['version']}" for n in files)
