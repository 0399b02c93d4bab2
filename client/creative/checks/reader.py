"""Reader: no guess about the person who reads the ad, and nobody called by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from client.creative.brief import AdText, Brief
from client.creative.checks.disguise import readings
from client.creative.checks.quoted import is_quoted
from client.creative.checks.rulebook import house
from client.creative.checks.wordlist import as_plain
from client.creative.text import Plain, data_file, plain
from common.domain import Finding

_FILE = "reader.v2.json"


def check(brief: Brief, ad: AdText) -> Iterator[Finding]:
    """Look at every part of the ad, also at words with gaps."""
    for _, source in ad.parts():
        if not source:
            continue
        text = plain(source)
        for reading in (text, *(r for r, _ in readings(text, "any"))):
            found = _first(brief, reading)
            if found:
                yield found
                break
        m = _greeting().search(text.text)
        if m and m.group() not in re.sub(r"\s", "", brief.facts.source):
            yield house("called", text.original(*m.span()))


def _first(brief: Brief, text: Plain) -> Finding | None:
    said = [m.span() for m in _said().finditer(text.text)]
    for rule, needed, pattern in _all():
        if not needed.search(text.text):
            continue
        for m in pattern.finditer(text.text):
            own = is_quoted(brief.facts.source, text, m)
            if not own and not any(s <= m.start() < e for s, e in said):
                return house(rule, text.original(*m.span()))
    return None


@cache
def _all() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]:
    """Rule, what must be in the text at all (fast), and the pattern."""
    you = re.compile(
        r"you|feel|being|someone|suffer|struggl|living|dealing|coping|battl|tired|worried|ashamed|hate|hid|self-|embarr"
    )
    groups = re.compile(r"\b(?:for|as|to|all|hey|dear|helps?|calling) ")
    everything = re.compile("")
    your = re.compile(r"your |those |that |, (?:g|o|b|f)")
    mark, new = re.compile(r"\?"), re.compile(r"(?:recent|new|fresh)ly ")
    han = re.compile("[\u3400-\u9fff]")
    body = re.compile(r" (?:by|with|in|from)")
    own = re.compile(r"your ")
    needed = (you, you, groups, mark, new, everything, your, *[han] * 4, own, own, body, han)
    guesses = zip(needed, (*_guesses(), *_hardships()), strict=True)
    known = (
        (
            "watched",
            re.compile(
                r"you|we |we'|stress|binge|comfort|emotion|secret|shoppers? |as a |in your cart"
            ),
            _known()[0],
        ),
        ("watched", han, _known()[1]),
    )
    return (*(("guess", n, p) for n, p in guesses), *known)


def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern over plain text."""
    return re.compile(as_plain(pattern))


def _either(key: str) -> str:
    return "|".join(data_file("rules", _FILE)[key])


@cache
def _said() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(s) for s in data_file("rules", _FILE)["said_zh"]))


