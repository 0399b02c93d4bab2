"""Exports of shop, web and ad platforms are proposed as people would map them."""

import csv
import io
from dataclasses import dataclass, field

import numpy as np
import polars as pl
import pytest

from client.ingest.blocks import Block, Layout
from client.ingest.propose import propose
from client.ingest.reader import read_block


@dataclass
class Fake:
    """A source over texts: what READ gives after preamble, encoding and delimiter."""

    text: str
    name: str = "export.csv"
    layout: Layout = field(default_factory=lambda: Layout("csv", "utf-8", ","))

    def __post_init__(self):
        rows = [r for r in csv.reader(io.StringIO(self.text.strip())) if r]
        self.names = tuple(rows[0])
        columns = {n: [r[i] or None for r in rows[1:]] for i, n in enumerate(rows[0])}
        frame = pl.DataFrame(columns, schema=dict.fromkeys(rows[0], pl.String))
        self.block = Block(frame, np.arange(frame.height) + 2, lambda place: b"")

    def digest(self):
        return "0" * 64

    def blocks(self, cursor=""):
        yield self.block

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


SHOPIFY_ORDERS = """
Name,Email,Financial Status,Paid at,Currency,Subtotal,Total,Discount Code,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Name,Billing Street,Billing City,Billing Zip,Phone,Customer ID,Order ID
#1001,a@example.org,paid,2024-05-31 18:30:00 +0800,EUR,25.00,27.50,,2024-05-31 18:29:00 +0800,1,Green Tea,12.50,TEA-1,Ann A,Road 1,Berlin,10115,,7001,5001
#1002,b@example.org,paid,2024-06-01 09:10:00 +0800,EUR,9.00,11.50,,2024-06-01 09:09:00 +0800,1,Tea Pot,9.00,POT-1,Bob B,Road 2,Bonn,53111,,7002,5002
"""
SHOPIFY_PRODUCTS = """
Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Variant SKU,Variant Inventory Qty,Variant Price,Variant Barcode,Image Src,Status
green-tea,Green Tea,<p>Nice</p>,Leaf & Co,Tea,green,true,Size,TEA-1,12,12.50,4006381333931,https://shop.example/t.jpg,active
tea-pot,Tea Pot,<p>Glass</p>,Leaf & Co,Pots,glass,true,Size,POT-1,3,24.00,4006381333948,https://shop.example/p.jpg,active
"""
WOOCOMMERCE = """
order_id,order_number,order_date,status,customer_id,billing_first_name,billing_email,product_id,sku,item_name,item_quantity,item_total,order_total,order_currency
101,101,05/31/2024 18:30,completed,17,Ann,a@example.org,8,TEA-1,Green Tea,2,25.00,30.00,USD
102,102,06/01/2024 09:05,completed,18,Bob,b@example.org,9,POT-1,Tea Pot,1,24.00,29.00,USD
"""
TAOBAO_ORDERS = """
子订单编号,主订单编号,买家会员名,买家ID,商品ID,宝贝标题,买家实际支付金额,订单付款时间,订单状态,收货人姓名,收货地址,联系手机
3301,3300,tb_1,900001,610001,绿茶 250克,"1,029.00",2024-05-31 18:30:00,交易成功,张三,某路1号,13812345678
3302,3300,tb_1,900001,610002,玻璃茶壶,89.00,2024-05-31 18:30:00,交易成功,张三,某路1号,13812345678
"""
SYCM = """
统计日期,商品ID,商品名称,商品状态,商品访客数,商品浏览量,支付金额,支付件数
2024-05-31,610001,绿茶 250克,当前在线,120,300,1029.00,12
2024-05-31,610002,玻璃茶壶,当前在线,40,80,89.00,1
"""
ZHITONGCHE = """
日期,计划ID,计划名称,单元ID,创意ID,展现量,点击量,花费(元),点击率
2024-05-31,5501,春茶,77,8801,"12,345",321,456.78,2.60%
2024-06-01,5501,春茶,77,8801,"11,002",300,401.10,2.73%
"""
JD_BEHAVIOUR = """
用户ID,商品编号,行为类型,行为时间,城市
u1,100012,浏览,2024年5月31日 18:30,上海
u2,100013,加购物车,2024年5月31日 18:31,北京
u2,100013,下单,2024年5月31日 18:35,北京
"""
GOOGLE_ADS = """
Day,Campaign ID,Campaign,Ad group,Currency code,Clicks,Impr.,CTR,Cost,Conversions
2024-05-31,1001,Tea,Green,EUR,"1,204","88,120",1.37%,"1,234.50",12.00
2024-06-01,1001,Tea,Green,EUR,980,"80,001",1.22%,988.10,10.00
"""
META_ADS = """
Campaign name,Ad set name,Ad name,Day,Amount spent (USD),Impressions,Link clicks,Reach,Reporting starts,Reporting ends
Tea,Women,Video 1,2024-05-31,120.55,45000,310,30000,2024-05-31,2024-05-31
Tea,Women,Video 2,2024-05-31,80.10,33000,205,22000,2024-05-31,2024-05-31
"""
MATOMO = """
idVisit,visitorId,serverTimePretty,type,url,productSku,city
1,9a1f,2024-05-31 18:30:00,view,https://shop.example/a,TEA-1,Berlin
2,8b2e,2024-05-31 18:31:10,search,https://shop.example/s,,Bonn
"""
GA4 = """
event_date,event_timestamp,event_name,user_pseudo_id,items.item_id,event_value,device.category,geo.city
20240531,1717180200000000,view_item,11.22,TEA-1,,mobile,Berlin
20240531,1717180260000000,add_to_cart,11.22,TEA-1,12.5,mobile,Berlin
20240531,1717180320000000,purchase,11.23,POT-1,24.0,desktop,Bonn
"""
PINDUODUO = """
订单号,商品ID,商品名称,用户ID,商家实收金额(元),支付时间,收货人,手机
PO-1,77001,绿茶,u-9,29.9,2024/5/31 18:30:05,李四,13912345678
PO-2,77002,茶壶,u-8,89,2024/6/1 9:05:00,王五,13712345678
"""
DSP_LOG = """
bidid,timestamp,ipinyouid,creative,campaign_id,product_id,slot_id,payprice,click
b1,20130606000104192,u1,c9,3427,P1,s1,207,0
b2,20130606000104252,u2,c9,3427,P1,s2,72,1
"""
GERMAN_EVENTS = """
customer_id,product_id,event,happened_at,value
1,P1,purchase,31.05.2024 18:30,"1.234,50"
2,P2,purchase,01.06.2024 09:00,"12,90"
"""
MEMBERS = """
会员编号,是否同意,年龄段,性别
m1,是,18-24岁,女
m2,否,未满18岁,男
"""
CONVERSIONS = """
click_id,conversion_time,conversion_value,order_id
k1,2024-05-31T18:30:00Z,12.50,o1
k2,2024-05-31T19:30:00Z,99.00,o2
"""
STOCK = """
StockCode,Description,InvoiceNo,InvoiceDate,Customer ID,Quantity,UnitPrice
85123A,LIGHT HOLDER,536365,12/1/2010 8:26,17850,6,2.55
71053,METAL LANTERN,536366,12/13/2010 8:28,17851,6,3.39
"""

