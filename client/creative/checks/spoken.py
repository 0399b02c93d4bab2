"""Spoken: numbers that are a way of speaking of the reader's day, not figures of the product."""

from __future__ import annotations

import re
from functools import cache

from client.creative.checks.counting import rules
from client.creative.checks.known import after_word
from client.creative.figures import Amount
from client.creative.text import Plain, has_han

_CLAUSE = re.compile(r"[.,;:!?|。，；：！？、—–]")
#: what a product does for a time, or has for a length
_DOING = re.compile(
    r"\b(?:ready|lasts?|lasting|keeps?|stays?|up to|warranty|guarantee\w*|deliver\w*|ships?|charg\w*|battery|power\w*|burns?|cooks?|boils?|heats?|dries|dry|works?|runs?|play(?:back|time|s)?|music|ages?|aged|cold|warm|hot|brew(?:s|ed)?|bakes?|sets?|cleans?|cures?|absorbs?|holds?|reach(?:es)?|range|rated?|tested|waterproof|protect\w*|free|returns?|left|only|full|per|capacity|standby|light)\b"
    r"|发货|送达|到货|保质|保修|质保|退|续航|待机|充|只要|只需|仅需|持续|长达|见效|可用|可燃|能用|能燃|保温|保冷|保鲜|留香|燃|点燃|烧|煮|蒸|泡|快|速|搞定|上桌|出锅|开饭|限|防水|射程|覆盖|播放|工作|干透|晾干|吸收|定型"
)
#: what the reader does with it
_LIVING = re.compile(
    r"\b(?:your(?:self|selves)?|of (?:quiet|peace|calm|sleep|rest|silence|nothing|sun(?:shine)?|fresh air|reading|you)|walks?|walking|run|runs|hike|ride|drive|nap|later|earlier|early|ago|away from|without a (?:screen|phone)|alone|together|to spare|to kill|before (?:bed|dinner|work|breakfast|sunrise)|after (?:work|dinner|bed)|past|lie-in|meeting|train|bus|commute|from home|down the road|a side|of the day|in a row|mornings?|evenings?|nights?|springs?|summers?|winters?|weekends?|holidays?|at a time|or (?:two|three|so))\b"
    r"|归自己|自己|不看|不用看|发呆|散步|早起|早到|晚起|晚睡|提前|路上|通勤|地铁|公交|车程|走路|属于|陪|聊|睡|读|留给|偷|歇|放空|午觉|午休|安静|也好|也罢|之后|过后|开外|远|外的|公里(?:的|外|路)|走(?:上|完|了)|跑|骑|步行|时光|而已|前的|后的|雨|夜|忙|一天|每天|回家|下班|上班|周末|早上|早晨|清晨|晚上|夜里|凌晨|出差|旅行|假期|出门|等了|等你|等到|岁月|年级|光景"
)
#: one may speak of any number of these
_PEOPLE = frozenset(
    ["friend", "guest", "people", "kid", "child", "children", "cousin", "neighbour", "neighbor", "hand", "foot", "feet", "leg", "finger", "toe", "eye", "ear", "reason", "thing", "way", "minute_walk", "question", "story", "excuse", "wish", "corner", "wheel", "side", "chair", "seat", "o'clock", "generation", "wonder", "world", "mile", "step", "flight", "stair", "season", "direction", "mouth", "helper", "pair", "corner", "colleague", "player", "rider", "passenger", "dog", "cat", "paw", "sister", "brother", "uncle", "aunt", "child", "knight", "morning", "evening", "afternoon", "weekend", "weekday", "night", "winter", "summer", "autumn", "spring", "sunday", "monday", "friday", "saturday"]
)  # fmt: skip
_PEOPLE_HAN = re.compile(
    r"[个位只双条]?(?:人(?!份)|朋友|口人|口之家|家人|孩子|小孩|娃|客人|同事|邻居|手(?!柄)|脚|眼|理由|故事|心情|话|回忆|愿望|世界|季节|季|方向|代人|室友|姐妹|兄弟|早晨|晚上|夜晚|下午|周末|冬天|夏天|春天|秋天|街|站|顿|字|词|问题|选择|答案|秘密|烦恼|步|餐(?!具))"
)
#: counted things that the product itself may be made of
_PARTS = frozenset(
    [
        "ingredient",
        "part",
        "function",
        "level",
        "step",
        "feature",
        "grain",
        "berry",
        "spice",
        "herb",
        "stage",
        "lesson",
        "module",
        "chapter",
        "class",
        "session",
        "visit",
    ]
)
#: counted things that also stand beside a product
_TABLE = frozenset(
    [
        "slices",
        "cups",
        "glasses",
        "plates",
        "mugs",
        "minutes",
        "days",
        "nights",
        "seats",
        "pages",
        "candles",
        "eggs",
        "socks",
    ]
)


