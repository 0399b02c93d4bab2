"""Photos of products: kept by their digest in the shop's folder, read only if they are unchanged."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from client.store import Store
from common.database import transaction
from common.errors import StoreError

#: below the shop's folder
FOLDER = "photos"


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """A photo of a product in the shop's folder.

    Attributes:
        product_id: Whose.
        sha256: Of the file.
        file: Below the shop's folder, with forward slashes.
        added_at: When it was kept.
    """

    product_id: str
    sha256: str
    file: str
    added_at: str


def keep(store: Store, product_id: str, content: bytes, suffix: str) -> KeptPhoto:
    """Keep a photo that was checked; it replaces the product's earlier one.

    Args:
        store: The open shop folder.
        product_id: Whose photo.
        content: The file, as it is.
        suffix: ".jpg", ".png" or ".webp".

    Raises:
        StoreError: the folder cannot be written.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    kept = KeptPhoto(
        product_id,
        sha256,
        f"{FOLDER}/{sha256}{suffix}",
        datetime.now(UTC).isoformat(timespec="seconds"),
    )
    _put(store.home / kept.file, content)
    old = of_product(store, product_id)
    with transaction(store.db) as conn:
        conn.execute(
            "INSERT INTO product_photos (product_id, sha256, file, added_at) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (product_id) DO UPDATE SET sha256 = excluded.sha256,"
            " file = excluded.file, added_at = excluded.added_at",
            (product_id, sha256, kept.file, kept.added_at),
        )
    if old and old.file != kept.file:
        _drop_unused(store, old.file)
    return kept


def _put(path: Path, content: bytes) -> None:
    """Write a file whole, unless it is there."""
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        if not path.exists() or path.read_bytes() != content:
            part = path.with_name(f"{path.name}.{os.getpid()}.part")
            part.write_bytes(content)
            part.replace(path)
    except OSError as e:
        raise StoreError(
            f"The photo cannot be kept ({e.strerror}).",
            where=str(path.parent),
            safe="The product's earlier photo is as before.",
            todo="Make room in the shop's folder, or let it be written.",
        ) from e


def of_product(store: Store, product_id: str) -> KeptPhoto | None:
    """The photo that is kept of a product; None = none."""
    row = store.db.conn.execute(
        "SELECT product_id, sha256, file, added_at FROM product_photos WHERE product_id = ?",
        (product_id,),
    ).fetchone()
    return KeptPhoto(*map(str, row)) if row else None


def read(store: Store, kept: KeptPhoto) -> bytes:
    """The bytes of a kept photo.

    Raises:
        StoreError: the file is gone or is another one.
    """
    path = below(store.home, kept.file)
    try:
        content = path.read_bytes() if path else b""
    except OSError:
        content = b""
    if hashlib.sha256(content).hexdigest() != kept.sha256:
        raise StoreError(
            "The photo of the product is gone or was changed.",
            where=kept.file,
            safe="No banner was made.",
            todo="Give the photo again with --photo.",
        )
    return content


def forget(store: Store, product_id: str) -> bool:
    """Delete a product's photo; False = there was none."""
    old = of_product(store, product_id)
    if old is None:
        return False
    with transaction(store.db) as conn:
        conn.execute("DELETE FROM product_photos WHERE product_id = ?", (product_id,))
    _drop_unused(store, old.file)
    return True


def below(home: Path, text: str) -> Path | None:
    """A path in the shop's folder, links followed; None = an address, absent, or elsewhere."""
    pure = PurePosixPath(text.strip())
    if not text.strip() or "://" in text or "\0" in text:
        return None
    try:
        root = home.resolve()
        path = (root / pure).resolve()
        inside = path.is_relative_to(root) and path.is_file()
    except (OSError, ValueError, RuntimeError):
        return None
    return path if inside else None


def _drop_unused(store: Store, file: str) -> None:
    row = store.db.conn.execute(
        "SELECT 1 FROM product_photos WHERE file = ? LIMIT 1", (file,)
    ).fetchone()
    path = below(store.home, file)
    if row is None and path is not None:
        path.unlink(missing_ok=True)
