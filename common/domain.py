"""The nouns of the shop: Product, Shopper, Event, Impression, Conversion, Audience, Creative, Campaign, Decision."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Product:
    """Something the shop sells. Money is in minor units (cents, fen)."""

    product_id: str
    title: str
    department: str = ""
    category: str = ""
    product_type: str = ""
    brand: str = ""
    description: str = ""
    price_minor: int | None = None
    currency: str = ""
    url: str = ""
    image: str = ""
    breadth: int = 1


@dataclass(frozen=True, slots=True)
class Shopper:
    """A pseudonymous person. No consent means: in no batch, no audience, no bid."""

    shopper_key: str
    consent: bool = False
    personalise: bool = True


class EventKind(StrEnum):
    """What a shopper did."""

    VIEW = "view"
    SEARCH = "search"
    CART = "cart"
    FAVOURITE = "favourite"
    PURCHASE = "purchase"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing a shopper did, at a time (ISO-8601 UTC)."""

    shopper_key: str
    kind: EventKind
    happened_at: str
    product_id: str = ""
    value_minor: int = 0


@dataclass(frozen=True, slots=True)
class Impression:
    """One ad or coupon shown to one shopper, and what came of it.

    `clicked` and `converted` are None where the source does not record them.
    `platform_*` are coarse tiers 0..6 that the platform passes on, as of `shown_at`.
    """

    impression_id: str
    shopper_key: str
    product_id: str
    shown_at: str
    campaign_id: str = ""
    campaign_type: str = ""
    placement: str = ""
    position: int = 0
    device: str = ""
    propensity: float | None = None
    cost_minor: int = 0
    platform_activity: int = 0
    platform_affinity: int = 0
    platform_redemptions: int = 0
    clicked: bool | None = None
    converted: bool | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a score: a named feature group and its factor on the odds.

    Worded as what the model used, never as a cause.
    """

    group: str
    odds_factor: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class AudienceMember:
    """One shopper in an audience; local only, never exported below the size floor."""

    shopper_key: str
    p_conversion: float
    p_click: float | None = None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Audience:
    """A named group above a size floor, for one product."""

    audience_id: str
    name: str
    product_id: str
    size: int
    expected_cvr: Interval
    base_cvr: float
    bundle_digest: str
    created_at: str
    expected_ctr: Interval | None = None
    reasons: tuple[Reason, ...] = ()
    members: tuple[AudienceMember, ...] = ()


class CreativeState(StrEnum):
    """Life of a creative. Nothing is exported or shown unless APPROVED or, after that, LIVE."""

    DRAFT = "draft"
    REFUSED = "refused"
    APPROVED = "approved"
    LIVE = "live"
    RETIRED = "retired"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found in an ad: the words it is about, and a fix."""

    check: str
    severity: str
    words: str
    message: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Creative:
    """An ad: text, provenance, state. Editing makes a new version of the same id.

    `decided_*` and `reason` are of the decision that gave the state; `approved_*` of the yes that is
    in force, "" = there is none.
    """

    creative_id: str
    version: int
    product_id: str
    audience_id: str
    language: str
    headline: str
    body: str
    call_to_action: str
    state: CreativeState
    writer: str
    provenance: dict[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    created_at: str = ""
    decided_at: str = ""
    decided_by: str = ""
    reason: str = ""
    approved_at: str = ""
    approved_by: str = ""

    @property
    def slot(self) -> str:
        """Name of the slot that it was written for."""
        return self.provenance.get("slot") or "search"

    @property
    def may_be_shown(self) -> bool:
        """Whether a person's yes is in force."""
        return self.state in (CreativeState.APPROVED, CreativeState.LIVE)


@dataclass(frozen=True, slots=True)
class CreativeDecision:
    """One decision on a version of a creative; the log of them is never changed.

    Attributes:
        entry: Its number in the log.
        creative_id: The ad.
        version: Of the ad.
        state: After the decision.
        decided_at: ISO-8601 UTC.
        decided_by: A person, or "(checks)" where the checks took an approval back.
        reason: In words.
        was: State before it; "" = not recorded.
        undoes: Number of the decision that this one takes back; None = it takes none back.
        undone: Whether a later one took it back.
    """

    entry: int
    creative_id: str
    version: int
    state: CreativeState
    decided_at: str
    decided_by: str
    reason: str = ""
    was: str = ""
    undoes: int | None = None
    undone: bool = False


@dataclass(frozen=True, slots=True)
class Campaign:
    """A budget over dates for audiences and creatives."""

    campaign_id: str
    name: str
    campaign_type: str = ""
    starts_at: str = ""
    ends_at: str = ""
    budget_minor: int = 0
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """Which creative an audience member was given, and how likely that was."""

    campaign_id: str
    audience_id: str
    creative_id: str
    decided_at: str
    propensity: float
