"""An evaluation as Markdown, as JSON, and as a section of a results file."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from client.evaluate.figures import MIN_LATER
from client.evaluate.nouns import Figures, Row, Run
from client.evaluate.run import Evaluation
from common.errors import InputError
from common.privacy import PrivacyUnit
from common.recipe import DEFAULT

UNIT = str(PrivacyUnit(DEFAULT.max_impressions))
COLUMNS = (
    "AUC", "AUC, calibrated", "mean AUC a merchant", "against alone (95 %)", "grouped AUC",
    "log-loss", "norm. entropy", "ECE", "PCOC", "top-decile lift", "runs",
)  # fmt: skip


def markdown(e: Evaluation) -> str:
    """Facts, one table an outcome, and what it says of the league."""
    parts = [facts(e)]
    for head in e.heads:
        before, later = e.n_positive[head]
        parts.append(
            f"**{head}**: {before:,} to learn from, {later:,} later; means over the "
            f"{e.n_judged[head]} merchants with {MIN_LATER} or more later ones."
        )
        parts.append(table([r for r in e.rows if r.head == head]))
        verdict = next((v for v in e.verdicts if v.head == head), None)
        said = verdict.lines() if verdict and verdict.gain_small else []
        said += [line for h, promise in e.promises if h == head for line in promise.lines()]
        if said:
            parts.append("\n".join(f"- {line}" for line in said))
    return "\n\n".join(parts)


def facts(e: Evaluation) -> str:
    """What was learned from, in one paragraph."""
    out = (
        f"{e.n_merchants} merchants, {e.n_shoppers:,} shoppers of a merchant; {e.n_before:,} "
        f"impressions to learn from and {e.n_later:,} to judge by; {e.split.said}. Every epsilon is "
        f"for {UNIT}, delta {e.delta:g}, the evaluation round included. Cells with two figures: "
        "raw / calibrated at home."
    )
    if e.left_out:
        named = "; ".join(f"{m.name}: {m.reason}" for m in e.left_out)
        out += f" Left out: {named}"
    return out


def table(rows: Sequence[Row]) -> str:
    """Markdown."""
    head = f"| | {' | '.join(COLUMNS)} |"
    lines = [head, "|---" * (len(COLUMNS) + 1) + "|"]
    for row in rows:
        cells = _cells(row) if row.runs else [row.not_possible, *[""] * (len(COLUMNS) - 1)]
        lines.append(f"| {row.label} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cells(row: Row) -> list[str]:
    def both(pick: Callable[[Figures], float], form: str) -> str:
        sides = ([pick(r.raw) for r in row.runs], [pick(r.calibrated) for r in row.runs])
        return " / ".join(form.format(float(np.mean(side))) for side in sides)

    g = row.gain
    return [
        _spread([r.raw.auc for r in row.runs]),
        _spread([r.calibrated.auc for r in row.runs]),
        _spread([r.mean_auc for r in row.runs]),
        f"{g.value:+.3f} ({g.low:+.3f} to {g.high:+.3f})" if g else "",
        f"{np.mean([r.raw.grouped_auc for r in row.runs]):.3f}",
        both(lambda f: f.log_loss, "{:.4f}"),
        both(lambda f: f.normalised_entropy, "{:.3f}"),
        both(lambda f: f.ece, "{:.4f}"),
        both(lambda f: f.pcoc, "{:.2f}"),
        both(lambda f: f.top_decile_lift, "{:.1f}"),
        str(len(row.runs)),
    ]


def _spread(values: Sequence[float]) -> str:
    mean = f"{np.mean(values):.3f}"
    return f"{mean} ({min(values):.3f} to {max(values):.3f})" if len(values) > 1 else mean


def as_dict(e: Evaluation, command: str) -> dict[str, Any]:
    """Plain JSON values; what is undefined is null."""
    raw = asdict(e)
    for row, source in zip(raw["rows"], e.rows, strict=True):
        row["mean"] = _means(source.runs)
    for verdict, own in zip(raw["verdicts"], e.verdicts, strict=True):
        verdict.update(gains=own.gains, keeps=own.keeps, lines=own.lines())
    raw["promises"] = [
        {"head": h, "holds": p.holds, "lines": p.lines(), **asdict(p)} for h, p in e.promises
    ]
    found: dict[str, Any] = _finite({"command": command, "unit": UNIT, **raw})
    return found


def _means(runs: Sequence[Run]) -> dict[str, Any]:
    """Mean over the runs of every figure."""
    if not runs:
        return {}
    out: dict[str, Any] = {"mean_auc": float(np.mean([r.mean_auc for r in runs]))}
    for side in ("raw", "calibrated"):
        each = [asdict(getattr(r, side)) for r in runs]
        out[side] = {k: float(np.mean([f[k] for f in each])) for k in each[0]}
    return out


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def write_section(path: Path, title: str, command: str, text: str) -> None:
    """Put the section of this title into a Markdown file; one that is there is replaced.

    Raises:
        InputError: the file cannot be written.
    """
    try:
        old = path.read_text(encoding="utf-8") if path.exists() else "# Results\n"
        first, *sections = old.split("\n## ")
        names = [s.split("\n", 1)[0].strip() for s in sections]
        new = f"{title}\n\n`{command}`\n\n{text}"
        if title in names:
            sections[names.index(title)] = new
        else:
            sections.append(new)
        whole = "\n\n## ".join(s.strip("\n") for s in (first, *sections))
        path.write_text(whole + "\n", encoding="utf-8")
    except OSError as e:
        raise InputError(
            "The results file cannot be written.", where=str(path), todo="Give another --write."
        ) from e
