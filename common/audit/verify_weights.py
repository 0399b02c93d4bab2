"""The published model is the aggregate of the admitted reports: computed again, bit for bit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from common import scorebins
from common.audit.verify_evidence import Evidence, Round
from common.audit.verify_sums import HEADS, trained
from common.audit.verify_tally import Tally
from common.averaging import aggregate, tail_mean
from common.book import BookEntry, BookKind
from common.book_file import RunEvidence
from common.errors import InternalError
from common.league_step import league_histogram, league_noise_std, league_update
from common.recentring import recentre
from common.rounds import tensors_digest

Arrays = dict[str, NDArray[np.float32]]


@dataclass(slots=True)
class Walk:
    """One run, followed through the rounds of the book.

    Attributes:
        run_id: The run.
        momentum: Of the server.
        digest: Of the weights as the book has them now; "" when it is not known where they began.
        weights: The weights as computed; None from where on they could not be computed.
        velocity: The server's momentum, as computed.
        pcoc: Of the last closed evaluation, computed from its reports; NaN without one.
        n_closed: Closed TRAIN rounds so far.
        averaged: The mean of the weights after so many last rounds is evaluated and published.
        recent: Weights after the last closed TRAIN rounds, as computed, at most `averaged`.
        funnel: Whether its last TRAIN plan's conversion head means a conversion given a click; None
            where no plan is shown.
    """

    run_id: str
    momentum: float = 0.0
    digest: str = ""
    weights: Arrays | None = None
    velocity: Arrays = field(default_factory=dict)
    pcoc: float = math.nan
    n_closed: int = 0
    averaged: int = 1
    recent: list[Arrays] = field(default_factory=list)
    funnel: bool | None = None

    def final(self) -> Arrays | None:
        """What the run evaluates and publishes; None where it could not be computed."""
        if self.weights is None:
            return None
        return tail_mean(self.recent) if self.recent else self.weights


@dataclass(frozen=True, slots=True)
class Published:
    """What a `bundle` entry of the book published.

    Attributes:
        entry: The entry.
        trained: Digest of the weights after the last closed round of its run.
        weights: The published weights, computed again; None when that was not possible.
        funnel: As in `Walk`.
    """

    entry: BookEntry
    trained: str
    weights: Arrays | None
    funnel: bool | None = None


def check_weights(found: Evidence, tally: Tally) -> dict[str, Published]:
    """Follow every run through the book; what was published, by digest of the bundle."""
    walks: dict[str, Walk] = {}
    for run in found.book.runs:
        text = f"The evidence tells twice where run {run.run_id} began."
        tally.demand(run.run_id not in walks, "repeated", text)
        walks[run.run_id] = _begin(run)
    published: dict[str, Published] = {}
    for e in found.book.entries:
        if e.kind not in (BookKind.ROUND, BookKind.BUNDLE):
            continue
        walk = walks.setdefault(e.run_id, Walk(e.run_id))
        if e.kind is BookKind.ROUND:
            _step(walk, e, found.rounds.get(e.subject), tally)
        else:
            published[e.subject] = _publish(walk, e, tally)
    return published


def _begin(run: RunEvidence) -> Walk:
    weights = dict(run.initial)
    digest = tensors_digest(weights)
    return Walk(run.run_id, run.server_momentum, digest, weights, averaged=run.averaged)


def _step(walk: Walk, e: BookEntry, shown: Round | None, tally: Tally) -> None:
    where = f"Round {e.round} of run {e.run_id}"
    if not walk.digest:
        tally.skip(
            f"Where run {e.run_id} began is not in the export: its weights were not followed."
        )
        walk.digest = e.before
    if not _as_left(walk, e):
        text = f"{where} was sent other weights than the round before it left."
        tally.bad("weights", text, e.sequence)
        walk.digest, walk.weights = e.before, None
    if e.status != "closed":
        return
    if e.task == "train":
        _train(walk, e, shown, where, tally)
    elif e.task == "evaluate":
        _evaluate(walk, e, shown, where, tally)
    else:
        tally.skip(f"{where} is of a kind ('{e.task}') that this program does not know.")


def _as_left(walk: Walk, e: BookEntry) -> bool:
    """A TRAIN round goes on from the last weights; an evaluation is of their mean."""
    if e.task != "evaluate" or walk.averaged == 1:
        return e.before == walk.digest
    final = walk.final()
    # without the updates the mean can't be told; what was published is said to be uncomputed too
    return final is None or e.before == tensors_digest(final)


def _updates(shown: Round) -> list[Arrays] | None:
    """The reports' tensors in order of merchant; None when one is missing or not the signed one."""
    found = []
    for a in shown.admitted:
        tensors = a.evidence.tensors
        if tensors is None or tensors_digest(tensors) != a.evidence.header.get("tensors_digest"):
            return None
        found.append(dict(tensors))
    return found


