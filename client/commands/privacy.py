"""hansa ledger show|export|verify, hansa privacy: what was spent, what is left, what left this computer."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from client.bothfigures import both_in_words, figures
from client.commands import home_option
from client.enrol import KIT_PATH, load_kit
from client.shop import IDENTITY_PATH
from client.spending import ALL_OTHERS
from client.store import Store, receipts, rounds
from client.store import ledger as kept
from common import ledger_file
from common.errors import InputError
from common.keys import Identity
from common.ledger import EntryKind, LedgerEntry, mechanisms
from common.privacy import (
    DELTA_BY_TIER,
    Mechanism,
    MechanismKind,
    PrivacyBudget,
    PrivacySpent,
)
from common.settings import load_settings
from common.terminal import emit, json_option

EXIT_BROKEN = 4


@click.group()
def ledger() -> None:
    """Show, export or verify the privacy ledger."""


@ledger.command()
@home_option
@json_option
def show(home: Path, as_json: bool) -> None:
    """List every entry, oldest first."""
    with Store.open(home) as store:
        entries = kept.entries(store)
    lines = [_line(e) for e in entries] or ["The ledger is empty: nothing ever left this computer."]
    both = figures(mechanisms(entries), _budget(home).delta)
    lines += both_in_words(both)
    emit({"entries": [e.as_dict() for e in entries]} | both, as_json, "\n".join(lines))


@ledger.command()
@home_option
@json_option
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write."
)
def export(home: Path, as_json: bool, out: Path) -> None:
    """Write the whole ledger as one signed file for an auditor; no row is inside."""
    identity = Identity.load(home / IDENTITY_PATH)
    pinned = load_kit(home).coordinator.hex if (home / KIT_PATH).exists() else None
    with Store.open(home) as store:
        document = kept.export(store, identity, _budget(home), pinned)
        both = figures(kept.mechanisms(store), _budget(home).delta)
    data = ledger_file.dump(document)
    _write(out, data)
    n = len(document["entries"])
    result = {"file": str(out), "entries": n, "merchant": identity.public.fingerprint}
    lines = [f"{n} entries written to {out}", *both_in_words(both)]
    emit(result | both, as_json, "\n".join([*lines, f"check it with: hansa-audit verify {out}"]))


@ledger.command()
@home_option
@json_option
def verify(home: Path, as_json: bool) -> None:
    """Check the chain, the signatures, the pairing and the coordinator's receipts."""
    public = Identity.load(home / IDENTITY_PATH).public
    with Store.open(home) as store:
        problems = receipts.verify_all(store, public, datetime.now(UTC))
        n = len(kept.entries(store)) if not problems else 0
        signed = receipts.all(store) if not problems else ()
    lines = [f"! {p.text}" for p in problems] or [
        f"The ledger holds: {n} entries.",
        f"{len(signed)} receipts; the coordinator co-signed it up to entry {signed[-1].head.sequence}."
        if signed
        else "The coordinator has co-signed none of them yet.",
    ]
    result = {"holds": not problems, "problems": [p.as_dict() for p in problems]}
    emit(result | {"entries": n, "receipts": len(signed)}, as_json, "\n".join(lines))
    if problems:
        sys.exit(EXIT_BROKEN)


@click.command()
@home_option
@json_option
def privacy(home: Path, as_json: bool) -> None:
    """Epsilon spent and left, rounds left at this rate, and everything that left this computer."""
    # imported here: the accountants take a second to load, --help must not
    from common import accounting

    public, budget = Identity.load(home / IDENTITY_PATH).public, _budget(home)
    with Store.open(home) as store:
        entries = kept.checked(store, public)
        released = mechanisms(entries)
        by_pld = accounting.spent(released, budget.delta)
        by_rdp = accounting.spent(released, budget.delta, "rdp")
        left = _rounds_left(released, budget)
        head = kept.head(store)
        if head is not None:
            kept.remember(store, head, by_pld, left)
            kept.remember(store, head, by_rdp, left)
            if any(m.league for m in released):
                kept.remember(store, head, _of_all_others(released, budget.delta))
        sent = rounds.history(store)
    quarter = _quarter(home, entries, budget.delta)
    both = figures(released, budget.delta)
    summary = _summary(budget, by_pld, by_rdp, left, both)
    lines = [*summary, *_of_quarter(quarter), *_sent(sent)]
    found = _figures(budget, by_pld, by_rdp, left) | both | quarter
    emit(found | {"sent": [asdict(s) for s in sent]}, as_json, "\n".join(lines))


def _of_all_others(released: tuple[Mechanism, ...], delta: float) -> PrivacySpent:
    """The weaker figure of league noise, under the name by which the window finds it."""
    from common.accounting_discrete import spent_against_all

    found = spent_against_all(released, delta)
    return replace(found, accountant=f"{ALL_OTHERS}{found.accountant}")


