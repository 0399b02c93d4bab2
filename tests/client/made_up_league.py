"""A made-up federation as files, one folder a merchant, as `hansa evaluate` takes it."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def merchant(
    folder: Path,
    seed: int,
    *,
    n_shoppers: int = 60,
    rate: float = 0.3,
    clicks: bool = True,
    conversions: bool = False,
    days: int = 28,
) -> Path:
    """Files of one merchant: shoppers of a high tier answer more often, so that there is an order."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True)
    products = "".join(f"p{i},Thing {i},Home,Kind {i}\n" for i in range(4))
    (folder / "products.csv").write_text(f"product_id,title,department,category\n{products}")
    people = "".join(f"c{i},yes\n" for i in range(n_shoppers))
    (folder / "shoppers.csv").write_text(f"customer_id,consent\n{people}")
    shown, converted = [], []
    for i in range(n_shoppers):
        tier = int(rng.integers(0, 7))
        for k in range(int(rng.integers(1, 5))):
            day = int(rng.integers(0, days))
            yes = bool(rng.random() < rate * tier / 3)
            name = f"i{i}x{k}"
            label = f",{int(yes)}" if clicks else ""
            product = int(rng.integers(0, 4))
            at = f"2024-03-{day + 1:02d}T08:00:00Z"
            shown.append(f"{name},c{i},p{product},{at},{tier}{label}\n")
            if yes and rng.random() < 0.7:
                converted.append(f"{name},2024-03-{day + 1:02d}T12:00:00Z\n")
    head = "impression_id,customer_id,product_id,shown_at,platform_activity"
    text = f"{head}{',clicked' if clicks else ''}\n{''.join(shown)}"
    (folder / "impressions.csv").write_text(text)
    if conversions:
        text = f"impression_id,converted_at\n{''.join(converted)}"
        (folder / "conversions.csv").write_text(text)
    return folder


def league(root: Path, n: int = 5, **kind: bool | float | int) -> Path:
    """A folder of `n` merchants."""
    for i in range(n):
        merchant(root / f"m{i}", i, **kind)  # type: ignore[arg-type]
    return root
