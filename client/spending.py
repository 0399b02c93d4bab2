"""The privacy budget and everything that left, as a window shows them; computed figures are read, not made."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from client.consent import quarter_of
from client.shop import IDENTITY_PATH
from client.store import Store, ledger, rounds, spent
from client.views import Departure, PrivacyView
from common.errors import InputError
from common.keys import Identity
from common.ledger import EntryKind, LedgerEntry
from common.ledger_file import dump
from common.privacy import DELTA_BY_TIER, PrivacyBudget, PrivacyMode
from common.settings import Settings


def budget(settings: Settings) -> PrivacyBudget:
    """The merchant's lifetime limit."""
    return PrivacyBudget(settings.policy.epsilon, DELTA_BY_TIER[settings.policy.tier])


def privacy(store: Store, settings: Settings, now: datetime | None = None) -> PrivacyView:
    """What is known of the budget at this head of the ledger."""
    limit, kept = budget(settings), ledger.entries(store)
    charges = [e for e in kept if e.kind is EntryKind.RESERVE]
    settled = {e.reservation for e in kept}
    known = spent.spent_history(store, limit.delta)
    # commits and voids charge nothing, so a figure from the last charge on is up to date
    latest = known[-1] if known and charges and known[-1].sequence >= charges[-1].sequence else None
    epsilon = 0.0 if not charges else latest.spent.epsilon if latest else None
    begins, ends = quarter_of(now or datetime.now(UTC))
    inside = [e for e in charges if e.at >= begins]
    shares = [e.mechanism.league for e in charges if e.mechanism and e.mechanism.league]
    last_mode = charges[-1].mechanism.mode.value if charges and charges[-1].mechanism else ""
    units = [e.mechanism.unit.max_impressions for e in charges if e.mechanism]
    return PrivacyView(
        limit=limit.epsilon,
        delta=limit.delta,
        head=kept[-1].hash if kept else "",
        n_charges=len(charges),
        n_reserved=sum(e.sequence not in settled for e in charges),
        epsilon=epsilon,
        accountant=latest.spent.accountant if latest else "",
        max_impressions=max(units, default=0),
        mode=PrivacyMode.LEAGUE.value if shares else last_mode,
        rounds_left=latest.rounds_left if latest else None,
        history=tuple((v.at, v.spent.epsilon) for v in known),
        quarter_limit=settings.policy.epsilon_quarter,
        quarter_epsilon=epsilon
        if len(inside) == len(charges)
        else _counted(store, limit.delta, begins, inside),
        quarter_ends=ends,
        epsilon_alone=_alone(store, limit.delta, charges[-1].sequence) if shares else None,
        colluders=min((s.f for s in shares), default=0),
    )


#: The accountant's name under which the weaker figure of league noise is kept: if the coordinator
#: and all other merchants collude.
ALL_OTHERS = "all-others "


def _alone(store: Store, delta: float, last: int) -> float | None:
    """The weaker figure, if it was computed since the last charge (`hansa privacy` does)."""
    known = spent.spent_history(store, delta, ALL_OTHERS)
    return known[-1].spent.epsilon if known and known[-1].sequence >= last else None


def quarter_name(begins: str) -> str:
    """The accountant's name under which a quarter's figure is kept beside those of the whole life."""
    return f"quarter {begins[:10]} "


def _counted(store: Store, delta: float, begins: str, inside: list[LedgerEntry]) -> float | None:
    """Epsilon of one quarter, if it was computed since its last charge (`hansa policy show` does)."""
    if not inside:
        return 0.0
    known = spent.spent_history(store, delta, quarter_name(begins))
    return known[-1].spent.epsilon if known and known[-1].sequence >= inside[-1].sequence else None


def departures(store: Store, settings: Settings) -> tuple[Departure, ...]:
    """Every charge with what became of it, newest first."""
    kept = ledger.entries(store)
    settled = {e.reservation: e for e in kept if e.reservation >= 0}
    sent = {r.sequence: r for r in rounds.history(store)}
    charges = [e for e in kept if e.kind is EntryKind.RESERVE]
    after = _epsilon_after(store, charges, budget(settings).delta)
    out = []
    for charge in charges:
        end = settled.get(charge.sequence)
        report = sent.get(end.sequence) if end else None
        mechanism = charge.mechanism
        if mechanism is None:
            continue
        out.append(
            Departure(
                at=end.at if end else charge.at,
                state=end.kind.value if end else charge.kind.value,
                run_id=charge.run_id,
                round=charge.round,
                task=charge.task,
                mechanism=mechanism,
                n_bytes=report.n_bytes if report else None,
                tensors=tuple((t.name, t.shape) for t in report.tensors) if report else (),
                entry_hash=end.hash if end else charge.hash,
                report_digest=end.report_digest if end else "",
                epsilon_after=after.get(charge.sequence),
            )
        )
    return tuple(reversed(out))


def _epsilon_after(store: Store, charges: list[LedgerEntry], delta: float) -> dict[int, float]:
    """Sequence of a charge -> epsilon of the whole ledger after it, where it was computed."""
    known = spent.spent_history(store, delta)
    out: dict[int, float] = {}
    ends = [*(c.sequence for c in charges[1:]), 2**62][: len(charges)]
    for charge, end in zip(charges, ends, strict=True):
        fits = [v.spent.epsilon for v in known if charge.sequence <= v.sequence < end]
        if fits:
            out[charge.sequence] = fits[-1]
    return out


def export(store: Store, settings: Settings, path: Path) -> None:
    """Write the whole signed ledger to a file.

    Raises:
        StoreError: there is nothing to export yet.
        LedgerBroken: the ledger does not hold.
        InputError: the file cannot be written.
    """
    identity = Identity.load(store.home / IDENTITY_PATH)
    document = dump(ledger.export(store, identity, budget(settings)))
    try:
        path.write_bytes(document)
    except OSError as e:
        raise InputError(
            f"The file cannot be written: {e.strerror}.",
            where=str(path),
            safe="The ledger is as it was.",
            todo="Choose a folder that you may write to.",
        ) from e
