"""The report's charts: epsilon over time, by kind, noise by charge, rounds by merchant, canaries."""

from __future__ import annotations

import math
from collections.abc import Sequence

from common.audit.report.facts import CanaryFacts, MerchantFacts, RoundFacts
from common.audit.report.picture import (
    BAD,
    BLUE,
    GOOD,
    GRID,
    MUTED,
    SOFT,
    TEAL,
    TEXT,
    WARN,
    WIDTH,
    Bar,
    Dot,
    Label,
    Mark,
    Picture,
    Plane,
    Stroke,
    roof,
)
from common.audit.report.words import Words

#: Rounds and merchants in one timeline; more become several pictures.
COLUMNS, LINES = 40, 24
_MOST_DOTS = 60
STATE_COLOURS = {"admitted": GOOD, "sent": BLUE, "charged": WARN}


def epsilon_over_time(m: MerchantFacts, say: Words) -> Picture:
    """Steps of epsilon after each charge, and the merchant's limit as a dashed line.

    Charges are evenly spaced and days are marked: rounds come minutes apart, then months of none.
    """
    weaker = [v for _, v in m.curve_alone]
    height = 204.0 if weaker else 180.0
    values = [v for _, v in m.curve]
    high = roof([*values, *weaker, m.limit])
    plane = Plane(52, WIDTH - 12, 16, height - (58 if weaker else 34), high)
    marks = [*plane.grid(), *_days(plane, [at for at, _ in m.curve])]
    marks += _steps(plane, weaker, WARN) + _steps(plane, values, BLUE)
    limit = plane.y(m.limit)
    marks.append(Stroke(((plane.left, limit), (plane.right, limit)), BAD, 1.5, dashed=True))
    marks.append(Label(plane.left + 4, limit + 13, say("chart.limit", limit=m.limit), colour=BAD))
    if weaker:
        marks.append(Label(plane.right, plane.y(weaker[-1]) + 13, number(weaker[-1]), "end", WARN))
        names = [(say("chart.league"), BLUE), (say("chart.alone"), WARN)]
        marks += _legend(names, height - 8)
    if values:
        last = values[-1]
        at = plane.y(last) + (14 if plane.y(last) - plane.top < 20 else -6)
        colour = BAD if m.over_limit else TEXT
        marks.append(Label(plane.right, at, number(last), "end", colour, 12))
    return Picture(say("chart.epsilon"), WIDTH, height, tuple(marks))


def _steps(plane: Plane, values: Sequence[float], colour: str) -> list[Mark]:
    """A line that rises at every charge."""
    points: list[tuple[float, float]] = []
    last = 0.0
    for i, value in enumerate(values):
        x = plane.x(i / len(values))
        points += [(x, plane.y(last)), (x, plane.y(value))]
        last = value
    return [Stroke((*points, (plane.right, plane.y(last))), colour, 2)] if points else []


def epsilon_by_kind(m: MerchantFacts, say: Words) -> Picture:
    """What each kind of release would cost alone, and all of them together."""
    rows = [(say("kind." + k.kind), k.epsilon, BLUE) for k in m.kinds]
    rows.append((say("chart.together"), m.epsilon_pld, TEAL))
    return _bars(say("chart.kinds"), rows)


def noise_by_charge(m: MerchantFacts, say: Words) -> Picture:
    """Sigma of every charge, in order; a dot each, kinds by colour and by name in the legend."""
    height = 150.0
    colours = dict(
        zip(sorted({c.kind for c in m.charges}), (BLUE, TEAL, WARN, MUTED), strict=False)
    )
    plane = Plane(52, WIDTH - 12, 16, height - 52, roof([c.noise for c in m.charges]))
    marks = plane.grid()
    n = len(m.charges)
    for i, c in enumerate(m.charges):
        x = plane.x((i + 0.5) / n)
        if n <= _MOST_DOTS:
            marks.append(Stroke(((x, plane.bottom), (x, plane.y(c.noise))), SOFT))
        marks.append(Dot(x, plane.y(c.noise), 3.5 if n <= _MOST_DOTS else 2, colours[c.kind]))
    if n:
        marks.append(Label(plane.left, height - 32, say("chart.first", n=1)))
        marks.append(Label(plane.right, height - 32, say("chart.last", n=n), "end"))
    marks += _legend([(say("kind." + k), c) for k, c in colours.items()], height - 10)
    return Picture(say("chart.noise"), WIDTH, height, tuple(marks))


def timelines(
    rounds: Sequence[tuple[int, RoundFacts]], merchants: Sequence[str], say: Words
) -> list[Picture]:
    """Merchants down, numbered rounds across; a square says whether the report was admitted."""
    pictures = []
    for first in range(0, len(rounds), COLUMNS):
        for line in range(0, len(merchants), LINES):
            some = rounds[first : first + COLUMNS]
            pictures.append(_timeline(some, merchants[line : line + LINES], say))
    return pictures


