"""A run of the cleaning rules: each in one transaction of its own, written into cleaning_runs."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime

from client.clean.find import find
from client.clean.nouns import Choice, Rule
from client.clean.report import Example, Report, RuleReport, TableCount
from client.clean.rules import RULES, rule
from client.clean.unusual import Typical, sentence
from client.store import Store, clean, clean_people

#: Step (the rule's name), part done of all, words.
Watch = Callable[[str, float, str], None]
EXAMPLES = 3
_KEY_DIGITS = 12
_PSEUDONYM = 8


def run(
    store: Store,
    settings: Mapping[str, Choice],
    now: datetime,
    seed: int,
    *,
    dry_run: bool = False,
    watch: Watch | None = None,
) -> Report:
    """Set and clear the bits of every rule. No row is ever deleted.

    A rule judges the rows as they are, whatever is aside already: running again on the same data
    changes nothing, and a rule that is switched off gives its rows back. Cut off in the middle,
    each rule has been applied whole or not at all.

    Args:
        store: The shop.
        settings: Choice by rule, from `client.clean.settings.load`.
        now: With a time zone; times after it are in the future.
        seed: Of the isolation forest.
        dry_run: Count everything, then leave the database as it was.
        watch: Told about progress.

    Raises:
        StoreError: the database cannot be written; rules that are done stay done.
    """
    began, ran_at = time.monotonic(), now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    record: dict[str, object] = {}
    reports: list[RuleReport] = []
    with ExitStack() as stack:
        conn = stack.enter_context(clean.hits(store))
        if dry_run:  # one transaction around all of it, so that counts add up as in a real run
            stack.enter_context(clean.whole(store, dry_run=True))
        run_id = 0 if dry_run else clean.begin_run(store, ran_at)
        seen = {table: clean.rows_in(store, table) for table in clean.PLACES}
        for i, of in enumerate(RULES):
            if watch is not None:
                watch(of.name, i / len(RULES), of.title.en)
            with ExitStack() as one:
                if not dry_run:
                    one.enter_context(clean.whole(store, dry_run=False))
                report, usual = _one(store, conn, of, settings[of.name], now, seed, seen)
                record[of.name] = _record(report, usual)
                if not dry_run:
                    clean.write_run(conn, run_id, record, round(time.monotonic() - began, 3))
            reports.append(report)
    return Report(ran_at, dry_run, tuple(reports), time.monotonic() - began)


def show(
    store: Store, name: str, choice: Choice, now: datetime, seed: int, *, limit: int = 20
) -> tuple[Example, ...]:
    """Rows that a rule has set aside, with the reasons as the rule sees them now.

    Reads only; the rule is run again for the reasons, but nothing is marked.

    Raises:
        SettingsError: there is no such rule.
    """
    of = rule(name)
    with clean.hits(store) as conn:
        usual = find(conn, name, choice.values, now, seed)
        return _examples(conn, of, limit, usual)


def _one(
    store: Store,
    conn: sqlite3.Connection,
    of: Rule,
    choice: Choice,
    now: datetime,
    seed: int,
    seen: Mapping[str, int],
) -> tuple[RuleReport, Typical | None]:
    """One rule: find, settle, count."""
    clean.empty(conn)
    usual = find(conn, of.name, choice.values, now, seed) if choice.on else None
    changed = sum(clean.settle(conn, table, of.bit) for table in of.tables)
    tables: list[TableCount] = []
    reasons: dict[str, int] = {}
    for table in of.tables:
        tables.append(_count(clean.by_aside(store, table), table, of, seen[table]))
        for why, n in clean.reasons(conn, table).items():
            reasons[why] = reasons.get(why, 0) + n
    note = ""
    if choice.on and of.name == "unusual" and usual is None:
        note = f"too few shoppers to compare (fewer than {choice.values['at_least']})"
    examples = _examples(conn, of, EXAMPLES, usual)
    return (
        RuleReport(
            of.name, choice.on, choice.values, tuple(tables), reasons, changed, examples, note
        ),
        usual,
    )


def _count(by_aside: Mapping[int, int], table: str, of: Rule, seen: int) -> TableCount:
    """Rows in use before and after a rule: those that no earlier rule, nor this one, sets aside."""
    earlier = of.bit - 1  # bits rise in the order of the rules
    before = seen - sum(n for bits, n in by_aside.items() if bits & earlier)
    after = seen - sum(n for bits, n in by_aside.items() if bits & (earlier | of.bit))
    aside = sum(n for bits, n in by_aside.items() if bits & of.bit)
    return TableCount(table, seen, aside, before, after)


def _examples(
    conn: sqlite3.Connection, of: Rule, limit: int, usual: Typical | None
) -> tuple[Example, ...]:
    out: list[Example] = []
    for table in of.tables:
        for key, pseudonym, why, shopper in clean.some(conn, table, of.bit, limit - len(out)):
            said = ""
            if table == "shoppers" and why and usual is not None:
                said = sentence(clean_people.counts(conn, shopper).values[0], usual)
            digest = hashlib.sha256(key.encode()).hexdigest()[:_KEY_DIGITS]
            out.append(Example(table, digest, pseudonym[:_PSEUDONYM], why, said))
    return tuple(out)


def _record(report: RuleReport, usual: Typical | None) -> dict[str, object]:
    """What is kept of a rule's run: counts and settings, nothing of one row or person."""
    out: dict[str, object] = {
        "on": report.on,
        "settings": dict(report.settings),
        "seen": report.seen,
        "aside": report.aside,
        "tables": {t.table: t.aside for t in report.tables},
        "reasons": dict(report.reasons),
    }
    return {**out, "typical": asdict(usual)} if usual is not None else out
