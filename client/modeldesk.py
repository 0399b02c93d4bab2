"""ModelDesk: audiences and models of an open shop: who is in, what they share, what was written out, which model."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from client.datareport.desk import DataDesk
from client.modeljobs import Asked
from client.modelviews import ExportView, ModelView, OwnHead, Provenance, Reach, Shared
from client.ready import Lack, lack
from client.store import audience_exports, audience_facts, audiences, models, rows
from common.domain import Audience
from common.errors import InputError, UserFacing

#: Audiences that are compared at once, the newest: fifteen pairs can be seen at a glance.
COMPARED = 6


class ModelDesk(DataDesk):
    """Every method takes milliseconds and reaches no heavy library."""

    _models: tuple[object, ModelView] = (None, ModelView())
    _addressable: tuple[str, tuple[str, ...]] = ("", ())
    _lack: tuple[str, Lack | None] = ("", None)

    # --- audiences --------------------------------------------------------------------------

    def audiences(self) -> Sequence[Audience]:
        """Audiences without their members, newest first."""
        return audiences.listing(self._store)

    def audience(self, audience_id: str) -> Audience:
        """One audience with its members."""
        found = audiences.load(self._store, audience_id)
        out = audiences.excluded(self._store, found.product_id)
        kept = tuple(m for m in found.members if m.shopper_key not in out)
        # a click rate of a head that was never trained on this shop's clicks would be invented
        clicks = self.knows_clicks()
        return replace(found, members=kept, expected_ctr=found.expected_ctr if clicks else None)

    def knows_clicks(self) -> bool:
        """Whether the shop's rows say who clicked."""
        return rows.summary(self._store).n_clicks_known > 0

    def exclude(self, audience: Audience, shopper_key: str) -> None:
        """Leave a shopper out of this product's audiences, those to come too."""
        audiences.exclude(self._store, [shopper_key], audience.product_id)

    def reach(self, asked: Asked) -> Reach:
        """Who may be in it and what a budget pays for, without a score.

        Raises:
            UserFacing: a field cannot be used, or something it names does not exist.
        """
        from client.audience_sift import sift
        from client.audience_wish import Wish, money

        out = audiences.excluded(self._store, asked.product_id)
        keys = tuple(k for k in self._may_be_addressed() if k not in out)
        wish = Wish(
            exclude_buyers_days=asked.bought_days,
            exclude_audiences=asked.not_in,
            segments=asked.segments,
        )
        n_left = len(keys)
        if wish != Wish():
            n_left = int(sift(self._store, asked.product_id, keys, wish)[0].sum())
        cost, _ = audience_facts.cost_per_impression(self._store, asked.product_id)
        if asked.cost:
            cost = money(asked.cost, "--cost-per-impression")
        budget = money(asked.budget, "--budget") if asked.budget else None
        paid = None if budget is None or not cost else int(budget / cost * (1 + 1e-12))
        return Reach(len(keys), n_left, paid, cost, self.settings.audience_floor)

    def _may_be_addressed(self) -> tuple[str, ...]:
        """Pseudonyms, read once for each state of the rows: a dialog asks at every key."""
        state = self.data_state()
        if self._addressable[0] != state:
            self._addressable = (state, tuple(audience_facts.addressable(self._store)))
        return self._addressable[1]

    def shared(self) -> tuple[Shared, ...]:
        """Every pair of the newest audiences; () with fewer than two.

        Counts are of people who may be addressed now; those below the floor are not given.
        """
        newest = audiences.listing(self._store)[:COMPARED]
        if len(newest) < 2:
            return ()
        may, floor = audience_facts.addressable(self._store), self.settings.audience_floor
        people = []
        for a in newest:
            inside = audience_facts.members(self._store, a.audience_id) & may
            people.append(inside - audiences.excluded(self._store, a.product_id))
        found = []
        for i, first in enumerate(newest):
            for j in range(i + 1, len(newest)):
                n = len(people[i] & people[j])
                counts = (len(people[i]), len(people[j]), n if n >= floor else None)
                found.append(Shared(first.audience_id, newest[j].audience_id, *counts))
        return tuple(found)

    # --- exports ----------------------------------------------------------------------------

    def exports(self) -> tuple[ExportView, ...]:
        """Audiences that were written to files, newest first."""
        back = audience_exports.taken_back(self._store)
        return tuple(
            ExportView(e, e.export_id in back, e.export_id not in back and _is_there(e.path))
            for e in audience_exports.listing(self._store)
        )

    def take_back(self, export_id: str) -> None:
        """Delete the file of an export, if it still is what was written; the record stays.

        Raises:
            InputError: it is gone, was changed since, or cannot be deleted.
        """
        found = [e for e in audience_exports.listing(self._store) if e.export_id == export_id]
        file = Path(found[0].path) if found and found[0].path else None
        if file is None or not _is_there(str(file)):
            raise _not_deleted("The file is not there any more.", file)
        if _file_digest(file) != found[0].digest:
            raise _not_deleted("The file was changed since it was written.", file)
        try:
            file.unlink()
        except OSError as e:
            raise _not_deleted(f"The file cannot be deleted: {e.strerror}.", file) from e
        audience_exports.take_back(self._store, export_id)

    # --- learning ---------------------------------------------------------------------------

    def lack(self) -> Lack | None:
        """What the shop lacks to learn with a league; None where it can."""
        state = self.data_state()
        if self._lack[0] != state:
            self._lack = (state, lack(self._store))
        return self._lack[1]

    # --- models -----------------------------------------------------------------------------

    def models(self) -> ModelView:
        """Installed models, where the current one is from, and the shop's own heads over it.

        Raises:
            UserFacing: the stored model was changed, or is for other features.
        """
        from client.store import personal_heads

        installed = tuple(models.listing(self._store))
        if not installed:
            return ModelView()
        digest = installed[0].digest
        heads = tuple(
            OwnHead(h.head, h.kind, h.n_rows, h.n_positive, bool(h.losses), h.stale)
            for h in personal_heads.facts(self._store, digest)
        )
        key = (installed, heads)
        if self._models[0] != key:
            bundle = models.current(self._store)
            told = _provenance(bundle.provenance) if bundle is not None else Provenance()
            self._models = (key, ModelView(installed, told, heads))
        return self._models[1]

    def use_model(self, digest: str) -> str:
        """Go to another installed model; returns the digest of the one in use before.

        Raises:
            UserFacing: it is not installed, or its signature does not hold.
        """
        return models.use(self._store, digest)


