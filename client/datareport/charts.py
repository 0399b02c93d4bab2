"""Small SVG charts: bars over time, and a share as a bar; colours are the page's, so dark works too."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 760, 170, 52, 12, 24


def over_time(
    title: str, labels: Sequence[str], values: Sequence[float], line: Sequence[float] | None = None
) -> str:
    """Bars for `values`, one a label; a line for `line` on the same scale.

    Many bars are put together so that each is wide enough to see: a bar is then their mean.
    """
    labels, values, line = _fewer(labels, values, line)
    top = _round_up(max([*values, *(line or ()), 1.0]))
    step = (WIDTH - LEFT - 6) / max(len(values), 1)
    inner = HEIGHT - TOP - BOTTOM

    def y(value: float) -> float:
        return TOP + inner * (1 - value / top)

    parts = []
    for i in range(5):
        tick = top * i / 4
        parts.append(
            f'<line class="g" x1="{LEFT}" x2="{WIDTH}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        )
        parts.append(_text(LEFT - 7, y(tick) + 4, _short(tick), "end"))
    for i, value in enumerate(values):
        x, width = LEFT + 3 + i * step, max(step * 0.78, 0.8)
        parts.append(
            f'<rect class="b" x="{x:.1f}" y="{y(value):.1f}" width="{width:.1f}"'
            f' height="{TOP + inner - y(value):.1f}"><title>{escape(labels[i])}: {value:,.0f}</title></rect>'
        )
    if line:
        points = " ".join(
            f"{LEFT + 3 + (i + 0.4) * step:.1f},{y(v):.1f}" for i, v in enumerate(line)
        )
        parts.append(f'<polyline class="l" points="{points}"/>')
    for i in _places(len(labels)):
        parts.append(_text(LEFT + 3 + (i + 0.4) * step, HEIGHT - 6, labels[i], "middle"))
    return _svg(title, WIDTH, HEIGHT, parts)


def share(title: str, value: float) -> str:
    """0 to 1 as a bar."""
    part = min(max(value, 0.0), 1.0)
    return _svg(
        title,
        160,
        8,
        [
            '<rect class="t" width="160" height="8" rx="4"/>',
            f'<rect class="s" width="{160 * part:.1f}" height="8" rx="4"/>',
        ],
    )


def _fewer(
    labels: Sequence[str], values: Sequence[float], line: Sequence[float] | None, most: int = 190
) -> tuple[list[str], list[float], list[float] | None]:
    size = math.ceil(len(values) / most) if values else 1
    starts = range(0, len(values), size)

    def mean(of: Sequence[float]) -> list[float]:
        return [sum(of[i : i + size]) / len(of[i : i + size]) for i in starts]

    return [labels[i] for i in starts], mean(values), None if line is None else mean(line)


def _places(n: int) -> list[int]:
    """Where labels stand: at most six."""
    return sorted({round((i + 0.5) * n / min(n, 6) - 0.5) for i in range(min(n, 6))}) if n else []


def _round_up(value: float) -> float:
    magnitude = 10.0 ** math.floor(math.log10(value))
    return next(m * magnitude for m in (1, 2, 4, 5, 8, 10) if m * magnitude >= value * 0.999)


def _short(value: float) -> str:
    for limit, unit in ((1e6, "M"), (1e3, "k")):
        if value >= limit:
            return f"{value / limit:g}{unit}"
    return f"{value:g}"


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(title: str, width: int, height: int, parts: list[str]) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">'
        f"{''.join(parts)}</svg>"
    )
