"""The demo's shops: unpack the shipped files and import each merchant's into its own database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demolib.shell import verb
from sample import Merchant, unpack


@dataclass(frozen=True)
class Shop:
    """One merchant of the demo."""

    folder: str
    name: str
    home: Path
    imported: dict[str, Any]
    refused: int


def import_shop(merchant: Merchant, root: Path, epsilon: float) -> Shop:
    """`hansa init` and `hansa import`, as a merchant would type them."""
    folder = merchant.folder.name
    files = unpack(merchant, root / "files" / folder)
    home = root / "shops" / folder
    verb("hansa", "init", "--home", home, "--name", merchant.name)
    set_epsilon(home, epsilon)
    done = verb("hansa", "import", *files, "--home", home)
    refused = sum(int(f.get("n_refused", 0)) for f in done.get("files", ()))
    return Shop(folder, merchant.name, home, done, refused)


def set_epsilon(home: Path, epsilon: float) -> None:
    """The merchant's own limit, in hansa.toml, as a merchant would set it."""
    path = home / "hansa.toml"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    lines = [x for x in text.splitlines() if not x.strip().startswith("epsilon")]
    if "[policy]" in lines:
        lines.insert(lines.index("[policy]") + 1, f"epsilon = {epsilon}")
    else:
        lines += ["[policy]", f"epsilon = {epsilon}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def import_all(
    merchants: Sequence[Merchant], root: Path, epsilon: float, done: Callable[[Shop], None]
) -> list[Shop]:
    """Every merchant of the list, two at a time."""
    shops = []
    with ThreadPoolExecutor(2) as pool:
        for shop in pool.map(lambda m: import_shop(m, root, epsilon), merchants):
            shops.append(shop)
            done(shop)
    return shops
