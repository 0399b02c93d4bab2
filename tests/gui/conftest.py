"""A small real shop: rows, a ledger with three rounds, an audience, ads. Made once, copied per test."""

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from client.ingest.files import Options, import_files
from client.shop import make_shop
from client.store import Store, audiences, creatives, ledger, rounds, rows, spent
from common.domain import (
    Audience,
    AudienceMember,
    Creative,
    CreativeState,
    Finding,
    Interval,
    Reason,
)
from common.keys import Identity
from common.privacy import PrivacySpent, PrivacyUnit
from common.rounds import RoundPlan, RoundReport, Task


def _csv(path, head, lines):
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return path


def write_files(folder):
    """A shop's CSV files: 6 products, 60 shoppers, 600 impressions, 40 conversions."""
    folder.mkdir(parents=True, exist_ok=True)
    start = datetime(2026, 3, 2, tzinfo=UTC)
    products = [f"p{i},Olive Oil {i},Grocery,Oils,Casa,{5 + i}.50,EUR" for i in range(6)]
    shoppers = [f"c{i},{'yes' if i % 10 else 'no'}" for i in range(60)]
    shown = [
        f"i{i},c{i % 60},p{i % 6},{(start + timedelta(hours=7 * i)).isoformat()},{0.05}"
        for i in range(600)
    ]
    won = [
        f"i{i},{(start + timedelta(hours=7 * i + 2)).isoformat()},5.50" for i in range(0, 600, 15)
    ]
    return [
        _csv(
            folder / "products.csv",
            "product_id,title,department,category,brand,price,currency",
            products,
        ),
        _csv(folder / "shoppers.csv", "customer_id,consent", shoppers),
        _csv(
            folder / "impressions.csv",
            "impression_id,customer_id,product_id,shown_at,cost",
            shown,
        ),
        _csv(folder / "conversions.csv", "impression_id,converted_at,value", won),
    ]


def _rounds(store, identity):
    head = {"head.weight": np.zeros((1, 8), np.float32)}
    for number in (1, 2, 3):
        at = datetime(2026, 11, 1, 8, number, tzinfo=UTC)
        late = (at + timedelta(hours=1)).isoformat()
        plan = RoundPlan(
            "run-1", number, Task.TRAIN, PrivacyUnit(16), 0.25, 1.5, 1.0, 5, 0.5, 50.0,
            ("conversion",), "ab" * 32, "2026-06-01T00:00:00Z", 1e-4, at.isoformat(), late, head,
        )  # fmt: skip
        entry = ledger.reserve(store, identity, plan, at, expected=ledger.head(store))
        if number == 2:
            ledger.void(store, identity, entry, at)
        else:
            report = RoundReport(
                "run-1",
                number,
                Task.TRAIN,
                plan.digest(),
                identity.public.fingerprint,
                plan.mechanism(),
                ledger.head(store),
                head,
            )
            rounds.release(store, identity, entry, report, at)
        known = PrivacySpent(0.4 * number, 1e-4, "pld dp-accounting", "one shopper")
        spent.remember(store, ledger.head(store), known, 9 - number)


def _audience(store):
    keys = [r[0] for r in store.db.execute("SELECT shopper_key FROM shoppers LIMIT 30")]
    why = (Reason("coupon habits", 1.9, "x"), Reason("loyalty tier", 0.7, "x"))
    members = tuple(
        AudienceMember(k, 0.2 - i / 400, reasons=why) for i, k in enumerate(keys, start=1)
    )
    made = Audience(
        "aud-1", "Oil lovers", "p1", 30, Interval(0.11, 0.09, 0.13), 0.066, "cd" * 32,
        "2026-11-02T08:00:00Z", reasons=why, members=members,
    )  # fmt: skip
    audiences.save(store, made)


def _ads(store):
    def ad(headline, state=CreativeState.DRAFT, findings=()):
        return Creative(
            "", 1, "p1", "aud-1", "en", headline, "Olive Oil 1 from Casa is in the shop.",
            "See the oil", state, "template", {"label": "Ad"}, findings,
        )  # fmt: skip

    bad = Finding("claims", "error", "best", "This claim cannot be proven.", "Say what is true.")
    creatives.save(
        store,
        [
            ad("Olive Oil 1 is here"),
            ad("Casa oil for your table"),
            ad("The best oil", CreativeState.REFUSED, (bad,)),
        ],
    )


@pytest.fixture(scope="session")
def shop_template(tmp_path_factory):
    home = tmp_path_factory.mktemp("shop") / "home"
    make_shop(home, "Casa Verde", "en", {})
    with Store.open(home) as store:
        import_files(store, write_files(home.parent / "files"), Options(None, {}, False, False))
        _rounds(store, Identity.load(home / "keys" / "identity.pem"))
        _audience(store)
        _ads(store)
        assert rows.summary(store).tables["impressions"] == 600
    return home


@pytest.fixture
def shop_home(shop_template, tmp_path):
    return Path(shutil.copytree(shop_template, tmp_path / "home"))


@pytest.fixture
def desktop(qtbot, shop_home):
    yield from _open(qtbot, shop_home)


@pytest.fixture
def new_desktop(qtbot, tmp_path):
    yield from _open(qtbot, tmp_path / "new")


def _open(qtbot, home):
    from gui.app import Desktop

    made = Desktop(QApplication.instance(), home, mode="light", language="en")
    made.window.resize(1440, 960)
    made.show()
    yield made
    made.close()
    # widgets of one test must not hear the theme of the next
    made.window.deleteLater()
    QApplication.processEvents()


@pytest.fixture
def tea(qtbot, tmp_path):
    """A window on a shop with a signed model."""
    from gui.app import Desktop
    from tests.client import audience_shop

    audience_shop.copy(tmp_path / "tea").close()
    made = Desktop(QApplication.instance(), tmp_path / "tea", mode="light", language="en")
    made.show()
    yield made
    made.close()
    made.window.deleteLater()
    QApplication.processEvents()