def canaries(canary: CanaryFacts, say: Words) -> Picture:
    """Lower bounds of epsilon that were measured, beside the claim that they must not pass."""
    rows = []
    for bound in canary.bounds:
        name = _check(bound.code, say)
        colour = BLUE if bound.passed else BAD
        rows.append((say("chart.canary.strict", name=name), bound.strict, colour))
        rows.append((say("chart.canary.usual", name=name), bound.usual, SOFT))
    return _bars(say("chart.canary"), rows, canary.claimed, say)


def _check(code: str, say: Words) -> str:
    return say("canary.check." + code) if say.has("canary.check." + code) else code


def _timeline(
    rounds: Sequence[tuple[int, RoundFacts]], merchants: Sequence[str], say: Words
) -> Picture:
    left, top, row = 92.0, 18.0, 20.0
    width = min(30.0, (WIDTH - left - 10) / len(rounds))
    height = top + row * len(merchants) + 64
    marks: list[Mark] = []
    for j, merchant in enumerate(merchants):
        marks.append(Label(left - 8, top + j * row + 13, merchant[:8], "end", TEXT))
    for i, (n, r) in enumerate(rounds):
        states = dict(r.states)
        x = left + i * width
        for j, merchant in enumerate(merchants):
            marks += _square(x, top + j * row, width, row, states.get(merchant, ""))
        if i % max(1, math.ceil(16 / width)) == 0:
            y = top + row * len(merchants) + 13
            marks.append(Label(x + width / 2, y, str(n), "middle", size=9))
        if r.status == "void":
            marks.append(Label(x + width / 2, top - 5, "×", "middle", BAD, 12))
    ends = say("chart.span", first=_day(rounds[0][1].at), last=_day(rounds[-1][1].at))
    marks.append(Label(left, height - 32, ends))
    legend = [(say("state." + s), c) for s, c in STATE_COLOURS.items()]
    marks += _legend(legend, height - 10)
    return Picture(say("chart.timeline"), WIDTH, height, tuple(marks))


def _square(x: float, y: float, width: float, row: float, state: str) -> list[Mark]:
    """Full = admitted, half = sent, a dot = charged only: told apart without colour too."""
    w, h = max(1.5, width - 3), row - 4
    if state == "admitted":
        return [Bar(x + 1, y + 2, w, h, GOOD)]
    if state == "sent":
        return [Bar(x + 1, y + 2, w, h, GRID), Bar(x + 1, y + 2 + h / 2, w, h / 2, BLUE)]
    if state == "charged":
        return [Bar(x + 1, y + 2, w, h, GRID), Dot(x + 1 + w / 2, y + row / 2, min(3, w / 2), WARN)]
    return [Bar(x + 1, y + 2, w, h, "#F5F6F8")]


def _bars(
    title: str,
    rows: Sequence[tuple[str, float, str]],
    claim: float | None = None,
    say: Words | None = None,
) -> Picture:
    """Horizontal bars; a claim is a dashed line over all of them."""
    left, row = 230.0, 26.0
    finite = [v for _, v, _ in rows] + ([claim] if claim is not None else [])
    high = roof(finite)
    span = WIDTH - left - 70
    height = row * len(rows) + (26 if claim is not None else 8)
    marks: list[Mark] = []
    for i, (name, value, colour) in enumerate(rows):
        y = i * row + 4
        part = 1.0 if not math.isfinite(value) else min(max(value / high, 0.0), 1.0)
        marks.append(Label(left - 8, y + 13, name, "end", TEXT))
        marks.append(Bar(left, y, max(1.0, part * span), 17, colour))
        marks.append(Label(left + part * span + 6, y + 13, number(value), "start", TEXT))
    if claim is not None and say is not None:
        x = left + claim / high * span
        marks.append(Stroke(((x, 0), (x, row * len(rows))), BAD, 1.5, dashed=True))
        text = say("chart.claim", epsilon=number(claim))
        marks.append(Label(x, height - 8, text, "end" if x > WIDTH / 2 else "start", BAD))
    return Picture(title, WIDTH, height, tuple(marks))


def number(value: float) -> str:
    """Four decimals; infinity as a sign."""
    return f"{value:.4f}" if math.isfinite(value) else "∞"


def _legend(entries: Sequence[tuple[str, str]], y: float) -> list[Mark]:
    marks: list[Mark] = []
    x = 52.0
    for text, colour in entries:
        marks += [Bar(x, y - 9, 10, 10, colour), Label(x + 15, y, text)]
        x += 34 + sum(11.0 if ord(c) > 0x2E80 else 5.6 for c in text)
    return marks


def _days(plane: Plane, ats: Sequence[str]) -> list[Mark]:
    """A mark at the first charge of each day, as many as have room."""
    marks: list[Mark] = []
    free = plane.left
    for i, at in enumerate(ats):
        x = plane.x(i / len(ats))
        if (i and at[:10] == ats[i - 1][:10]) or x < free or x > plane.right - 60:
            continue
        marks.append(Stroke(((x, plane.bottom), (x, plane.bottom + 5)), MUTED))
        marks.append(Label(x, plane.bottom + 18, at[:10]))
        free = x + 80
    return marks


def _day(at: str) -> str:
    """A time in the ledger's way of writing, for a person: date, hour and minute in UTC."""
    return f"{at[:10]} {at[11:16]} UTC" if len(at) >= 16 else at
