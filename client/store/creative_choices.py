"""Choices among ads in SQLite: which an audience was to see, and how likely each variant was."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from client.store import Store
from common.database import transaction
from common.domain import Decision


@dataclass(frozen=True, slots=True)
class Arm:
    """One variant at a choice.

    Attributes:
        creative_id: The ad.
        version: Of the ad.
        propensity: Chance of being shown to one shopper of the audience, in (0, 1].
        n_shown: Impressions with known clicks at the choice.
        n_clicks: Of them clicked.
        rank: 1.. = chosen, in this order; None = not.
        p_pick: Chance of the pick given those before; None = not chosen.
    """

    creative_id: str
    version: int
    propensity: float
    n_shown: int
    n_clicks: int
    rank: int | None = None
    p_pick: float | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice among the approved and live variants of one (product, audience, slot, language).

    Attributes:
        choice_id: "" = not stored yet.
        chosen_at: ISO-8601 UTC.
        product_id: The product.
        audience_id: "" = no audience in particular.
        slot: Where the ads stand.
        language: Of the ads.
        method: Name and version of the rule.
        settings: Prior, strength, floor, stated error, by name.
        seed: None = drawn from the system's generator.
        arms: Every variant, the likeliest first.
    """

    choice_id: str
    chosen_at: str
    product_id: str
    audience_id: str
    slot: str
    language: str
    method: str
    settings: Mapping[str, float | str]
    seed: int | None
    arms: tuple[Arm, ...]

    def decisions(self, campaign_id: str = "") -> tuple[Decision, ...]:
        """What a campaign takes: the chosen ads in order, each with its chance."""
        chosen = [a for a in self.arms if a.rank is not None]
        return tuple(
            Decision(campaign_id, self.audience_id, a.creative_id, self.chosen_at, a.p_pick or 0.0)
            for a in sorted(chosen, key=lambda a: a.rank or 0)
        )


_COLUMNS = "choice_id, chosen_at, product_id, audience_id, slot, language, method, settings, seed"


def save(store: Store, choice: Choice) -> str:
    """Keep a choice, all or nothing; returns its id. The database refuses ads without approval."""
    choice_id = f"ch-{secrets.token_hex(6)}"
    settings = json.dumps(dict(choice.settings), sort_keys=True)
    with transaction(store.db) as conn:
        conn.execute(
            f"INSERT INTO creative_choices ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                choice_id,
                choice.chosen_at,
                choice.product_id,
                choice.audience_id,
                choice.slot,
                choice.language,
                choice.method,
                settings,
                choice.seed,
            ),
        )
        conn.executemany(
            "INSERT INTO creative_choice_arms VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    choice_id,
                    a.creative_id,
                    a.version,
                    a.propensity,
                    a.n_shown,
                    a.n_clicks,
                    a.rank,
                    a.p_pick,
                )
                for a in choice.arms
            ],
        )
    return choice_id


def listing(store: Store, limit: int = 100) -> list[Choice]:
    """The last choices, newest first, with their arms."""
    rows = store.db.execute(
        f"SELECT {_COLUMNS} FROM creative_choices ORDER BY chosen_at DESC, choice_id LIMIT ?",
        [limit],
    ).fetchall()
    return [
        Choice(r[0], r[1], r[2], r[3], r[4], r[5], r[6], json.loads(r[7]), r[8], _arms(store, r[0]))
        for r in rows
    ]


def _arms(store: Store, choice_id: str) -> tuple[Arm, ...]:
    rows = store.db.execute(
        "SELECT creative_id, version, propensity, n_shown, n_clicks, rank, p_pick"
        " FROM creative_choice_arms WHERE choice_id = ?"
        " ORDER BY propensity DESC, creative_id, version",
        [choice_id],
    )
    return tuple(Arm(*r) for r in rows)
