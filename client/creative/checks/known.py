"""What the brief knows in numbers: its own amounts and those that follow from them."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from functools import cache, lru_cache

from client.creative.brief import Brief
from client.creative.checks import deals
from client.creative.checks.counting import rules
from client.creative.checks.numerals import digits
from client.creative.figures import Amount, amounts
from client.creative.text import Plain, has_han, plain


def known(brief: Brief) -> tuple[Plain, tuple[Amount, ...]]:
    """The brief's text with digits, and every amount in it, also what a multipack comes to."""
    p = brief.product
    return known_text(
        " . ".join(
            (
                p.title,
                p.brand,
                p.product_type,
                p.category,
                p.department,
                p.description,
                brief.facts.offer,
            )
        )
    )


@lru_cache(maxsize=512)
def known_text(source: str) -> tuple[Plain, tuple[Amount, ...]]:
    """A text with digits and its amounts, with what follows from them."""
    text = digits(plain(source))
    found = amounts(text.text)
    follows = (*_totals(text.text, found), *_listed(text.text), *_single(text.text))
    return text, (*found, *follows, *_each(text.text, found), *_sums(text.text))


_ONE = re.compile(
    r"(?<![\w一-鿿])(?:an?|one) (minute|hour|day|week|month|year)\b|[一1]个?(年|小时|分钟|周|星期|天)(?![一-鿿]?[\d])"
)


def _single(text: str) -> list[Amount]:
    """Absorbs in about a minute, 一年质保: an amount without a figure."""
    out = []
    for m in _ONE.finditer(text):
        for one in amounts(f"1 {m[1] or m[2]}")[:1]:
            if one.kind == "unit":
                out.append(replace(one, start=len(text), end=len(text)))
    return out


def _each(text: str, found: list[Amount]) -> list[Amount]:
    """Five shelves that hold 25 kg each hold 125 kg; three of 96 pages have 288."""
    words = rules()["words"]
    counts = {b.value for b in found if b.name == "count" or b.kind == "bare"}
    counts |= {float(words[w]) for w in re.findall(r"[a-z]+", text) if w in words}
    return [
        replace(b, value=b.value * n, base=b.base * n, start=len(text), end=len(text))
        for n in counts
        if 1 < n <= 12
        for b in found
        if b.kind in ("unit", "bare")
        and b.value > 1
        and b.name not in ("percent", "time", "months")
        if _EACH.search(_around(text, b))
    ]


_EACH = re.compile(r"\beach\b|\bper\b|\bevery\b|每|各")


def _around(text: str, b: Amount) -> str:
    """The clause that a number stands in."""
    before = re.split(r"[.,;:!?。](?!\d)", text[max(0, b.start - 40) : b.start])[-1]
    return before + re.split(r"[.,;:!?。](?!\d)", text[b.start : b.end + 24])[0]


_SUM = re.compile(r"\b([a-z]+|\d+) (?:[\w-]+ )?([a-z]{3,}?)s? and ([a-z]+|\d+) (?:[\w-]+ )?\2s?\b")


def _sums(text: str) -> list[Amount]:
    """Two USB-C ports and one USB-A port are three ports."""
    words = rules()["words"]
    out = []
    for m in _SUM.finditer(text):
        pair = [float(words.get(n, 0) or (n if n.isdigit() else 0)) for n in (m[1], m[3])]
        if all(pair):
            out.append(Amount("bare", sum(pair), f"|{m[2]}", sum(pair), len(text), len(text)))
    return out


_LIST = re.compile(
    r"(?:颜色|配色|色号|口味|味道|尺码|尺寸|规格|款式|香型|colou?rs?|flavou?rs?|sizes?|scents?|styles?)"
    r"\s*(?:有|为|可选|are|come in|include)?\s*[:：]?\s*([^.。;；!\n]+)"
)


def _listed(text: str) -> list[Amount]:
    """颜色：米白、雾蓝 are two colours."""
    out = []
    for m in _LIST.finditer(text):
        n = len([x for x in re.split(r"\s*(?:[,、/]|\band\b|\bor\b|和|或|与|及)\s*", m[1]) if x])
        if 1 < n < 10:
            out.append(Amount("unit", float(n), "count", float(n), len(text), len(text)))
    for clause in re.split(r"[,;。；]|\. ", text):
        n = clause.count("、") + 1
        if 1 < n < 10:
            out.append(Amount("unit", float(n), "count", float(n), len(text), len(text)))
    for sentence in re.split(r"\. |[;:!?]", text):
        items = len(re.findall(r",| and ", sentence)) + 1
        if 1 < items < 8 and " and " in sentence:
            out.append(
                Amount("bare", float(items), "|ingredient", float(items), len(text), len(text))
            )
    for m in _kind_between().finditer(text):
        told = float(rules()["words"].get(m[1], 0) or m[1])
        out.append(Amount("bare", told, f"|{m[2].removesuffix('s')}", told, m.start(), m.end(1)))
    for m in re.finditer(r"(?:^|\. )(?:in )?[a-z]+((?:, [a-z]+)*),? or [a-z]+(?=\.|$)", text):
        choice = m[1].count(",") + 2.0
        out.append(Amount("bare", choice, "|choice", choice, len(text), len(text)))
    for m in re.finditer(r"双(?=[a-z\u3400-\u9fff])|一对|\b(?:twin|double|dual|pair)\b", text):
        out.append(Amount("unit", 2.0, "count", 2.0, m.end(), m.end()))
    return out


