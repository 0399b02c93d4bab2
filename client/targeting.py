"""The shop's own scorer: the current bundle, checked, with the calibration fitted here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from client import personal
from client.enrol import KIT_PATH, load_kit
from client.personal import Platt
from client.score import Scorer
from client.store import Store, exposures, models
from client.store.exposures import Exposures
from common.errors import BadSignature, BundleError
from common.features import Encoded, default_spec, encode


@dataclass(frozen=True, slots=True)
class OwnRows:
    """The shop's past exposures as the current model sees them.

    Attributes:
        encoded: N rows.
        shopper: int64 [N], dense codes.
        logits: Log-odds [N] by head, before calibration.
        labels: int8 [N] by head; -1 where unknown.
    """

    encoded: Encoded
    shopper: NDArray[np.int64]
    logits: dict[str, NDArray[np.float32]]
    labels: dict[str, NDArray[np.int8]]


def open_scorer(store: Store, *, shared_only: bool = False) -> Scorer:
    """The current bundle with this shop's calibration; fits it where it is missing.

    Args:
        store: The shop.
        shared_only: Leave the shared probabilities as they are.

    Raises:
        BundleError: no model is installed yet.
        BadSignature: the stored model was changed.
        WrongSpec: the stored model is for other features.
    """
    scorer = _shared(store)
    if shared_only:
        return scorer
    digest = scorer.bundle.digest()
    kept = {h: models.calibration(store, digest, h) for h in scorer.bundle.heads}
    found = {h: platt for h, platt in kept.items() if platt}
    if found:
        return Scorer(scorer.bundle, found)
    return calibrate(store)[0]


def calibrate(store: Store) -> tuple[Scorer, OwnRows]:
    """Fit the calibration anew on all labelled rows of the shop; it is kept here, never sent.

    Raises:
        BundleError: as `open_scorer`.
    """
    scorer = _shared(store)
    rows = own_rows(scorer, exposures.load(store))
    digest, found = scorer.bundle.digest(), {}
    for head in scorer.bundle.heads:
        platt: Platt | None = personal.fit(rows.logits[head], rows.labels[head])
        if platt:
            models.save_calibration(store, digest, head, platt)
            found[head] = platt
        else:
            models.forget_calibration(store, digest, head)
    return Scorer(scorer.bundle, found), rows


def own_rows(scorer: Scorer, past: Exposures) -> OwnRows:
    """Encode and score past exposures."""
    encoded = encode(default_spec(), past.columns)
    labels = {"click": past.clicked, "conversion": past.converted}
    return OwnRows(encoded, past.shopper, scorer.logits(encoded), labels)


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
