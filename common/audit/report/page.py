"""From facts to a page: which parts a report has, and in which order."""

from __future__ import annotations

from collections.abc import Iterator

from common.audit.report import charts, claims
from common.audit.report.blocks import (
    Block,
    Bullets,
    Figure,
    Heading,
    Page,
    Signature,
    Table,
    Text,
    Tone,
)
from common.audit.report.facts import BookFacts, MerchantFacts, ReportFacts
from common.audit.report.said import said
from common.audit.report.words import Words
from common.ledger_check import Problem

_MOST_ROUNDS, _MOST_ALIKE = 200, 6
_NUMBERS = frozenset({1, 2, 3, 4, 5, 6})


def page(facts: ReportFacts, language: str) -> Page:
    """The report in one language."""
    say = Words(language)
    blocks = [
        *_top(facts, say),
        *_files(facts, say),
        *_summary(facts, say),
        *_rounds(facts, say),
        *(block for b in facts.books for block in _book(b, say)),
        *(block for m in facts.merchants for block in _merchant(m, facts, say)),
        *_canary(facts, say),
        *_limits(facts, say),
        *_glossary(say),
        *_method(facts, say),
        *_sign(facts, say),
    ]
    footer = say("footer", digest=facts.digest()[:16])
    return Page(say("title"), language, footer, tuple(blocks))


def _top(facts: ReportFacts, say: Words) -> Iterator[Block]:
    yield Heading(say("title"), 1)
    yield Text(say("subtitle", at=facts.at), "muted")
    yield Text(claims.verdict(facts, say), "good" if facts.holds else "bad", boxed=True)
    if facts.together:
        yield Heading(say("together.head"), 3)
        yield _problems(facts.together, say)
    if facts.notes:
        yield Heading(say("notes.head"), 3)
        yield Bullets(tuple(("•", said(text, say), "warn") for text in facts.notes))


def _files(facts: ReportFacts, say: Words) -> Iterator[Block]:
    yield Heading(say("asked.head"))
    nobody = say("not.named")
    rows = [
        (say("asked.by"), facts.asked_by or nobody),
        (say("asked.auditor"), facts.auditor or nobody),
        (say("asked.at"), facts.at),
        (say("asked.expected"), say.joined(list(facts.trusted)) or say("asked.anybody")),
        (say("asked.digest"), facts.digest()),
    ]
    yield Table((), tuple(rows), (0.3, 0.7))
    yield Table(
        (say("file.name"), say("file.kind"), say("file.bytes"), "SHA-256"),
        tuple((f.name, say("file." + f.kind), f"{f.n_bytes:,}", f.sha256) for f in facts.files),
        (0.23, 0.12, 0.08, 0.57),
        frozenset({2}),
        frozenset({3}),
    )


def _summary(facts: ReportFacts, say: Words) -> Iterator[Block]:
    readable = [m for m in facts.merchants if m.readable]
    if not readable:
        return
    yield Heading(say("summary.head"))
    if facts.problems:
        yield Text(say("summary.broken"), "bad")
    header = ("merchant", "pld", "rdp", "limit", "delta", "releases", "lost", "verdict")
    rows = [
        (
            m.merchant,
            charts.number(m.epsilon_pld),
            charts.number(m.epsilon_rdp),
            f"{m.limit:g}",
            f"{m.delta:g}",
            str(m.n_releases),
            str(m.n_lost),
            say("word." + claims.standing(m, facts)),
        )
        for m in readable
    ]
    widths = (0.3, 0.11, 0.11, 0.07, 0.09, 0.1, 0.11, 0.11)
    names = tuple(say("summary." + h) for h in header)
    yield Table(names, tuple(rows), widths, _NUMBERS, frozenset({0}))
    yield Text(say("summary.read"), "muted")


