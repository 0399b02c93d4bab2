"""The demo's HTML report and the machine-readable result.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from demolib import charts
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

RESULT_KEYS = (
    "merchants",
    "shoppers",
    "exposures",
    "rounds",
    "epsilon",
    "delta",
    "unit",
    "auc",
    "log_loss",
    "pcoc",
    "ledgers_verified",
    "bundle_digest",
    "seconds",
)


def add_charts(facts: dict[str, Any]) -> None:
    """Draw the three charts from the figures already in `facts`."""
    table = facts["table"]
    auc = [(r["name"], r["auc"]) for r in table]
    low = min(0.5, *(v for _, v in auc))
    eps = facts["epsilon_curve"]
    floor = min(0.5, *(v for _, v in eps))
    pairs = [(m["name"], m["local"], m["private"]) for m in facts["per_merchant"]]
    worst = min([0.4, *(min(a, b) for _, a, b in pairs)])
    facts["charts"] = {
        "auc": Markup(charts.bars("AUC", auc, low, 1.0)),
        "epsilon": Markup(charts.line("AUC by epsilon", eps, floor, 1.0)),
        "merchants": Markup(charts.pairs("AUC per merchant", pairs, worst, 1.0)),
    }


def write(facts: dict[str, Any], out: Path) -> Path:
    """Write result.json and report.html into `out`; returns the report's path."""
    out.mkdir(parents=True, exist_ok=True)
    result = {k: facts[k] for k in RESULT_KEYS}
    (out / "result.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    add_charts(facts)
    here = Path(__file__).resolve().parent
    env = Environment(loader=FileSystemLoader(here), autoescape=True)
    html = env.get_template("report.html.j2").render(f=facts)
    path = out / "report.html"
    path.write_text(html, encoding="utf-8")
    return path
