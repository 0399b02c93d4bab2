"""The shipped federation: its merchants, its cut date, and its files as plain CSV."""

from __future__ import annotations

import gzip
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

SHIPPED = Path(__file__).resolve().parents[1] / "data" / "completejourney"
KINDS = ("products", "shoppers", "events", "impressions", "conversions")


@dataclass(frozen=True, slots=True)
class Merchant:
    """One merchant of the sample.

    Attributes:
        name: As people read it, "Merchant 69".
        folder: Its files, gzipped; `hansa import FOLDER` takes them as they are.
        n_exposures: Impressions of consenting shoppers.
        n_before_cut: Those shown before the cut.
        n_converted: Those that converted.
    """

    name: str
    folder: Path
    n_exposures: int
    n_before_cut: int
    n_converted: int


@dataclass(frozen=True, slots=True)
class Federation:
    """Merchants, largest first, and the public time (ISO-8601 UTC) before which all may train."""

    name: str
    cut_at: str
    merchants: tuple[Merchant, ...]


def federation(root: Path = SHIPPED) -> Federation:
    """Read `federation.json`; every merchant's files must be there.

    Raises:
        FileNotFoundError: a file is missing.
    """
    raw = json.loads((root / "federation.json").read_text("utf-8"))
    merchants = []
    for m in raw["merchants"]:
        for kind in KINDS:
            if not (path := root / m["folder"] / f"{kind}.csv.gz").is_file():
                raise FileNotFoundError(path)
        counts = (m["n_usable"], m["n_usable_before_cut"], m["n_usable_converted"])
        merchants.append(Merchant(m["name"], root / m["folder"], *counts))
    return Federation(raw["name"], raw["cut_at"], tuple(merchants))


def unpack(merchant: Merchant, out: Path) -> list[Path]:
    """Write the merchant's files as plain CSV into `out`; returns them in the order of import."""
    out.mkdir(parents=True, exist_ok=True)
    files = []
    for kind in KINDS:
        path = out / f"{kind}.csv"
        with gzip.open(merchant.folder / f"{kind}.csv.gz") as src, path.open("wb") as dst:
            shutil.copyfileobj(src, dst)
        files.append(path)
    return files
