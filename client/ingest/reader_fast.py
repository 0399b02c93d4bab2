"""Columnar readers of the usual spellings: what they do not know stays null and is read value by value."""

from __future__ import annotations

import polars as pl

from client.ingest.columns import Column
from client.ingest.times import FIRST_YEAR, LAST_YEAR
from client.ingest.values import MAX_ID, MAX_LONG, MAX_TEXT, Spelling

#: Printable in Python's sense, by a range that a columnar engine knows.
_PLAIN_ID = r"^[ -~\u4e00-\u9fff]*$"
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_AMOUNT = r"^[0-9]{1,12}(?:[.,][0-9]{1,2})?$"
_LONG_AMOUNT = r"^[0-9]{1,12}\.[0-9]{3,18}$"
_YEAR = r"(?:199[0-9]|20[0-9][0-9]|2100)"
_MONTH, _DATE_OF = r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12][0-9]|3[01])"
_DATE = rf"^(?:{_YEAR}-{_MONTH}-{_DATE_OF}|{_YEAR}/{_MONTH}/{_DATE_OF})"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_UTC = _DATE + r"[T ]" + _CLOCK + r":[0-5][0-9](?:\.[0-9]{1,9})?(?:Z|\+00:00)$"
_NAIVE = _DATE + r"[T ]" + _CLOCK + r":[0-5][0-9](?:\.[0-9]{1,9})?$"
_SHORT = _DATE + r"[T ]" + _CLOCK + r"$"
_DAY = _DATE + r"$"
_SLASHED = r"^[0-9]{2}/[0-9]{2}/(?:199[0-9]|20[0-9][0-9])(?: " + _CLOCK + r"(?::[0-5][0-9])?)?$"
_COMPACT = (
    rf"^{_YEAR}{_MONTH}{_DATE_OF}[T _]?(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9](?:[0-9]{{3}})?$"
)
_M, _D = r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12][0-9]|3[01])"
_LOOSE = (
    rf"^(?:{_YEAR}年{_M}月{_D}日|{_YEAR}/{_M}/{_D}|{_YEAR}-{_M}-{_D})"
    r" (?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?$"
)
_EXCEL = r"^[0-9]{5}(?:\.[0-9]{1,12})?$"
#: Days from Excel's day zero, 1899-12-30, to 1970-01-01.
_EXCEL_EPOCH = 25_569
_EPOCH = r"^[0-9]{9,10}$"
_EPOCH_MS = r"^[0-9]{13}$"
#: The engine's own table of zones ends here.
_LAST_ZONED = 2036
_OUT = "%Y-%m-%dT%H:%M:%SZ"


def fast(raw: pl.Series, column: Column, how: Spelling) -> pl.Series:
    """Values where the spelling is a usual one, else null.

    Args:
        raw: Texts [N] without spaces around; null where empty.
        column: Ours.
        how: How the file writes.
    """
    match column.form:
        case "id":
            return _kept(raw, MAX_ID, raw.str.contains(_PLAIN_ID))
        case "text":
            return _kept(raw, MAX_TEXT, ~raw.str.contains(_CONTROL))
        case "long":
            return _kept(raw, MAX_LONG, ~raw.str.contains(_CONTROL))
        case "money" | "signed":
            return _money(raw, how)
        case "whole":
            return _whole(raw, column)
        case "chance":
            return _chance(raw)
        case "time":
            return _time(raw, how)
        case "day":
            clean = _only(raw, _DAY, pl.String).str.replace_all("/", "-", literal=True)
            return clean.str.to_date("%Y-%m-%d", strict=False).dt.to_string()
        case "yes":
            # sorted out by unique value where a file has other words
            zero_one = raw.replace_strict(["0", "1"], [0, 1], default=None, return_dtype=pl.Int64)
            return zero_one
        case _:
            return pl.Series(raw.name, [None], pl.String).new_from_index(0, raw.len())


def _kept(raw: pl.Series, longest: int, good: pl.Series) -> pl.Series:
    return raw.to_frame("v").select(
        pl.when(good & (pl.col("v").str.len_chars() <= longest)).then(pl.col("v"))
    )["v"]


def _only(raw: pl.Series, pattern: str, dtype: type[pl.DataType]) -> pl.Series:
    """Texts that fit, cast; the others null."""
    fits = pl.when(pl.col("v").str.contains(pattern)).then(pl.col("v"))
    return raw.to_frame("v").select(fits if dtype is pl.String else fits.cast(dtype))["v"]