def _provenance(told: Mapping[str, object]) -> Provenance:
    """Signed words of a coordinator: kept to the kinds that are expected of them."""
    privacy, judged = told.get("privacy"), told.get("evaluation")
    privacy = privacy if isinstance(privacy, Mapping) else {}
    judged = judged if isinstance(judged, Mapping) else {}
    rounds, shops = _number(told.get("rounds")), _number(judged.get("merchants"))
    return Provenance(
        league=str(told.get("league", ""))[:80],
        made_at=str(told.get("created_at", ""))[:40],
        rounds=None if rounds is None else round(rounds),
        n_shops=None if shops is None else round(shops),
        auc=_number(judged.get("auc")),
        epsilon=_number(privacy.get("epsilon_per_run")),
        delta=_number(privacy.get("delta")),
        mode=str(privacy.get("mode", "")),
    )


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def _is_there(path: str) -> bool:
    try:
        return bool(path) and Path(path).is_file()
    except OSError:  # a drive that is away
        return False


def _file_digest(file: Path) -> str:
    """SHA-256 of a file; "" where it cannot be read."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ""


def _not_deleted(what: str, file: Path | None) -> UserFacing:
    return InputError(
        what,
        where=str(file or ""),
        safe="Nothing was deleted.",
        todo="Delete the file by hand if you do not need it.",
    )
