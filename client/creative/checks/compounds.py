"""Compounds: any word before -proof and -free or after 防, and any place after "made in"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from client.creative.brief import Brief
from client.creative.checks.disguise import shown
from client.creative.checks.known import stem
from client.creative.checks.rulebook import house
from client.creative.checks.traits import book_of, key_of, own_of, own_things
from client.creative.text import Plain, has_han, plain
from common.domain import Finding

_COMPOUND = re.compile(
    r"(?<![a-z])[a-z]+-(?:proof|resistant|free|safe|certified|approved|tested|grade|rated|cancell?ing|cleaning|charging"
    r"|drying|heating|cooling|insulated|walled|lined|coated|plated|woven|knitted|stitched|painted|carved|blown|poured"
    r"|sewn|crafted|roasted|picked|caught|smoked|filled|weighted|backed|powered|activated|adjustable|compatible|dried)(?![a-z])"
    r"|(?<![a-z])[a-z]+ proof(?![a-z])|(?<![a-z])self-[a-z]{4,}|(?<![a-z])hypo-?allergenic(?![a-z])"
    r"|(?<![a-z])anti-[a-z]+|[防抗耐][\u3400-\u9fff]{1,2}"
)
_COMPOUND_SAID = re.compile(
    r"(?:worry|hassle|fuss|stress|mess|guilt|care|hands|drama|trouble|clutter|screen|effort|crease|crumb|meat|regret|boredom)-free"
    r"|future-proof|kid-tested|self-(?:care|respect|made|control|help|esteem|confiden\w+|service|same|taught|portrait|catering|employed|evident)|(?:living|the|no|of|and|a|is|in|as|full|further|enough|social|galley|page|some|any|your|have) proof|sun-dried|fun-filled|action-filled|well-\w+|never-\w+|time-tested|battle-tested|防[止备着线空盗]|抗[拒议]|耐[心人看用穿嚼放磨性得]|[防抗耐][不一得了过是的]"
)


def check(brief: Brief, text: Plain) -> Iterator[Finding]:
    """What the product text does not say in these words, nor in others that the lists know."""
    found: set[str] = set()
    for start, end, rule in _made(brief, text):
        words = text.original(start, end)
        if words not in found:
            found.add(words)
            yield house(rule, words)


def _made(brief: Brief, text: Plain) -> Iterator[tuple[int, int, str]]:
    own = key_of(own_of(brief))
    have = own_things(own_of(brief))
    for m in _COMPOUND.finditer(text.text):
        if _COMPOUND_SAID.match(m.group()) or key_of(m.group()) in own:
            continue
        if has_han(m.group()) and m.group()[:2] in own:
            continue
        parts = re.findall(r"[a-z]{3,}", m.group())
        if len(parts) > 1 and all(
            re.search(rf"\b{re.escape(stem(p))}", own_of(brief)) for p in parts
        ):
            continue  # hand-tufted, of wool that is tufted by hand
        things = next((t for n, t in book_of().of.items() if key_of(m.group()).startswith(n)), ())
        if not any(t in have for t in things):
            yield m.start(), m.end(), "trait"
    for m in _MEAT.finditer(text.text) if _MEAT.search(own) else ():
        if m[1] not in own:
            yield m.start(), m.end(), "trait"
    for m in _ORIGIN_ZH.finditer(text.text):
        if m[1][:2] not in own:
            yield m.start(), m.end(), "origin"
    visible = shown(text.source)
    for m in _ORIGIN_EN.finditer(visible):
        if plain(m[1]).text not in own_of(brief):
            at = plain(visible[: m.start(1)]).text
            yield len(at), len(at) + len(plain(m[1]).text), "origin"


#: 猪后腿肉 of a product of beef
_MEAT = re.compile(
    r"([猪牛羊鸡鸭鹅鱼虾驴兔鹿])[后前小大]?(?:腿肉|肉|排(?!行|队|骨汤)|里脊|胸肉|肋|肘|蹄|翅|腩|筋|腱|舌|柳)"
)
_ORIGIN_ZH = re.compile(
    r"(?:产自|来自|源自|出自|原产于?|产地|采自|选自|取自|直采自)([\u3400-\u9fff]{1,5}?(?:省|市|县|州|岛|山|湖|海|洋|国|江|河|谷|村|镇|牧场|庄园|产区|高原|草原|农场|古镇))"
)
_ORIGIN_EN = re.compile(
    r"(?:[Mm]ade|[Gg]rown|[Cc]rafted|[Pp]roduced|[Bb]rewed|[Ww]oven|[Ss]ourced|[Ii]mported|[Ss]traight|[Dd]irect|[Hh]arvested|[Pp]icked|[Bb]aked|[Rr]oasted|[Dd]esigned|[Bb]ottled|[Bb]orn|[Ff]arms|[Ff]ields|[Hh]ills|[Mm]ountains|[Cc]oast)"
    r" (?:by hand )?(?:in|from|of) (?:the )?([A-Z][a-z]+)"
)
