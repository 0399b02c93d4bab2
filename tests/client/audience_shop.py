"""A made-up shop of five products with a signed model, made once and copied for each test."""

from __future__ import annotations

import atexit
import random
import shutil
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp

from client.ingest.files import import_files
from client.ingest.pseudonym import Pseudonyms
from client.salt import place
from client.shop import make_shop
from client.store import Store, models
from tests.client.made_up_shop import COORDINATOR, model

N = 120
PRODUCTS = (
    "product_id,title,department,category\n"
    "P1,Green Tea,Grocery,Tea\nP2,Tea Pot,Household,Kitchen\nP3,Black Tea,Grocery,Tea\n"
    "P4,Soap,Household,Bath\nP5,White Tea,Grocery,Tea\n"
)


def bought(i: int) -> list[tuple[str, str]]:
    """(product, day) of shopper i: tea and pots go together, soap goes with nothing."""
    out = [("P1", f"2024-01-{1 + j:02d}") for j in range(i % 4)]
    if i % 4 >= 2:
        out.append(("P2", "2024-01-20"))
    if i % 3 == 0:
        out.append(("P4", "2024-01-25"))
    return out


def _files() -> dict[str, str]:
    rng = random.Random(4)
    who = range(N)
    return {
        "products": PRODUCTS,
        "shoppers": "customer_id,consent\n"
        + "".join(f"c{i},{'no' if i % 10 == 9 else 'yes'}\n" for i in who),
        "events": "customer_id,kind,happened_at,product_id,value\n"
        + "".join(f"c{i},purchase,{day},{p},3.00\n" for i in who for p, day in bought(i)),
        "impressions": "impression_id,customer_id,product_id,shown_at,campaign_type,placement\n"
        + "".join(
            f"i{i}-{j},c{i},P{1 + j},2024-02-{1 + j:02d},{'AB'[j % 2]},{'feed' if j else 'home'}\n"
            for i in who
            for j in range(3)
        ),
        "conversions": "impression_id,converted_at\n"
        + "".join(
            f"i{i}-{j},2024-02-20\n" for i in who for j in range(3) if rng.random() < 0.15 * (i % 4)
        ),
    }


@lru_cache
def _made() -> Path:
    home = Path(mkdtemp(prefix="hansa-audience-shop-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    make_shop(home / "shop", "Tea", "en", {})
    (home / "in").mkdir()
    for name, text in _files().items():
        (home / "in" / f"{name}.csv").write_text(text, encoding="utf-8")
    with Store.open(home / "shop") as store:
        import_files(store, [home / "in"])
        models.install(store, model(("click", "conversion")).pack(), COORDINATOR.public)
    return home / "shop"


def copy(to: Path) -> Store:
    """A copy of the shop, open."""
    shutil.copytree(_made(), to)
    return Store.open(to)


def key(store: Store, i: int) -> str:
    """Pseudonym of shopper i."""
    return Pseudonyms(place.load(store.home))(f"c{i}")
