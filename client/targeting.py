"""The shop's own scorer: the current bundle, checked, with the head and calibration fitted here."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from client import personal
from client.enrol import KIT_PATH, load_kit
from client.personal import Platt
from client.personal_head import Calibration, Chosen, Linear, Told, quiet
from client.score import Scorer
from client.store import Store, exposures, models
from client.store import personal_heads as heads
from client.store.exposures import Exposures
from common.errors import BadSignature, BundleError, StoreError
from common.features import Encoded, default_spec, encode

_log = logging.getLogger(__name__)
#: Raised when heads are fitted in another way, so that kept ones are fitted again.
_WAY = b"head 2"


@dataclass(frozen=True, slots=True)
class OwnRows:
    """The shop's past exposures as the current model and the shop's head see them.

    Attributes:
        encoded: N rows.
        shopper: int64 [N], dense codes.
        logits: Log-odds [N] by head, before calibration. With a head of the shop's own, each row's
            is that of a head which never saw its shopper, so that calibrations and intervals
            fitted on them hold for rows to come.
        labels: int8 [N] by head; -1 where unknown.
    """

    encoded: Encoded
    shopper: NDArray[np.int64]
    logits: dict[str, NDArray[np.float32]]
    labels: dict[str, NDArray[np.int8]]


@dataclass(frozen=True, slots=True)
class Seen:
    """The shop's past under the scorer that it has now.

    Attributes:
        scorer: With the head and calibration that are kept, if any.
        rows: Logits are cross-fitted where the kept head was fitted on these very rows.
        shown_at: [N] ISO-8601 UTC, of the rows.
    """

    scorer: Scorer
    rows: OwnRows
    shown_at: tuple[str, ...]


def open_scorer(store: Store, *, shared_only: bool = False, told: Told = quiet) -> Scorer:
    """The current bundle with this shop's head; fits it where it is missing or rows changed.

    Args:
        store: The shop.
        shared_only: Leave the shared probabilities as they are.
        told: Hears how far a fit is, if one is due.

    Raises:
        BundleError: no model is installed yet.
        BadSignature: the stored model was changed.
        WrongSpec: the stored model is for other features.
    """
    scorer = _shared(store)
    if shared_only:
        return scorer
    digest, names = scorer.bundle.digest(), scorer.bundle.heads
    now = heads.revision_of(store)
    kept = {name: heads.kept(store, digest, name) for name in names}
    fresh = {name: k.chosen for name, k in kept.items() if k and k.revision == now}
    if len(fresh) < len(names):
        return calibrate(store, told)[0]
    platts = {name: heads.calibration(store, digest, name) for name in names}
    return _with(scorer, fresh, {name: platt for name, platt in platts.items() if platt})


def calibrate(store: Store, told: Told = quiet) -> tuple[Scorer, OwnRows]:
    """The scorer fitted to all labelled rows as they are now; what is fitted is kept here, never sent.

    A head is fitted again only if the very rows, labels or the bundle are others than last time.

    Args:
        store: The shop.
        told: Hears how far a fit is, if one is due.

    Raises:
        BundleError: as `open_scorer`.
    """
    scorer = _shared(store)
    rows = own_rows(scorer, exposures.load(store))
    digest, now = scorer.bundle.digest(), heads.revision_of(store)
    found: dict[str, Chosen] = {}
    platts: dict[str, Platt] = {}
    logits: dict[str, NDArray[np.float32]] = {}
    for name in scorer.bundle.heads:
        labels, mark = rows.labels[name], _mark(rows, name)
        kept = heads.kept(store, digest, name)
        same = kept is not None and kept.rows_digest == mark
        chosen = kept.chosen if kept and same else _choose(scorer, rows, name, told)
        logits[name] = _crossed(chosen, rows, name)
        platt = personal.fit(logits[name], labels)
        if not same or (kept and kept.revision != now):
            try:
                heads.save(store, digest, name, chosen, platt, mark)
            except StoreError as e:  # opened for reading, or busy: it is used all the same
                _log.info("the head for %s was fitted but not kept: %s", name, e)
        found[name] = chosen
        if platt:
            platts[name] = platt
    return _with(scorer, found, platts), OwnRows(rows.encoded, rows.shopper, logits, rows.labels)


def as_kept(store: Store) -> Seen | None:
    """The shop's past exposures under what is kept; reads only. None without a model.

    Raises:
        BadSignature: the stored model was changed.
        WrongSpec: the stored model is for other features.
    """
    if models.current(store) is None:
        return None
    scorer, past = _shared(store), exposures.load(store)
    rows, digest = own_rows(scorer, past), scorer.bundle.digest()
    found: dict[str, Chosen] = {}
    platts: dict[str, Platt] = {}
    logits = dict(rows.logits)
    for name in scorer.bundle.heads:
        kept, platt = heads.kept(store, digest, name), heads.calibration(store, digest, name)
        if platt:
            platts[name] = platt
        if kept is None:
            continue
        chosen = found[name] = kept.chosen
        if kept.rows_digest == _mark(rows, name):
            logits[name] = _crossed(chosen, rows, name)
        elif chosen.linear:
            logits[name] = chosen.linear.logit(rows.logits[name], rows.encoded)
    seen = OwnRows(rows.encoded, rows.shopper, logits, rows.labels)
    return Seen(_with(scorer, found, platts), seen, tuple(past.shown_at))


def own_rows(scorer: Scorer, past: Exposures) -> OwnRows:
    """Encode past exposures and score them with the shared model alone."""
    encoded = encode(default_spec(), past.columns)
    labels = {"click": past.clicked, "conversion": past.converted}
    return OwnRows(encoded, past.shopper, scorer.shared_logits(encoded), labels)


def _with(scorer: Scorer, found: dict[str, Chosen], platts: dict[str, Platt]) -> Scorer:
    """The same bundle with heads and calibrations."""
    calibration: dict[str, Calibration] = dict(platts)
    calibration |= {name: c.isotonic for name, c in found.items() if c.isotonic}
    own: dict[str, Linear] = {name: c.linear for name, c in found.items() if c.linear}
    return Scorer(scorer.bundle, calibration, own)


def _choose(scorer: Scorer, rows: OwnRows, name: str, told: Told) -> Chosen:
    from client.personal_choose import choose  # scipy takes its time: only where a fit is due

    n_ids = scorer.bundle.feature_spec().n_ids
    own = (rows.encoded, rows.logits[name], rows.labels[name], rows.shopper)
    return choose(*own, n_ids, told)


def _crossed(chosen: Chosen, rows: OwnRows, name: str) -> NDArray[np.float32]:
    if not chosen.folds:
        return rows.logits[name]
    from client.personal_choose import cross_fitted

    return cross_fitted(chosen, rows.encoded, rows.logits[name], rows.labels[name], rows.shopper)


def _mark(rows: OwnRows, name: str) -> str:
    """Digest of the very rows, labels and shoppers that a head is fitted on."""
    found = hashlib.sha256(_WAY)
    for part in (rows.encoded.ids, rows.encoded.numeric, rows.labels[name], rows.shopper):
        found.update(f"{part.dtype}{part.shape}".encode())
        found.update(part.tobytes())
    return found.hexdigest()


def _shared(store: Store) -> Scorer:
    bundle = models.current(store)
    if bundle is None:
        raise BundleError(
            "No model is installed in this shop yet.",
            where=str(store.home),
            safe="Nothing was scored.",
            todo="Take part in a run with 'hansa node', or install one with 'hansa bundle install'.",
        )
    # The database keeps bundle and signer side by side; the pinned kit says whose key counts.
    joined = (store.home / KIT_PATH).exists()
    if joined and bundle.signer != load_kit(store.home).coordinator_key:
        raise BadSignature(
            "The installed model is not signed by the league's coordinator.",
            where=f"bundle {bundle.digest()[:12]}",
            safe="Nothing was scored.",
            todo="Take part in a run again with 'hansa node', or ask the operator for the model.",
        )
    return Scorer(bundle)
