"""hansa ledger and hansa privacy, as a merchant types them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from client.commands.privacy import ledger, privacy
from client.shop import IDENTITY_PATH, make_shop
from common import ledger_file
from common.errors import LedgerBroken, StoreError
from common.keys import Identity
from tests.client.door_shop import Shop, a_plan, at
from tests.client.fake_book import FakeBook


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    home = tmp_path / "shop"
    make_shop(home, "Shop", "en", {"epsilon": 2.5})
    return Shop(home, identity=Identity.load(home / IDENTITY_PATH))


def run(command: Any, *args: object) -> Result:
    return CliRunner().invoke(command, [str(a) for a in args])


def test_a_new_shop(shop: Shop) -> None:
    assert "nothing ever left" in run(ledger, "show", "--home", shop.home).stdout
    assert run(ledger, "verify", "--home", shop.home).exit_code == 0
    out = run(privacy, "--home", shop.home, "--json")
    figures = json.loads(out.stdout)
    assert figures["epsilon"] == 0 and figures["rounds_left"] is None and figures["sent"] == []
    assert isinstance(
        run(ledger, "export", "--home", shop.home, "--out", shop.home / "x").exception, StoreError
    )


def test_after_two_rounds(shop: Shop, tmp_path: Path) -> None:
    sent = [shop.ask(a_plan(round=n)) for n in (1, 2)]
    figures = json.loads(run(privacy, "--home", shop.home, "--json").stdout)
    assert 0 < figures["epsilon"] < figures["epsilon_limit"] == 2.5
    assert figures["epsilon"] + figures["epsilon_left"] == pytest.approx(2.5)
    assert figures["rounds_left"] > 0 and "shopper" in figures["unit"]
    assert [s["content_digest"] for s in figures["sent"]] == [
        r.content_digest() for r in reversed(sent)
    ]
    text = run(privacy, "--home", shop.home).stdout
    assert "more like the last one" in text and sent[0].content_digest() in text
    assert "reserve" in run(ledger, "show", "--home", shop.home).stdout
    out = tmp_path / "new" / "export.json"
    assert run(ledger, "export", "--home", shop.home, "--out", out).exit_code == 0
    assert ledger_file.load(out.read_bytes()).problems() == []


def test_a_limited_quarter_is_shown(shop: Shop) -> None:
    text = (shop.home / "hansa.toml").read_text()
    (shop.home / "hansa.toml").write_text(f"{text}epsilon_quarter = 1.0\n")
    assert "quarter  epsilon 0.000 of 1" in run(privacy, "--home", shop.home).stdout
    long_ago, now = datetime(2020, 5, 5, tzinfo=UTC), datetime.now(UTC)
    shop.ask(a_plan(round=1, **at(long_ago)), long_ago)
    shop.ask(a_plan(round=2, **at(now)), now)
    figures = json.loads(run(privacy, "--home", shop.home, "--json").stdout)
    assert 0 < figures["epsilon_quarter"] < figures["epsilon"]
    assert figures["quarter_rounds_left"] < figures["rounds_left"]
    assert "more rounds fit" in run(privacy, "--home", shop.home).stdout


def test_receipts_are_verified_and_exported(shop: Shop, tmp_path: Path) -> None:
    book, now = FakeBook.of(shop), datetime.now(UTC)
    plan = book.plan(now)
    [receipt] = book.close(plan, [shop.ask(plan, now)], now)
    assert "co-signed none" in run(ledger, "verify", "--home", shop.home).stdout
    shop.ask(book.plan(now, round=2), now, receipt=receipt)
    assert "up to entry 2" in run(ledger, "verify", "--home", shop.home).stdout
    said = json.loads(run(ledger, "verify", "--home", shop.home, "--json").stdout)
    assert said == {"holds": True, "problems": [], "entries": 5, "receipts": 1}
    out = tmp_path / "export.json"
    assert run(ledger, "export", "--home", shop.home, "--out", out).exit_code == 0
    export = ledger_file.load(out.read_bytes())
    assert export.receipts == (receipt,) and export.coordinator == shop.coordinator.public.hex
    assert export.problems() == []
    figures = json.loads(run(privacy, "--home", shop.home, "--json").stdout)
    assert export.stated[-1].epsilon == pytest.approx(figures["epsilon"], abs=1e-9)


def test_a_rollback_is_verified(shop: Shop) -> None:
    book, now = FakeBook.of(shop), datetime.now(UTC)
    plan = book.plan(now)
    [receipt] = book.close(plan, [shop.ask(plan, now)], now)
    (shop.home / "hansa.db").unlink()
    with pytest.raises(LedgerBroken):
        shop.ask(book.plan(now, round=2), now, receipt=receipt)
    result = run(ledger, "verify", "--home", shop.home)
    assert result.exit_code == 4 and "reinstalled" in result.stdout


def test_a_broken_ledger(shop: Shop) -> None:
    shop.ask(a_plan())
    with closing(sqlite3.connect(shop.home / "hansa.db")) as conn, conn:
        conn.execute("DROP TRIGGER ledger_no_update")
        conn.execute("UPDATE ledger SET at = '2026-01-01T00:00:00Z' WHERE sequence = 1")
    result = run(ledger, "verify", "--home", shop.home)
    assert result.exit_code == 4 and "was edited" in result.stdout
    assert isinstance(run(privacy, "--home", shop.home).exception, LedgerBroken)