def _money(raw: pl.Series, how: Spelling) -> pl.Series:
    short = pl.col("v").str.replace(",", ".", literal=True)
    # at most 1e14 hundredths with two decimals: exact in a double once it is rounded
    minor = (short.cast(pl.Float64, strict=False) * 100).round().cast(pl.Int64, strict=False)
    out = pl.when(pl.col("v").str.contains(_AMOUNT)).then(minor)
    values = raw.to_frame("v").select(out.alias("v"))["v"]
    if how.decimal == "." and values.null_count() > raw.null_count():
        parts = pl.col("v").str.split_exact(".", 1)
        units = parts.struct.field("field_0").cast(pl.Int64, strict=False) * 100
        # half up by the third digit; what follows it cannot change the rounding
        thousandths = parts.struct.field("field_1").str.slice(0, 3).cast(pl.Int64, strict=False)
        long = pl.when(pl.col("v").str.contains(_LONG_AMOUNT)).then(units + (thousandths + 5) // 10)
        values = values.fill_null(raw.to_frame("v").select(long.alias("v"))["v"])
    return values


def _whole(raw: pl.Series, column: Column) -> pl.Series:
    numbers = _only(raw, r"^[0-9]{1,9}$", pl.Int64)
    return numbers.to_frame("v").select(
        pl.when(pl.col("v").is_between(column.low, column.high)).then(pl.col("v"))
    )["v"]


def _chance(raw: pl.Series) -> pl.Series:
    numbers = _only(raw, r"^[0-9]?\.[0-9]{1,20}$|^[01]$", pl.Float64)
    return numbers.to_frame("v").select(
        pl.when((pl.col("v") > 0.0) & (pl.col("v") <= 1.0)).then(pl.col("v"))
    )["v"]


def _time(raw: pl.Series, how: Spelling) -> pl.Series:
    """Times of the usual shapes, each shape parsed only where the column has it."""
    head = raw.drop_nulls().head(64)
    out = pl.Series(raw.name, [None], pl.String).new_from_index(0, raw.len())
    for pattern, form, zoned in _shapes(how):
        if out.null_count() == raw.null_count():
            break
        # a shape that the first values do not have is not worth a pass; the slow reader knows it
        if head.str.contains(pattern).any():
            out = out.fill_null(_moments(raw, pattern, form, how.zone if zoned else "UTC"))
    return out


def _shapes(how: Spelling) -> tuple[tuple[str, str, bool], ...]:
    """Pattern, format of the engine, and whether the file's zone counts."""
    shapes = (
        (_UTC, "iso", False),
        (_NAIVE, "iso", True),
        (_SHORT, "short", True),
        (_DAY, "%Y-%m-%d", True),
        (_COMPACT, "compact", True),
        (_LOOSE, "loose", True),
        (_EXCEL, "excel", True),
        (_EPOCH, "s", False),
        (_EPOCH_MS, "ms", False),
    )
    if how.day_first is None:
        return shapes
    order = "%d/%m/%Y" if how.day_first else "%m/%d/%Y"
    return (*shapes, (_SLASHED, order, True))


def _moments(raw: pl.Series, pattern: str, form: str, zone: str) -> pl.Series:
    text = pl.when(pl.col("v").str.contains(pattern)).then(pl.col("v"))
    match form:
        case "s" | "ms":
            divisor = 1 if form == "s" else 1_000
            moment = pl.from_epoch(text.cast(pl.Int64, strict=False) // divisor, "s")
        case "iso" | "short":
            padded = text.str.slice(0, 16) + ":00" if form == "short" else text.str.slice(0, 19)
            clean = padded.str.replace(" ", "T", literal=True).str.replace_all(
                "/", "-", literal=True
            )
            moment = clean.str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False, time_unit="ms")
        case "%Y-%m-%d":
            clean = text.str.replace_all("/", "-", literal=True)
            moment = clean.str.to_date(form, strict=False).cast(pl.Datetime("ms"))
        case "loose":
            plain = text.str.replace_all("[年月/]", "-").str.replace("日", "", literal=True)
            short = plain.str.count_matches(":", literal=True) == 1
            clean = pl.when(short).then(plain + ":00").otherwise(plain)
            moment = clean.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="ms")
        case "excel":
            seconds = (text.cast(pl.Float64, strict=False) * 86_400 + 0.5).floor().cast(pl.Int64)
            moment = pl.from_epoch(seconds - _EXCEL_EPOCH * 86_400, "s")
        case "compact":
            clean = text.str.replace_all(r"[T _]", "").str.slice(0, 14)
            moment = clean.str.to_datetime("%Y%m%d%H%M%S", strict=False, time_unit="ms")
        case _:
            padded = (text + pl.lit(" 00:00:00")).str.slice(0, 10) + (
                pl.when(text.str.len_bytes() > 10)
                .then(text.str.slice(10))
                .otherwise(pl.lit(" 00:00"))
                + pl.when(text.str.len_bytes() < 19).then(pl.lit(":00")).otherwise(pl.lit(""))
            )
            moment = padded.str.to_datetime(form + " %H:%M:%S", strict=False, time_unit="ms")
    frame = raw.to_frame("v").select(moment.alias("v"))
    if zone != "UTC":
        frame = frame.select(_in_zone(zone))
    years = pl.col("v").dt.year()
    good = pl.when(years.is_between(FIRST_YEAR, LAST_YEAR)).then(pl.col("v"))
    return frame.select(good.dt.strftime(_OUT))["v"]


def _in_zone(zone: str) -> pl.Expr:
    """Local to UTC; skipped hours stay null and are read by `times.time`, doubled ones are the first."""
    early = pl.when(pl.col("v").dt.year() <= _LAST_ZONED).then(pl.col("v"))
    local = early.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return local.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