def _rounds_left(released: tuple[Mechanism, ...], budget: PrivacyBudget) -> int | None:
    """Training rounds like the last one that still fit; None before the first."""
    from common import accounting

    trained = [m for m in released if m.kind is MechanismKind.DP_SGD]
    return accounting.rounds_left(released, trained[-1], budget) if trained else None


def _quarter(home: Path, entries: Sequence[LedgerEntry], delta: float) -> dict[str, Any]:
    """Of the calendar quarter that is on; empty when the policy does not limit it."""
    from client.clocks import quarter_of
    from client.reckoning import in_quarter
    from common import accounting

    limit, now = load_settings(home).policy.epsilon_quarter, datetime.now(UTC)
    if limit is None:
        return {}
    released = mechanisms(in_quarter(entries, now))
    return {
        "epsilon_quarter": accounting.spent(released, delta).epsilon,
        "epsilon_quarter_limit": limit,
        "quarter_rounds_left": _rounds_left(released, PrivacyBudget(limit, delta)),
        "quarter_ends_at": quarter_of(now)[1],
    }


def _of_quarter(figures: dict[str, Any]) -> list[str]:
    if not figures:
        return []
    left = figures["quarter_rounds_left"]
    more = "" if left is None else f"; {left} more rounds fit"
    return [
        f"quarter  epsilon {figures['epsilon_quarter']:.3f} of {figures['epsilon_quarter_limit']:g} "
        f"until {figures['quarter_ends_at'][:10]}{more}"
    ]


def _figures(
    budget: PrivacyBudget, by_pld: PrivacySpent, by_rdp: PrivacySpent, left: int | None
) -> dict[str, Any]:
    return {
        "epsilon": by_pld.epsilon,
        "epsilon_rdp": by_rdp.epsilon,
        "epsilon_limit": budget.epsilon,
        "epsilon_left": max(budget.epsilon - by_pld.epsilon, 0.0),
        "delta": budget.delta,
        "accountant": by_pld.accountant,
        "unit": by_pld.unit,
        "adversary": by_pld.adversary,
        "rounds_left": left,
    }


def _summary(
    budget: PrivacyBudget,
    by_pld: PrivacySpent,
    by_rdp: PrivacySpent,
    left: int | None,
    both: dict[str, Any],
) -> list[str]:
    return [
        f"spent    epsilon {by_pld.epsilon:.3f} of {budget.epsilon:g} at delta {budget.delta:g} "
        f"(second accountant: at most {by_rdp.epsilon:.3f})",
        f"hides    {by_pld.unit}",
        f"against  {both.get('adversary', by_pld.adversary)}",
        *both_in_words(both)[1:],
        "rounds   no training round yet"
        if left is None
        else f"rounds   {left} more like the last one fit the limit",
    ]


def _sent(sent: list[rounds.SentReport]) -> list[str]:
    if not sent:
        return ["sent     nothing ever left this computer"]
    lines = [f"sent     {len(sent)} reports, {sum(s.n_bytes for s in sent):,} bytes, newest first:"]
    for s in sent:
        shapes = ", ".join(f"{t.name}{list(t.shape)}" for t in s.tensors)
        if s.masked:
            shapes = f"one masked vector of a secure sum, sha256 {s.masked}"
        lines.append(
            f"  {s.made_at}  {s.task} round {s.round} of {s.run_id}  {s.n_bytes:,} bytes  "
            f"sha256 {s.content_digest}\n    {shapes}"
        )
    return lines


def _line(e: LedgerEntry) -> str:
    what = ""
    if e.mechanism is not None:
        m = e.mechanism
        what = (
            f"{m.kind.value}: sigma {m.noise_multiplier:g}, q {m.sampling_rate:g}, "
            f"{m.steps} steps, C {m.clip_norm:g}, {m.unit}, {m.mode.value}"
        )
        if m.league is not None:
            what += f" (at least {m.league.n_min} merchants in the sum, {m.league.f} may collude)"
    elif e.kind is EntryKind.COMMIT:
        what = f"of entry {e.reservation}: report {e.report_digest[:16]}"
    elif e.kind is EntryKind.VOID:
        what = f"of entry {e.reservation}: nothing left, the charge stays"
    elif e.kind is EntryKind.NOTE:
        return f"{e.sequence:>5}  {e.at}  {e.kind.value:7}  receipt {e.note_digest[:16]}, nothing charged"
    about = f"{e.task} round {e.round} of {e.run_id}" if e.run_id else f"key {e.plan_digest[:16]}"
    return f"{e.sequence:>5}  {e.at}  {e.kind.value:7}  {about}  {what}".rstrip()


def _budget(home: Path) -> PrivacyBudget:
    policy = load_settings(home).policy
    return PrivacyBudget(policy.epsilon, DELTA_BY_TIER[policy.tier])


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.part")
        partial.write_bytes(data)
        partial.replace(path)
    except OSError as e:
        raise InputError(
            f"The export cannot be written: {e.strerror}.",
            where=str(path),
            safe="The ledger was not changed.",
            todo="Choose a folder that exists and is writable.",
        ) from e
