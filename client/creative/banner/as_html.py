"""A banner as a small HTML page: the picture inline, the words as real text in their boxes."""

from __future__ import annotations

import base64
import io
from html import escape

from client.creative.banner.colour import written
from client.creative.banner.nouns import Banner, Shown, Words

_FAMILY = "'Noto Sans SC','PingFang SC','Microsoft YaHei','Source Sans 3',Arial,sans-serif"


def page(banner: Banner, words: Words, product: str) -> str:
    """One HTML page.

    Each line is an SVG text with `textLength`: whatever font the reader has, it fills the width
    that was measured and never leaves its box.

    Args:
        banner: The composed banner.
        words: What stands in it.
        product: Name of the product, for people who do not see the picture.
    """
    w, h = banner.size.w, banner.size.h
    lines = "\n".join(_text(s) for s in banner.shown)
    alt = escape(product if banner.photo else "", quote=True)
    return (
        f'<!doctype html>\n<html lang="{escape(words.language, quote=True)}">\n<head>\n'
        '<meta charset="utf-8">\n'
        f'<meta name="ad.size" content="width={w},height={h}">\n'
        f"<title>{escape(words.label)}: {escape(words.headline)}</title>\n"
        "<style>body{margin:0}"
        f".ad{{position:relative;width:{w}px;height:{h}px;overflow:hidden}}"
        ".ad>*{position:absolute;left:0;top:0}</style>\n</head>\n<body>\n"
        f'<div class="ad">\n<img src="{_inline(banner)}" width="{w}" height="{h}" alt="{alt}">\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}"'
        f' viewBox="0 0 {w} {h}" font-family="{_FAMILY}">\n{lines}\n</svg>\n</div>\n'
        "</body>\n</html>\n"
    )


def _text(shown: Shown) -> str:
    p = shown.placed
    weight = 700 if p.bold else 400
    rows = [
        f'<tspan x="{x}" y="{y}" textLength="{n}" lengthAdjust="spacingAndGlyphs">'
        f"{escape(line)}</tspan>"
        for line, (x, y), n in zip(p.lines, p.baselines, p.widths, strict=True)
    ]
    return (
        f'<text data-part="{p.part}" font-size="{p.px}" font-weight="{weight}"'
        f' fill="{written(shown.colour)}">{" ".join(rows)}</text>'
    )


def _inline(banner: Banner) -> str:
    """The picture without its words; JPEG where there is a photo, which is what keeps it small."""
    out = io.BytesIO()
    if banner.photo:
        banner.art.save(out, "JPEG", quality=88, optimize=True, subsampling=0)
    else:
        banner.art.save(out, "PNG", optimize=True)
    kind = "jpeg" if banner.photo else "png"
    return f"data:image/{kind};base64,{base64.b64encode(out.getvalue()).decode()}"
