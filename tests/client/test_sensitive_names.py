"""Sensitive names are refused, harmless ones of real exports are not, in English and Chinese."""

import pytest

from client.ingest.columns import KINDS
from client.ingest.sensitive import is_sensitive, sensitive_in

SENSITIVE = """
email|E-Mail|customer_email|Email Address|contactEmail|emails|phone|phoneNumber|Phone Number|phone_1|mobile|Mobile No
|mobile_number|user_mobile|telephone|tel|Billing Phone|Shipping Phone|whatsapp|fax|first_name|billing_first_name|shipping_last_name|FirstName|lastName|Name
|name|surname|full name|Customer Name|Billing Name|Shipping Name|recipient_name|buyer_nickname|username|ssn|passport_no
|id_number|ID No|national_id|idCard|tax_id|aadhaar|drivers_license|license plate|home_address|Address1|address_2
|Billing Street|Shipping Address1|Shipping Zip|Billing Zip|zip|zip_code|Postal Code|postcode|lat|lng|latitude|Longitude
|gps|geohash|coordinates|ip_address|IP|client_ip|ipv4|mac_address|imei|idfa|device id|iban|BIC|credit_card|cardNumber
|Card Number|cvv|password|pin|salary|health_status|medical_history|diagnosis|disability|pregnant|allergies|medication
|blood type|bmi|genetic_data|dna|biometrics|fingerprint|face_id|religion|Religious Belief|church|caste|ethnicity|race
|nationality|political_party|politics|party member|trade_union|union member|sexual_orientation|criminal_record
|conviction|birthday|Date of Birth|dob|birth_date|birthYear|child_name|guardian|school|wechat|openid|qq|photo|signature
|手机号|手机|手机号码|联系电话|电话|邮箱|电子邮件|姓名|收货人|收货人姓名|收件人|联系人|买家昵称|会员名|买家会员名|用户名|昵称
|身份证号|身份证|证件号码|护照号|车牌号|收货地址|地址|详细地址|家庭住址|邮编|经度|纬度|定位坐标|IP地址|微信号|微信openid|QQ号
|银行卡号|卡号|支付宝账号|买家支付宝账号|密码|工资|健康状况|疾病史|病历|诊断结果|过敏史|残疾情况|是否怀孕|孕期|血型|基因数据|指纹|人脸信息|生物识别
|宗教信仰|民族|种族|国籍|政治面貌|党员|工会会员|性取向|犯罪记录|生日|出生日期|监护人|宝宝生日|学校|照片|头像|身高|体重
"""

HARMLESS = """
product_id|product_name|Product title|item|item_id|item name|sku|Lineitem sku|Lineitem name|Lineitem price|Lineitem quantity|Option1 Name
|brand|brand_type|Vendor|title|image|Image Src|image_url|colour|Color|size|package_size|shop_name|Store Name|price
|sale_price|market_price|Compare At Price|currency|Currency code|department|category|sub_category|product_category
|product_type|Type|Tags|description|Body (HTML)|Handle|stock|Inventory|gtin|EAN|Barcode|rating|index|customer_id
|user_id|userid|uid|member_id|household_id|visitorId|client_id|user_pseudo_id|Order ID|order_number|Transaction ID
|basket_id|store_id|quantity|sales_value|retail_disc|coupon_disc|coupon_match_disc|week|transaction_timestamp
|campaign_id|campaign_type|Campaign|Campaign name|campaign_name|Ad group|Ad group name|ad set name|Ad name|ad_id
|adset_id|xyz_campaign_id|fb_campaign_id|creative|creative_id|CreativeID|Creative name|placement|Placement name|position
|device|Device category|mobile app|Mobile clicks share|browser|os|useragent|region|City|city|Country|country_name
|Province|Impressions|Clicks|Clicks (all)|CTR|CPC|Cost|Amount spent (USD)|Spent|spend|Conversions|Conv. value
|Total_Conversion|Approved_Conversion|Reach|Frequency|Reporting starts|Reporting ends|Day|Date|Week|Month|hour|weekday
|timestamp|event_timestamp|event_name|event_date|event|kind|action|behavior|behavior_policy|propensity_score|click|IsClick
|clicked|bidid|BidID|logtype|adexchange|AdExchange|domain|url|URL|urlid|slotid|AdSlotId|AdSlotWidth|slotheight
|AdSlotVisibility|slotformat|slotprice|bidprice|BiddingPrice|payprice|keypage|advertiser|usertag|UserTag|src|split|part
|user_feature_0|user-item_affinity_12|item_feature_1|redemption_status|coupon_id|coupon_upc|redemption_date|start_date
|end_date|display_location|mailer_location|manufacturer_id|age|age_range|gender|income|income_bracket|home_ownership
|household_size|household_comp|kids_count|no_of_children|family_size|marital_status|rented|recency|history|history_segment
|mens|womens|newbie|channel|segment|visit|conversion|headline|lede|excerpt|significance|winner|test_week|content|summary
|experiment_id|variant_id|metric_id|mean_c|variance_t|Financial Status|Fulfillment Status|Paid at|Created at|Updated at
|Subtotal|Shipping|Taxes|Total|Discount Code|Discount Amount|Shipping Method|Payment Method|Refunded Amount|Source
|source / medium|Landing page|Page path|Session source|Engaged sessions|Transactions|Revenue|Purchase revenue|Total users
|Email campaign|email_opens|sms_clicks|phone model|screen orientation|third_party|store address|Photo URL|consent|Language
|商品ID|商品名称|宝贝ID|宝贝标题|商品标题|商品链接|店铺名称|品牌|类目|一级类目|叶子类目|价格|吊牌价|库存|规格|颜色|尺码|货号|订单编号
|子订单编号|订单状态|订单创建时间|订单付款时间|买家实际支付金额|买家应付货款|总金额|实付金额|退款金额|退款时间|数量|用户ID|会员编号|买家ID|行为类型
|浏览量|访客数|商品浏览量|商品访客数|加购人数|加购件数|收藏人数|下单买家数|下单金额|支付买家数|支付金额|支付件数|支付转化率|客单价|统计日期|日期
|展现量|曝光量|曝光时间|点击量|点击率|花费|消耗|平均点击花费|计划名称|计划ID|单元名称|推广单元|创意ID|创意名称|投放位置|资源位|关键词|搜索词
|城市|省份|设备|终端|手机端浏览量|渠道|来源|流量来源|活动名称|成交金额|成交订单数|投产比|商家编码|快递公司|店铺地址|商品图片|是否点击|同意|婚姻状况|年龄段|性别
"""


def names(text):
    return [n.strip() for n in text.replace("\n", "").split("|") if n.strip()]


@pytest.mark.parametrize("name", names(SENSITIVE))
def test_sensitive(name):
    assert is_sensitive(name)


@pytest.mark.parametrize("name", names(HARMLESS))
def test_harmless(name):
    assert not is_sensitive(name)


def test_the_lists_are_long():
    assert len(names(HARMLESS)) >= 150
    assert len(names(SENSITIVE)) >= 100


def test_no_column_of_ours_is_refused():
    assert sensitive_in([c.name for columns in KINDS.values() for c in columns]) == ()
