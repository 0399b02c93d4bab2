"""Make data/completejourney from the CC0 tables: one folder of CSV files per merchant, gzipped."""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import shutil
from pathlib import Path

import polars as pl
from readable import Words

HERE = Path(__file__).resolve().parent
MIN_EXPOSURES = 1_000  # after thinning and consent; the shipped set
CUT_AT = "2017-10-30T00:00:00Z"  # start of the campaign that holds the last third of exposures
KEEP_OF_TEN = 3  # of ten exposures that did not convert
MIN_BEFORE, MIN_AFTER = 100, 25  # usable exposures on each side of the cut
NO_CONSENT_IN = 50


def digest(*parts: str) -> int:
    """A public number for a row: the first 8 bytes of SHA-256 of its parts."""
    return int.from_bytes(hashlib.sha256("|".join(parts).encode()).digest()[:8], "big")


def refuses(maker: str, household: str) -> bool:
    """Who is marked as not consenting, so that the rule has work to do: about one in fifty."""
    return digest("consent", maker, household) % NO_CONSENT_IN == 0


def _consents(shown: pl.DataFrame) -> pl.Series:
    pairs = shown.select("manufacturer_id", "household_id").iter_rows()
    return pl.Series([not refuses(maker, household) for maker, household in pairs])


def mode(column: str) -> pl.Expr:
    """Commonest value; among equals the first in order, so that every run gives the same."""
    return pl.col(column).drop_nulls().mode().sort().first().alias(column)


def tier(column: str) -> pl.Expr:
    """0..6: floor(log2(v + 1)), capped; the coarse tier that a platform would pass on."""
    value = pl.col(column).fill_null(0) + 1
    return value.log(2).add(1e-9).floor().clip(0, 6).cast(pl.Int64)


def read(source: Path) -> dict[str, pl.DataFrame]:
    names = ("campaigns", "campaign_descriptions", "coupons", "coupon_redemptions", "products")
    tables = {n: pl.read_parquet(source / f"{n}.parquet") for n in names}
    lines = pl.read_parquet(source / "transactions_sample.parquet")
    tables["lines"] = lines.join(tables["products"], on="product_id", how="inner").with_columns(
        day=pl.col("transaction_timestamp").dt.strftime("%Y-%m-%d")
    )
    return tables