@cache
def _kind_between() -> re.Pattern[str]:
    """Two tool pouches are two pouches."""
    words, counted = "|".join(rules()["words"]), "|".join(rules()["counted"])
    return re.compile(
        rf"\b({words}|\d+) (?!(?:of|for|to|or|and|by|the|per|in|on)\b)[a-z]{{3,}} ({counted})\b"
    )


def _totals(text: str, found: list[Amount]) -> list[Amount]:
    """12 x 500 ml are 6 litres."""
    out = []
    for a, b in itertools.pairwise(found):
        gap = text[a.end : b.start].strip()
        pair = {a.name: a, b.name: b}
        if gap in ("", "of", ",", "共", "/") and "count" in pair and len(pair) == 2:
            count = pair.pop("count")
            [each] = pair.values()
            if each.name in ("mass", "volume", "length") and 1 < count.value < 200:
                n = count.value
                out.append(replace(each, value=each.value * n, base=each.base * n))
    return out


_PRODUCT = re.compile(r"(\d+)\s?[a-z\u3400-\u9fff]{0,2}\s*[x×*]\s*(\d+)")


_PER_PACK = re.compile(
    r"每[包袋盒卷瓶箱提]装?\s*(\d+)\s*[抽片粒张颗支枚个]|(\d+)\s*[抽片粒张颗支枚个]\s*/?每?(?<=[/每])[包袋盒卷瓶箱提]"
)


def products(brief: Brief) -> set[float]:
    """80抽×5包 are 400; buy 2 get 1 makes 3."""
    text = plain(f"{brief.product.title} . {brief.product.description}").text
    out = {float(m[1]) * float(m[2]) for m in _PRODUCT.finditer(text)}
    each = [float(m[1] or m[2]) for m in _PER_PACK.finditer(text)]
    counts = {b.value for b in known(brief)[1] if b.name == "count"}
    out |= {n * c for n in each for c in counts if c > 1 and n != c}
    for deal in deals.of_offer(brief.facts.offer):
        if deal.kind == "bundle":
            out |= {*deal.values, sum(deal.values)}
    return out


def after_word(source: str, b: Amount) -> str:
    """The word after a number without its plural, or the Chinese character; "" if none."""
    m = re.match(r"[\s-]*([\u3400-\u9fff]|[a-z]+)", source[b.end :])
    return m[1].removesuffix("s") if m else ""


def stem(word: str) -> str:
    """A word without the commonest English endings: aged and ages are age."""
    for end in ("s", "ing", "ed", "d", "y", "e"):
        if len(word) - len(end) > 1:
            word = word.removesuffix(end)
    return word


def tokens(text: str, start: int, end: int) -> set[str]:
    """Words and Chinese characters close to a place."""
    near = f"{text[max(0, start - 16) : start]} {text[end : end + 20]}"
    words = {stem(w) for w in re.findall(r"[a-z]{3,}", near)} - {
        *map(stem, ("the", "and", "with", "for", "off", "from", "you", "your"))
    }
    han = re.findall(
        r"[\u3400-\u9fff]+", f"{text[max(0, start - 4) : start]} {text[end : end + 4]}"
    )
    return words | {c for piece in han for c in piece}


def neighbours(text: Plain, a: Amount, source: Plain, b: Amount) -> bool:
    """Whether a word beside both numbers is the same; in two languages nobody can tell."""
    if b.start >= len(source.text):
        return True  # it follows from the text and stands nowhere in it
    mine, other = tokens(text.text, a.start, a.end), tokens(source.text, b.start, b.end)
    if not mine or not other or has_han("".join(mine)) != has_han("".join(other)):
        return True
    return bool(mine & other)


def beside(text: Plain, a: Amount, source: Plain, b: Amount) -> bool:
    """Whether a word close to both numbers is the same."""
    mine, other = tokens(text.text, a.start, a.end), tokens(source.text, b.start, b.end)
    return bool(mine & other)
