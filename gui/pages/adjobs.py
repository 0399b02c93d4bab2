"""Jobs of the Ads screen: write for placements, export words, make banners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from client.api import JobSpec


@dataclass(frozen=True, slots=True)
class WriteAsked:
    """What the write dialog asks for. "" = as the shop or `ads.toml` says.

    Attributes:
        product_id: For which product.
        audience_id: "" = every shopper.
        slots: Placements, at least one.
        kind: "" = guessed from the product.
        tone: "warm" or "plain".
        offer: In the shop's own words.
        language: "en" or "zh".
        writer: "template", "transformers", "gguf", or "" as `ads.toml` says.
        n: Ads a placement.
    """

    product_id: str
    audience_id: str = ""
    slots: tuple[str, ...] = ("search",)
    kind: str = ""
    tone: str = "warm"
    offer: str = ""
    language: str = "en"
    writer: str = ""
    n: int = 3

    def jobs(self) -> tuple[JobSpec, ...]:
        """One job a placement; a language model is loaded once for all of them."""
        together = self.writer in ("gguf", "transformers")
        groups = [self.slots] if together else [(s,) for s in self.slots]
        return tuple(self._job(slots) for slots in groups)

    def _job(self, slots: Sequence[str]) -> JobSpec:
        pairs = (
            ("--product", self.product_id),
            ("--audience", self.audience_id),
            ("--language", self.language),
            ("--kind", self.kind),
            ("--tone", self.tone),
            ("--offer", self.offer),
            ("--writer", self.writer),
            ("--n", str(self.n)),
            *(("--slot", s) for s in slots),
        )
        # one word: a value that begins with a dash stays a value
        flags = tuple(f"{flag}={value}" for flag, value in pairs if value)
        return JobSpec("ask-ads", ("ads", "write"), flags)


def export_words(file: Path, ids: Sequence[str], live: bool, by: str) -> JobSpec:
    """`hansa ads export`: approved and live ads as a CSV or JSON file."""
    chosen = tuple(f"--id={i}" for i in ids)
    more = ("--live",) if live else ()
    return JobSpec("ask-export", ("ads", "export"), (*chosen, *more, f"--by={by}", str(file)))


def make_banners(
    creative_id: str, sizes: Sequence[str], layout: str, out: Path, by: str
) -> JobSpec:
    """`hansa ads banner`: PNG, HTML and a manifest of one approved ad."""
    flags = [f"--size={s}" for s in sizes] or ["--all"]
    flags += [f"--layout={layout}"] if layout else []
    return JobSpec(
        "ask-banners", ("ads", "banner"), (creative_id, *flags, f"--out={out}", f"--by={by}")
    )
