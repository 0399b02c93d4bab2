"""Columns that are never taken: personal and sensitive data, told by their names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from common.errors import InputError

#: Whole words of an English name.
_WORD = re.compile(
    "email|mail|phone|mobile|tel|telephone|fax|firstname|lastname|fullname|surname|forename"
    "|username|nickname|address|street|postcode|zip|zipcode|ssn|passport|idnumber|nationalid"
    "|idcard|licence|license|health|medical|diagnosis|disease|illness|disability|pregnancy"
    "|medication|religion|religious|faith|ethnicity|ethnic|race|political|politics|union"
    "|sexual|orientation|genetic|biometric|fingerprint|criminal|birthday|birthdate|dob|birth"
    "|iban|bankcard|cardnumber|creditcard|password|wechat|qq|weibo|ip|ipaddress|latitude"
    "|longitude|lat|lon"
)
_PAIR = re.compile(r"\b(id number|national id|id card|identity card|card number)\b")
#: Anywhere in a Chinese name, which has no spaces.
_CHINESE = re.compile(
    "邮箱|邮件|手机|电话|姓名|名字|昵称|地址|住址|邮编|身份证|证件|护照|健康|疾病|病史|医疗|残疾"
    "|怀孕|宗教|信仰|民族|种族|政治|性取向|基因|指纹|生日|出生|银行卡|卡号|密码|微信|经度|纬度"
)
#: "name" alone tells a person; these say that it is a thing's.
_THING = re.compile("product|item|brand|category|department|campaign|shop|store|event|file")


def is_sensitive(name: str) -> bool:
    """True where a column's name tells personal or sensitive data."""
    if _CHINESE.search(name):
        return True
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    words = [w for w in re.split(r"[^a-z]+", spaced.lower()) if w]
    if {"name", "names"} & set(words) and not any(_THING.fullmatch(w) for w in words):
        return True
    tried = {*words, *(w.removesuffix("s") for w in words), *(w.removesuffix("es") for w in words)}
    return any(_WORD.fullmatch(w) for w in {*tried, "".join(words)}) or bool(
        _PAIR.search(" ".join(words))
    )


def refuse_sensitive(names: Sequence[str], where: str) -> None:
    """Stop where a column, by its own name in the file, is personal or sensitive.

    Raises:
        InputError: one is.
    """
    sensitive = [n for n in names if is_sensitive(n)]
    if sensitive:
        listed = ", ".join(f"'{n[:40]}'" for n in sensitive[:12])
        raise InputError(
            f"The file has personal or sensitive columns, which Hansa never takes: {listed}.",
            where=where,
            safe="Nothing of this file was imported.",
            todo="Remove these columns from the file, then import it again.",
        )
