"""The file of a bundle of the registry, read with the checks that every merchant makes."""

from __future__ import annotations

from common.bundle import unpack
from common.errors import BundleError
from common.features import default_spec
from server.bundles import BundleRow
from server.folder import Folder


def read_bundle(folder: Folder, row: BundleRow) -> bytes:
    """The bytes of a bundle, after the checks that every merchant makes.

    Raises:
        BundleError: the file is gone, another one, or not signed by this coordinator.
        WrongSpec: this program makes other features now.
    """
    try:
        packed = (folder.home / row.path).read_bytes()
    except OSError as e:
        raise BundleError(
            "The bundle's file cannot be read.",
            where=row.path,
            safe="Nothing was handed out.",
            todo="Restore it from a backup of the coordinator's folder.",
        ) from e
    found = unpack(packed)
    found.verify(folder.identity().public, default_spec())
    if found.digest() != row.digest:
        raise BundleError(
            "The file holds another bundle than its name says.",
            where=row.path,
            safe="Nothing was handed out.",
            todo="Restore it from a backup of the coordinator's folder.",
        )
    return packed
