"""Small SVG charts for the demo's report: horizontal bars, a line with points, paired dots."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

BAR, TEAL, MUTED, GRID = "#2F5BD8", "#0F9D8A", "#5A6373", "#E3E6EB"


def _text(x: float, y: float, text: str, anchor: str = "start", colour: str = MUTED) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" '
        f'font-size="12">{escape(text)}</text>'
    )


def _svg(width: int, height: int, title: str, parts: list[str]) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}" '
        f'xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )


def bars(title: str, rows: Sequence[tuple[str, float]], low: float, high: float) -> str:
    """Horizontal bars from `low` to `high`, value written at the end."""
    width, row, left = 640, 30, 250
    parts = []
    span = width - left - 70
    for i, (name, value) in enumerate(rows):
        y = i * row + 8
        w = max(1.0, (min(max(value, low), high) - low) / (high - low) * span)
        parts.append(_text(left - 8, y + 14, name, "end", "#171A21"))
        parts.append(f'<rect x="{left}" y="{y}" width="{w:.1f}" height="18" rx="4" fill="{BAR}"/>')
        parts.append(_text(left + w + 6, y + 14, f"{value:.3f}", "start", "#171A21"))
    return _svg(width, len(rows) * row + 10, title, parts)


def line(title: str, points: Sequence[tuple[str, float]], low: float, high: float) -> str:
    """Points in order with a line through them; x positions are categories."""
    width, height, left, bottom = 640, 240, 56, 30
    parts = []
    for i in range(5):
        value = low + (high - low) * i / 4
        y = height - bottom - (height - bottom - 20) * i / 4
        parts.append(
            f'<line x1="{left}" x2="{width - 10}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GRID}"/>'
        )
        parts.append(_text(left - 8, y + 4, f"{value:.2f}", "end"))
    xs = [left + 40 + i * (width - left - 90) / max(1, len(points) - 1) for i in range(len(points))]
    ys = [
        height - bottom - (height - bottom - 20) * (min(max(v, low), high) - low) / (high - low)
        for _, v in points
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
    parts.append(f'<polyline points="{path}" fill="none" stroke="{TEAL}" stroke-width="2"/>')
    for (name, value), x, y in zip(points, xs, ys, strict=True):
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{TEAL}"/>')
        parts.append(_text(x, y - 9, f"{value:.3f}", "middle", "#171A21"))
        parts.append(_text(x, height - 8, name, "middle"))
    return _svg(width, height, title, parts)


def pairs(title: str, rows: Sequence[tuple[str, float, float]], low: float, high: float) -> str:
    """A row per merchant: grey dot = first figure, blue dot = second, a line between."""
    width, row, left = 640, 24, 170
    span = width - left - 30
    parts = []

    def x(v: float) -> float:
        return left + (min(max(v, low), high) - low) / (high - low) * span

    for i, (name, a, b) in enumerate(rows):
        y = i * row + 14
        parts.append(_text(left - 10, y + 4, name, "end", "#171A21"))
        parts.append(f'<line x1="{left}" x2="{left + span}" y1="{y}" y2="{y}" stroke="{GRID}"/>')
        colour = TEAL if b >= a else "#B3352E"
        parts.append(
            f'<line x1="{x(a):.1f}" x2="{x(b):.1f}" y1="{y}" y2="{y}" stroke="{colour}" stroke-width="3"/>'
        )
        parts.append(f'<circle cx="{x(a):.1f}" cy="{y}" r="5" fill="#A0A9B8"/>')
        parts.append(f'<circle cx="{x(b):.1f}" cy="{y}" r="5" fill="{BAR}"/>')
    y = len(rows) * row + 16
    for i in range(5):
        v = low + (high - low) * i / 4
        parts.append(_text(x(v), y, f"{v:.2f}", "middle"))
    return _svg(width, len(rows) * row + 24, title, parts)
