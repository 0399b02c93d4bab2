"""The data report as one HTML file that fetches nothing and runs nothing, in light and dark."""

from __future__ import annotations

from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from client.datareport import charts
from client.datareport.facts import Report
from client.datareport.filledin import every_day, range_words
from client.datareport.words import alert_words, rule_title, word


@dataclass(frozen=True, slots=True)
class _Chart:
    title: str
    total: str
    svg: Markup


def render(report: Report, language: str | None = None) -> str:
    """The page.

    Args:
        report: The figures.
        language: "en" or "zh"; the shop's by default.
    """
    tongue = language or report.language
    env = Environment(
        loader=PackageLoader("client.datareport", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def w(section: str, key: str, *values: object) -> str:
        return word(section, key, tongue).format(*values)

    return env.get_template("report.html.j2").render(
        r=report,
        language=tongue,
        w=w,
        alerts=[(a, *alert_words(a, tongue)) for a in report.alerts],
        charts=_charts(report, tongue),
        # charts escape every text themselves
        bar=lambda name, value: Markup(charts.share(f"{name}: {value:.0%}", value)),
        range=range_words,
        rule=lambda name: rule_title(name, tongue),
    )


def _charts(report: Report, language: str) -> list[_Chart]:
    days = every_day(report.days)
    out = []
    for name, title in (
        ("n_impressions", word("tables", "impressions", language)),
        ("n_clicks", word("page", "clicks", language)),
        ("n_events", word("tables", "events", language)),
        ("n_purchases", word("page", "purchases", language)),
        ("n_conversions", word("tables", "conversions", language)),
        ("spend_minor", word("page", "spend", language)),
        ("n_aside", word("page", "aside", language)),
    ):
        values = [float(getattr(d, name)) for d in days]
        if not sum(values):
            continue
        money = name.endswith("_minor")
        values = [v / 100 for v in values] if money else values
        total = f"{sum(values):,.2f} {report.currency}".strip() if money else f"{sum(values):,.0f}"
        svg = charts.over_time(title, [d.day for d in days], values)
        out.append(_Chart(title, total, Markup(svg)))
    if sum(report.hour_of_day):
        title = word("page", "hours", language)
        labels = [f"{h:02d}" for h in range(24)]
        svg = charts.over_time(title, labels, [float(n) for n in report.hour_of_day])
        out.append(_Chart(title, "", Markup(svg)))
    return out
