"""Numbers in words become digits: "twelve-pack", "½ lb", "half a kilo", "三件", "半斤", "38-42码"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Any

from client.creative.figures import han_value
from client.creative.text import Plain, data_file, has_han

#: (start, end, what stands there instead)
Edit = tuple[int, int, str]
#: one of these is a figure; one of anything else is a way of speaking
_MEASURES = set(
    [
        "kilo",
        "kilogram",
        "gram",
        "ounce",
        "oz",
        "pound",
        "lb",
        "litre",
        "liter",
        "pint",
        "quart",
        "gallon",
        "g",
        "kg",
        "ml",
        "inch",
        "foot",
        "metre",
        "meter",
        "yard",
        "percent",
        "year",
        "month",
        "hour",
        "dollar",
        "euro",
    ]
)
#: a unit after half: these are ways of speaking
_HALF_SAID = {"day", "days", "second", "seconds", "year", "cup", "glass", "slice", "plate", "box"}


def rules() -> dict[str, Any]:
    """How people count."""
    return data_file("rules", "quantities.v1.json")


@lru_cache(maxsize=2048)
def digits(text: Plain) -> Plain:
    """The same text with numbers as digits, a unit after each; `origins` point where they did."""
    for step in _STEPS:
        edits = sorted(step(text))
        if edits:
            text = _edited(text, edits)
    return text


def _edited(text: Plain, edits: list[Edit]) -> Plain:
    out: list[str] = []
    origins: list[int] = []
    at = 0
    for start, end, new in edits:
        if start < at:
            continue
        out.append(text.text[at:start])
        origins.extend(text.origins[at:start])
        out.append(new)
        last = text.origins[max(start, end - 1)] if text.origins else 0
        first = text.origins[start] if start < len(text.origins) else last
        origins.extend([first] * (len(new) - 1) + [last] if new else [])
        at = end
    out.append(text.text[at:])
    origins.extend(text.origins[at:])
    return Plain("".join(out), tuple(origins), text.source)


def _number(value: float) -> str:
    return f"{value:g}" if value < 1e6 else f"{value:.0f}"


_FRACTION = re.compile(r"(?<![\d/.])(?:(\d+)[ -])?(\d{1,2})[/⁄](\d{1,2})(?![\d/])")


def _fractions(text: Plain) -> Iterator[Edit]:
    """1/2, 1 1/2, ½ and 2½ (one character became three, which share their origin)."""
    for m in _FRACTION.finditer(text.text):
        whole, top, bottom = float(m[1] or 0), m[2], float(m[3])
        one_sign = text.text[m.end(2)] == "⁄" and len(top) == 2
        if one_sign and text.origins[m.start(2)] != text.origins[m.start(2) + 1]:
            whole, top = float(top[0]), top[1]
        if bottom and float(top) < bottom and m[3] != "7":
            yield m.start(), m.end(), _number(whole + float(top) / bottom)


@cache
def _english() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    ones, tens = "|".join(rules()["words"]), "|".join(rules()["tens"])
    small = rf"(?:(?:{tens})(?:[- ](?:{ones}))?|{ones})"
    number = rf"(?:(?:an? |{small} )?hundred(?: and)?(?: {small})?|{small})"
    units = "|".join(sorted(rules()["counted"], key=len, reverse=True))
    return (
        re.compile(rf"\b(?:(half)(?: an?| a)?|({small}|an?))[ -]dozen\b"),
        re.compile(
            rf"\b(?P<n>{number})(?P<half> and a half)?(?P<gap>[\s-]+)(?P<u>{units})\b(?! (?:at a time|by))"
        ),
        re.compile(
            rf"\b(?:half(?: an?|-)?|(?P<quarter>(?:a )?quarter(?: of an?|-)?))[\s-]*(?P<u>{units})\b"
            rf"|\ban? (?P<v>{units}) and a half\b"
        ),
        re.compile(rf"\b(?:pack|set|box|case|bag|bundle|tray|serves|feeds|sleeps|seats)s? (?:of |up to )?(?P<n>{number})\b"),
    )  # fmt: skip


def word_value(text: str) -> float:
    """The value of an English number below a thousand, written in words."""
    total = current = 0.0
    for word in re.findall(r"[a-z]+", text):
        if word == "hundred":
            total, current = total + (current or 1) * 100, 0
        else:
            current += rules()["words"].get(word, rules()["tens"].get(word, 0))
    return total + current


def _dozens(text: Plain) -> Iterator[Edit]:
    for m in _english()[0].finditer(text.text):
        n = 0.5 if m[1] else 1.0 if m[2] in ("a", "an") else word_value(m[2])
        yield m.start(), m.end(), _number(12 * n)


def _counted(text: Plain) -> Iterator[Edit]:
    said = set(rules()["said"])
    for m in _english()[1].finditer(text.text):
        if f"{m['n']} {m['u']}" in said and not m["half"]:
            continue
        if m["n"] == "one" and m["u"] not in _MEASURES and not m["half"]:
            continue
        value = word_value(m["n"]) + (0.5 if m["half"] else 0)
        yield m.start(), m.start("gap"), _number(value)


def _halves(text: Plain) -> Iterator[Edit]:
    for m in _english()[2].finditer(text.text):
        if m["v"]:
            yield m.start(), m.end(), f"1.5 {m['v']}"
        elif m["u"] not in _HALF_SAID:
            yield m.start(), m.end(), f"{0.25 if m['quarter'] else 0.5} {m['u']}"


def _packs_of(text: Plain) -> Iterator[Edit]:
    for m in _english()[3].finditer(text.text):
        yield m.start("n"), m.end("n"), _number(word_value(m["n"]))


@cache
def _han() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    units = "|".join(sorted(rules()["han_counted"], key=len, reverse=True))
    return (
        re.compile(
            rf"(?<![\d.])(?P<n>(?!千[克米瓦])[〇零一二两三四五六七八九十百千半]+)(?:点(?P<d>[〇零一二三四五六七八九]+))?"
            rf"(?P<g>个)?(?P<u>{units})(?P<half>半(?![价天夜生成途]))?"
        ),
        re.compile("|".join(sorted(rules()["han_said"], key=len, reverse=True))),
        re.compile(r"([一两二三四五六\d])打(?![开折扫理包底磨算造听招烊])"),
    )


def _han_numbers(text: Plain) -> Iterator[Edit]:
    if not has_han(text.text):
        return
    loose = set(rules()["han_loose"])
    pattern, said, dozen = _han()
    fixed = [m.span() for m in said.finditer(text.text)]
    for m in dozen.finditer(text.text):
        yield m.start(), m.end(), f"{_number(12 * _han_or_digit(m[1]))}个"
    for m in pattern.finditer(text.text):
        if any(s < m.end() and m.start() < e for s, e in fixed):
            continue
        value, unit = han_value(m["n"]), m["u"]
        if value is None or (m["n"] in ("一", "半") and unit in loose and not m["half"]):
            continue
        if unit in ("升", "米", "两", "度", "个", "色", "味") and _is_other_word(text.text, m):
            continue
        if m["d"]:
            value += float("0." + "".join(str(int(han_value(c) or 0)) for c in m["d"]))
        value += 0.5 if m["half"] else 0
        if unit == "两" and not m["g"]:
            value, unit = value * 50, "克"
        yield m.start(), m.end(), f"{_number(value)}{unit}"


_NOT_A_UNIT = re.compile(
    r"升[级温值华]|米[饭粒粥线粉面香白]|两[口人个件全]|度[过假日]|[个色味](?:人|样|道|彩)"
)


def _is_other_word(text: str, m: re.Match[str]) -> bool:
    if m["n"] in ("一", "半") and m["u"] in ("个", "色", "味", "度"):
        return True
    return _NOT_A_UNIT.match(text, m.start("u")) is not None


_LIANG = re.compile(r"(\d+(?:\.\d+)?)两(?![口人个件全])")
_KUAI = re.compile(r"(\d+)块(\d)(?!\d)")
_AND_HALF = re.compile(r"(?<![\d.])(\d+)(公斤|千克|斤|升|米|小时|年)半(?![价天夜])")


def _han_mixed(text: Plain) -> Iterator[Edit]:
    """3两, 9块9, 1斤半."""
    for m in _LIANG.finditer(text.text):
        yield m.start(), m.end(), f"{_number(float(m[1]) * 50)}克"
    for m in _KUAI.finditer(text.text):
        yield m.start(), m.end(), f"{m[1]}.{m[2]}元"
    for m in _AND_HALF.finditer(text.text):
        yield m.start(), m.end(), f"{m[1]}.5{m[2]}"


_UNIT = r"[a-z]{1,12}\b\.?|%|[\u3400-\u9fff]{1,2}|°c|℃"
_RANGE = re.compile(
    rf"(?<![\d.])(\d+(?:\.\d+)?)\s*(?:-|~|to|至|到)\s*(?=\d+(?:\.\d+)?\s*[- ]?({_UNIT}))"
)
_BY = re.compile(
    r"(?<![\d.])(\d+(?:\.\d+)?)\s*[x×*]\s*(?=\d+(?:\.\d+)?(?:\s*[x×*]\s*\d+(?:\.\d+)?)?\s*(mm|cm|m|in|inch(?:es)?|ft|厘米|毫米|米|寸|英寸)(?![a-z]))"
)
_TIMES_BEFORE = re.compile(r"(?<![\d.])(\d+)\s*[x×*]\s*(?=\d)")
_TIMES_AFTER = re.compile(
    r"(?<![\d.])(\d+(?:\.\d+)?\s?(?:g|kg|mg|ml|cl|l|oz|lb|克|千克|公斤|毫升|升|片|包|袋|支|粒|个|只|枚|抽|张))\s*[x×*]\s*(\d+)(?![\d.])"
)
_SMALL = re.compile(
    r"(\d)\s*米\s*([1-9一二三四五六七八九])(?![\d米个])|([一二两三])米([一二三四五六七八九])"
)


def _han_or_digit(number: str) -> float:
    return float(number) if number.isdigit() else (han_value(number) or 0.0)


_TENTHS = re.compile(
    r"(?<![\d一二三四五六七八九十变组构完])([一二三四五六七八九\d])成(?![为了功长熟立交员分本品年就都份型真像果套双对一人])"
)
_MONTHS = re.compile(r"(?<=\d)\s*月龄|(?<=\d)[- ]?month[- ]old")


def _ranges(text: Plain) -> Iterator[Edit]:
    for m in _RANGE.finditer(text.text):
        yield m.start(), m.end(), f"{m[1]} {m[2]} "


def _dimensions(text: Plain) -> Iterator[Edit]:
    for m in _BY.finditer(text.text):
        yield m.start(), m.end(), f"{m[1]} {m[2]} "


def _multiples(text: Plain) -> Iterator[Edit]:
    for m in _TIMES_BEFORE.finditer(text.text):
        yield m.start(), m.end(), f"{m[1]} pcs "


def _multiples_after(text: Plain) -> Iterator[Edit]:
    for m in _TIMES_AFTER.finditer(text.text):
        after = text.text[m.end() : m.end() + 1]
        yield m.end(1), m.end(), f" {m[2]}" + ("" if has_han(after) else " pcs ")


def _commas(text: Plain) -> Iterator[Edit]:
    """A Chinese comma between two numbers parts them: A5，192页."""
    for m in re.finditer(r"(?<=\d),(?=\d)", text.text):
        if text.source[text.origins[m.start()] : text.origins[m.start()] + 1] == "，":
            yield m.start(), m.end(), ", "


def _metres_months(text: Plain) -> Iterator[Edit]:
    """一米八 is 1.8 m, 八成 are 80%, 月龄 are months; in this order, they never overlap."""
    for m in _SMALL.finditer(text.text):
        metres, tenths = (m[1], m[2]) if m[1] else (m[3], m[4])
        figures = [c if c.isdigit() else _number(han_value(c) or 0) for c in (metres, tenths)]
        yield m.start(), m.end(), f"{figures[0]}.{figures[1]}米"
    for m in _TENTHS.finditer(text.text):
        yield m.start(), m.end(), f"{_number(_han_or_digit(m[1]) * 10)}%"
    for m in _MONTHS.finditer(text.text):
        yield m.start(), m.end(), "个月" if has_han(m.group()) else " months"


_STEPS: tuple[Callable[[Plain], Iterator[Edit]], ...] = (
    _commas,
    _metres_months,
    _fractions,
    _dozens,
    _halves,
    _counted,
    _packs_of,
    _han_numbers,
    _han_mixed,
    _ranges,
    _dimensions,
    _multiples,
    _multiples_after,
)
