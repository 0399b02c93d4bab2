"""The installed program as one bundle of code (Flower's FAB), and its digest: the same everywhere."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import zipfile
from functools import lru_cache
from pathlib import Path

from common import __version__
from common.errors import InternalError

#: What a run is made of; the window and the tests are not.
PACKAGES = ("client", "common", "server")
_SUFFIXES = {".py", ".json", ".toml"}
_DATE = (1980, 1, 1, 0, 0, 0)

_PYPROJECT = f"""[project]
name = "hansa"
version = "{__version__}"
description = "Hansa: merchants learn together and show nobody their books."
license = "Apache-2.0"
dependencies = ["flwr>=1.41.0,<1.42"]

[tool.flwr.app]
publisher = "hansa"

[tool.flwr.app.components]
serverapp = "server.app:app"
clientapp = "client.app:app"

[tool.flwr.app.config]
"""


def sources() -> dict[str, bytes]:
    """Every source file of the installed program, by its path inside the bundle.

    Raises:
        InternalError: a package is not installed as files.
    """
    found: dict[str, bytes] = {}
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            raise InternalError(f"package {package} is not installed as files")
        folder = Path(next(iter(spec.submodule_search_locations)))
        for path in folder.rglob("*"):
            if path.suffix in _SUFFIXES and path.is_file():
                name = f"{package}/{path.relative_to(folder).as_posix()}"
                # A checkout on Windows may have other line ends; the digest must not care.
                found[name] = path.read_bytes().replace(b"\r\n", b"\n")
    return found


@lru_cache(maxsize=1)
def bundle_of_code() -> bytes:
    """The bundle: Flower's layout, stored without compression so that no zlib changes its bytes."""
    files = {"pyproject.toml": _PYPROJECT.encode(), **dict(sorted(sources().items()))}
    manifest = [f"{n},{hashlib.sha256(b).hexdigest()},{len(b) * 8}" for n, b in files.items()]
    files[".info/CONTENT"] = "\n".join(manifest).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, _DATE)
            info.create_system = 3  # "unix" on every system
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return out.getvalue()


def code_digest() -> str:
    """SHA-256 of `bundle_of_code`, 64 hexadecimal digits."""
    return hashlib.sha256(bundle_of_code()).hexdigest()
