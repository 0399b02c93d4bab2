import csv
import gzip
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from client.ingest.files import import_files
from client.shop import make_shop
from client.store import Store, rows
from client.store.exposures import load

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
from readable import Words
from sample import KINDS, SHIPPED, federation, unpack

SAMPLE = federation()


def read(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def test_enough_merchants_with_an_earlier_and_a_later_part():
    assert len(SAMPLE.merchants) >= 28
    for m in SAMPLE.merchants:
        assert m.n_exposures >= 1000
        assert m.n_before_cut >= 100
        assert m.n_exposures - m.n_before_cut >= 25


def test_the_shipped_files_are_small_and_carry_their_notice():
    assert sum(p.stat().st_size for p in SHIPPED.rglob("*") if p.is_file()) < 8_000_000
    assert "CC0" in (SHIPPED / "NOTICE").read_text("utf-8")


@pytest.mark.parametrize("m", SAMPLE.merchants, ids=lambda m: m.folder.name)
def test_counts_are_those_of_the_files_and_titles_are_readable(m):
    listed = json.loads((SHIPPED / "federation.json").read_text("utf-8"))["merchants"]
    entry = next(e for e in listed if e["folder"] == m.folder.name)
    tables = {kind: read(m.folder / f"{kind}.csv.gz") for kind in KINDS}
    assert {kind: len(t) for kind, t in tables.items()} == {k: entry[f"n_{k}"] for k in KINDS}
    products = {p["product_id"] for p in tables["products"]}
    assert {r["product_id"] for r in tables["impressions"] + tables["events"]} <= products
    for p in tables["products"]:
        assert 3 < len(p["title"]) <= 60
        assert not re.search(r"[A-Z]{5}", p["title"])
    # ids of impressions are running numbers: they tell no household
    assert all(re.fullmatch(r"i\d{6}", r["impression_id"]) for r in tables["impressions"])


def test_a_merchant_imports_without_a_refused_row(tmp_path):
    m = SAMPLE.merchants[1]
    make_shop(tmp_path / "shop", m.name, "en", {})
    with Store.open(tmp_path / "shop") as store:
        done = import_files(store, unpack(m, tmp_path / "plain"))
        assert [d.kind for d in done] == list(KINDS)
        assert sum(d.n_refused for d in done) == 0
        again = import_files(store, [m.folder])
        assert sum(d.n_new + d.n_changed for d in again) == 0
        assert len(load(store)) == m.n_exposures
        assert len(load(store, shown_before=SAMPLE.cut_at)) == m.n_before_cut
        assert int(load(store).converted.sum()) == m.n_converted
        share = rows.summary(store).consent_share
    assert share is not None
    assert 0.95 < share < 1


def test_readable_words():
    words = Words()
    assert words.title("FRZN ICE") == "Frozen Ice"
    assert words.title("BREAD:ITALIAN/FRENCH") == "Italian/French Bread"
    assert words.department("DRUG GM") == "Drugstore"
    assert words.title(None) == ""


@pytest.mark.slow
def test_pooled_reference_is_where_the_report_says():
    out = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "reference.py")],
        capture_output=True,
        check=True,
        text=True,
        timeout=300,
    )
    found = json.loads(out.stdout)
    assert 0.86 <= found["pooled"]["auc"] <= 0.89
    assert found["pooled"]["auc"] > found["local"]["auc"] + 0.02
    assert found["n_merchants_judged"] >= 20
