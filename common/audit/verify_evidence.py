"""The operator's evidence against the operator's book: plans, rounds, admitted reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from common import merkle
from common.audit.verify_members import bans, check_names, enrolled, members
from common.audit.verify_sums import Asked, check_sum
from common.audit.verify_tails import Tails
from common.audit.verify_tally import Tally
from common.book import BookEntry, BookKind, leaves
from common.book_check import open_plans
from common.book_file import BookExport, ReportEvidence, RoundEvidence
from common.canonical import canonical, digest
from common.keys import PublicIdentity
from common.ledger import EntryKind
from common.privacy import PrivacyMode
from common.rounds import PLAN_DOMAIN, REPORT_DOMAIN, RoundPlan, RoundReport, tensors_digest
from common.secagg.server_side import SumResult

_NOTHING = tensors_digest({})
_APART = ("ledger_head", "ledger_tail")


@dataclass(frozen=True, slots=True)
class Admitted:
    """A report that the coordinator says it admitted, with what was found of it.

    Attributes:
        merchant: Fingerprint, by the report's header.
        plan_digest: Of the plan that it answers.
        content: `RoundReport.content_digest()`.
        digest: `RoundReport.digest()`.
        report: The report without its tensors; None when the header is no report.
        evidence: As it stands in the file.
    """

    merchant: str
    plan_digest: str
    content: str
    digest: str
    report: RoundReport | None
    evidence: ReportEvidence


@dataclass(frozen=True, slots=True)
class Round:
    """A round that is over: the entries of the book and the evidence for it.

    Attributes:
        plan_entry: Where the book asks for it.
        entry: Where the book ends it.
        evidence: As it stands in the file.
        admitted: Its reports.
        plan: Without its tensors; None when the evidence for it is no plan.
        sum: The opened sum of a closed round with league noise; None when it was not opened again.
    """

    plan_entry: BookEntry
    entry: BookEntry
    evidence: RoundEvidence
    admitted: tuple[Admitted, ...]
    plan: RoundPlan | None = None
    sum: SumResult | None = None


@dataclass(slots=True)
class Evidence:
    """One operator's export, taken apart.

    Attributes:
        book: The export.
        members: Fingerprint to public key, of everybody that was ever enrolled.
        rounds: By plan digest.
        tails: The merchants' ledgers, as far as their reports showed them.
        entries: The book by number.
        banned: Who was banned when a plan was made, by plan digest.
        enrolled: Who was enrolled and not banned when a plan was made, by plan digest.
    """

    book: BookExport
    members: dict[str, PublicIdentity] = field(default_factory=dict)
    rounds: dict[str, Round] = field(default_factory=dict)
    tails: dict[str, Tails] = field(default_factory=dict)
    entries: dict[int, BookEntry] = field(default_factory=dict)
    banned: dict[str, frozenset[str]] = field(default_factory=dict)
    enrolled: dict[str, dict[str, PublicIdentity]] = field(default_factory=dict)


def check_evidence(book: BookExport, tally: Tally) -> Evidence:
    """Take the evidence apart and check all of it against the book."""
    found = Evidence(book, members(book), banned=bans(book), enrolled=enrolled(book))
    found.entries = {e.sequence: e for e in book.entries}
    plans = {e.subject: e for e in book.entries if e.kind is BookKind.PLAN}
    ends = {e.subject: e for e in book.entries if e.kind is BookKind.ROUND}
    # in the order in which they ended: a tail extends what was shown before
    named = [(digest(dict(shown.plan)), shown) for shown in book.rounds]
    named.sort(key=lambda pair: ends[pair[0]].sequence if pair[0] in ends else -1)
    for name, shown in named:
        where = f"round {shown.plan.get('round')} of run {shown.plan.get('run_id')}"
        if name not in plans or name not in ends:
            text = f"The evidence shows {where}, which is not in the book as a plan and its end."
            tally.bad("unbooked-plan", text)
        elif name in found.rounds:
            tally.bad("repeated", f"The evidence shows {where} twice.")
        else:
            found.rounds[name] = _round(found, plans[name], ends[name], shown, tally)
    _not_shown(found, ends, tally)
    for e in open_plans(book.entries):
        tally.note(f"Round {e.round} of run {e.run_id} was asked for and is not over in the book.")
    check_names(book, tally)
    return found


def _not_shown(found: Evidence, ends: Mapping[str, BookEntry], tally: Tally) -> None:
    missing = [e for name, e in ends.items() if name not in found.rounds]
    if missing and not found.book.rounds:
        tally.skip("The operator's export holds no evidence: reports and weights were not checked.")
        return
    shown = {run.run_id for run in found.book.runs}
    for e in missing:
        if e.run_id not in shown:
            tally.skip(f"The operator's export holds no evidence of run {e.run_id}.")
            continue
        text = (
            f"The book ends round {e.round} of run {e.run_id}, but the evidence does not show it."
        )
        tally.bad("missing-evidence", text, e.sequence)


def _round(
    found: Evidence, plan_entry: BookEntry, end: BookEntry, shown: RoundEvidence, tally: Tally
) -> Round:
    where = f"Round {plan_entry.round} of run {plan_entry.run_id}"
    header = dict(shown.plan)
    plan = _plan(found, where, plan_entry, header, shown.plan_signature, tally)
    admitted = tuple(_admitted(report) for report in shown.reports)
    names = [a.merchant for a in admitted]
    ordered = all(a < b for a, b in pairwise(names))
    root = merkle.root(leaves([a.digest for a in admitted]))
    n = end.sequence
    tally.demand(shown.status == end.status, "status", f"{where} ended otherwise in the book.", n)
    text = f"{where}: its admitted reports are not in order of merchant, or one is there twice."
    tally.demand(ordered, "reports-order", text, n)
    text = f"{where}: the evidence shows {len(admitted)} admitted reports, the book says {end.n_leaves}."
    tally.demand(len(admitted) == end.n_leaves, "leaves", text, n)
    text = f"{where}: the admitted reports do not give the Merkle root that the book names."
    tally.demand(root == end.root, "root", text, n)
    text = f"{where}: the book names other weights than the plan sent."
    tally.demand(header.get("tensors_digest") == end.before, "weights", text, n)
    tally.checked["rounds"] += 1
    banned = found.banned.get(plan_entry.subject, frozenset())
    for a in admitted:
        name = f"{where}, report of {a.merchant}"
        tally.demand(a.merchant not in banned, "banned", f"{name}: it was banned by then.", n)
        _report(found, name, plan, plan_entry, a, tally)
        tally.checked["admitted reports"] += 1
    result = None
    if plan is not None and plan.league is not None:
        asked = Asked(where, plan, shown, found.enrolled.get(plan_entry.subject, {}))
        result = check_sum(asked, plan.league, {a.merchant: a.report for a in admitted}, tally)
    return Round(plan_entry, end, shown, admitted, plan, result)


def _plan(
    found: Evidence, where: str, entry: BookEntry, header: dict[str, Any], signed: str, tally: Tally
) -> RoundPlan | None:
    holds = found.book.coordinator.verify(PLAN_DOMAIN + canonical(header), signed)
    tally.demand(holds, "plan-signature", f"{where}: the coordinator did not sign this plan.")
    try:
        plan = RoundPlan.from_header({**header, "tensors_digest": _NOTHING}, {}, signed)
        plan.mechanism()
    except (ValueError, TypeError, AttributeError):
        tally.bad("plan", f"{where}: the evidence for its plan is no plan.")
        return None
    turn = (plan.run_id, plan.round, plan.task.value)
    text = f"{where}: the book names another turn than the plan itself."
    tally.demand(turn == (entry.run_id, entry.round, entry.task), "plan", text, entry.sequence)
    book = plan.book
    known = found.entries.get(book.sequence) if book else None
    if known is None or book is None or known.hash != book.hash or book.sequence >= entry.sequence:
        text = f"{where}: the plan does not name an entry of this book before its own."
        tally.bad("plan-book", text, entry.sequence)
    return plan


def _admitted(shown: ReportEvidence) -> Admitted:
    header = dict(shown.header)
    content = digest({k: v for k, v in header.items() if k not in _APART})
    try:
        bare = {**header, "tensors_digest": _NOTHING}
        report = RoundReport.from_header(bare, {}, shown.signature)
    except (ValueError, TypeError, AttributeError):
        report = None
    merchant, plan = str(header.get("merchant")), str(header.get("plan_digest"))
    return Admitted(merchant, plan, content, digest(header), report, shown)


def _report(
    found: Evidence, name: str, plan: RoundPlan | None, entry: BookEntry, a: Admitted, tally: Tally
) -> None:
    public = found.members.get(a.merchant)
    if public is None:
        tally.bad("stranger", f"{name}: no such merchant was ever enrolled.", entry.sequence)
        return
    header = dict(a.evidence.header)
    holds = public.verify(REPORT_DOMAIN + canonical(header), a.evidence.signature)
    tally.demand(holds, "report-signature", f"{name}: this merchant did not sign it.")
    tensors = a.evidence.tensors
    if header.get("masked") and header.get("tensors_digest") == _NOTHING:
        pass  # its vector is in the sum
    elif tensors is None:
        tally.skip("The operator's export holds no updates: the weights were not computed again.")
    elif tensors_digest(tensors) != header.get("tensors_digest"):
        tally.bad("report-tensors", f"{name}: the update is not the one that was signed.")
    if a.report is None or plan is None:
        tally.demand(a.report is not None, "report", f"{name}: the evidence is no report.")
        return
    r = a.report
    turn = (r.plan_digest, r.run_id, r.round, r.task)
    wanted = (entry.subject, plan.run_id, plan.round, plan.task)
    tally.demand(turn == wanted, "report-plan", f"{name}: it answers another plan.")
    league = r.masked != ""
    text = f"{name}: it names a masked vector, and the plan asked for none."
    tally.demand(not league or plan.mode is PrivacyMode.LEAGUE, "report-masked", text)
    text = f"{name}: it ran another mechanism than the plan asked for."
    tally.demand(r.mechanism == plan.mechanism(), "report-mechanism", text)
    tails = found.tails.setdefault(a.merchant, Tails(public))
    for code, what in tails.take(r):
        tally.bad(code, f"{name}: {what}")
    _charge(name, plan, entry, a, tally)


def _charge(name: str, plan: RoundPlan, entry: BookEntry, a: Admitted, tally: Tally) -> None:
    """The tail's last entry commits this very report; its reserve charged this very plan."""
    r = a.report
    if r is None or not r.ledger_tail:
        return
    last = r.ledger_tail[-1]
    reserve = next((e for e in r.ledger_tail if e.sequence == last.reservation), None)
    commits = last.kind is EntryKind.COMMIT and last.report_digest == a.content
    if not commits or last.head != r.ledger_head:
        tally.bad("unledgered", f"{name}: the ledger it shows does not commit this report.")
    elif reserve is None or reserve.plan_digest != entry.subject:
        tally.bad("unledgered", f"{name}: the ledger it shows charged nothing for this plan.")
    else:
        text = f"{name}: its ledger charged another mechanism than the plan asked for."
        tally.demand(reserve.mechanism == plan.mechanism(), "report-mechanism", text)
        text = f"{name}: its ledger does not stand under the book that the plan names."
        tally.demand(reserve.witnessed == plan.book, "witness", text)
