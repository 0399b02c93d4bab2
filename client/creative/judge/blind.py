"""A blind reading kit: an HTML sheet of ads without their writers, and the marks read back."""

from __future__ import annotations

import html
import json
import math
import random
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from client.creative.brief import make_brief
from client.creative.judge.sets import Case
from client.creative.signals import Signals
from client.creative.write import Writer, compose
from common.errors import InputError

_PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>Blind reading</title><style>
body{{font:16px/1.5 sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}}
section{{border-top:1px solid #bbb;padding:1rem 0}}.ad{{background:#f3f3f3;padding:.6rem 1rem}}
.p{{color:#555;font-size:.9rem}}</style></head><body><h1>Usable or not?</h1>
<p>Usable: you would show it as it is. Not usable: wrong, odd, empty or not of this product.
The order is drawn by chance; who wrote an ad is not in this page.</p>
{items}
<p><button id="save">Save the marks</button> <span id="left"></span></p><script>
document.getElementById("save").onclick=function(){{var m={{}};
document.querySelectorAll("input:checked").forEach(function(i){{m[i.name]=i.value==="1"}});
var a=document.createElement("a");a.download="marks.json";
a.href="data:application/json,"+encodeURIComponent(JSON.stringify({{sheet:"{sheet}",marks:m}}));
a.click()}};</script></body></html>
"""
_ITEM = """<section><p class="p">{number}. {title}<br>{details}</p><div class="ad"><b>{headline}</b>
<br>{body}<br>{call}</div><label><input type="radio" name="{number}" value="1"> usable</label>
<label><input type="radio" name="{number}" value="0"> not usable</label></section>"""


@dataclass(frozen=True, slots=True)
class Rate:
    """How many ads of a writer were usable.

    Attributes:
        n_marked: Ads that were marked.
        n_usable: Of them usable.
        low: Lower end of the 95 % interval (Wilson 1927).
        high: Upper end.
    """

    n_marked: int
    n_usable: int
    low: float
    high: float


def make_sheet(
    writers: Sequence[Writer], cases: Sequence[Case], seed: int, signals: Signals | None = None
) -> tuple[str, str]:
    """The page, and its key as JSON: which writer wrote which number.

    `signals` is what the ranker knows besides the words, as in a shop.

    A case for which a writer has nothing that passes is in the key as not usable: leaving it out
    would make a writer look better that seldom writes.
    """
    rng = random.Random(seed)
    sheet = f"{rng.getrandbits(64):016x}"
    made = []
    missing: dict[str, int] = {}
    for case in cases:
        own = zlib.crc32(f"{seed}\0{case.product.product_id}".encode())
        brief = make_brief(case.product, case.language, seed=own)
        for writer in writers:
            best = compose(brief, 1, writer, signals=signals).passed
            if best:
                made.append((writer.name, case, best[0][0].candidate.text))
            else:
                missing[writer.name] = missing.get(writer.name, 0) + 1
    rng.shuffle(made)
    e = html.escape
    items = [
        _ITEM.format(
            number=i,
            title=e(case.product.title),
            details=e(case.product.description[:300]),
            headline=e(text.headline),
            body=e(text.body),
            call=e(text.call_to_action),
        )
        for i, (_, case, text) in enumerate(made, 1)
    ]
    writers_of = {str(i): name for i, (name, _, _) in enumerate(made, 1)}
    key = {"sheet": sheet, "writers": writers_of, "missing": missing}
    return _PAGE.format(items="\n".join(items), sheet=sheet), json.dumps(key, indent=1)


def read_marks(key_file: Path, marks_file: Path) -> dict[str, Rate]:
    """Usable rate of each writer.

    Raises:
        InputError: a file cannot be read, or the marks are of another sheet.
    """
    try:
        key = json.loads(key_file.read_text(encoding="utf-8"))
        given = json.loads(marks_file.read_text(encoding="utf-8"))
        if given["sheet"] != key["sheet"]:
            raise ValueError("another sheet")
        counts = _counts(key["writers"], key["missing"], given["marks"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as e:
        raise InputError(
            "These marks cannot be read with this key.",
            where=f"{marks_file}, {key_file}",
            safe="Nothing was changed.",
            todo="Give the marks that were saved from the page of this key.",
        ) from e
    return {name: _rate(n, k) for name, (n, k) in sorted(counts.items())}


def _counts(
    writers: Mapping[str, str], missing: Mapping[str, int], marks: Mapping[str, bool]
) -> dict[str, tuple[int, int]]:
    out = {name: (int(n), 0) for name, n in missing.items()}
    for number, usable in marks.items():
        name = writers[number]
        n, k = out.get(name, (0, 0))
        out[name] = (n + 1, k + bool(usable))
    return out


def _rate(n: int, k: int, z: float = 1.96) -> Rate:
    p, half = k / n, z * math.sqrt(k * (n - k) / n**3 + z * z / (4 * n * n))
    middle, whole = p + z * z / (2 * n), 1 + z * z / n
    return Rate(n, k, max(0.0, (middle - half) / whole), min(1.0, (middle + half) / whole))
