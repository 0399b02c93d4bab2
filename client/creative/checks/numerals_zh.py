"""Chinese numbers become digits: 三件, 半斤, 两公斤半, 八成, 一米八, 9块9."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from client.creative.checks.counting import Edit, han_or_digit, number_text, rules
from client.creative.figures import han_value
from client.creative.text import Plain, has_han


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


def said_spans(text: str) -> list[tuple[int, int]]:
    """Where ways of speaking stand that have a number in them: 半斤八两, 八十年代."""
    found = [m.span() for m in _han()[1].finditer(text)]
    return [*found, *(m.span() for m in _AGES.finditer(text))]


_AGES = re.compile(r"[一二三四五六七八九十百\d]+年[代级]")


def han_numbers(text: Plain) -> Iterator[Edit]:
    """三件, 半斤, 二十四小时; ways of speaking stay."""
    if not has_han(text.text):
        return
    loose = set(rules()["han_loose"])
    pattern, said, dozen = _han()
    fixed = [m.span() for m in said.finditer(text.text)]
    for m in dozen.finditer(text.text):
        yield m.start(), m.end(), f"{number_text(12 * han_or_digit(m[1]))}个"
    for m in pattern.finditer(text.text):
        if any(s < m.end() and m.start() < e for s, e in fixed):
            continue
        value, unit = han_value(m["n"]), m["u"]
        if value is None or (m["n"] in ("一", "半") and unit in loose and not m["half"]):
            continue
        if unit in ("升", "米", "两", "度", "个", "色", "味", "年") and _is_other_word(
            text.text, m
        ):
            continue
        if m["d"]:
            value += float("0." + "".join(str(int(han_value(c) or 0)) for c in m["d"]))
        value += 0.5 if m["half"] else 0
        if unit == "两" and not m["g"]:
            value, unit = value * 50, "克"
        yield m.start(), m.end(), f"{number_text(value)}{unit}"


_NOT_A_UNIT = re.compile(
    r"升[级温值华]|年[代级纪华]|米[饭粒粥线粉面香白]|两[口人个件全]|度[过假日]|[个色味](?:人|样|道|彩)"
)


def _is_other_word(text: str, m: re.Match[str]) -> bool:
    if m["n"] in ("一", "半") and m["u"] in ("个", "色", "味", "度"):
        return True
    return _NOT_A_UNIT.match(text, m.start("u")) is not None


_JIN_LIANG = re.compile(r"([一二两三四五六七八九十]+|\d+)斤([一二三四五六七八九]|\d)两")
_LIANG = re.compile(r"(\d+(?:\.\d+)?)两(?![口人个件全])")

_KUAI_HAN = re.compile(
    r"(?<![\d.])([一二两三四五六七八九十]+)块([一二三四五六七八九])(?![十个块件包片])"
)
_KUAI = re.compile(r"(\d+)块(\d)(?![\d岁个件片])")

_AND_HALF = re.compile(r"(?<![\d.])(\d+)(公斤|千克|斤|升|米|小时|年)半(?![价天夜])")


def han_mixed(text: Plain) -> Iterator[Edit]:
    """3两, 9块9, 1斤半."""
    for m in re.finditer(r"(?<=\d)个(?=小时|钟头|星期|礼拜)", text.text):
        yield m.start(), m.end(), ""
    for m in _JIN_LIANG.finditer(text.text):
        jin, liang = han_or_digit(m[1]), han_or_digit(m[2])
        yield m.start(), m.end(), f"{number_text(jin + liang / 10)}斤"
    for m in _LIANG.finditer(text.text):
        yield m.start(), m.end(), f"{number_text(float(m[1]) * 50)}克"
    for m in _KUAI_HAN.finditer(text.text):
        tenths = number_text(han_value(m[2]) or 0)
        yield m.start(), m.end(), f"{number_text(han_value(m[1]) or 0)}.{tenths}元"
    for m in _KUAI.finditer(text.text):
        yield m.start(), m.end(), f"{m[1]}.{m[2]}元"
    for m in _AND_HALF.finditer(text.text):
        yield m.start(), m.end(), f"{m[1]}.5{m[2]}"


_SMALL = re.compile(
    r"(\d)\s*米\s*([1-9一二三四五六七八九])(?![\d米个])|([一二两三])米([一二三四五六七八九])"
)

_TENTHS = re.compile(
    r"(?<![\d一二三四五六七八九十变组构完])([一二三四五六七八九\d])成(?![为了功长熟立交员分本品年就都份型真像果套双对一人])"
)

_MONTHS = re.compile(r"(?<=\d)\s*月龄|(?<=\d)[- ]?month[- ]old")


def metres_months(text: Plain) -> Iterator[Edit]:
    """一米八 is 1.8 m, 八成 are 80%, 月龄 are months; in this order, they never overlap."""
    for m in _SMALL.finditer(text.text):
        metres, tenths = (m[1], m[2]) if m[1] else (m[3], m[4])
        figures = [c if c.isdigit() else number_text(han_value(c) or 0) for c in (metres, tenths)]
        yield m.start(), m.end(), f"{figures[0]}.{figures[1]}米"
    for m in _TENTHS.finditer(text.text):
        yield m.start(), m.end(), f"{number_text(han_or_digit(m[1]) * 10)}%"
    for m in _MONTHS.finditer(text.text):
        yield m.start(), m.end(), "个月" if has_han(m.group()) else " months"
