"""A shop's own calibrations and heads, each beside the bundle that it belongs to; never sent."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from client.personal import Platt
from client.personal_head import WORDS, Chosen, Linear
from client.personal_isotonic import Isotonic
from client.store import Store, rows
from client.store.tensor_bytes import pack_tensors, unpack_tensors
from common.database import transaction


@dataclass(frozen=True, slots=True)
class HeadFacts:
    """What `hansa bundle show` tells of a shop's own head.

    Attributes:
        head: "click" or "conversion".
        kind: One of `client.personal_head.WORDS`.
        words: The kind in words.
        why: Why this one, or why none.
        ridge: Precision of the prior of its weights; 0 without a head.
        n_rows: Labelled rows it was fitted on.
        n_positive: Of them, with the outcome.
        losses: (kind, cross-validated log-loss a row) of what was tried.
        fitted_at: ISO-8601 UTC.
        stale: The shop's rows changed since; it is fitted again at the next use.
    """

    head: str
    kind: str
    words: str
    why: str
    ridge: float
    n_rows: int
    n_positive: int
    losses: tuple[tuple[str, float], ...]
    fitted_at: str
    stale: bool


@dataclass(frozen=True, slots=True)
class KeptHead:
    """A stored head and the rows it was fitted on.

    Attributes:
        chosen: The head.
        revision: `rows.revision` at the fit, as text.
        rows_digest: Of the rows themselves.
    """

    chosen: Chosen
    revision: str
    rows_digest: str


def calibration(store: Store, bundle_digest: str, head: str) -> Platt | None:
    """This shop's calibration of a bundle's head; None if it was not fitted."""
    row = store.db.execute(
        "SELECT slope, intercept, n_rows, n_positive FROM calibrations"
        " WHERE bundle_digest = ? AND head = ?",
        [bundle_digest, head],
    ).fetchone()
    return Platt(*row) if row else None


def kept(store: Store, bundle_digest: str, head: str) -> KeptHead | None:
    """This shop's own head for one bundle and no other; None if it was not fitted."""
    row = _row(store, bundle_digest, head)
    if row is None:
        return None
    kind, why, ridge, n_rows, n_positive, losses, weights, revision, digest, _ = row
    try:
        linear, folds, isotonic = _unpacked(weights)
        pairs = tuple((str(k), float(v)) for k, v in json.loads(losses))
    except (ValueError, KeyError, TypeError):
        return None  # damaged: the rows are still there, so it is fitted anew
    chosen = Chosen(kind, why, linear, folds, isotonic, ridge, pairs, n_rows, n_positive)
    return KeptHead(chosen, revision, digest)


def save(
    store: Store, bundle_digest: str, head: str, chosen: Chosen, platt: Platt | None, digest: str
) -> None:
    """Keep a head and the calibration after it beside their bundle, in one transaction.

    Args:
        store: The shop.
        bundle_digest: The bundle whose log-odds it was fitted on.
        head: "click" or "conversion".
        chosen: The head.
        platt: Fitted on cross-fitted log-odds; None drops one that the rows no longer support.
        digest: Of the rows that it was fitted on.
    """
    key, now = (bundle_digest, head), _now()
    values = (
        *(*key, chosen.kind, chosen.why, chosen.ridge, chosen.n_rows, chosen.n_positive),
        *(json.dumps(chosen.losses), _packed(chosen), revision_of(store), digest, now),
    )
    with transaction(store.db) as conn:
        conn.execute(
            "INSERT OR REPLACE INTO personal_heads (bundle_digest, head, kind, why, ridge, n_rows,"
            " n_positive, losses, weights, revision, rows_digest, fitted_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            values,
        )
        conn.execute("DELETE FROM calibrations WHERE bundle_digest = ? AND head = ?", key)
        if platt:
            conn.execute(
                "INSERT INTO calibrations"
                " (bundle_digest, head, slope, intercept, n_rows, n_positive, fitted_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*key, platt.slope, platt.intercept, platt.n_rows, platt.n_positive, now),
            )


def facts(store: Store, bundle_digest: str) -> tuple[HeadFacts, ...]:
    """The shop's own heads for a bundle, for a person to read; empty before the first use."""
    out = []
    for head in ("click", "conversion"):
        row = _row(store, bundle_digest, head)
        if row is None:
            continue
        kind, why, ridge, n_rows, n_positive, losses, _, revision, _, at = row
        pairs = tuple((str(k), float(v)) for k, v in json.loads(losses))
        stale = revision != revision_of(store)
        words = WORDS.get(kind, kind)
        out.append(HeadFacts(head, kind, words, why, ridge, n_rows, n_positive, pairs, at, stale))
    return tuple(out)


def revision_of(store: Store) -> str:
    """The state of the shop's rows as text; changes with imports, consent and removed rows."""
    return json.dumps(rows.revision(store))


def _row(store: Store, bundle_digest: str, head: str) -> tuple[Any, ...] | None:
    try:
        found: tuple[Any, ...] | None = store.db.execute(
            "SELECT kind, why, ridge, n_rows, n_positive, losses, weights, revision, rows_digest,"
            " fitted_at FROM personal_heads WHERE bundle_digest = ? AND head = ?",
            [bundle_digest, head],
        ).fetchone()
    except sqlite3.OperationalError as e:
        # opened for reading only, by a newer program than the one that wrote it last
        if "no such table" not in str(e):
            raise
        return None
    return found


def _packed(chosen: Chosen) -> bytes | None:
    tensors = {}
    heads = [chosen.linear, *chosen.folds] if chosen.linear else []
    for i, linear in enumerate(h for h in heads if h):
        tensors[f"{i}.ids"], tensors[f"{i}.numeric"] = linear.ids, linear.numeric
        tensors[f"{i}.line"] = np.array([linear.slope, linear.shift], np.float32)
    if chosen.isotonic:
        tensors["isotonic.x"] = chosen.isotonic.x.astype(np.float32)
        tensors["isotonic.y"] = chosen.isotonic.y.astype(np.float32)
    return pack_tensors(tensors) if tensors else None


def _unpacked(data: bytes | None) -> tuple[Linear | None, tuple[Linear, ...], Isotonic | None]:
    if data is None:
        return None, (), None
    found = unpack_tensors(data)
    heads = []
    for i in range(sum(name.endswith(".line") for name in found)):
        slope, shift = (float(v) for v in found[f"{i}.line"])
        heads.append(Linear(slope, shift, found[f"{i}.ids"], found[f"{i}.numeric"]))
    knots = [found[f"isotonic.{k}"].astype(np.float64) for k in "xy" if "isotonic.x" in found]
    return heads[0] if heads else None, tuple(heads[1:]), Isotonic(*knots) if knots else None


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
