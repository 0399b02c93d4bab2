"""Ordered migrations of the merchant's database. A released script is never edited."""

from __future__ import annotations

from client.store.schema_ads import ADS
from client.store.schema_banners import BANNERS
from client.store.schema_data import DATA
from client.store.schema_exports import EXPORTS, FILES
from client.store.schema_league import LEAGUE
from client.store.schema_ledger import LEDGER
from client.store.schema_life import LIFE
from client.store.schema_model import MODEL
from client.store.schema_model2 import MODEL2
from client.store.schema_receipts import RECEIPTS
from client.store.schema_shop import SHOP
from client.store.schema_uses import USES

MIGRATIONS: tuple[str, ...] = (
    SHOP,
    LEDGER,
    MODEL,
    ADS,
    RECEIPTS,
    LEAGUE,
    DATA,
    MODEL2,
    EXPORTS,
    LIFE,
    BANNERS,
    USES,
    FILES,
)
