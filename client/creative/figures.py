"""Numbers in words and figures: amounts with units, money, discounts, and how they compare."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from client.creative.text import data_file

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_HAN_NUMBER = r"[〇零一二两三四五六七八九十百千半]+"


@dataclass(frozen=True, slots=True)
class Amount:
    """A number and what it counts.

    Attributes:
        kind: "money", "unit", "bare" or "discount".
        value: The number as it stands.
        name: Currency, dimension, neighbour word or kind of discount.
        base: The value in the base unit of its dimension.
        start: Where it starts in the plain text.
        end: Where it ends.
    """

    kind: str
    value: float
    name: str
    base: float
    start: int
    end: int

    def same(self, other: Amount) -> bool:
        """Whether both say the same, within half a percent.

        Numbers without a unit are the same if a word beside them is.
        """
        if self.kind == other.kind == "bare":
            pairs = zip(self.name.split("|"), other.name.split("|"), strict=True)
            return self.value == other.value and any(a and a == b for a, b in pairs)
        return (
            self.kind == other.kind
            and self.name == other.name
            and abs(self.base - other.base) <= 0.005 * max(abs(self.base), abs(other.base))
        )


def _rules() -> dict[str, Any]:
    return data_file("rules", "units.v1.json")


@cache
def _units() -> dict[str, tuple[str, float, float]]:
    """Name -> dimension, factor, and the figure that is 0 of the base unit (32 °F)."""
    return {
        n: (u["dimension"], float(u["factor"]), float(u.get("zero", 0)))
        for u in _rules()["units"]
        for n in u["names"]
    }


def _either(names: list[str]) -> str:
    """Alternation, longest first; a Latin name must not run on into another letter."""
    out = []
    for n in sorted(names, key=len, reverse=True):
        out.append(re.escape(n) + (r"(?![a-z])" if re.search(r"[a-z]$", n) else ""))
    return "|".join(out)


@cache
def _pattern() -> re.Pattern[str]:
    money = _either(list(_rules()["currencies"]))
    unit = _either(list(_units()))
    start = r"(?<![\d.])(?<!\d,)"
    return re.compile(
        rf"(?P<before>(?<![a-z])(?:{money}))\s*{start}(?P<price>{_NUMBER})"
        rf"|{start}(?P<number>{_NUMBER})(?:[\s-]*(?P<after>{money})|[\s-]*(?P<unit>{unit}))?"
    )


@cache
def _spelled() -> re.Pattern[str]:
    words = "|".join(_rules()["number_words"])
    units = _either([n for n in _units() if n.isascii() and len(n) > 1 and n.isalpha()])
    return re.compile(rf"\b(?P<number>{words})[\s-]+(?P<unit>{units})")


@cache
def _han() -> re.Pattern[str]:
    units = [n for n in _units() if not n.isascii() and n not in ("种", "度", "成")]
    money = ["元", "块钱", "美元"]
    return re.compile(
        rf"(?<![\u3400-\u9fff])?(?P<number>{_HAN_NUMBER})(?P<unit>{_either(units)}|{_either(money)})"
    )


_DISCOUNTS = (
    (
        re.compile(
            rf"({_NUMBER})\s*(?:%|percent|per cent)\s*(?:off|discount|(?:less|cheaper)(?! (?!than|for|at|on|if|when|to)[a-z]))"
        ),
        "off",
    ),
    (re.compile(rf"(?:save|saving|discount of|off)\s+(?:up to\s+)?({_NUMBER})\s*%"), "off"),
    (re.compile(rf"(?:\$|€|£|¥|₹|rs\.?\s?)\s*({_NUMBER})\s*off\b"), "minus"),
    (re.compile(rf"\bsave\s+(?:up to\s+)?(?:\$|€|£|¥|₹|rs\.?\s?)\s*({_NUMBER})"), "minus"),
    (re.compile(rf"(?:立减|直降|优惠|减免|省)\s*[¥$₹]?({_NUMBER})\s*元?"), "minus"),
    (re.compile(rf"满\s*{_NUMBER}\s*元?\s*减\s*({_NUMBER})\s*元?"), "minus"),
    (re.compile(r"([1-9](?:\.\d|\d)?)\s*折"), "fold"),
    (re.compile(r"([一二三四五六七八九]{1,2})\s*折(?!叠)"), "fold"),
    (re.compile(r"(half[- ]price|半价|五折)"), "half"),
    (
        re.compile(
            r"(buy (?:one|1|two|2),? get (?:one|1|two|2)(?: free)?|\bbogo\b|2 for 1|two for one|买[一二两12]送[一二两12])"
        ),
        "bogo",
    ),
)


def amounts(text: str) -> list[Amount]:
    """All numbers of a plain text (see `text.plain`), in order, discounts first found."""
    found = _discounts(text)
    taken = [(a.start, a.end) for a in found]
    for scan in (_figures, _words_with_units, _han_with_units):
        for a in scan(text):
            if not any(s < a.end and a.start < e for s, e in taken):
                found.append(a)
                taken.append((a.start, a.end))
    return sorted(found, key=lambda a: a.start)


def _discounts(text: str) -> list[Amount]:
    out: list[Amount] = []
    for pattern, name in _DISCOUNTS:
        for m in pattern.finditer(text):
            if any(a.start < m.end() and m.start() < a.end for a in out):
                continue
            value = {"half": 50.0, "bogo": 1.0}.get(name)
            if value is None:
                value = _discount_value(m.group(1), name)
            kind = "off" if name in ("fold", "half") else name
            out.append(Amount("discount", value, kind, value, m.start(), m.end()))
    return out


def _discount_value(text: str, name: str) -> float:
    if name != "fold":
        return _float(text)
    digits = _rules()["chinese_digits"]
    number = "".join(str(digits.get(c, c)) for c in text)
    folds = float(number)
    return 100.0 - (folds * 10 if folds < 10 else folds)


def _figures(text: str) -> list[Amount]:
    out = []
    for m in _pattern().finditer(text):
        value = _float(m["price"] or m["number"])
        money = m["before"] or m["after"]
        if money:
            currency = _rules()["currencies"][money]
            out.append(Amount("money", value, currency, value, m.start(), m.end()))
        elif m["unit"]:
            out.append(_measured(text, value, m["unit"], m.start(), m.end()))
        else:
            out.append(_bare(text, m, value))
    return out


_COLD_BEFORE = re.compile(r"(?:(?<![\w°])[-−]|(?:\bminus|零下|负)\s?)$")
_COLD_AFTER = re.compile(r"\s?below (?:zero|freezing)")


def _measured(text: str, value: float, unit: str, start: int, end: int) -> Amount:
    """An amount with a unit; of temperatures the sign counts, and -22 °F are -30 °C."""
    dimension, factor, zero = _units()[unit]
    base = value
    if dimension == "temperature":
        cold = _COLD_BEFORE.search(text[:start]) or _COLD_AFTER.match(text, end)
        base = -value if cold else value
    return Amount("unit", value, dimension, (base - zero) * factor, start, end)


_NEXT = re.compile(r"[\s-]*([^\W\d_]+|[\u3400-\u9fff])")
_BEFORE = re.compile(r"([^\W\d_]+)[\s-]*$")
_PACK_OF = re.compile(r"\b(?:pack|set|box|case|bag|combo)s? of $")


def _bare(text: str, m: re.Match[str], value: float) -> Amount:
    if _PACK_OF.search(text[max(0, m.start() - 12) : m.start()]):
        return Amount("unit", value, "count", value, m.start(), m.end())
    after = _NEXT.match(text, m.end())
    before = _BEFORE.search(text[max(0, m.start() - 24) : m.start()])
    names = [n.group(1).removesuffix("s") if n else "" for n in (before, after)]
    return Amount("bare", value, "|".join(names), value, m.start(), m.end())


def _words_with_units(text: str) -> list[Amount]:
    out = []
    for m in _spelled().finditer(text):
        value = float(_rules()["number_words"][m["number"]])
        out.append(_measured(text, value, m["unit"], m.start(), m.end()))
    return out


#: after "一" these are ways of speaking ("a day", "a piece"), not amounts
_LOOSE = set("天年日周种款件片个条块张卷瓶盒包袋罐支只枚粒米升度磅") | {"星期", "寸"}


def _han_with_units(text: str) -> list[Amount]:
    out = []
    for m in _han().finditer(text):
        value, unit = han_value(m["number"]), m["unit"]
        if value is None or (m["number"] in ("一", "半") and (unit in _LOOSE)):
            continue
        if unit in ("元", "块钱", "美元"):
            currency = _rules()["currencies"][unit]
            out.append(Amount("money", value, currency, value, m.start(), m.end()))
        else:
            out.append(_measured(text, value, unit, m.start(), m.end()))
    return out


def han_value(text: str) -> float | None:
    """The value of a Chinese numeral below ten thousand; None if it is none."""
    digits = _rules()["chinese_digits"]
    if text == "半":
        return 0.5
    total = current = 0.0
    for c in text:
        if c in digits:
            current = digits[c]
        elif c in "十百千":
            total += (current or 1) * {"十": 10, "百": 100, "千": 1000}[c]
            current = 0
        else:
            return None
    return total + current


def _float(text: str) -> float:
    return float(text.replace(",", ""))


def price_text(price: Decimal, currency: str, language: str) -> str:
    """A price as people write it: $4.99, ₹280, 79元; "" when the currency is not known."""
    number = f"{price:,.2f}".removesuffix(".00")
    if language == "zh" and currency == "CNY":
        return f"{number}元"
    symbol = _rules()["format"].get(currency, "")
    if symbol:
        return f"{symbol}{number}"
    return f"{number} {currency}" if currency else ""


def major(minor: int) -> Decimal:
    """Hundredths, as every price is kept, as a decimal amount."""
    return Decimal(minor) / 100
