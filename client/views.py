"""What a window may know of the shop: frozen values between client.api and the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from common.domain import Audience, Creative, Product


@dataclass(frozen=True, slots=True)
class ShopInfo:
    """The shop at a glance. Times are ISO-8601 UTC, "" = never."""

    name: str
    identity: str
    n_products: int
    n_shoppers: int
    n_consenting: int
    n_events: int
    n_impressions: int
    n_clicks: int | None
    n_conversions: int | None
    n_refused: int
    imported_at: str
    shown_from: str
    shown_until: str

    @property
    def is_empty(self) -> bool:
        """Nothing was imported yet."""
        return self.n_impressions == 0 and self.n_products == 0 and self.n_events == 0


@dataclass(frozen=True, slots=True)
class Bucket:
    """One week (Monday to Sunday, UTC) of shown ads. None: the source does not record it."""

    starts_on: str
    n_impressions: int
    n_clicks: int | None
    n_conversions: int | None
    spend_minor: int = 0
    value_minor: int = 0

    @property
    def cvr(self) -> float | None:
        """Conversions per impression; None without impressions or without labels."""
        if not self.n_impressions or self.n_conversions is None:
            return None
        return self.n_conversions / self.n_impressions

    @property
    def ctr(self) -> float | None:
        """Clicks per impression; None without impressions or without labels."""
        if not self.n_impressions or self.n_clicks is None:
            return None
        return self.n_clicks / self.n_impressions


@dataclass(frozen=True, slots=True)
class Performance:
    """A period and the period of equal length before it, by week, oldest first."""

    weeks: tuple[Bucket, ...]
    before: tuple[Bucket, ...]
    currency: str = ""

    @staticmethod
    def total(buckets: tuple[Bucket, ...]) -> Bucket:
        """All weeks as one."""
        clicks = [b.n_clicks for b in buckets if b.n_clicks is not None]
        conversions = [b.n_conversions for b in buckets if b.n_conversions is not None]
        return Bucket(
            starts_on=buckets[0].starts_on if buckets else "",
            n_impressions=sum(b.n_impressions for b in buckets),
            n_clicks=sum(clicks) if clicks else None,
            n_conversions=sum(conversions) if conversions else None,
            spend_minor=sum(b.spend_minor for b in buckets),
            value_minor=sum(b.value_minor for b in buckets),
        )


@dataclass(frozen=True, slots=True)
class Departure:
    """Something that left this computer, or was about to.

    Attributes:
        at: When it was committed (or reserved).
        state: "committed": it may have left; "reserved": charged, nothing left yet; "void".
        kind: Mechanism kind, e.g. "poisson-subsampled-gaussian".
        run_id: The coordinator's run.
        round: The round in it.
        task: "train" or "evaluate".
        noise_multiplier: Noise over clip.
        sampling_rate: Chance of a shopper to be in a step.
        steps: Noisy sums.
        clip_norm: Bound on one shopper.
        unit: Whose presence is hidden, in words.
        mode: Who has to be trusted ("own-noise").
        n_bytes: Size of the report; None before it is sent.
        tensors: Names and shapes that left.
        entry_hash: The ledger entry.
        report_digest: The report that it belongs to.
    """

    at: str
    state: str
    kind: str
    run_id: str
    round: int
    task: str
    noise_multiplier: float
    sampling_rate: float
    steps: int
    clip_norm: float
    unit: str
    mode: str
    n_bytes: int | None
    entry_hash: str
    report_digest: str
    tensors: tuple[tuple[str, tuple[int, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class PrivacyView:
    """The budget and what is known of it.

    `epsilon` is None while nobody computed it for this ledger head: run `hansa privacy --json`
    and hand its result to `Shop.remember_privacy`.
    """

    limit: float
    delta: float
    head: str
    n_charges: int
    n_reserved: int
    epsilon: float | None = None
    accountant: str = ""
    unit: str = ""
    adversary: str = ""
    by_round: Mapping[str, float] = field(default_factory=dict)

    @property
    def left(self) -> float | None:
        """What may still be spent."""
        return None if self.epsilon is None else max(self.limit - self.epsilon, 0.0)


@dataclass(frozen=True, slots=True)
class LeagueView:
    """Where this shop stands with a league."""

    joined: bool
    enrolled: bool
    coordinator: str
    address: str
    model_digest: str
    model_at: str
    rounds_seen: int
    rounds_answered: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for the merchant."""

    n_drafts: int
    n_refused_ads: int


@dataclass(frozen=True, slots=True)
class AdView:
    """An ad with what a person needs to judge it."""

    creative: Creative
    product: Product
    audience: Audience | None
    versions: tuple[Creative, ...] = ()
