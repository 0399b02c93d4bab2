"""Words of shop platforms, in English and Chinese: what shoppers did, yes and no, currencies."""

from __future__ import annotations

#: What an event can be, in the order in which people read it.
EVENT_KINDS = ("view", "search", "cart", "favourite", "purchase", "review", "share", "return")

_BY_KIND = {
    "view": "pv|click|clk|page_view|pageview|view_item|view_item_list|view_content|viewcontent"
    "|product_view|product_viewed|item_view|detail_view|detail|visit|browse|impression_click"
    "|select_item|浏览|点击|访问|查看|浏览商品|商品浏览|商品访问",
    "search": "query|site_search|sitesearch|view_search_results|searched|搜索|查询|站内搜索",
    "cart": "add_to_cart|addtocart|add-to-cart|cart_add|added_to_cart|basket|add_to_basket"
    "|加购|加购物车|加入购物车|添加购物车|购物车",
    "favourite": "fav|favorite|collect|collection|like|wishlist|add_to_wishlist|addtowishlist|bookmark"
    "|收藏|收藏商品|加收藏|喜欢|关注",
    "purchase": "buy|bought|order|ordered|place_order|pay|paid|payment|sale|transaction|checkout_completed"
    "|order_completed|购买|下单|支付|付款|成交|已支付|已付款|交易成功|购买商品",
    "review": "rating|rate|rated|comment|reviewed|product_review|评价|评论|评分|晒单",
    "share": "shared|forward|分享|转发|分享商品",
    "return": "refund|refunded|returned|return_item|order_refunded|退货|退款|退货退款|仅退款|已退款",
}
#: Any usual name, lower case -> one of EVENT_KINDS.
KIND_OF = {kind: kind for kind in EVENT_KINDS} | {
    word: kind for kind, words in _BY_KIND.items() for word in words.split("|")
}

YES = frozenset(
    [
        "1",
        "1.0",
        "yes",
        "y",
        "true",
        "t",
        "是",
        "同意",
        "对",
        "真",
        "有",
        "允许",
        "授权",
        "已同意",
        "已授权",
        "已点击",
        "clicked",
        "granted",
    ]
)
NO = frozenset(
    [
        "0",
        "0.0",
        "no",
        "n",
        "false",
        "f",
        "否",
        "不同意",
        "错",
        "假",
        "无",
        "不允许",
        "未授权",
        "未同意",
        "拒绝",
        "未点击",
        "denied",
    ]
)

#: Words of a source that say that an age is not known.
AGE_UNKNOWN = frozenset(
    ["unknown", "u", "n/a", "na", "undetermined", "undisclosed", "未知", "不详", "保密", "(other)"]
)

#: Signs that a file writes at an amount -> ISO 4217; "¥" is yen too, so that one is a guess.
SIGN_OF = {
    "€": "EUR",
    "£": "GBP",
    "¥": "CNY",
    "￥": "CNY",
    "元": "CNY",
    "RMB": "CNY",
    "$": "USD",
    "US$": "USD",
    "HK$": "HKD",
    "NT$": "TWD",
    "A$": "AUD",
    "C$": "CAD",
    "S$": "SGD",
    "R$": "BRL",
    "CN¥": "CNY",
    "JP¥": "JPY",
    "円": "JPY",
    "₹": "INR",
    "₩": "KRW",
    "₽": "RUB",
    "zł": "PLN",
    "Kč": "CZK",
    "kr": "SEK",
}
#: Codes that may stand at an amount.
CODES = tuple(
    [
        "EUR",
        "USD",
        "GBP",
        "CNY",
        "JPY",
        "CHF",
        "HKD",
        "TWD",
        "AUD",
        "CAD",
        "SGD",
        "BRL",
        "INR",
        "KRW",
        "RUB",
        "PLN",
        "CZK",
        "SEK",
        "NOK",
        "DKK",
        "MXN",
        "NZD",
        "ZAR",
        "TRY",
        "THB",
        "IDR",
        "MYR",
        "VND",
        "PHP",
        "AED",
        "SAR",
        "ILS",
        "HUF",
        "RON",
    ]
)
