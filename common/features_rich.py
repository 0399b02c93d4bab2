"""rich_spec(): version 2 of the features, with context and more of the shopper; public constants only."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from common.columns import Categorical, Numeric
from common.features import FeatureSpec, default_spec

LOOKED, PLACE, WHAT = "looked at your products", "where and when", "campaign and product"
#: Words of devices and placements that files use, by code; 0 is none or another.
DEVICES: tuple[tuple[str, ...], ...] = (
    ("desktop", "pc", "computer", "web", "laptop", "电脑", "桌面", "网页"),
    ("phone", "mobile", "smartphone", "android", "ios", "iphone", "手机", "移动端"),
    ("tablet", "ipad", "平板", "平板电脑"),
    ("tv", "ctv", "connected tv", "电视"),
    ("app", "应用"),
    ("mini program", "miniprogram", "小程序"),
)
PLACEMENTS: tuple[tuple[str, ...], ...] = (
    ("home", "homepage", "front page", "首页"),
    ("search", "search results", "搜索", "搜索结果"),
    ("product", "detail", "product page", "详情页", "商品页"),
    ("cart", "checkout", "basket", "购物车", "结算页"),
    ("feed", "stream", "news feed", "信息流"),
    ("banner", "display", "横幅", "展示"),
    ("email", "newsletter", "e-mail", "邮件"),
    ("video", "reel", "story", "视频", "短视频"),
    ("recommendation", "recommended", "related", "推荐", "猜你喜欢"),
    ("sidebar", "side", "侧边栏"),
)
#: Large cities by tier, after common lists of the press (China) and population (elsewhere); a place
#: that is named but not here is tier 3, no place is 0.
CITIES: tuple[tuple[str, ...], ...] = (
    (
        *("beijing", "shanghai", "guangzhou", "shenzhen", "北京", "上海", "广州", "深圳"),
        *("london", "new york", "paris", "tokyo", "los angeles", "hong kong", "singapore"),
        *("mumbai", "delhi", "sao paulo", "mexico city", "seoul", "香港", "东京"),
    ),
    (
        *("chengdu", "hangzhou", "chongqing", "wuhan", "xi'an", "xian", "suzhou", "nanjing"),
        *("tianjin", "changsha", "zhengzhou", "dongguan", "qingdao", "hefei", "foshan", "ningbo"),
        *("成都", "杭州", "重庆", "武汉", "西安", "苏州", "南京", "天津", "长沙", "郑州"),
        *("东莞", "青岛", "合肥", "佛山", "宁波", "昆明", "沈阳", "厦门", "大连", "福州"),
        *("berlin", "madrid", "rome", "chicago", "houston", "toronto", "sydney", "melbourne"),
        *("hamburg", "munich", "barcelona", "milan", "manchester", "birmingham", "boston"),
        *("san francisco", "seattle", "dallas", "miami", "bangalore", "bengaluru", "chennai"),
    ),
)


def vocabulary(texts: NDArray[np.object_], words: Sequence[Sequence[str]]) -> NDArray[np.int64]:
    """[N] texts -> 1 + the place of the list that holds the text, 0 for none."""
    table = {w: i for i, group in enumerate(words, start=1) for w in group}
    found = {t: table.get(_folded(t), 0) for t in set(texts.tolist())}
    return np.array([found[t] for t in texts.tolist()], np.int64)


def city_tier(texts: NDArray[np.object_]) -> NDArray[np.int64]:
    """[N] names of cities -> 0 none, 1 or 2 of CITIES, 3 another."""
    tier = vocabulary(texts, CITIES)
    named = np.array([bool(_folded(t)) for t in texts.tolist()], np.bool_)
    return np.where(named & (tier == 0), 3, tier)


def _folded(text: object) -> str:
    folded = unicodedata.normalize("NFKC", str(text or "")).strip().casefold()
    return folded.removesuffix("市")


def rich_spec() -> FeatureSpec:
    """Version 2: everything of version 1 and what `client.store.sequences.rich_columns` adds."""
    first = default_spec()

    def tier(name: str, group: str, buckets: int) -> Categorical:
        return Categorical(name, group, "tier", buckets)

    def log2(name: str, group: str, buckets: int) -> Categorical:
        return Categorical(name, group, "log2", buckets)

    def bins(name: str, group: str, *edges: float) -> Categorical:
        return Categorical(name, group, "bins", len(edges) + 2, edges)

    more = (
        tier("hour_of_day", PLACE, 24),
        tier("city_tier", PLACE, 4),
        tier("device_kind", PLACE, len(DEVICES) + 1),
        tier("placement_kind", PLACE, len(PLACEMENTS) + 1),
        bins("position_bin", PLACE, 1, 2, 3, 5, 9, 17),
        Categorical("taxonomy", WHAT, "hash", 256),
        bins("price_minor", WHAT, 1, 200, 500, 1000, 2000, 5000, 10_000, 50_000, 200_000),
        log2("carts", LOOKED, 6),
        log2("searches", LOOKED, 6),
        log2("returns", LOOKED, 4),
        log2("events_7_days", LOOKED, 7),
        log2("category_views", LOOKED, 7),
        bins("seen_hours", LOOKED, 1, 6, 24, 72, 168, 720, 2160),
    )
    numeric = (
        Numeric("n_events_7_days", LOOKED, "events_7_days", "log", 64.0),
        Numeric("n_seen", LOOKED, "seen_hours", "fresh", 2160.0),
        Numeric("n_price", WHAT, "price_minor", "log", 1_000_000.0),
    )
    return FeatureSpec(2, first.categorical + more, first.numeric + numeric)
