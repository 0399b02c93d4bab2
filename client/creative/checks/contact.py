"""Contact: phone numbers, addresses, handles and keys, also spelled out or with gaps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from client.creative.brief import AdText, Brief
from client.creative.checks.disguise import shown
from client.creative.checks.english import is_common
from client.creative.checks.rulebook import house
from client.creative.text import Plain, data_file, plain
from common.domain import Finding

_DIGIT = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple|\d)"
_HAN_DIGIT = r"[〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖两\d]"
_TLD = r"(?:com|cn|net|org|shop|store|top|xyz|io|co|info|biz|app|site|online|club|vip|me|uk|us|de|eu|ca|au|in|cc|tv|link|page|ly)"

_PATTERNS = tuple(
    (re.compile(pattern), what)
    for pattern, what in (
        (r"[\w.+-]+\s?[@＠]\s?[\w-]+\s?\.\s?\w{2,}", "An e-mail address."),
        (r"\w+\s?[\[({]at[\])}]\s?\w+|\w{2,} at \w+ dot \w{2,}", "An e-mail address."),
        (r"(?<!\d)\d{17}[\dx](?!\d)", "An identity number."),
        (r"(?<!\d)(?:\d[ -]?){13,19}(?!\d)", "A card or account number."),
        (r"(?<![\d.])\+?\(?\d[\d\s().·•*_/-]{6,20}\d(?![\d])", "A phone number."),
        (rf"\b{_DIGIT}(?:[\s,.-]+{_DIGIT}){{5,}}\b", "A phone number, spelled out."),
        (rf"(?:{_HAN_DIGIT}[\s·.\-_、，]?){{7,}}", "A phone number, spelled out."),
        (r"\b1-?800-?[a-z0-9-]{4,}", "A phone number."),
        (
            r"\b(?:call|phone|ring|dial|text|sms|whatsapp|fax|tel|telephone|hotline|mobile|cell)\b[ :.]*(?:us|me|now|our \w+|anna|today)?[ :.]*(?:at |on |to |\+|\(|no\.? ?)?\(?(?:\d[\s().-]*){3,}",
            "A phone number.",
        ),
        (r"\b(?:call|phone|ring|text|dial|message|dm|whatsapp) (?:us|me|now|our (?:hotline|shop|store|team|number))\b", "A way to call."),
        (r"\b(?:hotline|toll[- ]free|phone number|whats ?app|telegram|wechat|messenger|snapchat)\b", "A way to call."),
        (rf"\b(?:https?\s?:\s?/\s?/|www\s?\.)\s?\S+|\b[a-z0-9-]{{2,}}(?:(?:\.|\s\.\s?){_TLD}|\.\s(?:com|cn|net|org|xyz))\b(?![a-z'’])(?:/\S*)?", "A web address."),
        (r"\b[a-z0-9-]+ (?:dot|\(dot\)|\[dot\]) (?:com|net|org|shop|cn|co|io)\b|点(?:com|cn|net)|dot com\b", "A web address."),
        (r"\b(?:bit\.ly|t\.co|goo\.gl|tinyurl)\S*", "A web address."),
        (r"(?<![a-z0-9@])@[a-z0-9_.\u4e00-\u9fff]{2,}|\b(?:instagram|insta|facebook|tiktok|twitter|youtube|pinterest|ig|fb)\b\s*[:：@]?\s*\S*", "A social handle."),
        (r"\bfollow us\b|\bfind us on\b", "A social handle."),
        (
            r"\b(?:shopper|customer|user|member|household|account|order|client|loyalty|card)[ _-]?(?:id|no|number|key)?[ :#_.-]*\d{3,}\b",
            "A shopper's number.",
        ),
        (r"\b[0-9a-f]{16,}\b", "A key or pseudonym."),
        (
            r"(?:微[信xX]|薇信|威信|维信|(?<![a-z])(?:vx|v信|v x|wx|weixin|wechat|qq)|扣扣|企鹅号|电话|手机号?|热线|客服号|身份证|支付宝|钉钉|群号|公众号|抖音号|小红书号)(?:号码|号|是|为)?\s*[:：搜加]?\s*[a-z0-9_-]{4,}",
            "Contact data.",
        ),
        (
            r"(?:加|\+|➕|佳|咖|搜|联系|添加|私|扫|关注|戳|call)(?:一下|我(?:们)?|店主|客服|老板|个|小编|的)*\s*(?:微信?|薇|威|v(?:信|x|我)?(?![a-z])|vx|wx|qq|扣扣|群|企微|公众号|二维码)|微信(?:同号|联系|咨询|下单|群|搜)|扫码|二维码|私信|私聊|拨打|致电|来电|打电话|电话(?:咨询|订购|联系|预约)|热线|联系(?:我们|客服|店主|我|方式)|咨询(?:热线|电话|客服)|公众号|进群|入群|加群|粉丝群",
            "Contact data.",
        ),
        (
            r"(?<![\d/.])\d{1,5} (?!inch|in |cm |mm |foot|ft |way |day |hour |min)(?:[a-z]+ ){1,3}(?:street|st\b\.?|avenue|ave\b\.?|road|rd\b\.?|lane|drive|boulevard|blvd|square|court|way)(?![a-z])",
            "An address.",
        ),
        (r"[\u4e00-\u9fff]{1,8}(?:路|街|大道|巷|弄|胡同)\s*[\d一二三四五六七八九十]+\s*号|\d+\s*(?:栋|幢|号楼)|[\d一二三四五六七八九十]+单元\s*\d*", "An address."),
        (r"\b(?:born|dob|birthday)\b[ :]*(?:on )?\d", "A date of birth."),
        (r"\b(?:ssn|passport|licen[sc]e (?:no|number|plate)|iban|card number)\b", "An identity number."),
    )
)  # fmt: skip
_GREETING_EN = re.compile(
    r"(?i:\b(?:dear|hi|hello|hey|thanks|welcome back|happy birthday|for you|just for you|good morning|congrats|congratulations)),? ([A-Z][a-z]+)|^([A-Z][a-z]{2,}), (?:your|you|this|we|it'?s|here|still|don'?t|did|are|have)\b"
)
_FULL_NAME = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Doctor|Prof|Professor|Sir|Madam|Colonel|Major|Captain|Sergeant|Lieutenant|Reverend|Rev|Judge|Nurse|Coach|Señor|Señora|Herr|Frau|Madame|Monsieur)\.? ([A-Z][a-z]+)"
)
#: a number, one or two names, and what streets are called; small letters would find "2 doors close"
_STREET = re.compile(
    r"(?<![\d/.])(\d{1,4}[a-zA-Z]? (?:[A-Z][a-z]+(?:['’]s)? ){1,2}(?:Close|Grove|Hill|Gardens|Crescent|Terrace|Mews|Row|Walk|Parade|Place|Park|Green|Rise|Heights|Street|Road|Lane|Avenue|Quay))\b"
)
_NO_NAMES = {"There", "You", "Everyone", "All", "Friend", "Friends", "Neighbour", "Neighbor", "Sunshine", "Summer", "Winter", "Spring", "Autumn", "Again", "To", "And", "For", "Weekend", "Monday", "Friday", "Sunday", "Saturday", "The", "Your", "Our", "Coffee", "Tea", "New", "Today", "Tonight", "Yes", "Finally", "Hello", "Hungry", "Thirsty", "Now", "Here", "Relax", "First", "Next", "Meet", "Home", "Morning", "Mornings", "Breakfast", "Lunch", "Dinner", "Guests", "Cold", "Hot", "Warm", "Soft", "Simple", "Sure", "Just", "Once", "Sweet", "Good", "Okay"}  # fmt: skip


def check(brief: Brief, ad: AdText) -> Iterator[Finding]:
    """Look at every part of the ad."""
    own = plain(f"{brief.product.title} {brief.product.brand}").text
    for _, source in ad.parts():
        if source:
            yield from _contact(own, plain(source))
            yield from _called(brief, shown(source))


def _contact(own: str, text: Plain) -> Iterator[Finding]:
    for pattern, what in _PATTERNS:
        for m in pattern.finditer(text.text):
            if m.group().strip() not in own and not _is_range(m.group()):
                yield house("contact", text.original(*m.span()).strip(), what=what)
                return


@cache
def _given() -> frozenset[str]:
    return frozenset(data_file("rules", "reader.v2.json")["given_en"])


@cache
def _given_and_family() -> re.Pattern[str]:
    """Tom Barlow, Anna's: a given name and another capital, or one that has something."""
    names = "|".join(sorted(_given()))
    return re.compile(
        rf"\b((?:{names}) (?!(?:And|Or|The|For|In|Of|With|Yum|Kha|Collins|Mix|Russell|Bond|Day|Street)\b)[A-Z][a-z]{{2,}})\b"
    )


def _is_name(word: str) -> bool:
    """Whether one is called so: a given name, or no word that everybody reads often."""
    return word in _given() or (word not in _NO_NAMES and not is_common(word))


def _is_range(words: str) -> bool:
    """Rows of figures such as 100 - 200 - 300, and dates, have too few digits to be called."""
    digits = re.findall(r"\d", words)
    return bool(digits) and not re.search(r"[a-z\u3400-\u9fff@]", words) and len(digits) < 7


def _called(brief: Brief, visible: str) -> Iterator[Finding]:
    street = _STREET.search(visible)
    if street and plain(street[1]).text not in brief.facts.source:
        yield house("contact", street[1], what="An address.")
    for m in _given_and_family().finditer(visible) if brief.language == "en" else ():
        own = plain(f"{brief.facts.source} {brief.product.title}").text
        if not any(p in own for p in plain(m[1]).text.split()):
            yield house("called", m[1])
            return
    for pattern in (_GREETING_EN, _FULL_NAME):
        for m in pattern.finditer(visible):
            name = next(g for g in m.groups() if g)
            known = plain(name).text in brief.facts.source
            if not known and (pattern is _FULL_NAME or _is_name(name)):
                yield house("called", m.group())
                return