def _rounds(facts: ReportFacts, say: Words) -> Iterator[Block]:
    if not facts.rounds:
        return
    yield Heading(say("rounds.head"))
    # merchants whose file cannot be read are in a book's rounds all the same
    merchants = sorted({m for r in facts.rounds for m, _ in r.states})
    caption = say("rounds.caption" if facts.has_book else "rounds.caption.no-book")
    numbered = tuple(enumerate(facts.rounds, 1))[-_MOST_ROUNDS:]
    if len(numbered) < len(facts.rounds):
        yield Text(say("rounds.last", n=len(numbered), all=len(facts.rounds)), "muted")
    pictures = charts.timelines(numbered, merchants, say)
    for i, picture in enumerate(pictures):
        yield Figure(picture, caption if i == len(pictures) - 1 else "")
    rows = []
    for number, r in numbered:
        counts = [sum(s == state for _, s in r.states) for state in charts.STATE_COLOURS]
        task = say("task." + r.task) if say.has("task." + r.task) else r.task
        status = say("status." + r.status) if r.status else "–"
        rows.append((str(number), r.run_id, str(r.round), task, r.at, *map(str, counts), status))
    header = ("number", "run", "round", "task", "at", "admitted", "sent", "charged", "status")
    widths = (0.06, 0.2, 0.08, 0.12, 0.19, 0.09, 0.08, 0.09, 0.09)
    names = tuple(say("rounds." + h) for h in header)
    yield Table(names, tuple(rows), widths, frozenset({0, 2, 5, 6, 7}))


def _book(b: BookFacts, say: Words) -> Iterator[Block]:
    yield Heading(say("book.head", league=b.league or b.file))
    if b.coordinator:
        counts = say("book.entries.value", entries=b.n_entries, rounds=b.n_rounds)
        rows = (
            (say("merchant.file"), b.file),
            (say("book.coordinator"), b.coordinator),
            (say("book.entries"), counts),
        )
        yield Table((), rows, (0.3, 0.7))
    yield _problems(b.problems, say) if b.problems else Text(say("book.whole"), "good")


def _merchant(m: MerchantFacts, facts: ReportFacts, say: Words) -> Iterator[Block]:
    yield Heading(say("merchant.head", merchant=m.merchant or m.file))
    if not m.readable:
        yield _problems(m.problems, say)
        return
    yield Table((), tuple(_figures(m, say)), (0.3, 0.7))
    if m.problems:
        yield Heading(say("merchant.problems"), 3)
        yield _problems(m.problems, say)
    elif claims.standing(m, facts) == "apart":
        yield Text(say("merchant.apart"), "bad")
    else:
        yield Text(say("merchant.whole"), "good")
    notes = claims.notes(m, say)
    if notes:
        yield Bullets(tuple(("•", text, "warn") for text in notes))
    if m.charges:
        caption = say("chart.epsilon.caption")
        if m.curve_alone:
            caption += " " + say("chart.alone.caption")
        yield Figure(charts.epsilon_over_time(m, say), caption)
        yield Figure(charts.epsilon_by_kind(m, say), say("chart.kinds.caption"))
        yield Figure(charts.noise_by_charge(m, say), say("chart.noise.caption"))


def _figures(m: MerchantFacts, say: Words) -> Iterator[tuple[str, str]]:
    yield say("merchant.file"), m.file
    epsilon = say(
        "merchant.epsilon.value", pld=charts.number(m.epsilon_pld), rdp=charts.number(m.epsilon_rdp)
    )
    yield say("merchant.epsilon"), epsilon
    yield say("merchant.delta"), f"{m.delta:g}"
    yield say("merchant.limit"), f"{m.limit:g}"
    yield say("merchant.unit"), say("unit", k=m.max_impressions)
    yield say("merchant.against"), say("against." + m.against, f=m.colluders)
    if m.epsilon_alone is not None:
        alone = charts.number(m.epsilon_alone)
        yield say("merchant.alone"), say("merchant.alone.value", epsilon=alone)
    counts = {"rounds": m.n_rounds, "releases": m.n_releases, "lost": m.n_lost}
    yield say("merchant.charges"), say("merchant.charges.value", **counts)
    signed = {"entries": m.n_entries, "receipts": m.n_receipts}
    yield say("merchant.chain"), say("merchant.chain.value", **signed)
    yield say("merchant.coordinator"), m.coordinator or say("not.named")
    yield say("merchant.code"), say.joined(list(m.codes)) or say("not.named")


