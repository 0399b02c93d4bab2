"""A made-up shop folder with a signed model, for tests of scoring and audiences."""

from __future__ import annotations

import random
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from client.ingest.files import import_files
from client.shop import make_shop
from client.store import Store
from common.bundle import ModelBundle
from common.features import default_spec
from common.keys import Identity
from common.model import initial_tensors
from server.publish import publish

SPEC = default_spec()
COORDINATOR = Identity.generate()


@lru_cache
def model(heads: tuple[str, ...] = ("conversion",), seed: int = 0) -> ModelBundle:
    """A bundle whose model likes shoppers who bought before; signed by COORDINATOR."""
    rng = np.random.default_rng(seed)
    tensors = {
        k: v + rng.standard_normal(v.shape).astype(np.float32) * 0.02
        for k, v in initial_tensors(SPEC).items()
    }
    tensors["numeric_conversion.weight"][0, 0] += 2.0
    tensors["numeric_conversion.bias"] += 3.0
    with TemporaryDirectory() as out:
        facts = {"heads": list(heads), "run_id": "made-up"}
        return publish(tensors, SPEC, facts, COORDINATOR, Path(out))


def shop(home: Path, n: int = 60, rate: float = 0.15) -> Store:
    """n shoppers, all but every tenth with consent; outcomes follow earlier purchases."""
    rng = random.Random(4)
    who = range(n)
    files = {
        "products": "product_id,title,department,category\n"
        "P1,Green Tea,Grocery,Tea\nP2,Tea Pot,Household,Kitchen\n",
        "shoppers": "customer_id,consent\n"
        + "".join(f"c{i},{'no' if i % 10 == 9 else 'yes'}\n" for i in who),
        "events": "customer_id,kind,happened_at,product_id,value\n"
        + "".join(
            f"c{i},purchase,2024-01-{1 + j:02d},P1,3.00\n" for i in who for j in range(i % 4)
        ),
        "impressions": "impression_id,customer_id,product_id,shown_at,campaign_type\n"
        + "".join(f"i{i}-{j},c{i},P1,2024-02-{1 + j:02d},A\n" for i in who for j in range(3)),
        "conversions": "impression_id,converted_at\n"
        + "".join(
            f"i{i}-{j},2024-02-20\n" for i in who for j in range(3) if rng.random() < rate * (i % 4)
        ),
    }
    make_shop(home / "shop", "Tea", "en", {})
    folder = home / "in"
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    store = Store.open(home / "shop")
    import_files(store, [folder])
    return store
