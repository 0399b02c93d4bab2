"""AdsDesk: ads of an open shop: what waits, what was written, a person's yes, no or new words."""

from __future__ import annotations

from collections.abc import Sequence

from client.creative import review
from client.privacydesk import PrivacyDesk
from client.store import audiences, creatives, held, rows
from client.views import AdView, Waiting
from common.domain import Creative, CreativeState


class AdsDesk(PrivacyDesk):
    """Every method takes milliseconds and reaches no heavy library."""

    def waiting(self) -> Waiting:
        """What waits for the merchant."""
        return Waiting(
            n_drafts=len(creatives.listing(self._store, CreativeState.DRAFT)),
            n_refused_ads=len(creatives.listing(self._store, CreativeState.REFUSED)),
            n_held=len(held.listing(self._store)),
        )

    def ads(self, state: str | None = None) -> Sequence[Creative]:
        """Newest versions of the ads, newest first; all, or those of one state."""
        return creatives.listing(self._store, state)

    def ad(self, creative_id: str) -> AdView:
        """One ad with what a person needs to judge it."""
        versions = creatives.history(self._store, creative_id)
        current = versions[-1]
        known = {a.audience_id: a for a in audiences.listing(self._store)}
        return AdView(
            current,
            rows.product(self._store, current.product_id),
            known.get(current.audience_id),
            tuple(versions),
        )

    def approve(self, ad: Creative, by: str) -> Creative:
        """Approve the version that the person saw, if the checks still find no error."""
        return review.approve(self._store, ad.creative_id, by, ad.version)

    def reject(self, ad: Creative, by: str, reason: str = "") -> Creative:
        """Reject the version that the person saw."""
        return review.reject(self._store, ad.creative_id, by, reason, ad.version)

    def edit(self, ad: Creative, by: str) -> Creative:
        """Keep new words as a new version; checked at once, it waits for approval again."""
        return review.edit(
            self._store,
            ad.creative_id,
            headline=ad.headline,
            body=ad.body,
            call_to_action=ad.call_to_action,
            by=by,
        )
