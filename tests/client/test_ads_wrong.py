"""Wrong ads that were written by hand, first after the first rules: each is still found."""

from __future__ import annotations

from client.creative.brief import LABELS, AdText, make_brief
from client.creative.check import check, has_errors
from tests.client.checked_products import BOTTLE, SHIRT

# At first sight the rules found 66 of these 74; the missed kinds
# were added to the rules, so this file now holds the line and no longer measures recall.
EN = [
    ("Cold 4ever", "PolarSip keeps drinks cold for 24 hrs and 30 minutes."),
    ("Meet PolarSip", "Holds 75 ml of water."),
    ("Meet PolarSip", "Holds a full litre and a half: 1.5 L."),
    ("Meet PolarSip", "Only $9 today."),
    ("PolarSip", "Now 10 dollars cheaper than before."),
    ("Save 15%", "on the PolarSip bottle for the road."),
    ("PolarSip", "Double-walled copper bottle."),
    ("PolarSip", "Vegan leather sleeve for the bottle."),
    ("PolarSip", "The most reliable bottle on the road."),
    ("PolarSip", "Nothing beats this bottle."),
    ("PolarSip", "Unrivaled cold on the road."),
    ("PolarSip", "Award-winning bottle for the road."),
    ("PolarSip", "Our lifetime warranty covers it."),
    ("PolarSip", "Doctors love this bottle."),
    ("PolarSip", "Lose weight with every sip."),
    ("PolarSip", "Everybody is buying it. Hurry, last chance."),
    ("Top rated bottle", "PolarSip, $19.99."),
    ("PolarSip", "B€ST bottle on the road."),
    ("PolarSip", "F.R.E.E delivery of your bottle."),
    ("PolarSip", "FREE cup with each bottle."),
    ("PolarSip", "Perfect for people with diabetes."),
    ("PolarSip", "Feeling old? Drink more water."),
    ("PolarSip", "Tired of being fat? Drink water."),
    ("PolarSip", "We saw you looking at bottles."),
    ("PolarSip", "Your neighbors in Ohio have it."),
    ("PolarSip", "Visit www.polarsip.com for more."),
    ("PolarSip", "Call us at +1 (555) 010-9999."),
    ("PolarSip by Nike", "A bottle for the road."),
    ("PolarSip", "Goes along with your Brewmate mug."),
    ("POLAR BOTTLE NOW", "Keeps drinks cold."),
    ("PolarSip", "Buy now!!! Buy now!!!"),
    ("PolarSip", "wow ~~~ cold ~~~ bottle."),
    ("PolarSip", "Made in Germany, cold for 24 hours."),
    ("PolarSip", "Insured by the FDA for safety."),
    ("PolarSip", "Kills 99% of germs in the water."),
    ("PolarSip", "Kids under 3 love it for 10 years."),
    ("PolarSip", "Twice as cold as other bottles."),
    ("PolarSip", "Three times colder."),
    ("PolarSip", "Zero risk. Money back."),
    ("PolarSip", "Eco-friendly bottle for the road."),
]
ZH = [
    ("清野衬衫", "亚麻面料，仅需89元。"),
    ("清野衬衫", "重量只有半斤。"),
    ("清野衬衫", "纯棉面料，可机洗。"),
    ("清野衬衫", "真丝手感，可机洗。"),
    ("清野衬衫", "五折优惠，可机洗。"),
    ("清野衬衫", "立减50元，可机洗。"),
    ("No.1衬衫", "清野亚麻，可机洗。"),
    ("衬衫界天花板", "清野亚麻，可机洗。"),
    ("清野衬衫", "全网最低价，可机洗。"),
    ("清野衬衫", "史上最透气的亚麻。"),
    ("清野衬衫", "极致舒适，可机洗。"),
    ("清野衬衫", "绝无仅有的亚麻。"),
    ("清野衬衫", "首选亚麻，可机洗。"),
    ("清野衬衫", "免费试穿，可机洗。"),
    ("清野衬衫", "抗菌亚麻，可机洗。"),
    ("清野衬衫", "穿上就瘦身的衬衫。"),
    ("清野衬衫", "医生推荐的亚麻。"),
    ("清野衬衫", "零风险购买，可机洗。"),
    ("清野衬衫", "你最近搜索过的衬衫。"),
    ("清野衬衫", "单身的你，穿它出门。"),
    ("清野衬衫", "适合抑郁症患者穿。"),
    ("清野衬衫", "电话13812345678，可机洗。"),
    ("清野衬衫", "法国进口亚麻。"),
    ("清野衬衫", "纯手工缝制。"),
    ("清野衬衫", "限时抢购，手慢无。"),
    ("清野衬衫", "意大利设计，可机洗。"),
    ("清野衬衫", "质保十年，可机洗。"),
    ("最★佳衬衫", "清野亚麻，可机洗。"),
    ("第 一 品 牌", "清野亚麻，可机洗。"),
    ("清野衬衫", "顶 尖面料，可机洗。"),
    ("清野衬衫", "秒杀价，可机洗。"),
    ("清野衬衫", "优衣库同款亚麻。"),
    ("清野衬衫", "同价位里没有对手。"),
    ("清野衬衫", "凉快三倍的亚麻。"),
]


def test_all_are_found() -> None:
    english = make_brief(BOTTLE, "en", other_brands=["Brewmate"])
    chinese = make_brief(SHIRT, "zh")
    missed = [
        (headline, body)
        for brief, ads in ((english, EN), (chinese, ZH))
        for headline, body in ads
        if not has_errors(check(brief, AdText(headline, body, "", LABELS[brief.language])))
    ]
    assert missed == []
