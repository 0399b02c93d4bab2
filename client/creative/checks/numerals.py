"""Numbers in words become digits: "twelve-pack", "½ lb", "half a kilo", "三件", "半斤", "38-42码"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache

from client.creative.checks.counting import Edit, number_text, rules
from client.creative.checks.numerals_zh import han_mixed, han_numbers, metres_months
from client.creative.text import Plain, has_han

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


_FRACTION = re.compile(r"(?<![\d/.])(?:(\d+)[ -])?(\d{1,2})[/⁄](\d{1,2})(?![\d/])")


def _fractions(text: Plain) -> Iterator[Edit]:
    """1/2, 1 1/2, ½ and 2½ (one character became three, which share their origin)."""
    for m in _FRACTION.finditer(text.text):
        whole, top, bottom = float(m[1] or 0), m[2], float(m[3])
        one_sign = text.text[m.end(2)] == "⁄" and len(top) == 2
        if one_sign and text.origins[m.start(2)] != text.origins[m.start(2) + 1]:
            whole, top = float(top[0]), top[1]
        if bottom and float(top) < bottom and m[3] != "7":
            yield m.start(), m.end(), number_text(whole + float(top) / bottom)


@cache
def _english() -> tuple[re.Pattern[str], ...]:
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
            rf"(?<!and a )\b(?:half(?: an?|-)?|(?P<quarter>(?:a )?quarter(?: of an?|-)?))[\s-]*(?P<u>{units})\b"
            rf"|\ban? (?P<v>{units}) and a half\b"
        ),
        re.compile(rf"\b(?:(?:pack|set|box|case|bag|bundle|tray)s? of|(?:serves?|feeds?|sleeps?|seats?)(?: up to)?) (?P<n>{number})\b"),
        re.compile(rf"\b(?P<n>{number})[\s-]+(?=\d+(?:\.\d+)?[\s-]?(?:{units}|[a-z]{{1,4}})\b)"),
        re.compile(
            rf"\b(?P<n>{number}) (?!(?:of|for|to|or|and|by|per|in|on|more|less|long|short|whole|full|good|quiet)\b)[a-z]{{3,}} "
            rf"(?:bars|bags|cans|bottles|jars|tins|pieces|packs|pods|capsules|tablets|sheets|rolls|candles|towels|socks|mugs|glasses|plates|bowls|blades|ports|pages|drawers|shelves|cards|lessons|tracks|patches|sachets|slices|eggs|prints|pockets|wheels|keys)\b"
        ),
        re.compile(rf"\b({number}) (pounds|dollars|euros) ({small})\b(?! \w+s\b)"),
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
        yield m.start(), m.end(), number_text(12 * n)


def _counted(text: Plain) -> Iterator[Edit]:
    said = set(rules()["said"])
    for m in _english()[1].finditer(text.text):
        if f"{m['n']} {m['u']}" in said and not m["half"]:
            continue
        if m["n"] == "one" and m["u"] not in _MEASURES and not m["half"]:
            continue
        value = word_value(m["n"]) + (0.5 if m["half"] else 0)
        yield m.start(), m.start("gap"), number_text(value)


def _many(text: Plain) -> Iterator[Edit]:
    """Ten 500 ml bags."""
    for m in _english()[4].finditer(text.text):
        if m["n"] == "one":
            continue  # each one 70 x 70 cm
        yield m.start(), m.end(), f"{number_text(word_value(m['n']))} pcs "


def _counted_far(text: Plain) -> Iterator[Edit]:
    """Twenty-four oat bars: five and more of what is counted, with a word between."""
    for m in _english()[5].finditer(text.text):
        value = word_value(m["n"])
        if value > 4:
            yield m.start("n"), m.end("n"), number_text(value)


def _halves(text: Plain) -> Iterator[Edit]:
    for m in _english()[2].finditer(text.text):
        if m["v"]:
            yield m.start(), m.end(), f"1.5 {m['v']}"
        elif m["u"] not in _HALF_SAID:
            yield m.start(), m.end(), f"{0.25 if m['quarter'] else 0.5} {m['u']}"


def _pounds_and_pence(text: Plain) -> Iterator[Edit]:
    """Eighteen pounds ninety."""
    for m in _english()[6].finditer(text.text):
        yield m.start(), m.end(), f"{word_value(m[1]):g}.{word_value(m[3]):02.0f} {m[2]}"


def _packs_of(text: Plain) -> Iterator[Edit]:
    for m in _english()[3].finditer(text.text):
        yield m.start("n"), m.end("n"), number_text(word_value(m["n"]))


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


def _ranges(text: Plain) -> Iterator[Edit]:
    for m in _RANGE.finditer(text.text):
        yield m.start(), m.end(), f"{m[1]} {m[2]} "


_ENUMERATION = re.compile(
    r"(?<![\d.])(\d+(?:\.\d+)?)(?=(?:\s*[、/和]\s*\d+(?:\.\d+)?)+\s*(厘米|毫米|米|克|毫升|升|千克|公斤|寸|英寸|瓦|cm|mm|ml|g|kg))"
)


def _enumerations(text: Plain) -> Iterator[Edit]:
    """11、14、17厘米 are three lengths."""
    for m in _ENUMERATION.finditer(text.text):
        yield m.start(), m.end(), f"{m[1]} {m[2]}"


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


def _clock(text: Plain) -> Iterator[Edit]:
    """The 8:15 train: a time of day is no figure of the product."""
    for m in re.finditer(r"(?<![\d:.])(?:[01]?\d|2[0-3])[:][0-5]\d(?![\d:])", text.text):
        yield m.start(), m.end(), "o'clock"


def _commas(text: Plain) -> Iterator[Edit]:
    """A Chinese comma between two numbers parts them: A5，192页."""
    for m in re.finditer(r"(?<=\d),(?=\d)", text.text):
        if text.source[text.origins[m.start()] : text.origins[m.start()] + 1] == "，":
            yield m.start(), m.end(), ", "


_STEPS: tuple[Callable[[Plain], Iterator[Edit]], ...] = (
    _clock,
    _commas,
    metres_months,
    _fractions,
    _dozens,
    _pounds_and_pence,
    _halves,
    _counted,
    _counted_far,
    _packs_of,
    _many,
    han_mixed,
    han_numbers,
    _ranges,
    _enumerations,
    _dimensions,
    _multiples,
    _multiples_after,
)
