"""Style: punctuation, capitals, gimmicks, pictures, hidden characters, repeated words, the label."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from client.creative.brief import LABELS, AdText, Brief
from client.creative.checks import tongue
from client.creative.checks.disguise import heaped_marks, odd_letters, shown
from client.creative.checks.rulebook import house
from client.creative.text import hidden_characters, pictures, plain, words
from common.domain import Finding

_END = re.compile(r"[.!?。！？…][\"”’)]*$")
_REPEATED_MARK = re.compile(
    r"([!?！？。,，、;；:：~*#^=_$%&@+|\-\"'])\s*\1+|[?？]\s*[!！]|[!！]\s*[?？]|\.{2,}|…|·{2,}|(?:[!?~*#★$%&+=|]\s*){3,}"
)
_SHOUT = re.compile(
    r"\b[A-Z]{4,}\b|\b[A-Z]{2,}(?:[\s-]+[A-Z]{2,}){2,}\b|\b(?:NOW|NEW|BIG|HOT|TOP|OFF|BUY|GET|YES|WOW|ALL|ONE|TRY|OUR|YOU|THE|FOR|AND|NOT|TWO|ANY|DAY|FUN|CUT|SAVE|FREE|BEST|ONLY|LOW|OMG|HOW|OH|SO|GO|MY|NO)\b(?!-)"
)
_WILD = re.compile(
    r"\b(?=\w*[a-z])(?:[a-z]+[A-Z]+){2,}\w*\b|\b(?:[a-z][A-Z]){2,}\w*\b|\b(?:[A-Z][a-z]){3,}[A-Z]?\b(?<![a-z]{2})|\b[a-z]{1,3}[A-Z]{2,}[a-z]*\b"
)
_GIMMICK = re.compile(
    r"[★☆✔✓✅✨❤♥♡♪♫►▶→⇒●■◆◇□○※™®©▲▼【】〖〗「」『』◎☞☛✦✧❗❓‼⁉]|[<>{}\[\]\\|^~_*=#@`§¤]|(?<=[A-Za-z])[0@$€£¥!|](?=[A-Za-z])|(?<![\w])[:;][-']?[)(DP](?![a-z])|(?<![A-Za-z])[-+.,:;!?/·]{3,}"
)
_SPACED = re.compile(
    r"(?<![^\W_])[A-Za-z](?:([\s._·,*-]{1,2})[A-Za-z]){3,}(?![^\W_])|(?<![A-Za-z.])(?:[A-Za-z]\.){4,}|(?<![㐀-鿿])[㐀-鿿](?:[ ._·*-]{1,2}[㐀-鿿]){2,}(?![㐀-鿿])"
)
_SPELLED = re.compile(r"(?<![\w'])(?![SMLX ,/]+(?![A-Za-z]))[A-Za-z](?: [A-Za-z]){2,}(?![\w'])")
_STRETCHED = re.compile(r"([A-Za-z])\1{2,}|([\u3400-\u9fff])\2{3,}")
_SWAPPED = re.compile(r"(?<![\w])(?:gr8|b4|2day|2nite|4ever|4u|luv|thx|plz|u r|ur|w/o|b/c|xx+|pwr|2morrow|l8r|m8|str8|4 u|2 u)(?![\w])", re.I)  # fmt: skip
_SPACE = re.compile(r"\s[,.;:!?，。；：！？]|\s{2,}|^\s|\s$|[,;:.][A-Za-z]{3,}(?!\w*[@.])")
_STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "at",
        "for",
        "from",
        "in",
        "is",
        "it",
        "of",
        "on",
        "or",
        "our",
        "the",
        "to",
        "with",
        "you",
        "your",
        "this",
        "that",
    ]
)
_INJECTION = re.compile(
    r"(?:ignore|disregard|forget|override) (?:all |any |your |the |of |my )*(?:previous|prior|above|earlier|instructions?|rules)"
    r"|(?:system|developer) (?:prompt|message|note)|you are (?:now )?(?:an? )?(?:ai|assistant|chatbot|language model|unfiltered)"
    r"|as an ai\b|(?:^|\W)(?:system|assistant|user)\s*:|</?\w+[^>]*>|\{\{|javascript:|print\(|select \* from"
    r"|忽略(?:之前|以上|上面|所有|前面|先前|你)的?(?:所有)?(?:指令|指示|内容|规则|提示)|系统提示|你现在是|作为(?:一个)?(?:ai|人工智能|语言模型)"
)  # fmt: skip


def check(brief: Brief, ad: AdText) -> Iterator[Finding]:
    """Everything about the look of the words."""
    for part, source in ad.parts():
        if not source:
            continue
        yield from _characters(source)
        yield from _punctuation(part, source)
        yield from _letters(brief, source)
        yield from tongue.check(brief, part, source)
        m = _INJECTION.search(plain(source).text)
        if m:
            yield house("injection", m.group())
    yield from _repeats(brief, ad)
    if ad.label != LABELS[brief.language]:
        yield house("label", ad.label, label=LABELS[brief.language])


def _characters(source: str) -> Iterator[Finding]:
    hidden = hidden_characters(source)
    if hidden:
        names = " ".join(f"U+{ord(c):04X}" for c in dict.fromkeys(hidden))
        yield house("hidden", names, shown(source))
    if pictures(source):
        yield house("picture", pictures(source))
    odd = odd_letters(source) or heaped_marks(source)
    if odd:
        at = source.find(odd[0])
        word = re.search(r"\S*$", source[:at])
        rest = re.match(r"\S*", source[at:])
        found = (word.group() if word else "") + (rest.group() if rest else "")
        clear = shown(source)
        yield house("odd-letters", found or odd[:30], clear if clear != source else "")


def _punctuation(part: str, source: str) -> Iterator[Finding]:
    m = _REPEATED_MARK.search(source)
    if m:
        yield house("repeated-mark", m.group())
    if len(re.findall("[!！]", source)) > 1:
        yield house("exclamations", "!")
    m = _SPACE.search(source)
    if m:
        yield house("spaces", m.group())
    if part == "body" and not _END.search(source.strip()):
        yield house("no-end", source[-10:])


def _letters(brief: Brief, source: str) -> Iterator[Finding]:
    own = f"{brief.product.title} {brief.product.brand} {brief.product.description}"
    for pattern in (_SHOUT, _WILD):
        for m in pattern.finditer(source):
            if m.group() not in own or (own.isupper() and pattern is _WILD):
                yield house("capitals", m.group())
    symbol = _GIMMICK.search(source)
    if symbol and symbol.group() not in own:
        yield house("symbol", symbol.group())
    for pattern in (_SPACED, _SPELLED, _STRETCHED, _SWAPPED):
        gap = pattern.search(source)
        if gap and gap.group() not in own:
            yield house("gaps", gap.group())


def _repeats(brief: Brief, ad: AdText) -> Iterator[Finding]:
    text = plain(f"{ad.headline} | {ad.body}").text
    m = re.search(r"\b([a-z]{2,})\s+\1\b", text) or re.search(
        r"(?!一)(?:([\u3400-\u9fff]{3,6})\1|([\u3400-\u9fff]{2})\2{2})", text
    )
    if m and m.group() not in brief.facts.source:
        yield house("twice", m.group())
    own = set(words(f"{brief.facts.name} {brief.facts.brand} {brief.facts.noun.en}"))
    counted = Counter(w for w in re.findall(r"[a-z]{3,}", text) if w not in _STOP)
    for word, n in counted.items():
        if n > (4 if word in own else 3):
            yield house("often", word, n=n)
    if brief.slot.body == 0:
        yield from _stuffed(ad.headline)
    pieces = [
        text[i : i + 4]
        for i in range(len(text) - 3)
        if re.fullmatch(r"[\u3400-\u9fff]{4}", text[i : i + 4])
    ]
    for piece, n in Counter(pieces).items():
        if n > 2 and piece not in plain(brief.facts.noun.zh + brief.facts.name).text:
            yield house("often", piece, n=n)
            return


def _stuffed(title: str) -> Iterator[Finding]:
    """No word more than twice in the title of a marketplace; figures and links do not count."""
    text = plain(title).text
    counted = Counter(w for w in re.findall(r"[a-z]{3,}", text) if w not in _STOP)
    counted.update(re.findall(r"(?=([\u3400-\u9fff]{2}))", text))
    for word, n in counted.items():
        if n > 2:
            yield house("often", word, n=n)
            return
