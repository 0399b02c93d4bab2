"""A hand-made shop for tests of cleaning: sound rows that no rule touches, and room for faults."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from client.clean.nouns import Choice
from client.clean.rules import defaults
from client.clean.run import run
from client.shop import make_shop
from client.store import Store
from common.database import transaction

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
START = datetime(2024, 3, 1, 9, 17, 5, tzinfo=UTC)
TABLES = ("shoppers", "events", "impressions", "conversions")


def at(seconds: float = 0) -> str:
    """A time of the shop, so many seconds after its beginning."""
    return (START + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Shop:
    """Writes rows straight into the tables, as an import would."""

    def __init__(self, home: Path) -> None:
        make_shop(home, "Tea", "en", {})
        self.store = Store.open(home)
        self.store.db.execute("PRAGMA synchronous = OFF")
        self.n = 0

    def row(self, table: str, **values: object) -> None:
        names = ", ".join(values)
        marks = ", ".join("?" * len(values))
        sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"
        self.store.db.conn.execute(sql, list(values.values()))

    def shopper(self, number: int) -> None:
        self.row("shoppers", shopper=number, shopper_key=f"key{number:08d}", consent=1)

    def product(self, product_id: str, category: str = "Tea") -> None:
        self.row("products", product_id=product_id, title=product_id, category=category)

    def event(
        self, key: str, shopper: int, kind: str, when: str, product: str = "P1", **more: object
    ) -> None:
        self.row(
            "events", event_key=key, shopper=shopper, kind=kind, happened_at=when,
            product_id=product, **more,
        )  # fmt: skip

    def shown(self, key: str, shopper: int, when: str, product: str = "P1", **more: object) -> None:
        self.row(
            "impressions", impression_id=key, shopper=shopper, shown_at=when, product_id=product,
            **more,
        )  # fmt: skip

    def won(self, key: str, when: str, value: int = 0, **more: object) -> None:
        self.row("conversions", impression_id=key, converted_at=when, value_minor=value, **more)

    def clean(self, now: datetime = NOW, seed: int = 0, dry_run: bool = False, **choices: Choice):
        return run(self.store, {**defaults(), **choices}, now, seed, dry_run=dry_run)

    def aside(self) -> dict[str, dict[str, int]]:
        """Table -> natural key -> bits, of rows that are set aside."""
        keys = ("shopper_key", "event_key", "impression_id", "impression_id")
        return {
            table: dict(
                self.store.db.execute(
                    f"SELECT {key}, aside FROM {table} WHERE aside != 0 ORDER BY 1"
                ).fetchall()
            )
            for table, key in zip(TABLES, keys, strict=True)
        }


def sound(home: Path, n: int = 40) -> Shop:
    """n shoppers with views, purchases, impressions and conversions; nothing of it is faulty."""
    shop = Shop(home)
    with transaction(shop.store.db):
        _fill(shop, n)
    return shop


def _fill(shop: Shop, n: int) -> None:
    shop.product("P1")
    shop.product("P2", "Pots")
    for i in range(1, n + 1):
        shop.shopper(i)
        day = 86_400 * (i % 20) + 61 * i
        for j in range(3):
            shop.event(f"v{i}-{j}", i, "view", at(day + 300 * j))
            shop.shown(f"i{i}-{j}", i, at(day + 400 * j), campaign_id=f"c{j}", clicked=int(j == 1))
        shop.event(f"b{i}", i, "purchase", at(day + 4_000), value_minor=500 + 10 * (i % 30))
        if i % 2:
            shop.won(f"i{i}-1", at(day + 4_007), 500 + 10 * (i % 30))
