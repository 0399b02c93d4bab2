"""Rows are encoded once; a withdrawn consent or a new file counts from the very next round."""

import csv

import pytest

from client import prepared
from client.ingest.files import Options, import_files
from client.shop import make_shop
from client.store import Store
from common.features import default_spec
from common.rounds import Task
from tests.client.door_shop import a_plan

CUT = "2024-06-01T00:00:00Z"


def write(path, header, *rows):
    with path.open("w", newline="", encoding="utf-8") as f:
        csv.writer(f).writerows([header, *rows])
    return path


@pytest.fixture
def store(tmp_path):
    home = tmp_path / "shop"
    make_shop(home, "Shop", "en", {})
    files = [
        write(tmp_path / "products.csv", ["product_id", "title"], ["p", "Tea"]),
        write(tmp_path / "shoppers.csv", ["customer_id", "consent"], ["a", "yes"], ["b", "yes"]),
        write(
            tmp_path / "impressions.csv",
            ["impression_id", "customer_id", "product_id", "shown_at"],
            ["1", "a", "p", "2024-05-01T10:00:00Z"],
            ["2", "b", "p", "2024-05-02T10:00:00Z"],
            ["3", "b", "p", "2024-07-02T10:00:00Z"],
        ),
    ]
    with Store.open(home) as opened:
        import_files(opened, files, Options())
        yield opened


def test_rows_are_kept_between_rounds_and_split_at_the_cut(store, monkeypatch):
    spec = default_spec()
    train = a_plan(train_before_at=CUT)
    first = prepared.rows_for(store, spec, train)
    monkeypatch.setattr(prepared.exposures, "load", None)
    assert prepared.rows_for(store, spec, train) is first
    assert (first.n_shoppers, first.n_rows) == (2, 2)
    monkeypatch.undo()
    later = prepared.rows_for(store, spec, a_plan(train_before_at=CUT, task=Task.EVALUATE))
    assert later.n_rows == 1


def test_a_withdrawn_consent_counts_at_once(store, tmp_path):
    spec, plan = default_spec(), a_plan(train_before_at=CUT)
    assert prepared.rows_for(store, spec, plan).n_shoppers == 2
    path = write(tmp_path / "later.csv", ["customer_id", "consent"], ["b", "no"])
    import_files(store, [path], Options())
    assert prepared.rows_for(store, spec, plan).n_shoppers == 1