#: text -> kind, our column -> theirs, time zone, sensitive
CASES = {
    "shopify orders": (SHOPIFY_ORDERS, "events", {
        "customer_id": "Customer ID", "product_id": "Lineitem sku", "happened_at": "Paid at",
        "value": "Total", "event_id": "Order ID + Lineitem sku", "city": "Billing City"},
        "UTC", {"Name", "Email", "Billing Name", "Billing Street", "Billing Zip", "Phone"}),
    "shopify products": (SHOPIFY_PRODUCTS, "products", {
        "title": "Title", "brand": "Vendor", "product_type": "Type", "stock": "Variant Inventory Qty",
        "price": "Variant Price", "gtin": "Variant Barcode", "image": "Image Src",
        "description": "Body (HTML)"}, "UTC", set()),
    "woocommerce": (WOOCOMMERCE, "events", {
        "customer_id": "customer_id", "product_id": "product_id", "happened_at": "order_date",
        "value": "item_total"}, "UTC", {"billing_first_name", "billing_email"}),
    "taobao orders": (TAOBAO_ORDERS, "events", {
        "customer_id": "买家ID", "product_id": "商品ID", "value": "买家实际支付金额",
        "happened_at": "订单付款时间"}, "Asia/Shanghai",
        {"买家会员名", "收货人姓名", "收货地址", "联系手机"}),
    "生意参谋": (SYCM, "products", {"product_id": "商品ID", "title": "商品名称"}, "UTC", set()),
    "直通车": (ZHITONGCHE, "costs", {
        "day": "日期", "campaign_id": "计划ID", "creative_id": "创意ID", "impressions": "展现量",
        "clicks": "点击量", "cost": "花费(元)"}, "Asia/Shanghai", set()),
    "jd": (JD_BEHAVIOUR, "events", {
        "customer_id": "用户ID", "product_id": "商品编号", "kind": "行为类型", "happened_at": "行为时间",
        "city": "城市"}, "Asia/Shanghai", set()),
    "google ads": (GOOGLE_ADS, "costs", {
        "day": "Day", "campaign_id": "Campaign ID", "cost": "Cost", "clicks": "Clicks",
        "impressions": "Impr.", "currency": "Currency code"}, "UTC", set()),
    "meta ads": (META_ADS, "costs", {
        "day": "Day", "campaign_id": "Campaign name", "creative_id": "Ad name",
        "cost": "Amount spent (USD)", "clicks": "Link clicks"}, "UTC", set()),
    "matomo": (MATOMO, "events", {
        "customer_id": "visitorId", "kind": "type", "happened_at": "serverTimePretty",
        "product_id": "productSku", "city": "city"}, "UTC", set()),
    "ga4": (GA4, "events", {
        "customer_id": "user_pseudo_id", "kind": "event_name", "happened_at": "event_timestamp",
        "product_id": "items.item_id", "value": "event_value", "city": "geo.city",
        "device": "device.category"}, "UTC", set()),
    "pinduoduo": (PINDUODUO, "events", {
        "customer_id": "用户ID", "product_id": "商品ID", "happened_at": "支付时间",
        "value": "商家实收金额(元)"}, "Asia/Shanghai", {"收货人", "手机"}),
    "dsp log": (DSP_LOG, "impressions", {
        "impression_id": "bidid", "customer_id": "ipinyouid", "shown_at": "timestamp",
        "clicked": "click", "cost": "payprice", "creative_id": "creative"}, "UTC", set()),
    "german shop": (GERMAN_EVENTS, "events", {
        "happened_at": "happened_at", "kind": "event", "value": "value"}, "UTC", set()),
    "members": (MEMBERS, "shoppers", {
        "customer_id": "会员编号", "consent": "是否同意", "minor": "年龄段"}, "UTC", set()),
    "conversions": (CONVERSIONS, "conversions", {
        "impression_id": "click_id", "converted_at": "conversion_time", "value": "conversion_value",
        "order_id": "order_id"}, "UTC", set()),
    "online retail": (STOCK, "events", {
        "customer_id": "Customer ID", "product_id": "StockCode", "happened_at": "InvoiceDate"},
        "UTC", set()),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_exports(name):
    text, kind, expected, zone, sensitive = CASES[name]
    source = Fake(text)
    found = propose(source)
    mapping = found.mapping
    assert mapping.kind == kind
    got = dict(mapping.columns) | {k: " + ".join(v) for k, v in mapping.joined.items()}
    assert {k: got.get(k) for k in expected} == expected
    assert mapping.time_zone == zone
    assert {s.name for s in found.sensitive} == sensitive
    assert found.missing == ()
    # every column is spoken of: the mapping is found again next week
    spoken = {*mapping.columns.values(), *mapping.ignored, *sensitive}
    spoken |= {n for names in mapping.joined.values() for n in names}
    assert spoken == set(source.names)
    typed = read_block(source.block, mapping)
    assert typed.refused == ()
    assert typed.frame.height == source.block.frame.height
    assert all(0 <= note.confidence <= 1 and note.why for note in found.notes)
