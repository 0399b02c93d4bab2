"""Design tokens: every colour of the window, light and dark, named by its use."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Tokens:
    """One theme. Widgets never name a colour; they ask for a token.

    Contrast of text on its ground is 4.5:1 or more (WCAG AA); `faint` is for what is switched off.
    """

    dark: bool
    bg: str
    surface: str
    sunken: str
    border: str
    border_strong: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_hover: str
    accent_press: str
    on_accent: str
    accent_soft: str
    good: str
    good_soft: str
    warn: str
    warn_soft: str
    bad: str
    bad_soft: str
    bar: str
    line: str
    pending: str

    def colours(self) -> dict[str, str]:
        """Name -> colour, for the style sheet."""
        return {k: v for k, v in asdict(self).items() if isinstance(v, str)}

    def tone(self, name: str) -> str:
        """Colour of a tone: good, warn, bad, accent, muted, text."""
        return self.colours().get(name, self.text)

    def soft(self, name: str) -> str:
        """Ground of a pill or banner of that tone."""
        return self.colours().get(f"{name}_soft", self.sunken)


LIGHT = Tokens(
    dark=False,
    bg="#F5F6F8",
    surface="#FFFFFF",
    sunken="#F0F2F5",
    border="#E3E6EB",
    border_strong="#CBD1DA",
    text="#171A21",
    muted="#5A6373",
    faint="#8A93A3",
    accent="#2F5BD8",
    accent_hover="#284FC0",
    accent_press="#2142A3",
    on_accent="#FFFFFF",
    accent_soft="#E9EEFC",
    good="#17794A",
    good_soft="#E3F4EA",
    warn="#8A5A00",
    warn_soft="#FCF1DA",
    bad="#B3352E",
    bad_soft="#FBE7E5",
    bar="#A2B5EE",
    line="#0F9D8A",
    pending="#9CD6CD",
)

DARK = Tokens(
    dark=True,
    bg="#13151A",
    surface="#1B1E25",
    sunken="#23272F",
    border="#2C313B",
    border_strong="#414856",
    text="#E8EBF1",
    muted="#A0A9B8",
    faint="#727C8D",
    accent="#86A3FF",
    accent_hover="#9BB3FF",
    accent_press="#6F8FF5",
    on_accent="#0E1322",
    accent_soft="#232C4A",
    good="#63CE98",
    good_soft="#183227",
    warn="#E5B45C",
    warn_soft="#392D15",
    bad="#F08C84",
    bad_soft="#3B2020",
    bar="#4B5A87",
    line="#4FC7B5",
    pending="#336B66",
)
