"""What the public sets' own READMEs count, sentence by sentence, and which mapping reads which file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class File:
    """One file that is imported.

    Attributes:
        name: Inside of the set's folder.
        mapping: In `scripts/mappings`, without ".toml"; empty: the file has Hansa's own columns.
        n_rows: Rows that are taken.
        said: The README's sentence; else how the figure follows from it.
        n_left_out: Rows that the mapping leaves out by name.
    """

    name: str
    mapping: str
    n_rows: int
    said: str
    n_left_out: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure that is counted in the shop's database after the import.

    Attributes:
        what: In words.
        sql: Counts it.
        want: What the README says.
    """

    what: str
    sql: str
    want: int


@dataclass(frozen=True, slots=True)
class Shop:
    """Files that go into one shop.

    Attributes:
        folder: In the folder of sets.
        files: In the order of import.
        figures: Counted afterwards.
        joined: The files are made first: scripts/make_sample_data.py joins the set's tables.
    """

    folder: str
    files: tuple[File, ...]
    figures: tuple[Figure, ...] = ()
    joined: bool = False


_EVENTS = "SELECT count(*) FROM events WHERE kind = "
_CLICKS = "SELECT count(*) FROM impressions WHERE clicked = 1"
_BLIND = "SELECT count(*) FROM impressions WHERE clicked IS NULL"
_CAMPAIGNS = "SELECT count(DISTINCT campaign_id) FROM impressions"
_PEOPLE = "SELECT count(DISTINCT shopper) FROM impressions"
_MATCHED = "SELECT count(*) FROM conversions JOIN impressions USING (impression_id)"
_MAKER = "SELECT count(*) AS n FROM impressions GROUP BY substr(impression_id, 1, 5)"
_LARGE = f"SELECT sum(n) FROM ({_MAKER} HAVING n >= 1000)"
_ADVERTISERS = {
    1458: 9_182, 2259: 2_523, 2261: 1_979, 2821: 3_945, 2997: 1_153,
    3358: 4_874, 3386: 8_461, 3427: 7_530, 3476: 5_698,
}  # fmt: skip


def _of(advertiser: int, n: int) -> Figure:
    sql = f"SELECT count(*) FROM impressions WHERE campaign_id = '{int(advertiser)}'"
    return Figure(f"of advertiser {advertiser}", sql, n)


def _obd(part: str, n_items: int) -> Shop:
    return Shop(
        "obd_zozotown",
        (
            File(f"items_{part}.parquet", f"obd_{part}_items", n_items, "item_id (80/34/46)"),
            File(
                f"impressions_{part}.parquet", f"obd_{part}_impressions", 20_000, "20,000 rows each"
            ),
        ),
        (
            Figure("random policy", f"{_RULED}'random'", 10_000),
            Figure("Thompson sampling", f"{_RULED}'bts'", 10_000),
            Figure("exact propensities", f"{_SHOWN} WHERE propensity > 0", 20_000),
        ),
    )


_SHOWN = "SELECT count(*) FROM impressions"
_RULED = f"{_SHOWN} WHERE campaign_type = "

