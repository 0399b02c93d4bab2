"""The data report: figures against hand counts, warnings that matter, pages without rows or addresses."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from client.commands.data import data
from client.datareport import as_html, as_text, charts, kept
from client.datareport.alerts import alerts, gaps_and_drops
from client.datareport.facts import Day
from client.datareport.filledin import every_day
from client.datareport.gather import gather
from client.datareport.words import _book, alert_words
from client.ingest.files import import_files
from client.shop import make_shop
from client.store import Store

NOW = datetime(2026, 5, 20, tzinfo=UTC)
SECRET = "customer-4711"


@pytest.fixture
def shop(tmp_path):
    home = tmp_path / "shop"
    make_shop(home, "Tea & <b>Pots</b>", "zh", {})
    files = {
        "products.csv": "product_id,title,price,currency\nP1,Tea,6.90,EUR\nP2,Pot,,\n",
        "shoppers.csv": f"customer_id,consent\n{SECRET},yes\nc2,no\n",
        "events.csv": "customer_id,kind,happened_at,product_id,value\n"
        f"{SECRET},purchase,2026-05-01 10:00,P1,6.90\nc2,view,2026-05-03 11:00,P9,\n",
        "impressions.csv": "impression_id,customer_id,product_id,shown_at,clicked\n"
        f"i1,{SECRET},P1,2026-05-01 09:00,yes\ni2,c2,P3,2026-05-01 09:30,no\n"
        "i3,c2,P1,2026-05-02 09:00,no\ni4,c2,P1,nonsense,no\n",
        "conversions.csv": "impression_id,converted_at,value\ni1,2026-05-01 10:00,6.90\n"
        "i9,2026-05-02 10:00,1\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with Store.open(home) as store:
        import_files(store, [tmp_path / name for name in files])
        yield store


def test_figures_are_those_of_the_files(shop):
    report = gather(shop, now=NOW)
    assert dict(report.tables) == {
        "products": 2, "shoppers": 2, "events": 2, "impressions": 3, "conversions": 2, "costs": 0,
    }  # fmt: skip
    assert {m.name: (m.n_matched, m.n_rows) for m in report.matches} == {
        "impressions-product": (2, 3),
        "impressions-consent": (1, 3),
        "events-product": (1, 2),
        "events-consent": (1, 2),
        "conversions-impression": (1, 2),
        "costs-campaign": (0, 0),
    }
    assert report.days[0] == Day("2026-05-01", 2, 1, 1, 1, 1, 0, 690, 0)
    assert report.column("products", "price_minor").n_filled == 1
    assert report.column("impressions", "clicked").n_filled == 3
    assert (report.n_consenting, report.n_shoppers, report.n_refused) == (1, 2, 1)
    assert report.most_of_one == pytest.approx(2 / 3)
    assert dict(report.features)["department"] == 0.0


def test_rows_set_aside_are_counted_apart(shop):
    shop.db.execute("UPDATE impressions SET aside = 5 WHERE impression_id = 'i2'")
    report = gather(shop, now=NOW)
    assert (report.days[0].n_impressions, report.days[0].n_aside) == (1, 1)
    assert report.n_aside == 2  # two rules say so
    assert "aside" in {a.code for a in report.alerts}


def test_warnings_say_what_is_wrong(shop):
    report = gather(shop, now=NOW)
    codes = {a.code for a in report.alerts}
    assert {"few-shoppers", "prices-missing", "refused", "unmatched-impressions-product"} <= codes
    none = replace(report, n_consenting=0, has_outcomes=False, most_of_one=0.4, n_early=3)
    worse = {a.code: a.level for a in alerts(none, NOW, 180)}
    assert worse["no-consent"] == worse["conversions-early"] == "bad"
    assert worse["no-conversions"] == "warn"
    later = {a.code for a in alerts(report, datetime(2026, 4, 1, tzinfo=UTC), 180)}
    assert "future" in later
    old = {a.code for a in alerts(report, datetime(2027, 4, 1, tzinfo=UTC), 180)}
    assert {"stale", "older-than-kept"} <= old
    assert "older-than-kept" not in {a.code for a in alerts(report, NOW, 0)}
    assert [a.level for a in report.alerts] == sorted(
        (a.level for a in report.alerts), key=["bad", "warn", "info"].index
    )


def test_gaps_and_drops_are_found_and_quiet_shops_left_alone():
    usual = {f"2026-03-{d:02d}": 100 for d in range(1, 29)}
    assert gaps_and_drops(usual) == ([], [])
    broken = {**usual, "2026-03-20": 5}
    del broken["2026-03-11"]
    assert gaps_and_drops(broken) == (["2026-03-11"], ["2026-03-20"])
    assert gaps_and_drops(dict.fromkeys(broken, 3)) == ([], [])
    assert gaps_and_drops({"2026-01-01": 900, "2026-06-01": 900}) == ([], [])


def test_every_warning_has_words_in_both_languages(shop):
    from client.datareport.facts import Alert

    for code in _book()["alerts"]:
        alert = Alert(code, "warn", ("1", "2", "3"))
        for language in ("en", "zh"):
            what, todo = alert_words(alert, language)
            assert what and todo and "{" not in what + todo
        assert alert_words(alert, "en") != alert_words(alert, "zh")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_page_is_whole_escaped_and_without_people(shop, language):
    page = as_html.render(gather(shop, now=NOW), language)
    assert "Tea &amp; &lt;b&gt;Pots" in page and "<b>Pots" not in page
    assert "<script" not in page and "http://" not in page and "https://" not in page
    assert page.count("<svg") >= 4 and "prefers-color-scheme: dark" in page
    assert SECRET not in page and "nonsense" not in page
    keys = [r[0] for r in shop.db.execute("SELECT shopper_key FROM shoppers")]
    assert not any(k in page for k in keys)
    assert ("展示" in page) == (language == "zh")
    assert "{0}" not in page


def test_empty_shop_has_a_report(tmp_path):
    make_shop(tmp_path / "s", "New", "en", {})
    with Store.open(tmp_path / "s") as store:
        report = gather(store, now=NOW)
        assert [a.code for a in report.alerts] == ["empty"]
        assert "Nothing was imported" in as_html.render(report) + as_text.render(report)


def test_report_is_kept_until_the_rows_change(shop, tmp_path):
    first = kept.current(shop)
    assert kept.last(shop.home) == first and kept.current(shop) == first
    more = tmp_path / "more.csv"
    more.write_text("product_id,title\nP3,Cup\n")
    import_files(shop, [more])
    assert not kept.is_fresh(shop, first)
    assert kept.current(shop).n_rows("products") == 3
    (shop.home / kept.NAME).write_text("{damaged")
    assert kept.last(shop.home) is None
    assert kept.current(shop).n_rows("products") == 3


def test_command_prints_words_json_and_a_page(shop, tmp_path):
    home = str(shop.home)
    page = tmp_path / "report.html"
    out = CliRunner().invoke(data, ["--home", home, "--html", str(page), "--days"])
    assert out.exit_code == 0, out.output
    assert "what to know" in out.output and "2026-05-01" in out.output
    assert 'lang="zh-Hans"' in page.read_text(encoding="utf-8")
    out = CliRunner().invoke(data, ["--home", home, "--json", "--language", "en"])
    found = json.loads(out.output)
    assert found["tables"]["impressions"] == 3 and found["n_refused"] == 1
    assert found["matches"]["conversions-impression"] == 0.5
    assert all({"code", "level", "what", "do"} == set(w) for w in found["warnings"])
    assert SECRET not in out.output


def test_charts_join_many_days_and_escape():
    days = [f"d{i}" for i in range(1000)]
    svg = charts.over_time("a < b", days, [1.0] * 1000)
    assert svg.count("<rect") <= 190 and "a &lt; b" in svg
    assert len(re.findall("<text", charts.over_time("t", [], []))) == 5
    assert [d.day for d in every_day((Day("2026-01-30"), Day("2026-02-02")))] == [
        "2026-01-30", "2026-01-31", "2026-02-01", "2026-02-02",
    ]  # fmt: skip
    assert len(every_day((Day("0001-01-01"), Day("2026-02-02"), Day("bad")))) == 2
