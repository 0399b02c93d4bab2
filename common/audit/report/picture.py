"""A chart as a list of marks, and the axes that charts share; drawn by as_html and as_pdf alike."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

#: The desktop's light palette (design/GUI.md): figures carry a label, never colour alone.
BLUE, TEAL, BAD, GOOD, WARN = "#2F5BD8", "#0F9D8A", "#B3352E", "#17794A", "#8A5A00"
TEXT, MUTED, GRID, SOFT = "#171A21", "#5A6373", "#E3E6EB", "#C9D3F1"

WIDTH = 640.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A filled rectangle; units are those of the picture, y grows downwards."""

    x: float
    y: float
    width: float
    height: float
    colour: str


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through points."""

    points: tuple[tuple[float, float], ...]
    colour: str
    width: float = 1.0
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """A filled circle."""

    x: float
    y: float
    radius: float
    colour: str


@dataclass(frozen=True, slots=True)
class Label:
    """A text on its base line."""

    x: float
    y: float
    text: str
    anchor: Literal["start", "middle", "end"] = "start"
    colour: str = MUTED
    size: float = 11.0


Mark = Bar | Stroke | Dot | Label


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart.

    Attributes:
        title: One line; also what a screen reader says.
        width: Of the plane that the marks are on.
        height: Of the same.
        marks: In order of drawing.
    """

    title: str
    width: float
    height: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Plane:
    """Where data lies on a picture: a linear scale in both directions.

    Attributes:
        left: Of the plane, in units of the picture.
        right: The same.
        top: The same.
        bottom: The same.
        high: Data value at the top; the bottom is 0.
    """

    left: float
    right: float
    top: float
    bottom: float
    high: float

    def x(self, part: float) -> float:
        """From a part of the width, 0 to 1."""
        return self.left + min(max(part, 0.0), 1.0) * (self.right - self.left)

    def y(self, value: float) -> float:
        """From a data value; what is too high is drawn at the top."""
        part = min(max(value / self.high, 0.0), 1.0)
        return self.bottom - part * (self.bottom - self.top)

    def grid(self) -> list[Mark]:
        """Horizontal lines with their values on the left."""
        marks: list[Mark] = []
        step = nice(self.high / 4)
        n = math.floor(self.high / step + 1e-9)
        for i in range(n + 1):
            y = self.y(i * step)
            marks.append(Stroke(((self.left, y), (self.right, y)), GRID))
            marks.append(Label(self.left - 7, y + 4, f"{i * step:g}", "end"))
        return marks


def nice(raw: float) -> float:
    """The round number (1, 2, 2.5 or 5 times a power of ten) that is not below `raw`."""
    if not (math.isfinite(raw) and raw > 0):
        return 1.0
    power = 10.0 ** math.floor(math.log10(raw))
    for factor in (1.0, 2.0, 2.5, 5.0):
        if factor * power >= raw * (1 - 1e-9):
            return float(f"{factor * power:.12g}")
    return float(f"{10 * power:.12g}")


def roof(values: list[float]) -> float:
    """A top for an axis that begins at 0: a little above the largest finite value."""
    highest = max((v for v in values if math.isfinite(v)), default=0.0)
    return highest * 1.08 if highest > 0 else 1.0
