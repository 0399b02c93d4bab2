"""Wrapping and measuring text: words (English), characters with line-start rules (Chinese)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from PIL import ImageFont

#: GB/T 15834-2011: marks that never start a line, and those that never end one
_NO_START = "，。！？、；：）》〉」』】〕”’…—·,.!?;:)]}%％°℃元"
_NO_END = "（《〈「『【〔“‘([{$€£¥￥₩₹"
_TOKEN = re.compile(
    r"[^\W\d_\u3400-\u9fff\uf900-\ufaff]+|\d[\d,.]*|[\u3400-\u9fff\uf900-\ufaff]|\s+|."
)
#: stays with the number before it: 750 ml, 24 hours
_UNIT = re.compile(r"[a-zA-Zµ]{1,3}|[a-z]{4,8}|°[CF]")
_HAN = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uff65]")


@dataclass(frozen=True, slots=True)
class Block:
    """A text wrapped and measured at one font size.

    Attributes:
        lines: The lines.
        lefts: For each line, how far its start moves right so that no ink lies left of the box.
        widths: Advance of each line.
        w: Width of the ink.
        h: Height with every line's ink.
        ascent: From the top to the first baseline.
        pitch: From baseline to baseline.
    """

    lines: tuple[str, ...]
    lefts: tuple[int, ...]
    widths: tuple[int, ...]
    w: int
    h: int
    ascent: int
    pitch: int


def units(text: str) -> list[str]:
    """Pieces between which a line may break; a piece keeps the space before it.

    English breaks at spaces and after hyphens; Chinese between characters, but no mark stands
    where it may not, and a number stays with its unit.
    """
    out: list[str] = []
    glue = True
    for token in _TOKEN.findall(" ".join(text.split())):
        last = out[-1] if out else ""
        if token.isspace():
            glue = False
            out.append(" ")
            continue
        if last == " ":
            out[-1] = " " + token
            if len(out) > 1 and out[-2][-1].isdigit() and _UNIT.fullmatch(token):
                out[-2:] = [out[-2] + out[-1]]
        elif out and (glue or not _may_break(last, token)):
            out[-1] = last + token
        else:
            out.append(token)
        glue = False
    return out


def _may_break(before: str, after: str) -> bool:
    left, right = before[-1], after[0]
    if right in _NO_START or left in _NO_END:
        return False
    if left in "-/" and len(before) > 2:
        return True
    if left.isdigit() and _HAN.match(right):
        return False  # 750 and its unit
    if re.search(r"\d[毫千公厘]$", before) and right in "升克斤米":
        return False
    return bool(_HAN.match(left) or _HAN.match(right))


def wrap(text: str, font: ImageFont.FreeTypeFont, width: int, most: int) -> tuple[str, ...] | None:
    """Lines no wider than `width`, as few as can be and as even as can be; None = it cannot.

    Even lines by the least sum of squared gaps (Knuth & Plass 1981, without hyphenation); a line
    that ends with a mark is preferred.
    """
    parts = units(text)
    if not parts:
        return ()
    wide = [font.getlength(p) for p in parts]
    bare = [font.getlength(p.lstrip()) for p in parts]
    if max(bare) > width:
        return None
    n = _greedy(wide, bare, width)
    if n > most:
        return None
    cuts = _even(parts, wide, bare, width, n)
    edges = [0, *cuts, len(parts)]
    return tuple("".join(parts[a:b]).strip() for a, b in pairwise(edges))


def _greedy(wide: list[float], bare: list[float], width: int) -> int:
    n, at = 1, 0.0
    for i in range(len(wide)):
        step = wide[i] if at else bare[i]
        if at and at + step > width:
            n, at = n + 1, bare[i]
        else:
            at += step
    return n


def _even(parts: list[str], wide: list[float], bare: list[float], width: int, n: int) -> list[int]:
    """Where the lines 2..n start."""
    total = len(parts)
    best: list[dict[int, tuple[float, list[int]]]] = [{0: (0.0, [])}]
    for line in range(1, n + 1):
        here: dict[int, tuple[float, list[int]]] = {}
        for start, (cost, cuts) in best[-1].items():
            used = 0.0
            for end in range(start + 1, total + 1):
                used += bare[end - 1] if end == start + 1 else wide[end - 1]
                if used > width:
                    break
                if line == n and end < total:
                    continue
                gap = ((width - used) / width) ** 2
                if end < total and parts[end - 1][-1] in "，。！？；：、":
                    gap -= 0.15
                new = cost + gap
                if end not in here or new < here[end][0]:
                    here[end] = (new, [*cuts, end])
        best.append(here)
    return best[n][total][1][:-1]


def measure(
    text: str, font: ImageFont.FreeTypeFont, width: int, most: int, leading: float
) -> Block | None:
    """Wrap and measure by the ink itself; None = it does not fit the width in so many lines.

    Args:
        text: Any.
        font: At its size.
        width: Of the box.
        most: Lines.
        leading: Baseline to baseline, in font sizes.
    """
    slack = 2  # ink may lie left of the start or right of the advance by a pixel
    lines = wrap(text, font, width - slack, most)
    if not lines:
        return None
    inks = [font.getbbox(line, anchor="ls") for line in lines]
    lefts = tuple(max(0, -int(ink[0])) for ink in inks)
    right = max(int(ink[2]) + left for ink, left in zip(inks, lefts, strict=True))
    if right > width:
        return None
    px = float(font.size)
    ascent = max(round(0.76 * px), *(-int(ink[1]) for ink in inks))
    descent = max(round(0.12 * px), *(int(ink[3]) for ink in inks))
    pitch = max(round(leading * px), ascent + descent - round(0.1 * px))
    high = ascent + pitch * (len(lines) - 1) + descent
    widths = tuple(round(font.getlength(line)) for line in lines)
    return Block(lines, lefts, widths, right, high, ascent, pitch)
