"""The rules of cleaning: bit of `aside`, default, settings with bounds, one sentence each in two languages."""

from __future__ import annotations

from client.clean.nouns import TABLES, Choice, Knob, Rule
from client.clean.nouns import Words as _W
from client.clean.rules_people import BURSTS, UNUSUAL
from common.errors import SettingsError

_KEEP = ("aside", "keep")
_ROWS = ("events", "impressions", "conversions")

MISSING = Rule(
    "missing",
    1,
    _W("Missing values", "缺失值"),
    _W(
        "Rows that lack what learning needs: a usable time, the product of an impression, or any"
        " content at all.",
        "缺少学习所需内容的行：没有可用的时间、展示没有商品，或整行没有任何内容。",
    ),
    _ROWS,
    (),
    {
        "no-time": _W("it has no usable time", "没有可用的时间"),
        "no-product": _W("the impression names no product", "展示没有写明商品"),
        "says-nothing": _W("no product, no amount and no search words", "没有商品、金额和搜索词"),
        "no-impression": _W("the conversion names no impression", "转化没有写明展示"),
    },
)
DUPLICATES = Rule(
    "duplicates",
    2,
    _W("Duplicates", "重复"),
    _W(
        "The same thing reported again for the same shopper and product within a few seconds; one"
        " row of them stays, the one that was clicked or bought from if there is one. Times at a"
        " full hour count as rounded and are not compared.",
        "同一顾客、同一商品的同一件事在几秒内重复上报；只保留一行（优先保留有点击或转化的那一行）。整点时间视为已取整，不比较。",
    ),
    ("events", "impressions"),
    (
        Knob("event_s", 1, _W("seconds between equal events", "相同事件间隔的秒数"), 0, 600),
        Knob("impression_s", 2, _W("seconds between equal impressions", "相同展示间隔的秒数"), 0, 600),
        Knob("purchases", "aside", _W("equal purchases; keep: they are pieces of one order", "相同的购买；keep 表示是同一订单中的多件"), choices=_KEEP),
    ),
    {
        "repeated-event": _W("the same event was reported again", "同一事件被重复上报"),
        "double-report": _W("the same impression was reported again", "同一展示被重复上报"),
    },
)  # fmt: skip
AMOUNTS = Rule(
    "amounts",
    4,
    _W("Impossible values", "不可能的数值"),
    _W(
        "Amounts below zero or above the limits set here, chances outside of 0 to 1, places below 0.",
        "金额为负或超过这里设定的上限、概率不在 0 到 1 之间、位置小于 0。",
    ),
    _ROWS,
    (
        Knob(
            "max_value",
            1_000_000,
            _W("largest amount of one row, in units of money", "单行最大金额（货币单位）"),
            1,
            1e12,
        ),
        Knob(
            "max_cost",
            10_000,
            _W("largest cost of one impression, in units of money", "单次展示最大费用（货币单位）"),
            0.01,
            1e9,
        ),
    ),
    {
        "below-zero": _W("the amount is below zero", "金额为负"),
        "too-large": _W("the amount is above the limit", "金额超过上限"),
        "bad-chance": _W("the chance is not between 0 and 1", "概率不在 0 到 1 之间"),
        "bad-position": _W("the place is below zero", "位置小于 0"),
    },
)
OUTLIERS = Rule(
    "outliers",
    8,
    _W("Unusual amounts", "异常金额"),
    _W(
        "Amounts so far from the middle of their category that no ordinary sale explains them: the"
        " logarithm is further than the bound in robust standard deviations (1.4826 times the median"
        " absolute deviation) from the median.",
        "远离本类目中位数、正常销售无法解释的金额：其对数与中位数之差超过设定个数的稳健标准差（中位绝对偏差的 1.4826 倍）。",
    ),
    _ROWS,
    (
        Knob(
            "spread",
            8.0,
            _W("robust standard deviations from the median", "与中位数相差的稳健标准差个数"),
            3,
            50,
        ),
        Knob(
            "at_least",
            50,
            _W(
                "amounts a category needs to have limits of its own", "类目拥有自己界限所需的金额数"
            ),
            10,
            100_000,
        ),
    ),
    {
        "far-above": _W("far above what is usual in its category", "远高于本类目常见金额"),
        "far-below": _W("far below what is usual in its category", "远低于本类目常见金额"),
    },
)
CLOCK = Rule(
    "clock",
    16,
    _W("Clock errors", "时钟错误"),
    _W(
        "Times before the shop opened (1970 is a clock that was never set), conversions before"
        " their impression, and conversions that differ from their purchase by whole hours, like a"
        " wrong time zone; a conversion takes its impression along, whose outcome is not known then.",
        "早于开店的时间（1970 年表示时钟从未设置）、早于展示的转化，以及与购买恰好相差整小时的转化（像是时区错误）；转化被搁置时，其展示也一并搁置，因为结果不再可知。",
    ),
    _ROWS,
    (
        Knob("opened", "2000-01-01", _W("the day on which the shop opened", "开店日期")),
        Knob(
            "tolerance_s",
            60,
            _W("seconds by which clocks may differ", "时钟允许相差的秒数"),
            0,
            86_400,
        ),
        Knob(
            "whole_hours",
            14,
            _W(
                "largest shift by whole hours that is looked for; 0 = none",
                "查找的最大整小时偏移；0 表示不查",
            ),
            0,
            14,
        ),
    ),
    {
        "epoch": _W("the time is that of a clock that was never set", "时间来自从未设置过的时钟"),
        "before-opening": _W("the time is before the shop opened", "时间早于开店"),
        "before-shown": _W("converted before it was shown", "转化早于展示"),
        "whole-hours": _W("off by whole hours from the purchase", "与购买相差整小时"),
    },
)
FUTURE = Rule(
    "future",
    32,
    _W("Future times", "未来时间"),
    _W("Times later than now.", "晚于现在的时间。"),
    _ROWS,
    (
        Knob(
            "tolerance_s",
            3600,
            _W("seconds by which a time may lie ahead", "时间允许超前的秒数"),
            0,
            604_800,
        ),
    ),
    {"future": _W("the time is later than now", "时间晚于现在")},
)
ORPHANS = Rule(
    "orphans",
    256,
    _W("Loose ends", "孤立引用"),
    _W(
        "Impressions of products that are not in the catalogue, conversions whose impression was"
        " not imported, and, if asked, events of unknown products; they come back by themselves"
        " once the missing file is imported and cleaning runs again.",
        "商品不在目录中的展示、展示未导入的转化，以及（如需）未知商品的事件；补齐缺失文件并再次清洗后会自动恢复。",
    ),
    _ROWS,
    (
        Knob("impressions", "aside", _W("impressions of unknown products", "未知商品的展示"), choices=_KEEP),
        Knob("conversions", "aside", _W("conversions without impression", "没有展示的转化"), choices=_KEEP),
        Knob("events", "keep", _W("events of unknown products", "未知商品的事件"), choices=_KEEP),
    ),
    {
        "unknown-product": _W("the product is not in the catalogue", "商品不在目录中"),
        "unknown-impression": _W("the impression was not imported", "展示未导入"),
    },
)  # fmt: skip

__all__ = ["ALL_BITS", "BY_NAME", "RULES", "TABLES", "Choice", "Knob", "Rule", "defaults", "rule"]

#: In the order in which they run and are shown.
RULES: tuple[Rule, ...] = (
    MISSING, DUPLICATES, AMOUNTS, OUTLIERS, CLOCK, FUTURE, BURSTS, UNUSUAL, ORPHANS,
)  # fmt: skip
BY_NAME: dict[str, Rule] = {r.name: r for r in RULES}
#: Every bit that a rule of ours may set.
ALL_BITS = sum(r.bit for r in RULES)


def defaults() -> dict[str, Choice]:
    """What counts where a shop says nothing: rule -> choice."""
    return {r.name: Choice(r.on, r.settings()) for r in RULES}


def rule(name: str) -> Rule:
    """The rule of that name.

    Raises:
        SettingsError: there is none.
    """
    if name not in BY_NAME:
        raise SettingsError(
            f"There is no cleaning rule '{name[:40]}'.",
            safe="Nothing was changed.",
            todo=f"The rules are: {', '.join(BY_NAME)}.",
        )
    return BY_NAME[name]