SHOPS: tuple[Shop, ...] = (
    Shop(
        "completejourney_cc0",
        (
            File("products.parquet", "completejourney_products", 92_331, "92,331 products"),
            File("demographics.parquet", "completejourney_demographics", 801, "801 demographics"),
            File(
                "transactions_sample.parquet",
                "completejourney_transactions",
                75_000,
                "75,000 sampled transaction lines",
            ),
            File(
                "coupon_redemptions.parquet",
                "completejourney_redemptions",
                2_102,
                "2,102 coupon redemptions",
            ),
        ),
        (
            Figure("households (2,377)", "SELECT count(DISTINCT shopper) FROM events", 2_377),
            Figure("pairs of household and coupon", "SELECT count(*) FROM conversions", 2_075),
        ),
    ),
    Shop(
        "completejourney_cc0",
        (
            File("impressions.csv", "", 800_199, "about 800,000 exposures"),
            File("conversions.csv", "", 2_075, "a row of coupon_redemptions (2,075 pairs)"),
        ),
        (
            # the sets' README: "777,000 belong to manufacturers with 1,000+"; there are 239 of these
            Figure("exposures of manufacturers with 1,000+", _LARGE, 777_531),
            Figure("exposures that converted (0.26 %)", _MATCHED, 2_075),
        ),
        joined=True,
    ),
    Shop(
        "ipinyou_rtb",
        (
            File(
                "impressions_ucl_negdown.parquet",
                "ipinyou_impressions",
                45_345,
                "45,345 distinct bidids",
            ),
        ),
        (
            Figure("clicks", _CLICKS, 2_231),
            Figure("advertisers", _CAMPAIGNS, 9),
            Figure("users", _PEOPLE, 45_303),
            *(_of(advertiser, n) for advertiser, n in _ADVERTISERS.items()),
        ),
    ),
    Shop(
        "ipinyou_rtb",
        (
            File(
                "impressions_adv2259_with_usertags.parquet",
                "ipinyou_usertags_impressions",
                4_570,
                "4,570 rows, 148 clicks",
            ),
        ),
        (Figure("clicks", _CLICKS, 148),),
    ),
    Shop(
        "ipinyou_rtb",
        (
            File(
                "raw_impressions_20130606_07_no_click_label.parquet",
                "ipinyou_raw_impressions",
                20_000,
                "20,000 raw season-2 impressions",
            ),
        ),
        (Figure("advertisers", _CAMPAIGNS, 5), Figure("no click label", _BLIND, 20_000)),
    ),
    Shop(
        "amexpert2019_coupon",
        (
            File("item_data.parquet", "amexpert_items", 74_066, "item_data (74,066 items)"),
            File(
                "customer_demographics.parquet",
                "amexpert_demographics",
                760,
                "customer_demographics (760)",
            ),
            File("train.parquet", "amexpert_impressions", 78_369, "78,369 exposures"),
            File("train.parquet", "amexpert_conversions", 729, "729 redemptions", 78_369 - 729),
        ),
        (
            Figure("campaigns", _CAMPAIGNS, 18),
            Figure("coupons", "SELECT count(DISTINCT product_id) FROM impressions", 866),
            Figure("customers", _PEOPLE, 1_428),
            Figure(
                "redemptions that belong to an exposure",
                _MATCHED,
                729,
            ),
        ),
    ),
    *(_obd(part, n) for part, n in (("all", 80), ("men", 34), ("women", 46))),
    Shop(
        "taobao_userbehavior_100k",
        (File("events.parquet", "taobao_events", 100_001, "100,001 events of 983 users"),),
        (
            Figure("users", "SELECT count(*) FROM shoppers", 983),
            Figure("items", "SELECT count(DISTINCT product_id) FROM events", 64_467),
            Figure("pv", f"{_EVENTS}'view'", 89_710),
            Figure("cart", f"{_EVENTS}'cart'", 5_446),
            Figure("fav", f"{_EVENTS}'favourite'", 2_744),
            Figure("buy", f"{_EVENTS}'purchase'", 2_101),
        ),
    ),
    Shop(
        "hillstrom_email_uplift",
        (
            # 64,000 customers, of whom a third got no e-mail; 1.25 % and .88 % of the others bought
            File("hillstrom.parquet", "hillstrom_impressions", 42_694, "64,000 customers", 21_306),
            File("hillstrom.parquet", "hillstrom_conversions", 456, "1.25/0.88 %", 63_544),
        ),
        (Figure("e-mails of two kinds", _CAMPAIGNS, 2),),
    ),
    Shop(
        "kag_facebook_campaigns",
        (File("kag.parquet", "kag_costs", 1_143, "1,143 ads"),),
        (
            Figure("impressions (213M)", "SELECT sum(n_impressions) FROM costs", 213_434_828),
            Figure("clicks", "SELECT sum(n_clicks) FROM costs", 38_165),
            Figure("spend", "SELECT sum(cost_minor) / 100 FROM costs", 58_705),
            Figure("campaigns", "SELECT count(DISTINCT campaign_id) FROM costs", 3),
        ),
    ),
    Shop(
        "bigbasket_catalog_en",
        (File("products.parquet", "bigbasket_products", 6_039, "6,039 well-formed products"),),
        (
            Figure("categories", "SELECT count(DISTINCT department) FROM products", 11),
            Figure("brands", "SELECT count(DISTINCT brand) FROM products", 1_440),
        ),
    ),
)

#: Clicks of the three parts of obd_zozotown together: "287 clicks (random 130, bts 157)".
OBD_CLICKS = {"random": 130, "bts": 157}

#: Sets and tables without a kind that Hansa takes, and why.
NOT_TAKEN = {
    "advertisegen_zh_copy": "pairs of attributes and texts: neither products nor behaviour",
    "asos_ab": "means and variances of finished experiments",
    "upworthy_ab_headlines": "headlines of articles, with sums of clicks and neither days nor costs",
    "amexpert2019_coupon/coupon_item_mapping, campaign_data": "joined by hand into its mappings",
    "completejourney_cc0/campaigns, campaign_descriptions, coupons": "joined into the exposures",
    "completejourney_cc0/promotions_sample": "what shops displayed; no person saw it as far as known",
}