@cache
def _guesses() -> tuple[re.Pattern[str], ...]:
    state, condition, group = (_either(f"{k}_en") for k in ("states", "conditions", "groups"))
    zh = _either("sensitive_zh")
    everyday, alone = _either("everyday_en"), _either("alone_en")
    are = r"(?:you(?:'?re| are| were|'ve been| have been| feel| look| seem| got| must be)|are you|were you|do you feel|feel|feeling|if you|tired of being|sick of being|being|not getting any|as someone|since you'?re|because you'?re)"
    small = r"(?:so|too|very|really|still|always|also|now|a bit|a little|a|an|tired of being|not|already|recently|just|over|getting|growing|secretly|clearly|feeling|going)"
    have = r"(?:you(?:'ve got| have| suffer from|'re living with| live with|'re battling|'re struggling with| struggle with|'re dealing with)|your|do you have|suffer(?:ing|s)? from|struggl(?:e|ing|es) with|living with|dealing with|coping with|battling|tired of(?: your)?|worried about(?: your)?|ashamed of(?: your)?|hate your|hide your|hiding your|self-conscious about(?: your)?|embarrassed (?:by|about)(?: your)?)"
    trouble = have.replace(r"|your|", "|")
    return (
        _compiled(rf"\b{are} (?:{small} )*(?:{state})\b(?! (?:enough|shoes|days?|friends))"),
        _compiled(rf"\b{have} (?:(?!own|next|whole|favou?rite)\w+ )?(?:{condition})\b(?! (?:pillow|cushion|wash|lotion|spray|butter|scrub|towel|brush|of (?:water|choice)|shop|team|group))"
            rf"|\b(?:{trouble}) (?:{everyday})\b|\byour (?:{everyday}) (?:problems?|troubles?|worr(?:y|ies)|issues?|is (?:failing|your|too|a|getting|so|not)|betrays?|shows?|hurts?|aches?|fails?|needs?)"),
        _compiled(rf"\b(?:for|as|to|all|hey|dear|helps?|made for|perfect for|calling(?: all)?) (?:\w+ )?(?:{group})\b"),
        _compiled(rf"(?:^|[.!?] ?)(?:recently |newly |just |freshly |still |always |secretly )?(?:{state})(?: again| lately| and \w+)?(?:, (?:old|my|dear|mate|love|honey|sir|lad)[ \w]*)?\s*\?"),
        _compiled(rf"\b(?:recently|newly|freshly) (?:{state})\b"),
        _compiled(rf"\b(?:people|women|men|mums|moms|mothers|dads|kids|children|girls|boys|anyone|everyone|those|folks|parents|teens|runners|dogs?) (?:with|who have|who suffer|suffering|living with|battling|fighting|struggling)(?: from| with| the| an?)? ?(?:{condition}|{everyday}|{state}|baby blues|\w+ (?:disease|disorder|problems|syndrome|pain))\b|(?:^|[.!?] )(?:{alone})\b[^.!?,]{{0,24}}\?"),
        _compiled(r"\byour \w+ (?:is|are) (?:failing|going|shot|giving (?:out|up)|sagging|thinning|getting (?:worse|old|weak)|gone|a mess)|, (?:grandpa|grandma|old (?:man|lady|timer)|gramps|granny|boomer|fatty|baldy)|(?:your|those|that) (?:poor|bad|weak|failing|sagging|saggy|aching|achy|flabby|wrinkl\w+|crooked|yellow\w*|thinning|receding|swollen|sore|arthritic|leaky|chubby|fat|ugly|damaged|greasy|oily|hairy|smelly|sweaty|low|high|fragile|failed|broken|lonely|sad|empty|unhappy|miserable) (?:\w+ )?(?:skin|hair|eyes?|eyesight|vision|back|knees?|joints?|heart|teeth|gums|feet|toes|hands|nails|breath|memory|posture|sleep|mood|credit|marks|grades|circulation|digestion|thighs|arms|legs|belly|bum|bottom|chest|bust|face|chin|neck|lips|nose|ears|hearing|scalp|pores|veins|bones|bladder|stomach|tummy|gut|lungs|liver|blood|life|marriage|love life|self|income|salary|savings|english|body|figure|heads?|shoulders?|muscles|mind|nerves|genes|hormones|immune system|mother|father|parents|kids?|child|husband|wife)\b"),
        _compiled(rf"(?:您|你)[^，。！？,.!?]{{0,5}}(?:{zh})"),
        _compiled(
            rf"(?:^|[，。！？])(?:{zh})[，,](?:更|就|也要|才|别|那就|试试|来|快|用)|(?:{zh})[^，。！？,.!?]{{0,3}}(?:的(?:您|你)|您|你|患者|人群|人士|(?<![爱作])者(?!的话)|的(?:人|姐妹|朋友|女人|男人|妈妈|兄弟|女生|男生|老人|家庭)|星人|一族|党|姐妹|族)"
        ),
        _compiled(rf"(?:专为|适合|献给|致|送给|帮助|关爱)[^，。！？]{{0,4}}(?:{zh})"),
        _compiled(rf"(?:还在|是否|是不是|正在|总是|又|受够了?|苦于|饱受|害怕|担心|摆脱)(?:为)?[^，。！？]{{0,3}}(?:{zh})"),
    )  # fmt: skip


@cache
def _hardships() -> tuple[re.Pattern[str], ...]:
    """What befell the reader or the reader's family, also where nobody is called "you"."""
    words = {k: _either(k) for k in ("kin_en", "troubles_en", "events_en", "events_zh")}
    kin, troubles = words["kin_en"], words["troubles_en"]
    return (
        _compiled(
            rf"\byour (?:\w+ )?(?:{kin})(?:'s|s')? (?:\w+ )?(?:with |has |have |suffers? from |battl\w+ |struggl\w+ with |is |are |was )?(?:an? |so |too )?(?:{troubles})\b"
        ),
        _compiled(rf"\b(?:since|after|when|now that|because) your (?:\w+ )?(?:{kin}|cat|dog|pet) (?:\w+ )?(?:passed|died|left|went|moved out|got (?:ill|sick|worse)|fell|is gone|are gone|was diagnosed|lost)\b|"
            rf"\b(?:{words['events_en']}) (?:\w+ ){{0,4}}your\b|\b(?:after|since|during|from|following) your (?:\w+ )?(?:{words['events_en']})\b"),
        _compiled(r"\b(?:skin|face|body|hair|hands?|feet|legs|belly|teeth) (?:is |are )?(?:scarred|ruined|ravaged|marked|covered|wrecked|pitted|swollen|yellowed) (?:by|with|in|from)\b"),
        _compiled(
            rf"(?:{words['events_zh']})(?:之后|以后|后|了(?=[的你您，])|的(?:你|您))"
            r"|(?:孩子|宝宝|娃|儿子|女儿|老公|老婆|爸妈|父母|老人|爸爸|妈妈)[^，。！？]{0,6}(?:总|老是|还|又|一直|太)?"
            r"(?:垫底|倒数|不及格|不开窍|磨蹭|多动|坐不住|自卑|胆小|个子矮|挑食|尿床|厌学|叛逆|有网瘾|发育慢|近视了|太胖|太瘦|说话晚|跟不上|拖后腿|不听话|笨)"
        ),
    )  # fmt: skip


@cache
def _known() -> tuple[re.Pattern[str], re.Pattern[str]]:
    return _compiled(rf"\b(?:{_either('behaviour_en')})\b"), _compiled(_either("behaviour_zh"))


@cache
def _greeting() -> re.Pattern[str]:
    return _compiled(f"{_either('greeting_zh')}|{_either('names_zh')}")