def is_spoken_time(text: Plain, a: Amount, have: tuple[Amount, ...]) -> bool:
    """Ink, paper, ten minutes; an hour's walk; 下班后的半小时: a time or a way in words of the reader's day.

    Args:
        text: A part of the ad, with digits.
        a: An amount of it.
        have: What the product's text gives.
    """
    way = a.name == "length" and a.base >= 50_000
    if not (a.name == "time" or way or (a.name == "months" and a.base <= 6)):
        return False
    clause = clause_of(text.text, a.start, a.end)
    doing, living = _DOING.search(clause), _LIVING.search(clause)
    told = any(b.kind == "unit" and b.name == a.name for b in have)
    if text.source[text.origins[a.start]].isdigit():
        return bool(living) and not doing and not told
    near = text.text[max(0, a.start - 8) : a.start] + "#" + text.text[a.end : a.end + 1]
    if doing or re.search(r"\b(?:in|within|under|every|for)\s+(?:\w+\s)?#|#[内就即]", near):
        return bool(living) and not told
    return bool(living) or a.name != "months" or not told


def is_spoken_count(text: Plain, a: Amount, source: Plain) -> bool:
    """Two slices of toast, five friends: a number in words before something that is not the product."""
    written = text.source[text.origins[a.start]]
    after = after_word(text.text, a)
    if len(after) < 1:
        return False
    other = re.search(
        rf"(?:\d|{'|'.join(rules()['words'])})[ -](?:[a-z]+ )?{re.escape(after)}", source.text
    )
    if _is_people(text, a, after) and not _serves(text, a) and not other:
        # 300 ways to miss a train, of 300 crosswords
        known = re.search(rf"(?<![\d.]){a.value:g}(?![\d.]*\d)", source.text)
        return bool(known) or not written.isdigit()
    if written.isdigit():
        return False
    if after in _PARTS or (f"{after}s" in rules()["counted"] and f"{after}s" not in _TABLE):
        return False
    return a.value <= 4 and len(after) > 1 and after not in source.text


def is_of_life(text: Plain, a: Amount) -> bool:
    """两个字, 三个朋友: of the reader's life, not of the product, where they are in words."""
    written = text.source[text.origins[a.start]]
    at = a.end - 1 if text.text[a.end - 1] in "个位只双条" else a.end
    return not written.isdigit() and not _serves(text, a) and bool(_PEOPLE_HAN.match(text.text, at))


def _is_people(text: Plain, a: Amount, after: str) -> bool:
    if has_han(after):
        return bool(_PEOPLE_HAN.match(text.text, a.end))
    return after in _PEOPLE


def _serves(text: Plain, a: Amount) -> bool:
    """Feeds six people is a figure of the product."""
    before = text.text[max(0, a.start - 22) : a.start]
    return bool(re.search(_serving(), before))


@cache
def _serving() -> str:
    return r"(?:serves?|feeds?|seats?|sleeps?|for|fits?|holds?|room for|up to|enough for|够|供|坐|容纳|适合|可供)\s*(?:up to )?$"


def clause_of(text: str, start: int, end: int) -> str:
    """The piece between two marks around a place."""
    before = _CLAUSE.split(text[max(0, start - 60) : start])[-1]
    after = _CLAUSE.split(text[end : end + 60])[0]
    return f"{before}{text[start:end]}{after}"