def _train(walk: Walk, e: BookEntry, shown: Round | None, where: str, tally: Tally) -> None:
    walk.digest, walk.n_closed = e.after, walk.n_closed + 1
    if shown is not None and shown.plan is not None:
        walk.funnel = shown.plan.funnel
    updates: list[Arrays] | None = None
    if walk.weights is not None and shown is not None:
        league = shown.plan is not None and shown.plan.league is not None
        updates = _opened(walk.weights, shown) if league else _updates(shown)
    if walk.weights is None or updates is None:
        walk.weights = None
        tally.skip(
            f"The weights of run {e.run_id} were not computed again from round {e.round} on."
        )
        return
    try:
        done = aggregate(
            walk.weights, updates, momentum=walk.momentum, velocity=walk.velocity or None
        )
    except (InternalError, KeyError, ValueError, IndexError):
        tally.bad("aggregate", f"{where}: its admitted reports cannot be averaged.", e.sequence)
        walk.weights = None
        return
    same = tensors_digest(done.tensors) == e.after
    text = f"{where}: the weights after it are not the mean of the admitted reports."
    tally.demand(same, "aggregate", text, e.sequence)
    if e.velocity:
        text = f"{where}: the server's momentum after it is not what the reports give."
        tally.demand(tensors_digest(done.velocity) == e.velocity, "aggregate", text, e.sequence)
    # after a wrong round the true weights are not in the file, so nothing more can be computed
    walk.weights, walk.velocity = (done.tensors if same else None), done.velocity
    walk.recent = [*walk.recent, done.tensors][-walk.averaged :]
    tally.checked["rounds computed again"] += 1


def _opened(weights: Arrays, shown: Round) -> list[Arrays] | None:
    """The step that an opened sum gives, as the coordinator took it; an empty list if it fits nothing."""
    if shown.plan is None or shown.sum is None:
        return None
    plan = replace(shown.plan, tensors=weights)
    names = trained(weights, plan.heads)
    try:
        return [league_update(plan, names, shown.sum.total, len(shown.sum.members))]
    except ValueError:
        return []


def _evaluate(walk: Walk, e: BookEntry, shown: Round | None, where: str, tally: Tally) -> None:
    walk.pcoc = math.nan
    found = None if shown is None else _histogram(shown)
    if found is None or shown is None:
        tally.skip(f"{where}: its figures were not computed again.")
        return
    total, noise = found
    if total is None:
        tally.bad("aggregate", f"{where}: its histograms cannot be added.", e.sequence)
        return
    same = tensors_digest({"histogram": total.astype(np.float32)}) == e.after
    text = f"{where}: its result is not the sum of the admitted histograms."
    tally.demand(same, "aggregate", text, e.sequence)
    walk.pcoc = scorebins.read(total, noise).pcoc
    tally.checked["evaluations computed again"] += 1


def _histogram(shown: Round) -> tuple[NDArray[np.float64] | None, float] | None:
    """The sum of an evaluation and its noise; no sum where they cannot be added, None without evidence."""
    plan = shown.plan
    if plan is None:
        return None
    if plan.league is not None:
        if shown.sum is None:
            return None
        n = len(shown.sum.members)
        try:
            return league_histogram(plan, shown.sum.total), league_noise_std(plan, n)
        except ValueError:
            return None, 0.0
    updates = _updates(shown)
    if updates is None:
        return None
    return _total(updates), plan.noise_multiplier * plan.clip_norm * len(updates) ** 0.5


def _total(updates: Sequence[Arrays]) -> NDArray[np.float64] | None:
    parts = [u.get("histogram") for u in updates]
    shapes = {p.shape for p in parts if p is not None}
    if any(p is None for p in parts) or len(shapes) != 1 or len(next(iter(shapes))) != 2:
        return None
    total: NDArray[np.float64] = (
        np.stack([p for p in parts if p is not None]).astype(np.float64).sum(0)
    )
    return total if len(total) == 2 and np.isfinite(total).all() else None


def _publish(walk: Walk, e: BookEntry, tally: Tally) -> Published:
    """The published weights are the aggregate (or the mean of the last), recentred or not."""
    trained, final = walk.digest, walk.final()
    if final is None:
        same = e.before == trained
        if not same:
            tally.skip(f"The published weights of run {e.run_id} were not computed again.")
        return Published(e, trained, None, walk.funnel)
    candidates = [final]
    if math.isfinite(walk.pcoc):
        candidates += [recentre(final, h, walk.pcoc) for h in reversed(HEADS)]
    for weights in candidates:
        if tensors_digest(weights) == e.before:
            tally.checked["published models computed again"] += 1
            return Published(e, trained, weights, walk.funnel)
    text = (
        f"Run {e.run_id} published weights that are not the aggregate of its admitted reports, nor "
        "that aggregate recentred by its own evaluation, averaged over the rounds that the run says."
    )
    tally.bad("published", text, e.sequence)
    return Published(e, trained, None, walk.funnel)
