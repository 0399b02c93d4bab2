"""AdsDesk: ads of an open shop: what waits, what was written, a person's decisions, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from client.privacydesk import PrivacyDesk
from client.store import Store, audiences, browse, creatives, held, photos, rows
from client.views import AdExport, AdView, Waiting
from common.domain import Creative, CreativeState, Product
from common.settings import Settings

# What writes and checks ads is loaded by whoever asks about an ad: the window opens without it.
if TYPE_CHECKING:
    from client.creative.learn.preferences import PairCount
    from client.creative.learn.results import GroupResult, Results, VariantResult
    from client.creative.marks import MarkedFinding
    from client.creative.preview import SlotPreview


class AdsDesk(PrivacyDesk):
    """Every method takes milliseconds and reaches no heavy library; `banner` takes some hundred.

    Results are counted again only after the database changed: with a million impressions that takes a
    second or two.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        super().__init__(store, settings)
        self._counted: tuple[tuple[int, int], dict[tuple[str | None, str | None], Results]]
        self._counted = ((-1, -1), {})
        self._listed: tuple[tuple[int, int], tuple[Creative, ...]] = ((-1, -1), ())

    def waiting(self) -> Waiting:
        """What waits for the merchant."""
        n = creatives.counts(self._store)
        return Waiting(
            n_drafts=n[CreativeState.DRAFT],
            n_refused_ads=n[CreativeState.REFUSED],
            n_held=len(held.listing(self._store)),
        )

    def ads(
        self,
        state: str | None = None,
        slot: str | None = None,
        *,
        product_id: str | None = None,
        audience_id: str | None = None,
        language: str | None = None,
    ) -> Sequence[Creative]:
        """Newest versions of the ads, newest first; all, or those of one state, slot, ..."""
        asked = (state, slot, product_id, audience_id, language)
        if asked == (None,) * 5:
            # the window walks this list with the arrow keys: it is read once a change
            now = self._now()
            if self._listed[0] != now:
                self._listed = (now, tuple(creatives.listing(self._store)))
            return self._listed[1]
        return creatives.listing(
            self._store, state, audience_id, product_id, slot=slot, language=language
        )

    def _now(self) -> tuple[int, int]:
        """Another pair after every change of the database, by this program or another."""
        return browse.version(self._store), self._store.db.conn.total_changes

    def ad(self, creative_id: str) -> AdView:
        """One ad with what a person needs to judge it."""
        from client.creative import marks
        from client.creative.origin import origin
        from client.creative.preview import previews

        versions = creatives.history(self._store, creative_id)
        current = versions[-1]
        known = {a.audience_id: a for a in audiences.listing(self._store)}
        return AdView(
            current,
            rows.product(self._store, current.product_id),
            known.get(current.audience_id),
            tuple(versions),
            marked=marks.marked(current),
            origin=origin(current),
            previews=previews(current),
            decisions=tuple(creatives.decisions(self._store, creative_id)),
            exports=tuple(AdExport(*e) for e in creatives.exports(self._store, creative_id)),
            possible=creatives.possible(self._store, creative_id),
            results=self._results_of(current),
        )

    def approve(self, ad: Creative, by: str) -> Creative:
        """Approve the version that the person saw, if the checks still find no error."""
        from client.creative import review

        return review.approve(self._store, ad.creative_id, by, ad.version)

    def reject(self, ad: Creative, by: str, reason: str = "") -> Creative:
        """Reject the version that the person saw."""
        from client.creative import review

        return review.reject(self._store, ad.creative_id, by, reason, ad.version)

    def live(self, ad: Creative, by: str) -> Creative:
        """Say that the approved version is on show from now on."""
        from client.creative import review

        return review.live(self._store, ad.creative_id, by, ad.version)

    def retire(self, ad: Creative, by: str, reason: str = "") -> Creative:
        """Take the ad out of use, also an older version that is still live."""
        from client.creative import review

        return review.retire(self._store, ad.creative_id, by, reason, ad.version)

    def undo_decision(self, ad: Creative, by: str, reason: str = "") -> Creative:
        """Take the last decision on the ad back; both stay in its log."""
        from client.creative import review

        return review.undo(self._store, ad.creative_id, by, reason)

    def edit(self, ad: Creative, by: str) -> Creative:
        """Keep new words as a new version; checked at once, it waits for approval again."""
        from client.creative import review

        return review.edit(
            self._store,
            ad.creative_id,
            headline=ad.headline,
            body=ad.body,
            call_to_action=ad.call_to_action,
            by=by,
        )

    def check_words(self, ad: Creative) -> tuple[MarkedFinding, ...]:
        """What the checks would find in words that are being typed; stores nothing."""
        from client.creative import review

        return review.marked_words(self._store, ad)

    def ad_results(self, product_id: str | None = None, audience_id: str | None = None) -> Results:
        """What came of the ads: clicks with intervals, and which variant is likely the best."""
        from client.creative.learn import results

        now = self._now()
        if self._counted[0] != now:
            self._counted = (now, {})
        known = self._counted[1]
        if (product_id, audience_id) not in known:
            known[product_id, audience_id] = results.results(self._store, product_id, audience_id)
        return known[product_id, audience_id]

    def _results_of(self, ad: Creative) -> tuple[VariantResult, ...]:
        """What came of every approved version of one ad, the newest version first."""
        groups = self.ad_results(ad.product_id, ad.audience_id).groups
        found = [v for g in groups for v in g.variants]
        own = [v for v in found if v.creative.creative_id == ad.creative_id]
        return tuple(sorted(own, key=lambda v: -v.creative.version))

    def ad_shares(self, group: GroupResult) -> tuple[float | None, ...]:
        """What `hansa ads choose` would give each variant of a group; None = not in use."""
        import numpy as np

        from client.creative.learn import thompson

        chances = [v.p_best for v in group.variants if v.p_best is not None]
        if not chances:
            return (None,) * len(group.variants)
        best = thompson.Chances(np.array(chances, float), group.error)
        shares = iter(thompson.propensities(best))
        return tuple(None if v.p_best is None else float(next(shares)) for v in group.variants)

    def ad_previews(self, ad: Creative) -> tuple[SlotPreview, ...]:
        """Words, also such as are not stored yet, in every placement with their lengths."""
        from client.creative.preview import previews

        return previews(ad)

    def ad_rules(self) -> dict[str, str]:
        """Rule file with its version, as findings name it -> where its rules come from."""
        from client.creative.checks import rulebook
        from client.creative.text import data_file

        raw = [data_file("rules", f) for f in (*rulebook.PATTERN_FILES, *rulebook.CODE_FILES)]
        return {f"{r['id']}@{r['version']}": str(r.get("source", "")) for r in raw if "id" in r}

    def ad_weights(self) -> dict[str, float]:
        """How much each part of a score counts today."""
        from client.creative.parts import Weights

        return asdict(Weights())

    def product_photo(self, product: Product) -> Path | None:
        """File of the product's photo, the kept one before its own; None = there is none."""
        kept = photos.of_product(self._store, product.product_id)
        path = self.home / kept.file if kept else photos.below(self.home, product.image)
        return path if path is not None and path.is_file() else None

    def ad_pairs(self) -> PairCount:
        """How many preference pairs there are, and whether they are enough to learn from."""
        from client.creative.learn import preferences

        return preferences.count(self._store)

    def banner(self, ad: Creative, size: str = "300x250", layout: str = "") -> bytes:
        """One banner of the ad as PNG, marked as a preview unless the words are approved.

        Raises:
            UserFacing: the words do not fit, no font has their characters, no such size.
        """
        from client.creative.banner import preview

        return preview.render(preview.of_creative(self._store, ad), size, layout)
