"""Make folders that `hansa evaluate` takes, one per merchant, from the public sets of shared/data.

    python3 scripts/make_silos.py ipinyou SOURCE/ipinyou_rtb --out build/silos/ipinyou
    python3 scripts/make_silos.py amexpert SOURCE/amexpert2019_coupon --out build/silos/amexpert

Complete Journey has a script of its own (scripts/make_sample_data.py). Only what a merchant or its
platform could know at the moment of the impression goes into a file; what these sets say of income
and family is left out. Their licences do not allow to ship what this makes: keep it out of git.

iPinYou: an advertiser is a merchant, a creative a product (its size is its category), a user a
shopper (practically one impression each: no history). The file has weekday and hour only, each
weekday is its day in the contest's second season; the parts of the file were drawn without order,
so that a split by time judges other days, not later ones. Negatives are down-sampled about 1:70.

AmExpert: a campaign is a merchant, as its README says, a coupon a product (commonest category,
brand and kind of its items). All exposures of a campaign have one time, its start, so that no split
by time exists inside a merchant: use --split random. What the platform passes on of a customer, as
of the start: earlier campaigns (activity), redemptions that ended before (redemptions), and those
of them in the same category (affinity), in tiers 0..6. Purchases are not in the set.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import polars as pl

#: The contest's second season, as scripts/mappings/ipinyou_impressions.toml has it (0 is Sunday).
DAYS = {0: 9, 1: 10, 2: 11, 3: 12, 4: 6, 5: 7, 6: 8}
#: What the advertisers trade in (Zhang et al. 2014, arXiv 1407.7073).
TRADES = {
    1458: "e-commerce", 2259: "milk powder", 2261: "telecom", 2821: "footwear",
    2997: "mobile e-commerce", 3358: "software", 3386: "e-commerce", 3427: "oil", 3476: "tyres",
}  # fmt: skip
LEAST = 1_000


def tier(n: pl.Expr) -> pl.Expr:
    """0..6: floor(log2(n + 1)), capped; the coarse tier that a platform would pass on."""
    return (n.fill_null(0) + 1).log(2).add(1e-9).floor().clip(0, 6).cast(pl.Int64)


def ipinyou(source: Path, out: Path) -> None:
    """One folder an advertiser."""
    rows = pl.read_parquet(source / "impressions_ucl_negdown.parquet")
    size = pl.format("{}x{}", "slotwidth", "slotheight")
    tags = pl.col("usertag").str.split(",").list.len()
    rows = rows.with_columns(
        category=size,
        day=pl.col("weekday").replace_strict(DAYS),
        n_tags=pl.when(pl.col("usertag").is_in(["null", ""])).then(0).otherwise(tags),
    )
    for (advertiser,), part in rows.group_by("advertiser"):
        products = part.group_by("creative").agg(
            category=pl.col("category").mode().sort().first(),
            product_type=pl.col("slotformat").mode().sort().first(),
        )
        trade = TRADES[int(str(advertiser))]
        files = {
            "products": products.sort("creative").select(
                product_id="creative",
                title=pl.format("Banner {} {}", "category", pl.col("creative").str.slice(0, 6)),
                department=pl.lit(trade),
                category="category",
                product_type="product_type",
            ),
            "shoppers": part.select(customer_id="userid").unique().sort("customer_id"),
            "impressions": part.sort("bidid").select(
                impression_id="bidid",
                customer_id="userid",
                product_id="creative",
                shown_at=pl.format(
                    "2013-06-{}T{}:00:00Z",
                    pl.col("day").cast(pl.String).str.zfill(2),
                    pl.col("hour").cast(pl.String).str.zfill(2),
                ),
                campaign_id=pl.col("advertiser").cast(pl.String),
                campaign_type=pl.format("exchange {}", "adexchange"),
                placement=pl.format("view {}", "slotvisibility"),
                device="useragent",
                platform_activity=tier(pl.col("n_tags")),
                clicked="click",
            ),
        }
        files["shoppers"] = files["shoppers"].with_columns(consent=pl.lit("yes"))
        write(out / f"a{advertiser}", files)


def amexpert(source: Path, out: Path) -> None:
    """One folder a campaign with LEAST exposures or more."""
    shown = amexpert_rows(source)
    products = coupons(source)
    for (campaign,), part in shown.group_by("campaign_id"):
        if part.height < LEAST:
            continue
        part = part.sort("id").with_columns(impression_id=pl.format("i{}", "id"))
        used = products.filter(pl.col("product_id").is_in(part["product_id"].implode()))
        people = part.select("customer_id").unique().sort("customer_id")
        files = {
            "products": used.sort("product_id"),
            "shoppers": people.with_columns(consent=pl.lit("yes")),
            "impressions": part.select(
                "impression_id",
                "customer_id",
                "product_id",
                shown_at=pl.col("start").dt.strftime("%Y-%m-%dT00:00:00Z"),
                campaign_id=pl.col("campaign_id").cast(pl.String),
                campaign_type="campaign_type",
                platform_activity=tier(pl.col("n_before")),
                platform_affinity=tier(pl.col("n_kind")),
                platform_redemptions=tier(pl.col("n_redeemed")),
            ),
            "conversions": part.filter(pl.col("redemption_status") == 1).select(
                "impression_id", converted_at=pl.col("end").dt.strftime("%Y-%m-%dT12:00:00Z")
            ),
        }
        write(out / f"c{int(str(campaign)):02d}", files)


def coupons(source: Path) -> pl.DataFrame:
    """products.csv of all coupons: commonest category, brand and kind of their items."""
    items = pl.read_parquet(source / "coupon_item_mapping.parquet").join(
        pl.read_parquet(source / "item_data.parquet"), on="item_id"
    )
    names = ("category", "brand", "brand_type")
    common = [pl.col(c).mode().sort().first() for c in names]
    found = items.group_by("coupon_id").agg(*common, breadth=pl.len())
    return found.select(
        product_id=pl.format("coupon{}", "coupon_id"),
        title=pl.format("{} coupon {}", "category", "coupon_id"),
        category="category",
        product_type="brand_type",
        brand=pl.format("brand {}", "brand"),
        breadth="breadth",
    )


def amexpert_rows(source: Path) -> pl.DataFrame:
    """All exposures with their times and with what was known of the customer at the start."""
    day = [pl.col(c).str.to_date("%d/%m/%y") for c in ("start_date", "end_date")]
    campaigns = pl.read_parquet(source / "campaign_data.parquet").with_columns(day)
    campaigns = campaigns.rename({"start_date": "start", "end_date": "end"})
    kinds = coupons(source).select("product_id", "category")
    shown = (
        pl.read_parquet(source / "train.parquet")
        .join(campaigns, on="campaign_id")
        .with_columns(product_id=pl.format("coupon{}", "coupon_id"))
        .join(kinds, on="product_id", how="left")
    )
    redeemed = shown.filter(pl.col("redemption_status") == 1)
    parts = []
    for (start,), part in shown.group_by("start"):
        past = redeemed.filter(pl.col("end") < start)
        earlier = shown.filter(pl.col("start") < start).group_by("customer_id")
        kind = past.group_by("customer_id", "category").agg(n_kind=pl.len())
        part = part.join(
            earlier.agg(n_before=pl.col("campaign_id").n_unique()), on="customer_id", how="left"
        )
        part = part.join(
            past.group_by("customer_id").agg(n_redeemed=pl.len()), on="customer_id", how="left"
        )
        parts.append(part.join(kind, on=["customer_id", "category"], how="left"))
    return pl.concat(parts)


def write(folder: Path, files: dict[str, pl.DataFrame]) -> None:
    """One CSV a table."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, frame in files.items():
        frame.write_csv(folder / f"{name}.csv")
    print(folder.name, {name: frame.height for name, frame in files.items()})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("set", choices=["ipinyou", "amexpert"])
    parser.add_argument("source", type=Path, help="folder with the set's Parquet tables")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    {"ipinyou": ipinyou, "amexpert": amexpert}[args.set](args.source, args.out)


if __name__ == "__main__":
    main()
