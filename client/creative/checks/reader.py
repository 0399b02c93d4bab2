"""Reader: no personal data, and no guess about the person who reads the ad."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from client.creative.brief import AdText, Brief
from client.creative.text import Plain, data_file, plain, squeeze
from common.domain import Finding

_PERSONAL = (
    (re.compile(r"[\w.+-]+\s?@\s?[\w-]+\.\w{2,}"), "An e-mail address."),
    (re.compile(r"(?<!\d)\d{17}[\dx](?!\d)"), "An identity number."),
    (re.compile(r"(?<!\d)(?:\d[ -]?){13,19}(?!\d)"), "A card or account number."),
    (re.compile(r"(?<![\d.])\+?\(?\d[\d\s().-]{6,16}\d(?![\d])"), "A phone number."),
    (
        re.compile(r"\b(?:https?://|www\.)\S+|\b\w+\.(?:com|cn|net|org|shop|top|xyz)\b"),
        "A web address.",
    ),
    (
        re.compile(
            r"\b(?:shopper|customer|user|member|household)[ _-]?(?:id|no|number|key)?[ :#_-]*\d+\b"
        ),
        "A shopper's number.",
    ),
    (re.compile(r"\b[0-9a-f]{16,}\b"), "A key or pseudonym."),
    (
        re.compile(r"(?:微信|wechat|vx|qq|电话|手机号?|身份证)[:：号是]?\s*[\w-]{5,}"),
        "Contact data.",
    ),
    (
        re.compile(r"\b\d{1,5} [a-z]+ (?:street|st\.|avenue|ave\.|road|rd\.|lane|drive)\b"),
        "An address.",
    ),
)
_OWN_NUMBER = re.compile(r"\d+")


def check(brief: Brief, ad: AdText) -> Iterator[Finding]:
    """Look at every part of the ad."""
    for _, source in ad.parts():
        text = plain(source)
        yield from _personal(brief, text)
        yield from _sensitive(text)
        yield from _behaviour(text)
        yield from _greeting(brief, source)


def _personal(brief: Brief, text: Plain) -> Iterator[Finding]:
    for pattern, what in _PERSONAL:
        for m in pattern.finditer(text.text):
            if m.group().strip() not in plain(brief.product.title).text:
                yield Finding(
                    "personal",
                    "error",
                    text.original(m.start(), m.end()),
                    f"{what} Ads carry no personal or contact data.",
                    "Remove it.",
                )
                return


@cache
def _guesses() -> tuple[re.Pattern[str], ...]:
    rules = data_file("rules", "reader.v1.json")
    state, condition, group = (rules[f"{k}_en"] for k in ("states", "conditions", "groups"))
    zh = rules["sensitive_zh"]
    are = r"(?:you(?:'?re| are| were|'ve been| have been| feel| look| seem| got)|are you|were you|feeling|if you|tired of being|sick of being)"
    small = r"(?:so|too|very|really|still|always|also|now|a bit|a little|tired of being|not|already|recently|just)"
    have = r"(?:you(?:'ve got| have| suffer from|'re living with| live with)|your|suffer(?:ing)? from|struggling with|living with|dealing with|tired of(?: your)?)"
    return (
        re.compile(rf"\b{are} (?:{small} )*(?:{state})\b"),
        re.compile(rf"\b{have} (?:\w+ )?(?:{condition})\b"),
        re.compile(rf"\b(?:for|as|to|all|hey|dear) (?:\w+ )?(?:{group})\b"),
        re.compile(rf"(?:您|你)[^，。！？,.!?]{{0,4}}(?:{zh})"),
        re.compile(rf"(?:{zh})[^，。！？,.!?]{{0,2}}(?:的(?:您|你)|您|你|患者|人群|人士|者)"),
    )


def _sensitive(text: Plain) -> Iterator[Finding]:
    for pattern in _guesses():
        for version in (text, squeeze(text)) if pattern.pattern.startswith("(?:") else (text,):
            m = pattern.search(version.text)
            if m:
                yield Finding(
                    "reader",
                    "error",
                    version.original(m.start(), m.end()),
                    "The ad guesses something sensitive about its reader.",
                    data_file("rules", "reader.v1.json")["fix"],
                )
                return


@cache
def _known() -> re.Pattern[str]:
    rules = data_file("rules", "reader.v1.json")
    return re.compile(rf"\b(?:{rules['behaviour_en']})\b|{rules['behaviour_zh']}")


def _behaviour(text: Plain) -> Iterator[Finding]:
    rules = data_file("rules", "reader.v1.json")
    m = _known().search(text.text)
    if m:
        yield Finding(
            "reader",
            "error",
            text.original(m.start(), m.end()),
            rules["behaviour_message"],
            rules["fix"],
        )


@cache
def _greetings() -> tuple[re.Pattern[str], re.Pattern[str]]:
    rules = data_file("rules", "reader.v1.json")
    return (
        re.compile(r"(?i:\b(?:dear|hi|hello|hey)) [A-Z][a-z]+"),
        re.compile(rules["greeting_zh"]),
    )


def _greeting(brief: Brief, source: str) -> Iterator[Finding]:
    for pattern in _greetings():
        m = pattern.search(source)
        if m and plain(m.group().split()[-1]).text not in brief.facts.source:
            yield Finding(
                "personal",
                "error",
                m.group(),
                "The ad addresses somebody by name.",
                "Address nobody by name.",
            )
            return
