"""Brand: the shop's colours and logo from ads.toml, else colours of the photo."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from client.creative.banner import colour, photo_file
from client.creative.banner.nouns import Colour, Palette, Photo
from common.errors import SettingsError

#: in the shop's folder, the file that also names the writer
SETTING = "ads.toml"
_KNOWN = {"primary", "accent", "background", "shop", "logo"}


@dataclass(frozen=True, slots=True)
class Brand:
    """Section [brand] of ads.toml.

    Attributes:
        primary: The colour of panels and of the price; None = from the photo.
        accent: Of the button; None = the primary.
        background: Of light panels; None = a tint of the primary.
        shop: Whether the shop's name is shown.
        logo: In place of the name; None = the name.
    """

    primary: Colour | None = None
    accent: Colour | None = None
    background: Colour | None = None
    shop: bool = True
    logo: Photo | None = None

    def palette(self, photo: Photo | None, scheme: Literal["light", "bold"]) -> Palette:
        """Colours in which every text reads."""
        primary = self.primary or (colour.of_photo(photo.image) if photo else None) or colour.PLAIN
        if scheme == "bold":
            return colour.bold(primary, self.accent)
        return colour.light(primary, self.accent, self.background)


def read(home: Path) -> Brand:
    """The shop's brand; empty without the file or the section.

    Raises:
        SettingsError: a name is unknown or a colour cannot be read.
        InputError: the logo cannot be used.
    """
    path = home / SETTING
    if not path.exists():
        return Brand()
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8")).get("brand", {})
        unknown = set(raw) - _KNOWN
        if unknown or not (
            isinstance(raw.get("shop", True), bool) and isinstance(raw.get("logo", ""), str)
        ):
            raise ValueError(", ".join(sorted(unknown)) or "shop")
    except (OSError, ValueError, AttributeError, TypeError) as e:
        raise SettingsError(
            f"The brand cannot be used ({e}).",
            where=str(path),
            safe="No banner was made.",
            todo='It should say: [brand], and below it primary = "#1f3a5f"; accent, background,'
            " logo (a file) and shop (true or false) may follow.",
        ) from e
    colours = {
        name: colour.parse(str(raw[name]), name)
        for name in ("primary", "accent", "background")
        if name in raw
    }
    logo = None
    if raw.get("logo"):
        file = home / Path(raw["logo"]).expanduser()
        logo = photo_file.decode(photo_file.read(file), file.name)
    return Brand(**colours, shop=bool(raw.get("shop", True)), logo=logo)
