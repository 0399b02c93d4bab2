"""The two rules about whole shoppers: bursts and robots, unlike all others."""

from __future__ import annotations

from client.clean.nouns import TABLES, Knob, Rule
from client.clean.nouns import Words as _W

BURSTS = Rule(
    "bursts",
    64,
    _W("Bursts and robots", "爆发与机器人"),
    _W(
        "All rows of shoppers whose activity no person has: too many events in one minute, active"
        " around the clock, or many impressions and never anything else.",
        "非人类行为的顾客的全部行：一分钟内事件过多、昼夜不停，或有大量展示却从无其他行为。",
    ),
    TABLES,
    (
        Knob(
            "per_minute", 120, _W("most events in one minute", "一分钟内的最多事件数"), 10, 100_000
        ),
        Knob(
            "hours_a_day",
            23,
            _W("most different hours with events in one day", "一天内有事件的最多小时数"),
            12,
            24,
        ),
        Knob(
            "only_shown",
            500,
            _W("most impressions of somebody who never does anything", "从无行为者的最多展示数"),
            50,
            1_000_000,
        ),
    ),
    {
        "too-fast": _W("too many events in one minute", "一分钟内事件过多"),
        "no-sleep": _W("active around the clock", "昼夜不停"),
        "only-shown": _W("many impressions and never anything else", "大量展示却从无其他行为"),
    },
)
UNUSUAL = Rule(
    "unusual",
    128,
    _W("Unlike all others", "与众不同"),
    _W(
        "All rows of shoppers who are unlike all others in several figures at once, found by an"
        " isolation forest; each is explained by the two figures that stand out most.",
        "由孤立森林找出的、多项指标同时与其他人不同的顾客的全部行；每位都用最突出的两项指标说明。",
    ),
    TABLES,
    (
        Knob(
            "score",
            0.68,
            _W(
                "isolation score from which a shopper is unusual (0.5 = ordinary)",
                "视为异常的孤立分数（0.5 为普通）",
            ),
            0.55,
            0.99,
        ),
        Knob(
            "spread",
            6.0,
            _W(
                "robust standard deviations that two figures must differ by",
                "两项指标须相差的稳健标准差个数",
            ),
            2,
            50,
        ),
        Knob(
            "max_share",
            0.01,
            _W("largest share of shoppers set aside", "最多搁置的顾客比例"),
            0,
            0.2,
        ),
        Knob("at_least", 200, _W("shoppers needed to compare", "比较所需的顾客数"), 50, 1_000_000),
    ),
    {"unusual": _W("unlike all other shoppers", "与其他顾客都不同")},
)