def coupon_table(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per coupon: its merchant, its commonest department, category and type, its breadth."""
    parts = tables["coupons"].join(tables["products"], on="product_id", how="inner")
    parts = parts.select("coupon_upc", "product_id", *_TEXT, "manufacturer_id", "brand").unique()
    top = parts.group_by("coupon_upc").agg(
        mode("manufacturer_id"), mode("department"), mode("product_category")
    )
    # the commonest type and brand *within* the commonest category, so that the texts fit together
    inside = parts.join(top, on=["coupon_upc", "department", "product_category"], nulls_equal=True)
    detail = inside.group_by("coupon_upc").agg(mode("product_type"), mode("brand"))
    breadth = parts.group_by("coupon_upc").agg(breadth=pl.col("product_id").n_unique())
    return top.join(detail, on="coupon_upc", how="left").join(breadth, on="coupon_upc")


_TEXT = ("department", "product_category", "product_type")


def exposures(
    tables: dict[str, pl.DataFrame], coupons: pl.DataFrame, keep_of_ten: int
) -> pl.DataFrame:
    """Every (household, coupon) of a targeted campaign, thinned, with its outcome and tiers."""
    redeemed = (
        tables["coupon_redemptions"]
        .group_by("campaign_id", "household_id", "coupon_upc")
        .agg(converted=pl.col("redemption_date").min())
    )
    shown = (
        tables["campaigns"]
        .join(tables["coupons"].select("campaign_id", "coupon_upc").unique(), on="campaign_id")
        .join(tables["campaign_descriptions"], on="campaign_id")
        .join(coupons, on="coupon_upc")
        .join(redeemed, on=["campaign_id", "household_id", "coupon_upc"], how="left")
        .sort("start_date", "campaign_id", "household_id", "coupon_upc")
    )
    keys = shown.select("campaign_id", "household_id", "coupon_upc").iter_rows()
    numbers = pl.Series("number", [digest(*k) for k in keys], dtype=pl.UInt64)
    shown = shown.with_columns(numbers)
    kept = pl.col("converted").is_not_null() | (pl.col("number") % 10 < keep_of_ten)
    return with_tiers(shown.filter(kept), tables)


def with_tiers(shown: pl.DataFrame, tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """What the platform passes on: activity, department affinity, redemptions, before each start."""
    parts = []
    for (start,), part in shown.group_by("start_date", maintain_order=True):
        before = tables["lines"].filter(pl.col("day") < start)
        past = tables["coupon_redemptions"].filter(pl.col("redemption_date") < start)
        parts.append(
            part.join(
                before.group_by("household_id").agg(n_lines=pl.len()), on="household_id", how="left"
            )
            .join(
                before.group_by("household_id", "department").agg(n_department=pl.len()),
                on=["household_id", "department"],
                how="left",
            )
            .join(past.group_by("household_id").agg(n_past=pl.len()), on="household_id", how="left")
        )
    return pl.concat(parts).with_columns(
        platform_activity=tier("n_lines"),
        platform_affinity=tier("n_department"),
        platform_redemptions=tier("n_past"),
    )


def purchases(tables: dict[str, pl.DataFrame], coupons: pl.DataFrame, maker: str) -> pl.DataFrame:
    """The merchant's purchase lines, each with the product of the shop that it is an item of.

    An item belongs to the narrowest coupon of its own category that covers it, else to an
    assortment product for its department, category and type.
    """
    own = coupons.filter(pl.col("manufacturer_id") == maker)
    covering = (
        tables["coupons"]
        .select("coupon_upc", "product_id")
        .unique()
        .join(
            own.select("coupon_upc", "department", "product_category", "breadth"), on="coupon_upc"
        )
        .join(
            tables["products"].select("product_id", "department", "product_category"),
            on=["product_id", "department", "product_category"],
        )
        .sort("breadth", "coupon_upc")
        .unique("product_id", keep="first", maintain_order=True)
        .select("product_id", "coupon_upc")
    )
    lines = tables["lines"].filter(pl.col("manufacturer_id") == maker)
    return lines.join(covering, on="product_id", how="left").sort(
        "transaction_timestamp", "household_id", "product_id", "basket_id"
    )


def product_rows(words: Words, coupons: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """products.csv: the coupons that are shown or bought, then the assortment."""
    stock = (
        lines.filter(pl.col("coupon_upc").is_null())
        .group_by(*_TEXT)
        .agg(mode("brand"), breadth=pl.col("product_id").n_unique())
        .sort(*_TEXT)
        .with_columns(coupon_upc=pl.Series(_stock_ids(lines)))
    )
    columns = ("coupon_upc", *_TEXT, "brand", "breadth")
    both = pl.concat([coupons.select(columns).sort("coupon_upc"), stock.select(columns)])
    rows = []
    for upc, department, category, kind, brand, breadth in both.iter_rows():
        place, text = words.department(department), words.title(category)
        detail = words.title(kind)
        title = words.short(detail) or words.short(text) or text or place
        rows.append((upc, title, place, text, detail, brand or "National", breadth))
    names = ["product_id", "title", "department", "category", "product_type", "brand", "breadth"]
    return pl.DataFrame(rows, schema=names, orient="row")


def _stock_ids(lines: pl.DataFrame) -> list[str]:
    n = lines.filter(pl.col("coupon_upc").is_null()).select(_TEXT).n_unique()
    return [f"A{i + 1:04d}" for i in range(n)]


def merchant(
    out: Path, maker: str, words: Words, tables: dict[str, pl.DataFrame], shown: pl.DataFrame
) -> dict[str, object]:
    """Write one merchant's files; returns its entry of federation.json."""
    folder = f"m{int(maker):04d}"
    coupons = tables["by_coupon"]
    lines = purchases(tables, coupons, maker)
    used = set(shown["coupon_upc"]) | set(lines["coupon_upc"].drop_nulls())
    products = product_rows(words, coupons.filter(pl.col("coupon_upc").is_in(used)), lines)
    stock = lines.filter(pl.col("coupon_upc").is_null()).select(_TEXT).unique().sort(*_TEXT)
    stock = stock.with_columns(stock_id=pl.Series(_stock_ids(lines), dtype=pl.String))
    lines = lines.join(stock, on=_TEXT, how="left", nulls_equal=True, maintain_order="left")
    shown = shown.sort("start_date", "number").with_row_index("place", 1)
    impressions = shown.select(
        impression_id=pl.format("i{}", pl.col("place").cast(pl.String).str.zfill(6)),
        customer_id="household_id",
        product_id="coupon_upc",
        shown_at=pl.format("{}T00:00:00Z", "start_date"),
        campaign_id="campaign_id",
        campaign_type="campaign_type",
        platform_activity="platform_activity",
        platform_affinity="platform_affinity",
        platform_redemptions="platform_redemptions",
        converted="converted",
    )
    people = sorted(set(shown["household_id"]) | set(lines["household_id"]), key=int)
    refusing = {h for h in people if refuses(maker, h)}
    consent = ["no" if h in refusing else "yes" for h in people]
    files = {
        "products": products,
        "shoppers": pl.DataFrame({"customer_id": people, "consent": consent}),
        "events": lines.select(
            customer_id="household_id",
            kind=pl.lit("purchase"),
            happened_at=pl.col("transaction_timestamp").dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
            product_id=pl.coalesce("coupon_upc", "stock_id"),
            value=pl.col("sales_value").round(2),
        ),
        "impressions": impressions.drop("converted"),
        "conversions": impressions.filter(pl.col("converted").is_not_null()).select(
            "impression_id", converted_at=pl.format("{}T12:00:00Z", "converted")
        ),
    }
    (out / folder).mkdir(parents=True)
    for name, frame in files.items():
        write(out / folder / f"{name}.csv.gz", frame)
    usable = impressions.filter(~pl.col("customer_id").is_in(refusing))
    return {
        "folder": folder,
        "name": f"Merchant {maker}",
        "manufacturer_id": maker,
        **{f"n_{name}": frame.height for name, frame in files.items()},
        "n_usable": usable.height,
        "n_usable_before_cut": usable.filter(pl.col("shown_at") < CUT_AT).height,
        "n_usable_converted": usable["converted"].count(),
    }


def write(path: Path, frame: pl.DataFrame) -> None:
    """A gzipped CSV whose bytes are the same in every run."""
    text = frame.write_csv(line_terminator="\n").encode("utf-8")
    with path.open("wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=0) as zipped:
        zipped.write(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path, help="folder with the eight Parquet tables")
    parser.add_argument("--out", type=Path, default=HERE.parent / "data" / "completejourney")
    parser.add_argument("--min-exposures", type=int, default=MIN_EXPOSURES)
    parser.add_argument("--keep-of-ten", type=int, default=KEEP_OF_TEN)
    parser.add_argument("--min-before", type=int, default=MIN_BEFORE)
    parser.add_argument("--min-after", type=int, default=MIN_AFTER)
    args = parser.parse_args()
    words, tables = Words(), read(args.source)
    tables["by_coupon"] = coupon_table(tables)
    shown = exposures(tables, tables["by_coupon"], args.keep_of_ten)
    for old in args.out.glob("m[0-9]*"):
        shutil.rmtree(old)
    shown = shown.with_columns(usable=_consents(shown))
    entries = []
    for (maker,), part in sorted(shown.group_by("manufacturer_id"), key=lambda p: -p[1].height):
        usable = part.filter(pl.col("usable"))
        before = usable.filter(pl.col("start_date") < CUT_AT[:10]).height
        after = usable.height - before
        if (
            usable.height >= args.min_exposures
            and before >= args.min_before
            and after >= args.min_after
        ):
            entries.append(merchant(args.out, str(maker), words, tables, part))
            print(entries[-1])
    federation = {
        "name": "Complete Journey as a federation of advertisers",
        "cut_at": CUT_AT,
        "negatives_kept": args.keep_of_ten / 10,
        "merchants": entries,
    }
    text = json.dumps(federation, indent=1, ensure_ascii=False) + "\n"
    (args.out / "federation.json").write_text(text, encoding="utf-8")
    size = sum(f.stat().st_size for f in args.out.rglob("*.gz"))
    total = sum(int(str(e["n_usable"])) for e in entries)
    before = sum(int(str(e["n_usable_before_cut"])) for e in entries)
    print(f"{len(entries)} merchants, {total} exposures, {before / total:.3f} before, {size} bytes")


if __name__ == "__main__":
    main()
