"""Columns that are never taken: personal and sensitive data, told by their names in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Sequence

from common.errors import InputError

#: Whole words of an English name. Special categories of the GDPR (Art. 9), sensitive personal
#: information of the PIPL (Art. 28), what tells who somebody is, and where exactly.
_WORD = re.compile(
    # who somebody is
    "e?mail|mailto|phone|telephone|cellphone|mobilephone|tel|cell|fax|landline|msisdn|whatsapp"
    "|firstname|lastname|fullname|middlename|surname|forename|username|nickname|realname|givenname"
    "|familyname|maidenname|contactname|customername|buyername|recipientname|receivername|shiptoname"
    "|ssn|sin|passport|idnumber|nationalid|idcard|idno|taxid|taxnumber|tin|nin|nric|aadhaar|pan|licence"
    "|license|licenceplate|licenseplate|signature|photo|selfie|portrait|wechat|openid|unionid|qq|weibo"
    "|instagram|telegram|linkedin|twitter|imei|imsi|mac|macaddress|idfa|gaid|oaid|androidid|ip|ipaddress|ipv4|ipv6"
    # where
    "|address|addr|street|streetname|housenumber|apartment|postcode|postalcode|postal|zip|zipcode|zip4|latitude"
    "|longitude|lat|lon|lng|latlng|latlong|latlon|gps|geohash|geolocation|coordinates|coordinate"
    # money
    "|iban|bic|bankcard|bankaccount|accountnumber|cardnumber|creditcard|debitcard|cvv|cvc|password|passwd"
    "|pwd|passphrase|pin|salary|creditscore"
    # health and body
    "|health|healthcare|medical|diagnosis|diagnoses|disease|illness|disability|disabled|pregnancy"
    "|pregnant|medication|prescription|allergy|allergies|patient|symptom|bmi|bloodtype|blood|hiv|therapy|vaccination"
    "|genetic|genome|dna|biometric|biometrics|fingerprint|faceid|facial|retina|voiceprint"
    # belief, origin, politics, union, sex life, crime
    "|religion|religious|faith|church|caste|ethnicity|ethnic|race|racial|nationality|citizenship|political"
    "|politics|party|partymember|union|unionmember|sexual|sexuality|orientation|sexlife|criminal|conviction|offence|offense"
    # birth
    "|birthday|birthdate|dateofbirth|dob|birth|birthplace|birthyear|yob|parent|guardian|childname|school"
)
_PAIR = re.compile(
    r"\b(id number|id no|national id|id card|identity (card|number|no)|card number|card no|mobile"
    r" (no|number|num)|social security|tax (id|number|no)|bank account|account number|blood type|sex life"
    r"|trade union|union member|party member|political party|date of birth|year of birth|house number|real name"
    r"|postal code|zip code|ip address|mac address|device id|license plate|licence plate|credit score"
    r"|face id|children names?|kids names?|child name|contact (number|no|info)|delivery point|street view|ship to|bill to)\b"
)
#: "mobile" is a phone at a person, a kind of device elsewhere.
_MOBILE = re.compile(r"mobile|(customer|user|member|buyer|contact|my|home|work) mobiles?")
#: These words are harmless in these neighbourhoods.
_HARMLESS = re.compile(
    r"\b(email|mail|phone|tel|sms|wechat|weibo|whatsapp|facebook|instagram|twitter|telegram|linkedin)"
    r" (campaign|click|open|sent|send|delivered|bounce|impression|conversion|revenue|spend|cost|channel"
    r"|source|medium|rate|ctr|subject|template)s?\b"
    r"|\b(product|item|image|ad|creative|banner) (photo|portrait|signature|orientation|license|licence)s?\b"
    r"|\b(phone|mobile|cell) (cases?|model|brand|category|accessor(y|ies)|app|web|os|cpc|bid|share|traffic|price)\b"
    r"|\b(screen|page|image|device|banner|ad|paper) orientation\b|\bthird party\b|\bfirst party\b|\bparty (size|supplies|wear)\b"
    r"|\bhealth (score|check|status of|care products?|beauty)\b|\b(store|shop|warehouse|outlet|pickup) (address|street|zip|postcode|postal|phone)\b"
    r"|\b(race|pin|mac|pan|school|photo|party|baby|health) (category|type|size|color|colour|product|products|supplies|department)\b"
    r"|\b(address|page|web) bar\b|\bpostal (cost|fee|charge)s?\b|\bip (license|brand|category)\b"
    r"|\b(has|is|no) (photo|image|signature)s?\b|\bphoto (count|url|urls|link)\b|\bemail (list|id) (size|count)\b"
)
#: Anywhere in a Chinese name, which has no spaces.
_CHINESE = re.compile(
    # 身份与联系方式
    "邮箱|邮件|电邮|手机号|手机$|手机号码|电话|座机|传真|姓名|名字|昵称|真名|收货人|收件人|联系人|买家名|会员名|用户名"
    "|买家旺旺|旺旺号|旺旺名|买家账号|微信|openid|unionid|QQ号|qq号|QQ|微博账号|身份证|证件|护照|驾照|驾驶证|车牌|社保|税号"
    "|照片|头像|签名|IP地址|ip地址|设备号|IMEI|imei"
    # 位置
    "|地址|住址|门牌|街道|邮编|邮政编码|经度|纬度|经纬|坐标|定位|行踪|轨迹"
    # 财务
    "|银行卡|卡号|银行账|开户|支付宝账|支付账号|密码|口令|工资|薪资|征信"
    # 健康与身体
    "|健康状|健康信息|健康情况|健康档案|^健康$|疾病|病史|病历|医疗|诊断|处方|用药|过敏|残疾|残障|怀孕|孕期|孕周|血型|基因|指纹"
    "|人脸|面部识别|声纹|虹膜|生物识别|体重|身高"
    # 信仰、出身、政治、工会、性、犯罪
    "|宗教|信仰|民族|种族|籍贯|国籍|政治|党员|党派|工会|性取向|性生活|犯罪|前科"
    # 未成年人与出生
    "|生日|出生|监护人|家长|孩子姓|宝宝生|宝宝姓|小孩|学校"
)
_CHINESE_HARMLESS = re.compile(
    "(店铺|商家|门店|仓库|发货|网页|页面|图片|商品|链接|落地页|退货|来源)(地址|电话|街道)"
    "|(商品|产品|宝贝|主图|详情|素材|晒图)(照片|图片)|手机(端|淘宝|访客|浏览|类目|壳|店铺|成交|下单|支付|品牌|型号|网)"
    "|邮件(营销|渠道|活动|点击)|微信(支付|渠道|小程序|广告|端)|(旺旺|客服)咨询|旺旺咨询|健康(类目|食品|用品)|民族(风|服装)|学校用品"
    "|(商品|产品|宝贝|品牌|店铺|类目|计划|单元|活动|素材|创意)(名字|昵称)|人群定位|资源位|定位(方式|类型|人群)|体重秤|转化轨迹"
)
#: "name" alone tells a person; these say that it is a thing's.
_THING = re.compile(
    "product|item|brand|category|department|campaign|shop|store|event|file|ad|adset|adgroup|group|set|creative"
    "|placement|variant|variation|sku|page|site|channel|source|medium|segment|audience|collection|vendor"
    "|supplier|manufacturer|keyword|device|browser|city|region|country|currency|status|metric|experiment|test"
    "|column|table|field|type|list|host|domain|app|platform|warehouse|carrier|coupon|discount|promotion"
    "|offer|tag|attribute|option|size|color|colour|feature|model|series|style|plan|unit|portfolio|account"
    "|action|goal|conversion|network|section|topic|theme|level|line|lineitem|goods|spu|state|province|custom"
    "|code|size|kind|class|family|asset|rule|metro|method|shipping|payment|billing|image|landing|screen"
)
#: Sections of an order export: the person's name, street and the like stand in them.
_WHOSE = re.compile("billing|shipping|customer|buyer|recipient|receiver|contact|owner|user|member")
_OF_PERSON = frozenset(
    ("first", "last", "full", "middle", "given", "family", "real", "nick", "maiden")
)


def is_sensitive(name: str) -> bool:
    """True where a column's name tells personal or sensitive data."""
    plain = name.strip()
    if _CHINESE.search(_CHINESE_HARMLESS.sub(" ", plain)):
        return True
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", plain)
    words = [w for w in re.split(r"[^a-z0-9]+", spaced.lower()) if w]
    phrase = _HARMLESS.sub(" ", " ".join(words))
    if phrase != " ".join(words):
        words = phrase.split()
    return (
        _is_personal_name(words)
        or any(_WORD.fullmatch(w) for w in _tried(words))
        or bool(_PAIR.search(phrase))
        or bool(_MOBILE.fullmatch(phrase))
    )


