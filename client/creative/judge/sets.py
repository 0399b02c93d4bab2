"""Products and headlines to be judged on: the public sets, and a shop's own products."""

from __future__ import annotations

import csv
import importlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from client.creative.brief import Language
from common.domain import Product
from common.errors import InputError


@dataclass(frozen=True, slots=True)
class Case:
    """A product to write for, and a text that a person wrote for it ("" = none).

    Attributes:
        product: The product.
        language: Of the ad.
        reference: Human copy.
    """

    product: Product
    language: Language
    reference: str = ""


def advertisegen(path: Path, n: int, seed: int) -> list[Case]:
    """Chinese clothing with the copy of Taobao shops (Shao et al. 2019); part "dev" if it is there."""
    rows = _rows(path, "pairs.parquet")
    official = [r for r in rows if r.get("part") == "dev"]
    return [_clothing(i, r) for i, r in enumerate(_drawn(official or rows, n, seed))]


def _clothing(number: int, row: dict[str, Any]) -> Case:
    pairs = [p.split("#", 1) for p in str(row["content"]).split("*") if "#" in p]
    values = [v for _, v in pairs]
    kind = next((v for k, v in pairs if k == "类型"), "")
    title = "".join([*[v for k, v in pairs if k in ("颜色", "材质")][:1], kind])
    product = Product(f"adgen-{number}", title, "服装", kind, kind, "", "，".join(values))
    return Case(product, "zh", str(row["summary"]).replace("<UNK>", ""))


def bigbasket(path: Path, n: int, seed: int, language: Language = "en") -> list[Case]:
    """An Indian grocer's catalogue; descriptions are no ads, so there is no reference."""
    rows = [r for r in _rows(path, "products.parquet") if r.get("product")]
    return [Case(_grocery(r), language) for r in _drawn(rows, n, seed)]


def _grocery(r: dict[str, Any]) -> Product:
    price = str(r.get("sale_price") or "")
    minor = round(float(price) * 100) if price.replace(".", "", 1).isdigit() else None
    names = ("product", "category", "sub_category", "type", "brand", "description")
    text = {k: str(r.get(k) or "").strip() for k in names}
    return Product(
        f"bb-{r.get('index')}", text["product"], text["category"], text["sub_category"],
        text["type"], text["brand"], text["description"], minor, "INR",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Arm:
    """One headline of a test, under one picture.

    Attributes:
        test: Id of the test.
        picture: Id of the picture: only headlines under the same one are compared.
        headline: The words.
        lede: The text below it.
        n_shown: Impressions.
        n_clicks: Clicks.
    """

    test: str
    picture: str
    headline: str
    lede: str
    n_shown: int
    n_clicks: int


def upworthy(path: Path) -> list[Arm]:
    """Headlines of real A/B tests (Matias et al. 2021); the same words in a test are one arm."""
    arms: dict[tuple[str, str, str], Arm] = {}
    for r in _rows(path, "packages.parquet"):
        key = (str(r["clickability_test_id"]), str(r["eyecatcher_id"]), str(r["headline"]))
        old = arms.get(key)
        shown, clicks = int(r["impressions"] or 0), int(r["clicks"] or 0)
        arms[key] = Arm(
            *key,
            str(r.get("lede") or ""),
            shown + (old.n_shown if old else 0),
            clicks + (old.n_clicks if old else 0),
        )
    return list(arms.values())


def headline_tests(path: Path) -> list[Arm]:
    """A shop's own headline tests: CSV or Parquet with test, headline, impressions, clicks.

    Within a test only the headline may differ, and who sees which must have been drawn by chance;
    a column "picture" splits a test further.

    Raises:
        InputError: the file cannot be read, or a column or a count is wrong.
    """
    if path.suffix.lower() == ".csv":
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows: list[dict[str, Any]] = list(csv.DictReader(file))
        except (OSError, ValueError, csv.Error) as e:
            raise _unreadable(path, "a CSV file in UTF-8") from e
    else:
        rows = _rows(path, "headlines.parquet")
    arms: dict[tuple[str, str, str], tuple[int, int]] = {}
    for number, r in enumerate(rows, 2):
        try:
            key = (str(r["test"]), str(r.get("picture") or ""), str(r["headline"]).strip())
            shown, clicks = int(r["impressions"]), int(r["clicks"])
            if not 0 <= clicks <= shown:
                raise ValueError("clicks")
        except (KeyError, TypeError, ValueError) as e:
            raise InputError(
                "A row of the headline tests cannot be used.",
                where=f"{path}, row {number}",
                safe="Nothing was learned or changed.",
                todo="Columns: test, headline, impressions, clicks; clicks are at most impressions.",
            ) from e
        old = arms.get(key, (0, 0))
        arms[key] = (old[0] + shown, old[1] + clicks)
    return [Arm(t, p, h, "", n, k) for (t, p, h), (n, k) in arms.items()]


def _rows(path: Path, name: str) -> list[dict[str, Any]]:
    """Rows of a Parquet file.

    Raises:
        InputError: no such file, not this set, or pyarrow is missing.
    """
    file = path / name if path.is_dir() else path
    try:
        table = importlib.import_module("pyarrow.parquet").read_table(file)
    except (ImportError, OSError, ValueError) as e:
        raise _unreadable(file, f"the folder that holds {name}; pyarrow must be installed") from e
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def _unreadable(file: Path, wanted: str) -> InputError:
    return InputError(
        "The set cannot be read.",
        where=str(file),
        safe="Nothing was changed.",
        todo=f"Give {wanted}.",
    )


def _drawn(rows: Sequence[dict[str, Any]], n: int, seed: int) -> list[dict[str, Any]]:
    return random.Random(seed).sample(list(rows), min(n, len(rows)))
