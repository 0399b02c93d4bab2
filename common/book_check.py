"""verify(): everything that does not hold in an operator's book, in words; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from common.book import ENTRY_DOMAIN, BookEntry, BookKind, genesis
from common.heads import LedgerHead, is_digest
from common.keys import PublicIdentity
from common.ledger_check import Problem, is_time
from common.seals import SealCheck

#: Fields that a kind must have (True), may have (None); all others must be empty.
_TURN: dict[str, bool | None] = {"run_id": True, "round": True, "task": True}
_FIELDS: dict[BookKind, dict[str, bool | None]] = {
    BookKind.OPEN: {},
    BookKind.ENROL: {"label": None},
    BookKind.BAN: {},
    BookKind.UNBAN: {},
    BookKind.PLAN: _TURN,
    BookKind.ROUND: {
        **_TURN,
        "status": True,
        "root": True,
        "n_leaves": None,
        "before": True,
        "after": None,
        "velocity": None,
    },
    BookKind.BUNDLE: {"run_id": True, "before": True},
}
_OPTIONAL = (
    "label",
    "run_id",
    "round",
    "task",
    "status",
    "root",
    "n_leaves",
    "before",
    "after",
    "velocity",
)


def verify(
    entries: Sequence[BookEntry],
    coordinator: PublicIdentity,
    witnessed: Sequence[LedgerHead] = (),
) -> list[Problem]:
    """Everything that does not hold; empty means the book is whole.

    Args:
        entries: In the order in which they were kept.
        coordinator: Whose book it must be.
        witnessed: Heads that merchants signed: each must be an entry of this very chain.
    """
    if not entries:
        return [Problem("empty", "The book has no entry at all, not even its opening.")]
    seals = SealCheck(coordinator, ENTRY_DOMAIN, [(e.hash, e.signature) for e in entries])
    found: list[tuple[int, Problem]] = []
    edited: set[int] = set()
    for i, e in enumerate(entries):
        before = entries[i - 1] if i else None
        found += [(i, p) for p in _check_place(e, before, coordinator)]
        found += [(i, p) for p in _check_fields(e)]
        if e.hash != e.computed_hash():
            edited.add(i)
            text = f"Entry {e.sequence} of the book was edited after it was sealed."
            found.append((i, Problem("edited", text, e.sequence)))
    rest = _check_pairs(entries) + _check_witnessed(entries, witnessed)
    for i in seals.bad() - edited:
        n = entries[i].sequence
        text = f"The signature of entry {n} of the book is not this coordinator's."
        found.append((i, Problem("signature", text, n)))
    found.sort(key=lambda at: at[0])
    return [p for _, p in found] + rest


def open_plans(entries: Sequence[BookEntry]) -> tuple[BookEntry, ...]:
    """Plans that no round closed: asked just now, or given up without a word."""
    settled = {e.subject for e in entries if e.kind is BookKind.ROUND}
    return tuple(e for e in entries if e.kind is BookKind.PLAN and e.subject not in settled)


def _check_place(
    e: BookEntry, before: BookEntry | None, coordinator: PublicIdentity
) -> list[Problem]:
    """Number, link to the entry before, and time."""
    n = e.sequence
    if before is None:
        if n != 0 or e.kind is not BookKind.OPEN:
            text = "The opening entry of the book is missing: the beginning was cut."
            return [Problem("missing", text, n)]
        if e.previous != genesis(coordinator) or e.subject != coordinator.hex:
            return [Problem("stranger", "The book was opened by another identity.", n)]
        return _check_time(e, None)
    if e.kind is BookKind.OPEN:
        return [Problem("forked", f"Entry {n} opens the book a second time.", n)]
    if n == before.sequence:
        return [Problem("forked", f"There are two entries with the number {n} in the book.", n)]
    if n < before.sequence:
        text = f"Entry {n} of the book stands after entry {before.sequence}."
        return [Problem("reordered", text, n)]
    if n > before.sequence + 1:
        text = f"Entries {before.sequence + 1} to {n - 1} of the book are missing before entry {n}."
        return [Problem("missing", text, n)]
    if e.previous != before.hash:
        text = f"Entry {n} of the book does not follow from entry {n - 1}: forked or edited."
        return [Problem("forked", text, n)]
    return _check_time(e, before)


def _check_time(e: BookEntry, before: BookEntry | None) -> list[Problem]:
    if before is not None and e.at == before.at:
        return []  # looked at already
    if not is_time(e.at):
        text = f"The time of entry {e.sequence} of the book cannot be read."
        return [Problem("time", text, e.sequence)]
    if before is not None and e.at < before.at:
        text = f"Entry {e.sequence} of the book is earlier than the one before: the clock was set back."
        return [Problem("clock", text, e.sequence)]
    return []


def _check_fields(e: BookEntry) -> list[Problem]:
    """What each kind must, may and must not say."""
    wanted = _FIELDS[e.kind]
    wrong = []
    for name in _OPTIONAL:
        needed = wanted.get(name, False)
        if needed is not None and bool(getattr(e, name)) is not needed:
            wrong.append(f"{name} {'is missing' if needed else 'must be empty'}")
    wrong += _wrong_values(e)
    if not wrong:
        return []
    text = (
        f"Entry {e.sequence} of the book ({e.kind.value}) is not well formed: {', '.join(wrong)}."
    )
    return [Problem("fields", text, e.sequence)]


def _wrong_values(e: BookEntry) -> list[str]:
    wrong = []
    length = 32 if e.kind in (BookKind.BAN, BookKind.UNBAN) else 64
    if len(e.subject) != length or not set(e.subject) <= set("0123456789abcdef"):
        wrong.append("subject is not a key or a digest")
    for name in ("root", "before", "after", "velocity"):
        value = getattr(e, name)
        if value and not is_digest(value):
            wrong.append(f"{name} is not a digest")
    if e.n_leaves < 0 or e.round < 0:
        wrong.append("a count is negative")
    if e.kind is BookKind.ROUND:
        if e.status not in ("closed", "void"):
            wrong.append("status is neither closed nor void")
        if e.status == "closed" and not e.after:
            wrong.append("after is missing")
        if e.status == "void" and (e.after or e.velocity):
            wrong.append("a void round changes nothing")
        if e.status == "closed" and not e.n_leaves:
            wrong.append("a closed round without a report")
    return wrong


@dataclass(slots=True)
class _Pairing:
    """Plans that are still open, and who is enrolled, while walking through the entries."""

    plans: dict[str, BookEntry] = field(default_factory=dict)
    turns: set[tuple[str, int]] = field(default_factory=set)
    settled: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def take(self, e: BookEntry) -> None:
        """Look at one entry."""
        if e.kind is BookKind.PLAN:
            if e.subject in self.plans or (e.run_id, e.round) in self.turns:
                self._say("repeated", e, "makes a plan for a round that had one already")
            self.plans.setdefault(e.subject, e)
            self.turns.add((e.run_id, e.round))
        elif e.kind is BookKind.ROUND:
            self._settle(e)
        elif e.kind is BookKind.BUNDLE and e.run_id not in self.closed:
            self._say("unpaired", e, "publishes a run that has no closed training round")

    def _settle(self, e: BookEntry) -> None:
        plan = self.plans.get(e.subject)
        if plan is None:
            self._say("unpaired", e, "closes a round without a plan before it")
        elif e.subject in self.settled:
            self._say("unpaired", e, f"closes the plan of entry {plan.sequence} a second time")
        elif (plan.run_id, plan.round, plan.task) != (e.run_id, e.round, e.task):
            self._say("unpaired", e, f"closes entry {plan.sequence}, which is about another round")
        self.settled.add(e.subject)
        if e.status == "closed" and e.task == "train":
            self.closed.add(e.run_id)

    def _say(self, code: str, e: BookEntry, what: str) -> None:
        self.problems.append(Problem(code, f"Entry {e.sequence} of the book {what}.", e.sequence))


def _check_pairs(entries: Sequence[BookEntry]) -> list[Problem]:
    pairing = _Pairing()
    for e in entries:
        pairing.take(e)
    return pairing.problems


def _check_witnessed(
    entries: Sequence[BookEntry], witnessed: Sequence[LedgerHead]
) -> list[Problem]:
    by_number = {e.sequence: e.hash for e in entries}
    problems = []
    for head in witnessed:
        if head.sequence not in by_number:
            text = (
                f"A merchant signed under entry {head.sequence} of the book, but it is gone: "
                "the end was cut off, or an older book was restored."
            )
            problems.append(Problem("cut", text, head.sequence))
        elif by_number[head.sequence] != head.hash:
            text = (
                f"A merchant signed under a different entry {head.sequence} of the book: the "
                "book was forked, or rolled back and written anew."
            )
            problems.append(Problem("forked", text, head.sequence))
    return problems
