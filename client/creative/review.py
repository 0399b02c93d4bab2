"""A person decides: edit, approve, reject, live, retire, take back, export; the checks run again each time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import cast

from client.creative.brief import LABELS, AdText, Brief, Kind, Language, Tone, make_brief
from client.creative.check import check, has_errors
from client.creative.marks import MarkedFinding, marked
from client.creative.write import earlier_texts
from client.store import Store, creatives, rows
from common.domain import Creative, CreativeState, Finding
from common.errors import CreativeError


def brief_of(store: Store, creative: Creative) -> Brief:
    """The brief of a stored ad, with the product as it is today.

    Raises:
        InputError: the product is no longer in the shop.
    """
    p = creative.provenance
    language = cast(Language, creative.language)
    return make_brief(
        rows.product(store, creative.product_id),
        language,
        kind=cast(Kind, p.get("kind") or "product"),
        tone=cast(Tone, p.get("tone") or "warm"),
        offer=p.get("offer", ""),
        earlier=earlier_texts(
            store,
            creative.product_id,
            creative.audience_id,
            language,
            creative.slot,
            creative.creative_id,
        ),
        other_brands=creatives.brands(store),
        slot_name=p.get("slot") or "search",
    )


def findings_of(store: Store, creative: Creative) -> tuple[Finding, ...]:
    """What the checks say of an ad now, with today's product and rules."""
    text = AdText(
        creative.headline,
        creative.body,
        creative.call_to_action,
        creative.provenance.get("label", ""),
    )
    return check(brief_of(store, creative), text)


def marked_words(store: Store, typed: Creative) -> tuple[MarkedFinding, ...]:
    """What the checks say of words that are being typed, with their places; stores nothing."""
    return marked(replace(typed, findings=findings_of(store, typed)))


def edit(
    store: Store,
    creative_id: str,
    *,
    headline: str | None = None,
    body: str | None = None,
    call_to_action: str | None = None,
    by: str = "",
) -> Creative:
    """A new version with other words; checked at once, waiting for approval again.

    Raises:
        CreativeError: unknown id, nothing to change, or somebody else edited it meanwhile.
    """
    old = creatives.load(store, creative_id)
    new = replace(
        old,
        headline=old.headline if headline is None else headline,
        body=old.body if body is None else body,
        call_to_action=old.call_to_action if call_to_action is None else call_to_action,
        writer="person",
        provenance=old.provenance
        | {
            "edited_by": by,
            "edited_from": str(old.version),
            "label": LABELS[cast(Language, old.language)],
        },
    )
    words = ("headline", "body", "call_to_action")
    if all(getattr(new, w) == getattr(old, w) for w in words):
        raise CreativeError(
            "These are the words that the ad has already.",
            where=creative_id,
            safe="The ad is as before.",
            todo="Give another --headline, --body or --call.",
        )
    return creatives.edit(store, replace(new, findings=findings_of(store, new)))


def approve(store: Store, creative_id: str, by: str, version: int | None = None) -> Creative:
    """Approve the newest version, if the checks find no error today.

    Raises:
        CreativeError: the checks found errors; the message names the words and the fix.
    """
    _look_again(store, creative_id)
    return creatives.decide(store, creative_id, CreativeState.APPROVED, by, version=version)


def reject(
    store: Store, creative_id: str, by: str, reason: str = "", version: int | None = None
) -> Creative:
    """Reject the newest version, with a reason.

    Raises:
        CreativeError: unknown id, it is live already, or it was edited meanwhile.
    """
    return creatives.decide(store, creative_id, CreativeState.REJECTED, by, reason, version)


def live(store: Store, creative_id: str, by: str, version: int | None = None) -> Creative:
    """Say that an approved ad is on show from now on, if its words still hold.

    An older version of it that was live is retired by that.

    Raises:
        CreativeError: it is not approved, or its words no longer hold; then it is refused.
    """
    current = _look_again(store, creative_id)
    if current.state is CreativeState.REFUSED:
        creatives.refuse_errors(current)
    return creatives.decide(store, creative_id, CreativeState.LIVE, by, version=version)


def retire(
    store: Store, creative_id: str, by: str, reason: str = "", version: int | None = None
) -> Creative:
    """Take an approved or live ad out of use; also an older version that is still live.

    Raises:
        CreativeError: unknown id, or nothing of it is in use.
    """
    return creatives.decide(store, creative_id, CreativeState.RETIRED, by, reason, version)


def undo(store: Store, creative_id: str, by: str, reason: str = "") -> Creative:
    """Take the last decision back; what does not pass the checks any more comes back as refused.

    Raises:
        CreativeError: there is none to take back.
    """
    _look_again(store, creative_id)
    return creatives.undo(store, creative_id, by, reason)


def still_holds(store: Store, creative: Creative) -> bool:
    """Whether a version passes the checks of today; if not, it goes back to refused."""
    found = findings_of(store, creative)
    if has_errors(found):
        creatives.recheck(store, creative.creative_id, creative.version, found)
    return not has_errors(found)


def _look_again(store: Store, creative_id: str) -> Creative:
    """The newest version with the findings of today."""
    current = creatives.load(store, creative_id)
    found = findings_of(store, current)
    if found == current.findings:
        return current
    creatives.recheck(store, creative_id, current.version, found)
    return creatives.load(store, creative_id)


@dataclass(frozen=True, slots=True)
class Export:
    """What may leave, and what was held back because it is no longer true."""

    ready: tuple[Creative, ...]
    held: tuple[Creative, ...]


def export(store: Store, creative_ids: Iterable[str] = (), slot: str | None = None) -> Export:
    """Approved and live ads whose words still hold; the others go back to refused.

    Args:
        store: The open shop folder.
        creative_ids: Only these; empty = all.
        slot: Only those that were written for this slot.

    Raises:
        CreativeError: nothing is approved, or nothing of it holds any more.
    """
    ready, held = [], []
    for c in creatives.export_approved(store, creative_ids, slot):
        if still_holds(store, c):
            ready.append(c)
        else:
            held.append(creatives.load(store, c.creative_id, c.version))
    if not ready:
        raise CreativeError(
            "The approved ads no longer hold: " + " ".join(f.message for f in held[0].findings),
            where=", ".join(c.creative_id for c in held),
            safe="Nothing was exported.",
            todo="Edit the ads and approve them again.",
        )
    return Export(tuple(ready), tuple(held))