def _problems(problems: tuple[Problem, ...], say: Words) -> Bullets:
    """Each kind of problem in the report's language once, then the very words of the check."""
    items: list[tuple[str, str, Tone]] = []
    for code in dict.fromkeys(p.code for p in problems):
        texts = [p.text for p in problems if p.code == code]
        key = "problem." + code
        items.append(("✗", say(key) if say.has(key) else code, "bad"))
        for text in texts[:_MOST_ALIKE]:
            items.append(("–", say("problem.exact", code=code, text=text), "plain"))
        if len(texts) > _MOST_ALIKE:
            items.append(("–", say("problem.more", n=len(texts) - _MOST_ALIKE), "plain"))
    return Bullets(tuple(items))


def _canary(facts: ReportFacts, say: Words) -> Iterator[Block]:
    yield Heading(say("canary.head"))
    found = facts.canary
    if found is None:
        yield Text(say("canary.none"), "muted")
        return
    key = {True: "canary.holds", False: "canary.broken", None: "canary.unclear"}[found.holds]
    yield Text(say(key), "good" if found.holds else "bad")
    nobody = say("not.named")
    rows = [
        (say("canary.claim"), nobody if found.claimed is None else charts.number(found.claimed)),
        (say("canary.delta"), nobody if found.delta is None else f"{found.delta:g}"),
        (say("canary.alarm"), nobody if found.false_alarm is None else f"{found.false_alarm:.1e}"),
        (say("canary.program"), found.code_digest or nobody),
        (say("canary.ledgers"), say("canary.ledgers." + claims.same_program(facts))),
    ]
    yield Table((), tuple(rows), (0.3, 0.7))
    if found.bounds:
        yield Figure(charts.canaries(found, say), say("chart.canary.caption"))
    yield Text(say("canary.exact"), "muted")
    items: list[tuple[str, str, Tone]] = []
    for test in found.tests:
        part = "canary.part." + test.code.split(".")[0]
        name = f"{say(part)} ({test.code})" if say.has(part) else test.code
        tone: Tone = "plain" if test.passed else "bad"
        items.append(
            ("✓" if test.passed else "✗", say("canary.item", name=name, text=test.text), tone)
        )
    yield Bullets(tuple(items))


def _limits(facts: ReportFacts, say: Words) -> Iterator[Block]:
    yield Heading(say("checked.head"))
    yield Text(say("checked.lead"), "muted")
    yield Bullets(tuple(("•", text, "plain") for text in claims.checked(facts, say)))
    yield Heading(say("unchecked.head"))
    yield Text(say("unchecked.lead"), "muted")
    yield Bullets(tuple(("–", text, "plain") for text in claims.unchecked(facts, say)))


def _glossary(say: Words) -> Iterator[Block]:
    yield Heading(say("glossary.head"))
    rows = tuple((say("term." + t), say("means." + t)) for t in claims.TERMS)
    yield Table((), rows, (0.24, 0.76))


def _method(facts: ReportFacts, say: Words) -> Iterator[Block]:
    yield Heading(say("method.head"))
    yield Text(say("method.text"))
    yield Table(
        (say("method.for"), say("method.source")),
        tuple((say("source." + name), text) for name, text in claims.SOURCES),
        (0.34, 0.66),
    )
    rows = [*facts.versions, (say("method.code"), facts.code_digest or say("not.named"))]
    yield Table((), tuple(rows), (0.3, 0.7))


def _sign(facts: ReportFacts, say: Words) -> Iterator[Block]:
    yield Heading(say("sign.head"))
    yield Text(say("sign.text", digest=facts.digest()))
    lines = (say("sign.name"), say("sign.place"), say("sign.signature"))
    yield Signature(lines, (facts.auditor, "", ""))
