"""A picture as inline SVG: every text escaped, no script, no address."""

from __future__ import annotations

from html import escape

from common.audit.report.picture import Bar, Dot, Label, Mark, Picture, Stroke


def svg(picture: Picture) -> str:
    """The picture; scales with the page."""
    body = "".join(_mark(m) for m in picture.marks)
    return (
        f'<svg viewBox="0 0 {picture.width:g} {picture.height:g}" role="img" '
        f'aria-label="{escape(picture.title)}">{body}</svg>'
    )


def _mark(m: Mark) -> str:
    if isinstance(m, Bar):
        return (
            f'<rect x="{m.x:.2f}" y="{m.y:.2f}" width="{m.width:.2f}" height="{m.height:.2f}" '
            f'fill="{m.colour}"/>'
        )
    if isinstance(m, Dot):
        return f'<circle cx="{m.x:.2f}" cy="{m.y:.2f}" r="{m.radius:g}" fill="{m.colour}"/>'
    if isinstance(m, Stroke):
        points = " ".join(f"{x:.2f},{y:.2f}" for x, y in m.points)
        dash = ' stroke-dasharray="6 4"' if m.dashed else ""
        return (
            f'<polyline points="{points}" fill="none" stroke="{m.colour}" '
            f'stroke-width="{m.width:g}"{dash}/>'
        )
    return _label(m)


def _label(m: Label) -> str:
    return (
        f'<text x="{m.x:.2f}" y="{m.y:.2f}" text-anchor="{m.anchor}" fill="{m.colour}" '
        f'font-size="{m.size:g}">{escape(m.text)}</text>'
    )
