"""Adapters of a shop: kept below models/adapters, taken into use and back by one line of ads.toml."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from client.creative.model_files import sha256_of
from client.creative.tuned import ADAPTER_FILES, RECORD, Adapter, open_adapter
from client.creative.writers import SETTING, read_settings
from client.settings_file import replace_text
from common.errors import CreativeError, InputError, UserFacing

FOLDER = Path("models") / "adapters"
#: letters of the digest that name the folder
NAME = 16


def keep(home: Path, work: Path, record: Mapping[str, Any]) -> Adapter:
    """Move an adapter's files from the work folder to their place, with the provenance beside them.

    Args:
        home: The shop's folder.
        work: Where the job left the two files; on the same disk.
        record: Provenance; "digest" is added.

    Raises:
        InputError: it cannot be written.
    """
    files = [work / name for name in ADAPTER_FILES]
    digest = sha256_of(files)
    final = home / FOLDER / digest[:NAME]
    whole = {"digest": digest, **record}
    try:
        ready = work / "ready"
        ready.mkdir()
        for file in files:
            file.rename(ready / file.name)
        text = json.dumps(whole, ensure_ascii=False, indent=1, default=str)
        (ready / RECORD).write_text(text, encoding="utf-8")
        if final.exists():
            # the same weights once more, by the same seed: the newer record counts
            shutil.rmtree(final)
        ready.rename(final)
    except OSError as e:
        raise InputError(
            f"What was learned cannot be kept ({e.strerror}).",
            where=str(final),
            safe="The writer is as before.",
            todo="Check that the folder is writable and the disk is not full.",
        ) from e
    return Adapter(final, digest, str(whole["base"]["digest"]), whole)


def listing(home: Path) -> list[Adapter]:
    """Every adapter that is whole, oldest first."""
    out = []
    for folder in (home / FOLDER).glob("*/"):
        if folder.name.startswith("."):
            continue
        try:
            out.append(open_adapter(folder))
        except UserFacing:
            continue
    return sorted(out, key=lambda a: str(a.record.get("at", "")))


def use(home: Path, name: str = "") -> Adapter:
    """Take an adapter into use: the shop's transformers writer loads it from now on.

    Args:
        home: The shop's folder.
        name: Its folder's name or the start of its digest; "" = the newest.

    Raises:
        CreativeError: there is none, it came from a smoke test, or the rule speaks against it.
        SettingsError: ads.toml cannot be used.
    """
    found = [a for a in listing(home) if a.digest.startswith(name)]
    if not found or (name and len(found) > 1):
        raise _refused("There is nothing learned by this name." if name else "Nothing was learned.")
    adapter = found[-1]
    if adapter.record.get("smoke", True):
        raise _refused("This came from a smoke test, which shows that the job runs and no more.")
    if against := adapter.record.get("against", ["it was not judged"]):
        raise _refused("It may not be used: " + "; ".join(map(str, against)) + ".")
    _write(home, adapter.folder.relative_to(home).as_posix(), adapter.base)
    return adapter


def undo(home: Path) -> str:
    """Put the setting back that was in use before the last `use`; returns it, "" = no adapter.

    Raises:
        InputError: nothing was taken into use.
        SettingsError: ads.toml cannot be used.
    """
    # imported here: reading the settings must not wait for it
    import tomlkit

    read_settings(home)
    path = home / SETTING
    document = tomlkit.parse(path.read_text(encoding="utf-8") if path.exists() else "")
    section = document.get("learning")
    earlier = list(section.get("earlier", [])) if isinstance(section, dict) else []
    if not earlier:
        raise InputError(
            "Nothing that was learned is in use.",
            where=str(path),
            safe="The setting is as it was.",
            todo="See what was learned with: hansa ads learn --list",
        )
    before = str(earlier.pop())
    writer = document.setdefault("writer", tomlkit.table())
    if before:
        writer["adapter"] = before
    else:
        writer.pop("adapter", None)
    if earlier:
        document["learning"]["earlier"] = earlier
    else:
        document.pop("learning")
    replace_text(path, tomlkit.dumps(document))
    return before


def in_use(home: Path) -> str:
    """The adapter of ads.toml, relative to the shop's folder; "" = none.

    Raises:
        SettingsError: ads.toml cannot be used.
    """
    return read_settings(home).adapter


def _write(home: Path, adapter: str, base: str) -> None:
    import tomlkit

    setting = read_settings(home)
    path = home / SETTING
    document = tomlkit.parse(path.read_text(encoding="utf-8") if path.exists() else "")
    if setting.name != "transformers" or not setting.model:
        raise _refused("The shop's writer is no longer the model that this was learned on.")
    before = in_use(home)
    if before == adapter:
        raise _refused(f"It is in use already (model {base[:12]}).")
    learning = document.get("learning")
    if not isinstance(learning, dict):
        learning = document["learning"] = tomlkit.table()
    learning["earlier"] = [*learning.get("earlier", []), before]
    document.setdefault("writer", tomlkit.table())["adapter"] = adapter
    replace_text(path, tomlkit.dumps(document))


def _refused(what: str) -> CreativeError:
    return CreativeError(
        what,
        where="hansa ads learn --use",
        safe="The writer is as before.",
        todo="See what was learned, and what speaks against it, with: hansa ads learn --list",
    )
