"""Folders of files to encoded rows: each merchant's is imported into a shop of its own, as anywhere."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from client.dataset import ShopperData
from client.evaluate.nouns import LeftOut, Rows, Shop
from client.ingest.files import import_files
from client.shop import make_shop
from client.store import Store
from client.store.exposures import load
from client.store.history import seconds
from common.errors import InputError, UserFacing
from common.features import FeatureSpec

MAPPINGS = "mappings"


@dataclass(frozen=True, slots=True)
class Imported:
    """All merchants of a folder, in order of name."""

    shops: tuple[Shop, ...]
    left_out: tuple[LeftOut, ...]


def read_folder(
    root: Path, spec: FeatureSpec, tell: Callable[[str, int, int], None] = lambda *_: None
) -> Imported:
    """Import every merchant's folder; what cannot be used is named, the others go on.

    Mapping files (`hansa import --map`) may lie in `root/mappings` for everybody, or beside a
    merchant's files; everything is imported into a temporary place and removed afterwards.

    Args:
        root: Holds one folder a merchant.
        spec: To encode with.
        tell: Called with (name, merchants done, merchants).

    Raises:
        InputError: there is no folder to read, or no merchant could be used.
    """
    folders = list(merchant_folders(root))
    if not folders:
        raise InputError(
            "This folder holds no merchants.",
            where=str(root),
            safe="Nothing was changed.",
            todo="Give a folder that holds one folder of files a merchant.",
        )
    shops: list[Shop] = []
    left_out: list[LeftOut] = []
    with tempfile.TemporaryDirectory(prefix="hansa-evaluate-") as place:
        for i, folder in enumerate(folders):
            tell(folder.name, i, len(folders))
            home = Path(place) / f"shop{i}"
            try:
                shops.append(read_merchant(folder, home, root / MAPPINGS, spec))
            except UserFacing as e:
                left_out.append(LeftOut(folder.name, f"{e.what} {e.todo}".strip()))
            shutil.rmtree(home, ignore_errors=True)
    if not shops:
        raise InputError(
            f"None of the {len(folders)} folders could be used; the first, {left_out[0].name}: "
            f"{left_out[0].reason}",
            where=str(root),
            safe="Nothing was changed.",
            todo="Try one of them with: hansa import FOLDER --dry-run",
        )
    return Imported(tuple(shops), tuple(left_out))


def merchant_folders(root: Path) -> Iterator[Path]:
    """Folders that may be merchants, in order of name."""
    if root.is_dir():
        named = sorted(p for p in root.iterdir() if p.is_dir() and p.name != MAPPINGS)
        yield from (p for p in named if not p.name.startswith((".", "__")))


def read_merchant(folder: Path, home: Path, mappings: Path, spec: FeatureSpec) -> Shop:
    """One merchant's files as encoded rows of consenting shoppers.

    Raises:
        UserFacing: a file cannot be imported.
        InputError: no impression of a consenting shopper is in the files.
    """
    make_shop(home, folder.name[:60], "en", {})
    maps = [*mappings.glob("*.toml"), *folder.glob("*.toml")]
    if maps:
        (home / MAPPINGS).mkdir(exist_ok=True)
        for path in maps:
            shutil.copyfile(path, home / MAPPINGS / path.name)
    with Store.open(home) as store:
        import_files(store, [folder])
        exposures = load(store)
    if not len(exposures):
        raise InputError(
            "No impression of a consenting shopper is in these files.",
            where=str(folder),
            todo="A shoppers file says who consents (columns customer_id, consent).",
        )
    products = np.unique(np.array(exposures.product_id), return_inverse=True)[1]
    rows = Rows(
        data=ShopperData.from_exposures(spec, exposures),
        shopper=exposures.shopper,
        product=products.astype(np.int64),
        shown_at=np.asarray(seconds(exposures.shown_at), np.int64),
    )
    return Shop(folder.name, rows)


def heads_of(shops: Sequence[Shop]) -> tuple[str, ...]:
    """Outcomes that any merchant recorded and that happened at least once.

    Raises:
        InputError: there is none.
    """
    found = tuple(
        head
        for head in ("click", "conversion")
        if any((s.rows.data.labels(head) == 1).any() for s in shops)
    )
    if found:
        return found
    raise InputError(
        "No merchant has a single click or conversion: there is nothing to learn or to judge by.",
        safe="Nothing was changed.",
        todo="Give impressions a 'clicked' column, or add a conversions file a merchant.",
    )
