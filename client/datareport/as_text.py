"""The data report as lines for a terminal, in English."""

from __future__ import annotations

from client.datareport.facts import Report
from client.datareport.filledin import range_words
from client.datareport.words import alert_words, rule_title, word

_SIGNS = {"bad": "!!", "warn": "! ", "info": "  "}


def render(report: Report) -> str:
    """What is there, what fits together, what is filled in, what to know."""
    lines = [f"{word('tables', name, 'en'):12} {n:>12,}" for name, n in report.tables]
    if report.n_shoppers:
        lines.append(f"consent      {_share(report.n_consenting, report.n_shoppers):>12}")
    if report.days:
        lines.append(f"days         {report.days[0].day} to {report.days[-1].day}")
    matches = [m for m in report.matches if m.n_rows]
    lines += _head("does it fit together?", matches)
    for m in matches:
        name = word("matches", m.name, "en")
        lines.append(f"  {name:42} {_share(m.n_matched, m.n_rows):>8}  of {m.n_rows:,}")
    lines += _head("what is filled in", report.columns)
    for c in report.columns:
        name = f"{word('tables', c.table, 'en')}: {word('columns', c.name, 'en')}"
        lines.append(f"  {name:42} {_share(c.n_filled, c.n_rows):>8}  {range_words(c)}".rstrip())
    lines += _head("features of the ads shown to consenting shoppers", report.features)
    lines += [f"  {name:42} {100 * share:>6.1f} %" for name, share in report.features]
    lines += _head("refused rows (hansa import fix)", report.refused)
    for g in report.refused:
        lines.append(f"  {g.n_rows:>10,}  {g.column + ': ' if g.column else ''}{g.reason}")
    lines += _head("set aside by cleaning (hansa clean)", report.aside)
    for a in report.aside:
        lines.append(
            f"  {a.n_rows:>10,}  {rule_title(a.rule, 'en')}, {word('tables', a.table, 'en')}"
        )
    lines += _head("what to know", report.alerts)
    for alert in report.alerts:
        what, todo = alert_words(alert, "en")
        lines += [f"{_SIGNS[alert.level]} {what}", f"     {todo}"]
    return "\n".join(lines)


def _head(title: str, items: object) -> list[str]:
    return ["", title] if items else []


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"
