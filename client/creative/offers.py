"""An offer in the language of the ad: 满100减20 is "spend ¥100, save ¥20", "free delivery" is 包邮."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Literal

from client.creative.checks.deals import Deal, deals
from client.creative.figures import price_text
from client.creative.text import data_file, has_han, plain

_SIGNS = {"$": "USD", "us$": "USD", "€": "EUR", "£": "GBP", "¥": "CNY", "₹": "INR", "rs.": "INR"}
_SIGN = r"(us\$|\$|€|£|¥|₹|rs\.?)?\s?"
_SUM = rf"{_SIGN}(\d+(?:\.\d+)?)"
#: spend at least, save; the groups are sign, sum, sign, sum in the order of `_least_first`
_LEAST_FIRST = re.compile(rf"spend {_SUM}(?: or more)?,? (?:and )?(?:save|get) {_SUM}(?: off)?")
_LEAST_LAST = re.compile(
    rf"{_SUM} off (?:any )?(?:(?:orders|purchases) )?(?:of|over|from|above) {_SUM}(?: or more|\+)?"
)
_DELIVERY_ZH = re.compile(r"满\s?(\d+(?:\.\d+)?)\s?元?(?:包邮|免运费|免邮)")
_DELIVERY_EN = re.compile(rf"free (?:delivery|shipping) (?:over|from|above|on orders over) {_SUM}")
#: between the parts of an offer
_BETWEEN = re.compile(r"[\s,，;；、+＋&/。.!！:：]+|\band\b|再|另|并|且|还")
#: words round a discount that say nothing more than it does
_FILLER = re.compile(
    r"^(?:now|get|enjoy|save|take|享|立享|打|现|现在|可享|优惠|全场|全店)+"
    r"|(?:discount|everything|storewide|sitewide|优惠|活动)$"
)


def in_language(offer: str, language: Literal["en", "zh"], currency: str = "") -> str:
    """The offer in the language of the ad; as it is if it is in it already; "" if it cannot be told.

    Nothing is guessed: every word of the offer must be understood, else "" is returned.

    Args:
        offer: In the shop's words.
        language: Of the ad.
        currency: Of sums that name none, such as those of 满100减20.
    """
    text = plain(offer.strip()).text
    if not text or not re.search(r"[^\W\d_]", text) or has_han(text) == (language == "zh"):
        return offer
    parts, rest = _parts(text, language, currency or "CNY")
    if not parts or _FILLER.sub("", _BETWEEN.sub("", rest)):
        return ""
    own = [words for _, words, around in sorted(parts) if not around]
    around = [words for _, words, around in sorted(parts) if around]
    if language == "zh":
        return "".join(around) + "，".join(own)
    return " ".join((" and ".join(own), *around)).strip()


def _parts(text: str, language: str, currency: str) -> tuple[list[tuple[int, str, bool]], str]:
    """Parts of an offer in the other language (place, words, when or for whom), and what is left."""
    out: list[tuple[int, str, bool]] = []

    def take(start: int, end: int, words: str, around: bool = False) -> None:
        nonlocal text
        out.append((start, words, around))
        text = text[:start] + " " * (end - start) + text[end:]

    for pattern, swapped in ((_LEAST_FIRST, False), (_LEAST_LAST, True)):
        for m in pattern.finditer(text):
            signs = {s for s in (m[1], m[3]) if s}
            by, least = (m[2], m[4]) if swapped else (m[4], m[2])
            money = [
                _money(x, _SIGNS.get(min(signs, default=""), currency), "zh") for x in (least, by)
            ]
            take(*m.span(), _least_zh(*money))
    for m in _DELIVERY_ZH.finditer(text):
        take(*m.span(), f"free delivery over {_money(m[1], currency, 'en')}")
    for m in _DELIVERY_EN.finditer(text):
        own = _money(m[2], _SIGNS.get(m[1] or "", currency), "zh")
        take(*m.span(), f"满{own.removesuffix('元')}包邮")
    for deal in deals(plain(text)):
        span = text[deal.start : deal.end]
        sign = next((c for s, c in _SIGNS.items() if s in span), currency)
        words = _deal_zh(deal, sign) if language == "zh" else _deal_en(deal, sign)
        if words:
            start = _start(text, deal)
            take(start, deal.end, words)
    source = "en" if language == "zh" else "zh"
    for phrase in data_file("bank", "offers.json")["phrases"]:
        for said in sorted(phrase[source], key=len, reverse=True):
            at = text.find(said)
            if at >= 0:
                take(at, at + len(said), phrase[language][0], phrase.get("around", False))
                break
    return out, text


def _start(text: str, deal: Deal) -> int:
    """Where a deal starts, its "up to" included."""
    before = re.search(r"(?:up to|as much as|最高|至多|高达|低至|最低)\s*$", text[: deal.start])
    return before.start() if before else deal.start


def _least_zh(least: str, by: str) -> str:
    return f"满{least.removesuffix('元')}减{by.removesuffix('元')}"


def _money(number: str | float, currency: str, language: str) -> str:
    return price_text(Decimal(str(number)), currency, language)


def _deal_en(deal: Deal, currency: str) -> str:
    v, words = deal.values, _tables()
    most = "up to " if deal.capped else ""
    if deal.kind == "off":
        return "half price" if v[0] == 50 and not most else f"{most}{v[0]:g}% off"
    if deal.kind == "minus" and len(v) == 1:
        return f"{most}{_money(v[0], currency, 'en')} off"
    if deal.kind == "minus":
        by, least = (_money(x, currency, "en") for x in v)
        return f"spend {least}, save {most}{by}"
    number = [words["numbers"].get(f"{x:g}", f"{x:g}") for x in v]
    if deal.kind == "bundle":
        return f"buy {number[0]}, get {number[1]} free"
    which = words["ordinals"].get(f"{v[0]:g}", "")
    cut = "half price" if v[1] == 50 else "free" if v[1] == 100 else f"{v[1]:g}% off"
    return f"{which} one {cut}" if which else ""


def _deal_zh(deal: Deal, currency: str) -> str:
    v, figures = deal.values, _tables()["figures"]
    if deal.kind == "off":
        return _fold(v[0], deal.capped)
    if deal.kind == "minus":
        most = "最高" if deal.capped else ""
        return f"{most}立减{_money(v[0], currency, 'zh')}" if len(v) == 1 else ""
    number = [figures.get(f"{x:g}", f"{x:g}") for x in v]
    if deal.kind == "bundle":
        return f"买{number[0]}送{number[1]}"
    cut = "半价" if v[1] == 50 else "免费" if v[1] == 100 else _fold(v[1], False)
    return f"第{number[0]}件{cut}" if cut else ""


def _fold(off: float, capped: bool) -> str:
    """Percent off as the tenths that are left: 20 is 8折, 15 is 8.5折."""
    if off == 50 and not capped:
        return "半价"
    left = Decimal(str(100 - off)) / 10
    return f"{'低至' if capped else ''}{left.normalize():f}折" if 0 < left < 10 else ""


def _tables() -> dict[str, Any]:
    return data_file("bank", "offers.json")
