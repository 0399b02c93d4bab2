"""The demo's shops: unpack the shipped files and import each merchant's into its own database."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demolib.shell import verb


@dataclass(frozen=True)
class Shop:
    """One merchant of the demo."""

    folder: str
    name: str
    home: Path
    imported: dict[str, Any]
    refused: int


def federation(sample: Path) -> dict[str, Any]:
    """federation.json of the sample data: merchants (largest first) and the public cut date."""
    value = json.loads((sample / "federation.json").read_text(encoding="utf-8"))
    if not isinstance(value, dict):
        raise TypeError("federation.json")
    return value


def unpack(source: Path, out: Path) -> Path:
    """A merchant's files as they would lie on a shop's disk."""
    if out.exists():
        shutil.rmtree(out)
    if source.is_dir():
        shutil.copytree(source, out)
    else:
        with zipfile.ZipFile(source) as z:
            z.extractall(out)
    return out


def import_shop(sample: Path, entry: dict[str, Any], root: Path, epsilon: float) -> Shop:
    """`hansa init` and `hansa import`, as a merchant would type them."""
    folder = str(entry["folder"])
    files = unpack(sample / folder, root / "files" / folder)
    home = root / "shops" / folder
    if home.exists():
        shutil.rmtree(home)
    verb("hansa", "init", "--home", home, "--name", entry["name"])
    set_epsilon(home, epsilon)
    done = verb("hansa", "import", *sorted(files.iterdir()), "--home", home)
    refused = sum(int(f.get("n_refused", 0)) for f in done.get("files", ()))
    return Shop(folder, str(entry["name"]), home, done, refused)


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
    sample: Path, root: Path, n: int, epsilon: float, done: Callable[[Shop], None]
) -> list[Shop]:
    """The n largest merchants, two at a time."""
    entries = federation(sample)["merchants"][:n]
    shops = []
    with ThreadPoolExecutor(2) as pool:
        for shop in pool.map(lambda e: import_shop(sample, e, root, epsilon), entries):
            shops.append(shop)
            done(shop)
    return shops
