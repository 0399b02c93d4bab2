"""hansa data: what is there, how good it is, and what to do about it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from client.commands import home_option
from client.ingest.refused import export
from client.store import Store, rows
from common.errors import InputError
from common.terminal import emit, json_option

if TYPE_CHECKING:
    from client.datareport.facts import Report


@click.command()
@home_option
@json_option
@click.option(
    "--html",
    "html",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write a report with charts to a file; it holds counts only.",
)
@click.option("--language", type=click.Choice(["en", "zh"]), help="Of the report with charts.")
@click.option("--features", is_flag=True, help="Count features of every ad shown, however many.")
@click.option("--days", is_flag=True, help="Counts by day.")
@click.option("--products", "n_products", type=int, default=0, help="List this many products.")
@click.option("--refused", "n_refused", type=int, default=0, help="List this many refused rows.")
@click.option(
    "--export-refused",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the refused lines to a new file, to be corrected and imported again.",
)
def data(
    home: Path,
    as_json: bool,
    html: Path | None,
    language: str | None,
    features: bool,
    days: bool,
    n_products: int,
    n_refused: int,
    export_refused: Path | None,
) -> None:
    """Show what data is there, how good it is, and what to do about it."""
    from client.datareport import kept

    with Store.open(home) as store:
        if export_refused is not None:
            export(store, export_refused)
        report = kept.current(store, features=features or None)
        result = _result(store, report)
        if days:
            result["days"] = [asdict(d) for d in report.days]
        if n_products:
            result["products"] = [asdict(p) for p in rows.products(store, limit=n_products)]
        if n_refused:
            result["refused"] = [asdict(r) for r in rows.refused(store, limit=n_refused)]
    if html is not None:
        _write_html(report, html, language)
        result["html"] = str(html)
    emit(result, as_json, _report(report, result))


def _result(store: Store, report: Report) -> dict[str, Any]:
    from client.datareport.words import alert_words

    summary = rows.summary(store)
    told = []
    for alert in report.alerts:
        what, todo = alert_words(alert, "en")
        told.append({"code": alert.code, "level": alert.level, "what": what, "do": todo})
    return {
        **asdict(summary),
        "consent_share": summary.consent_share,
        "conversion_rate": summary.conversion_rate,
        "coverage": dict(report.features),
        "matches": {m.name: m.share for m in report.matches},
        "columns": [asdict(c) for c in report.columns],
        "refused_groups": [asdict(g) for g in report.refused],
        "aside": [asdict(g) for g in report.aside],
        "warnings": told,
        "seconds": report.seconds,
        "imports": [asdict(i) for i in rows.imports(store)],
    }


def _write_html(report: Report, path: Path, language: str | None) -> None:
    from client.datareport.as_html import render

    try:
        path.write_text(render(report, language), encoding="utf-8")
    except OSError as e:
        raise InputError(
            f"The report cannot be written: {e.strerror}.",
            where=str(path),
            safe="The shop was not changed.",
            todo="Name another file.",
        ) from e


def _report(report: Report, result: dict[str, Any]) -> str:
    from client.datareport.as_text import render

    lines = [render(report)]
    for day in result.get("days", []):
        lines.append(
            f"{day['day']}  events {day['n_events']}  impressions {day['n_impressions']}"
            f"  clicks {day['n_clicks']}  conversions {day['n_conversions']}"
        )
    for p in result.get("products", []):
        lines.append(
            f"{p['product']['product_id']:16} {p['product']['title'][:40]:40}"
            f" shown {p['n_impressions']}, converted {p['n_converted']}"
        )
    for r in result.get("refused", []):
        lines.append(f"{r['file_name']} line {r['line']} {r['column']}: {r['reason']}")
    if "html" in result:
        lines.append(f"report written to {result['html']}")
    return "\n".join(lines)
