"""The page as one HTML file that fetches nothing and runs nothing; jinja2 lives here."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from common.audit.report.blocks import Page
from common.audit.report.picture import Picture
from common.audit.report.svg import svg


def render(page: Page) -> bytes:
    """The same bytes for the same page."""
    env = Environment(
        loader=PackageLoader("common.audit.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    template = env.get_template("report.html.j2")
    return template.render(page=page, draw=_draw, kind=_kind).encode()


def _draw(picture: Picture) -> Markup:
    # svg() escapes every text itself
    return Markup(svg(picture))


def _kind(block: object) -> str:
    return type(block).__name__