def _tried(words: Sequence[str]) -> set[str]:
    """The words, without their plural ends and numbers ("address1"), and all of them as one."""
    bare = {w.rstrip("0123456789") for w in words}
    ends = {w.removesuffix("s") for w in bare} | {w.removesuffix("es") for w in bare}
    return {*words, *bare, *ends, "".join(words)}


def _is_personal_name(words: Sequence[str]) -> bool:
    if not {"name", "names"} & set(words):
        return False
    others = [w for w in words if w not in ("name", "names")]
    if _OF_PERSON & set(others):
        return True
    if any(_WHOSE.fullmatch(w) for w in others) and len(others) == 1:
        return True
    return not any(_THING.fullmatch(w.rstrip("0123456789").removesuffix("s")) for w in others)


def sensitive_in(names: Sequence[str]) -> tuple[str, ...]:
    """Those of a file's own columns whose names are personal or sensitive."""
    return tuple(n for n in names if is_sensitive(n))


def refuse_sensitive(names: Sequence[str], where: str) -> None:
    """Stop where a column, by its own name in the file, is personal or sensitive.

    Raises:
        InputError: one is.
    """
    sensitive = sensitive_in(names)
    if sensitive:
        listed = ", ".join(f"'{n[:40]}'" for n in sensitive[:12])
        raise InputError(
            f"The file has personal or sensitive columns, which Hansa never takes: {listed}.",
            where=where,
            safe="Nothing of this file was imported.",
            todo="Remove these columns from the file, then import it again.",
        )
