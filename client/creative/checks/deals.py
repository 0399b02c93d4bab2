"""Deals: what a discount comes to, whatever the words: 八折 is 20% off, bogo is 买一送一."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from client.creative.figures import han_value
from client.creative.text import Plain, plain

_N = r"(\d+(?:\.\d+)?|[一二两三四五六七八九十百]+)"
_EN_N = r"(\d+|one|two|three|four|five|six)"
_SIGN = r"(?:us\$|\$|€|£|¥|₹|rs\.?\s?|usd\s?|cny\s?)"
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "a": 1, "an": 1}


@dataclass(frozen=True, slots=True)
class Deal:
    """One deal.

    Attributes:
        kind: "off" (percent), "minus" (money), "bundle" (buy, get), "nth" (which, percent off).
        values: The numbers of it.
        capped: "Up to".
        start: Where it starts in the plain text.
        end: Where it ends.
    """

    kind: str
    values: tuple[float, ...]
    capped: bool
    start: int
    end: int

    def same(self, other: Deal) -> bool:
        """Whether both come to the same; who says "up to" must not be cut short."""
        equal = self.kind == other.kind and self.values == other.values
        return equal and (self.capped or not other.capped)


_NTH = (
    re.compile(rf"第({_N[1:-1]})(?:件|份|杯|双|支|瓶|盒|袋|个|条)\s*(?:打|仅需|只要)?\s*(半价|免费|0元|{_N}\s*折)"),
    re.compile(
        r"(?:buy (?:one|1),? get (?:one|1|the (?:second|next|other)(?: one)?)|(?:the )?(?:second|2nd)(?: one| item| \w+)?)"
        r"(?: at| for| is)? (half[- ]?(?:price|off)|(\d+)% off|free)"
    ),
)  # fmt: skip
_BUNDLE = (
    re.compile(rf"buy {_EN_N}(?: \w+)?,? (?:and )?get {_EN_N}(?: more)?(?: \w+)?(?: (?:free|for free|on us))?"),
    re.compile(rf"买({_N[1:-1]})(?:件|份|袋|瓶|包|支|双|盒|只|条|套|箱|个|杯|罐)?,?(?:就|即|再)?(?:送|赠)({_N[1:-1]})"),
)  # fmt: skip
_FOR = re.compile(
    rf"\b{_EN_N} for (?:the price of )?{_EN_N}\b(?! (?:minutes|days|hours|people|of))"
)
_PART = re.compile(r"\b(?:a|one) (third|quarter|fifth|tenth) (?:off|less|cheaper)\b")
_PARTS = {"third": 100 / 3, "quarter": 25.0, "fifth": 20.0, "tenth": 10.0}
_HALF = re.compile(r"half[- ]?price|half[- ]off|half off|半价|对折")
_OFF = (
    re.compile(r"(\d+(?:\.\d+)?)\s*(?:%|percent|per cent)[\s-]*(?:off|discount|(?:less|cheaper)(?! (?!than|for|at|on|if|when|to)[a-z])|reduction|saving)"),
    re.compile(r"(?:save|saving|discount of|off|reduced by|knock|cut by|down)\s+(?:up to\s+)?(\d+(?:\.\d+)?)\s*(?:%|percent)"),
    re.compile(r"(?:立减|直降|优惠|减免|省|降|减|便宜)(?:价)?了?\s*(\d+(?:\.\d+)?)\s*%"),
)  # fmt: skip
_FOLD = re.compile(
    r"(\d(?:\.\d|\d)?|(?:(?<=[打至场在天日要仅律统现价售])一(?!折就|折起|折成|折便)|[二三四五六七八九])(?:点?[一二三四五六七八九])?)\s*折(?![叠扣])"
)
_MINUS = (
    re.compile(rf"{_SIGN}\s*(\d+(?:\.\d+)?)\s*(?:off|discount|less|cheaper)\b"),
    re.compile(r"(\d+(?:\.\d+)?) ?(?:€|\$|£|eur|usd|gbp|dollars?|euros?|pounds?|rupees?|bucks?) (?:off|less|cheaper)"),
    re.compile(rf"\b(?:save|saving|knock|minus)s?\s+(?:up to\s+)?{_SIGN}\s*(\d+(?:\.\d+)?)"),
    re.compile(rf"满\s*{_N}\s*元?\s*(?:立)?减\s*(?P<by>{_N[1:-1]})\s*元?"),
    re.compile(rf"(?:立减|直降|优惠|减免|立省|省下?|便宜|降价|抵扣?|返现?)了?\s*¥?\s*{_N}\s*(?:元|块)"),
    re.compile(r"(?:立减|直降|减免|立省|减)\s*¥?\s*(\d+(?:\.\d+)?)(?![\d%折件斤])"),
)  # fmt: skip
_CAP = re.compile(r"(?:up to|as much as|最高|至多|高达|低至|最低)\s*(?:\w+\s+)?[$€£¥₹]?\s*$")


@lru_cache(maxsize=1024)
def deals(text: Plain) -> tuple[Deal, ...]:
    """All deals of a plain text, no two over the same words."""
    out: list[Deal] = []
    for d in _all(text.text):
        if not any(o.start < d.end and d.start < o.end for o in out):
            out.append(d)
    return tuple(sorted(out, key=lambda d: d.start))


def of_offer(offer: str) -> tuple[Deal, ...]:
    """The deals that the shop entered."""
    return deals(plain(offer))


def _all(text: str) -> Iterator[Deal]:
    for m in _NTH[0].finditer(text):
        yield _deal("nth", (value_of(m[1]), _share(m[2])), text, m)
    for m in _NTH[1].finditer(text):
        if m[1] == "free":
            yield _deal("bundle", (1.0, 1.0), text, m)
        else:
            yield _deal("nth", (2.0, float(m[2] or 50)), text, m)
    for pattern in _BUNDLE:
        for m in pattern.finditer(text):
            yield _deal("bundle", (value_of(m[1]), value_of(m[2])), text, m)
    for m in re.finditer(r"\bbogo\b", text):
        yield _deal("bundle", (1.0, 1.0), text, m)
    for m in _FOR.finditer(text):
        paid = value_of(m[2])
        if 0 < value_of(m[1]) - paid < 4:
            yield _deal("bundle", (paid, value_of(m[1]) - paid), text, m)
    for pattern in _OFF:
        for m in pattern.finditer(text):
            yield _deal("off", (float(m[1]),), text, m)
    for m in _PART.finditer(text):
        yield _deal("off", (_PARTS[m[1]],), text, m)
    for m in _HALF.finditer(text):
        yield _deal("off", (50.0,), text, m)
    for m in _FOLD.finditer(text):
        yield _deal("off", (_folds(m[1]),), text, m)
    for pattern in _MINUS:
        for m in pattern.finditer(text):
            groups = m.groupdict()
            if "by" in groups:
                yield _deal("minus", (value_of(groups["by"]), value_of(m[1])), text, m)
            else:
                yield _deal("minus", (value_of(m[1]),), text, m)


def _deal(kind: str, values: tuple[float, ...], text: str, m: re.Match[str]) -> Deal:
    capped = _CAP.search(text[max(0, m.start() - 24) : m.start()]) or "up to" in m.group()
    return Deal(kind, tuple(round(v, 2) for v in values), bool(capped), m.start(), m.end())


def value_of(text: str) -> float:
    """A number in digits, in English words up to six, or in Chinese; 0 for anything else."""
    if text in _WORDS:
        return float(_WORDS[text])
    if text.replace(".", "", 1).isdigit():
        return float(text)
    return han_value(text) or 0.0


def _share(text: str) -> float:
    if text.startswith("半"):
        return 50.0
    return 100.0 if text in ("免费", "0元") else _folds(text.removesuffix("折").strip())


def _folds(text: str) -> float:
    """八折 and 8折 leave 80 of 100, 八五折, 85折 and 8.5折 leave 85."""
    if text.replace(".", "", 1).isdigit():
        n = float(text)
    else:
        figures = [han_value(c) or 0 for c in text.replace("点", "")]
        n = figures[0] if len(figures) == 1 else figures[0] * 10 + figures[1]
    return 100.0 - (n * 10 if n < 10 else n)
