"""What a window may know of the shop: frozen values between client.api and the pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.domain import Audience, Creative, CreativeDecision, Product
from common.privacy import Mechanism, PrivacyMode

if TYPE_CHECKING:
    from client.creative.learn.results import VariantResult
    from client.creative.marks import MarkedFinding
    from client.creative.origin import Origin
    from client.creative.preview import SlotPreview

#: Below so many impressions a rate says nothing and is not shown.
MIN_FOR_RATE = 50


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
    """One or more weeks (from a Monday, UTC) of shown ads. None: the source does not record it."""

    starts_on: str
    n_impressions: int
    n_clicks: int | None
    n_conversions: int | None
    spend_minor: int = 0
    value_minor: int = 0

    @property
    def cvr(self) -> float | None:
        """Conversions per impression; None with too few impressions or without labels."""
        if self.n_impressions < MIN_FOR_RATE or self.n_conversions is None:
            return None
        return self.n_conversions / self.n_impressions

    @property
    def ctr(self) -> float | None:
        """Clicks per impression; None with too few impressions or without labels."""
        if self.n_impressions < MIN_FOR_RATE or self.n_clicks is None:
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
class RosterView:
    """A list of merchants that waits for this shop's yes.

    Attributes:
        digest: Of the new list.
        since: When it came, ISO-8601 UTC.
        is_first: This shop goes by no list yet.
        n_merchants: In the new list.
        came: Fingerprints that only the new list has.
        went: Fingerprints that only the old one has.
        has_me: This shop is in the new list.
    """

    digest: str
    since: str
    is_first: bool
    n_merchants: int
    came: tuple[str, ...]
    went: tuple[str, ...]
    has_me: bool


@dataclass(frozen=True, slots=True)
class Departure:
    """Something that left this computer, or was about to.

    Attributes:
        at: When it was settled, else when it was charged; ISO-8601 UTC.
        state: "commit": it may have left; "reserve": charged, nothing left yet; "void": nothing left.
        run_id: The coordinator's run.
        round: The round in it.
        task: "train" or "evaluate".
        mechanism: What was charged: noise, sampling, steps, clip, unit, adversary.
        n_bytes: Size of the report; None when nothing left.
        tensors: Names and shapes that left.
        entry_hash: The ledger's entry that settles it.
        report_digest: The report that left.
        epsilon_after: Of the whole ledger after this charge; None where nobody computed it.
    """

    at: str
    state: str
    run_id: str
    round: int
    task: str
    mechanism: Mechanism
    n_bytes: int | None
    tensors: tuple[tuple[str, tuple[int, ...]], ...]
    entry_hash: str
    report_digest: str
    epsilon_after: float | None = None


@dataclass(frozen=True, slots=True)
class PrivacyView:
    """The budget and what is known of it.

    Attributes:
        limit: Epsilon over the life of the shop.
        delta: Of the limit.
        head: Hash of the ledger's last entry; "" before the first charge.
        n_charges: Charges ever made.
        n_reserved: Charges whose answer did not leave yet.
        epsilon: Spent; None while nobody computed it for this ledger (`hansa privacy` does).
        accountant: Which computed it.
        max_impressions: Of the privacy unit; 0 before the first charge.
        mode: Who has to be trusted: a `PrivacyMode` value; "" before the first charge. With both
            kinds in the ledger the weaker one, league noise.
        rounds_left: Rounds like the last one that still fit; None when not computed.
        history: (time, epsilon) over the life of the ledger, oldest first.
        quarter_limit: Epsilon for what is charged within one calendar quarter; None if there is no
            such limit.
        quarter_epsilon: Charged in this quarter; None while nobody computed it.
        quarter_ends: First moment of the next quarter, ISO-8601 UTC.
        epsilon_alone: With league noise the weaker figure: if the coordinator and all other shops
            work together. None while nobody computed it, and where all noise is the shop's own.
        colluders: With league noise so many other shops may collude for `epsilon` to hold.
    """

    limit: float
    delta: float
    head: str
    n_charges: int
    n_reserved: int
    epsilon: float | None
    accountant: str
    max_impressions: int
    mode: str
    rounds_left: int | None
    history: tuple[tuple[str, float], ...]
    quarter_limit: float | None = None
    quarter_epsilon: float | None = None
    quarter_ends: str = ""
    epsilon_alone: float | None = None
    colluders: int = 0

    @property
    def shares_noise(self) -> bool:
        """Whether some of the noise came from other shops: then there are two figures."""
        return self.mode == PrivacyMode.LEAGUE

    @property
    def left(self) -> float | None:
        """What may still be spent."""
        return None if self.epsilon is None else max(self.limit - self.epsilon, 0.0)


@dataclass(frozen=True, slots=True)
class LeagueView:
    """Where this shop stands with its league.

    Attributes:
        name: The league's name; "" when the shop is in none.
        coordinator: Fingerprint of the coordinator.
        address: Where it listens.
        model_digest: The bundle in force; "" when there is none.
        model_at: When it was installed.
        n_models: Bundles ever installed.
        refusals: Latest plans that the shop's policy refused: (time, round, reason).
    """

    name: str
    coordinator: str
    address: str
    model_digest: str
    model_at: str
    n_models: int
    refusals: tuple[tuple[str, int, str], ...] = ()

    @property
    def joined(self) -> bool:
        """Whether the shop has a site kit."""
        return bool(self.coordinator)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for the merchant."""

    n_drafts: int
    n_refused_ads: int
    n_held: int = 0


@dataclass(frozen=True, slots=True)
class AdExport:
    """A file that a version of an ad was written to. The file's name is without its folder."""

    version: int
    at: str
    by: str
    file: str


@dataclass(frozen=True, slots=True)
class AdView:
    """An ad with what a person needs to judge it.

    Attributes:
        creative: Its newest version.
        product: As it is today.
        audience: None = for no audience in particular.
        versions: All, oldest first.
        marked: Every finding with the places of its words in each part.
        origin: Writer, template or model, seed, facts, rules, and the parts of its score.
        previews: The ad in its own slot, then in all others.
        decisions: The log, oldest first.
        exports: Files that it was written to, oldest first.
        possible: Which of "approve", "reject", "live", "retire", "undo" its state allows.
        results: What came of each of its versions that was approved, the newest version first.
    """

    creative: Creative
    product: Product
    audience: Audience | None
    versions: tuple[Creative, ...] = ()
    marked: tuple[MarkedFinding, ...] = ()
    origin: Origin | None = None
    previews: tuple[SlotPreview, ...] = ()
    decisions: tuple[CreativeDecision, ...] = ()
    exports: tuple[AdExport, ...] = ()
    possible: frozenset[str] = frozenset()
    results: tuple[VariantResult, ...] = ()
