"""RunOptions: everything an operator may choose for one run; frozen, kept in the registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from common.errors import InputError
from common.privacy import DELTA_BY_TIER, PrivacyMode, PrivacyUnit
from common.recipe import DEFAULT, Recipe
from common.shapes import HEADS


@dataclass(frozen=True, slots=True)
class RunOptions:
    """One run.

    Attributes:
        train_before_at: ISO-8601 UTC; rows shown before are trained on, later ones evaluate.
        epsilon: What one run may cost a merchant, training and evaluation together.
        tier: Size tier that delta is taken from; merchants above it see a larger epsilon.
        merchants_min: A run waits for so many merchants, and a round needs so many reports.
        merchants_wait_s: Longest wait for them before the run ends with a message.
        quorum: Share of the asked merchants whose reports close a round.
        round_s: A round's deadline: nobody starts after it, nothing is waited for after it.
        straggler_s: Once the quorum is there, wait so long for the others.
        void_limit: Rounds below quorum in a row before the run gives up.
        evaluate: Ask for noised score histograms at the end.
        mode: Own noise (holds against everybody), or league noise (a secure sum carries the noise once).
        colluders: League noise: f, so many merchants of a round may be on the coordinator's side.
        threshold: League noise: fewest merchants in a sum; 0 = two thirds of those asked.
        bits: League noise: sums are modulo 2^bits, or more where a league is too large for it.
        stage_s: League noise: once the threshold answered a stage, wait so long for the others.
        hold_s: Own noise: so long merchants that hold their report for a yes are asked again.
        halves: League noise: a TRAIN round asks one half of the league, drawn anew for every two rounds,
            and the two sums are compared (`server.halves`).
        gates: Compare the new model with the current one; hold it back if it is worse beyond noise.
        start: Where learning begins: "fresh" (public initial weights), the digest of a bundle, or
            the name of a public warm start (`server.warmstart`).
        stop_when_flat: End training once so many closed rounds together moved the weights by no more
            than their noise (`server.flat`); 0 = train all rounds. It costs nothing.
        recipe: Constants of training.
    """

    train_before_at: str
    epsilon: float = 3.0
    tier: str = "small"
    merchants_min: int = 2
    merchants_wait_s: float = 300.0
    quorum: float = 0.6
    round_s: float = 120.0
    straggler_s: float = 20.0
    void_limit: int = 3
    evaluate: bool = True
    mode: PrivacyMode = PrivacyMode.OWN
    colluders: int = 1
    threshold: int = 0
    bits: int = 32
    stage_s: float = 10.0
    hold_s: float = 0.0
    halves: bool = False
    gates: bool = True
    start: str = "fresh"
    stop_when_flat: int = 0
    recipe: Recipe = field(default_factory=lambda: DEFAULT)

    def __post_init__(self) -> None:
        """Check the bounds.

        Raises:
            InputError: a value is out of bounds.
        """
        checks = {
            "epsilon must be above 0": self.epsilon > 0,
            f"tier must be one of {', '.join(DELTA_BY_TIER)}": self.tier in DELTA_BY_TIER,
            "merchants-min must be 1 or more": self.merchants_min >= 1,
            "quorum must be above 0 and at most 1": 0 < self.quorum <= 1,
            "the times must be above 0": min(self.round_s, self.merchants_wait_s) > 0,
            "straggler time must not be negative": self.straggler_s >= 0,
            "rounds must be 1 or more": self.recipe.rounds >= 1,
            "stop-when-flat must be 0 or more": self.stop_when_flat >= 0,
            "hold time must not be negative": self.hold_s >= 0,
            "stage time must be above 0": self.stage_s > 0,
            "colluders must be 0 or more": self.colluders >= 0,
            "halves are compared with league noise only": self.league or not self.halves,
            "bits must be 16 to 48": 16 <= self.bits <= 48,
            "with league noise a round is one step (--local-steps 1): within several local steps a "
            "share of noise protects nobody": not self.league or self.recipe.local_steps == 1,
            "the proximal pull must be 0 or more and at most 1 / learning rate, or steps overshoot": (
                0 <= self.recipe.proximal * self.recipe.learning_rate <= 1
            ),
            "a proximal pull acts between local steps (--local-steps 2 or more)": (
                self.recipe.proximal == 0 or self.recipe.local_steps > 1
            ),
            "the funnel needs both heads (--head click --head conversion): its conversion head means "
            "a conversion given a click": not self.recipe.funnel
            or set(self.recipe.heads) == set(HEADS),
            "a warm start has learned conversions of all impressions, not given a click (--funnel)": (
                not self.recipe.funnel or self.start != "synthetic"
            ),
            "the threshold must be at least the colluders and two honest merchants": not (
                self.league and 0 != self.threshold < self.colluders + 2
            ),
        }
        for what, holds in checks.items():
            if not holds:
                raise InputError(
                    f"The run cannot start: {what}.",
                    safe="No merchant was asked anything.",
                    todo="Correct the option; see hansa-server run --help.",
                )

    @property
    def league(self) -> bool:
        """Whether the rounds are secure sums."""
        return self.mode is PrivacyMode.LEAGUE

    @property
    def delta(self) -> float:
        """Of the tier."""
        return DELTA_BY_TIER[self.tier]

    @property
    def unit(self) -> PrivacyUnit:
        """Whose presence is hidden."""
        return PrivacyUnit(self.recipe.max_impressions)

    def needed(self, n_asked: int) -> int:
        """Reports that a round needs."""
        share = -(-n_asked * self.quorum // 1)  # rounded up
        return max(self.merchants_min, int(share))

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        out = asdict(self)
        out["mode"] = self.mode.value
        out["recipe"]["heads"] = list(self.recipe.heads)
        return out

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> RunOptions:
        """Inverse of `as_dict`.

        Raises:
            ValueError: a field is missing, unknown or of another type.
        """
        try:
            rest = dict(raw)
            recipe = dict(rest.pop("recipe"))
            recipe["heads"] = tuple(recipe["heads"])
            mode = PrivacyMode(rest.pop("mode"))
            return cls(**rest, mode=mode, recipe=Recipe(**recipe))
        except (KeyError, TypeError) as e:
            raise ValueError("not the options of a run") from e
