"""Pictures of a study: each figure by alternative with its interval, the hours of the day, what was not known."""

import re
from collections.abc import Sequence
from textwrap import fill
from typing import Any, Final

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from reports.language import Texts
from reports.pictures.canvas import COLOURS, INK, numbered, svg
from reports.run_files import Row

_TITLE_WIDTH: Final = 34
"""Signs in a line of a small picture's title; more would be cut off."""
_COLUMNS: Final = 2
_MOST_STACKED: Final = 7
_NUMBERED: Final = re.compile(r"(?:^|-)(\d+)$")
_PATTERNS: Final = ("", "///", "...", "xxx", "\\\\\\", "++", "oo", "--")


def steps_between(names: Sequence[str]) -> list[float] | None:
    """Alternatives that end in a number (``gp-15``, ``year-2028``) lie on a line; None when any does not."""
    found = [_NUMBERED.search(name) for name in names]
    return [float(match[1]) for match in found if match] if len(names) > 2 and all(found) else None


def intervals(panels: Sequence[tuple[str, list[Row]]], titles: dict[str, str], texts: Texts) -> Markup:
    """One small picture for each figure (its label and a row for each alternative): a dot and its 95 % interval.

    Alternatives on a line are joined to a curve.
    """
    rows = -(-len(panels) // _COLUMNS)
    names = list(titles)
    line = steps_between(names)
    tall = 2.1 if line else 0.55 + 0.3 * len(names)

    def draw(figure: Figure) -> None:
        grid = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
        for axes, (label, found) in zip(grid, panels, strict=False):
            _curve(axes, found, dict(zip(names, line, strict=True)), texts) if line else _dots(
                axes, found, titles, texts
            )
            axes.set_title(fill(label, _TITLE_WIDTH), fontsize=9, loc="left")
        for axes in grid[len(panels) :]:
            axes.set_axis_off()
        for axes in grid[max(0, len(panels) - _COLUMNS) : len(panels)] if line else ():
            axes.set_xlabel(texts("study.axis_alternative"), fontsize=8)

    return svg("intervals", texts("study.alt_intervals", n=len(panels)), (8.4, 0.3 + tall * rows), draw)


def _dots(axes: Axes, found: list[Row], titles: dict[str, str], texts: Texts) -> None:
    by_name = {row["alternative"]: row for row in found}
    names = list(titles)
    for place, name in enumerate(names):
        if name in by_name:
            value, (low, high) = _scaled(by_name[name])
            colour = COLOURS[place % len(COLOURS)]
            axes.errorbar(value, place, xerr=[[value - low], [high - value]], fmt="o", color=colour, capsize=3, ms=4.5)
    axes.set_yticks(range(len(names)), [titles[name] for name in names], fontsize=8)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    axes.margins(x=0.15)
    axes.locator_params(axis="x", nbins=5)
    _unit(axes, "x", found, texts)


def _curve(axes: Axes, found: list[Row], places: dict[str, float], texts: Texts) -> None:
    points = sorted((places[row["alternative"]], *_scaled(row)) for row in found)
    x = np.array([point[0] for point in points])
    y = np.array([point[1] for point in points])
    spread = np.array([[point[1] - point[2][0], point[2][1] - point[1]] for point in points]).T
    axes.errorbar(x, y, yerr=spread, fmt="o-", color=COLOURS[0], capsize=3, ms=4, linewidth=1.4)
    axes.set_xticks(x, [f"{value:g}" for value in x], fontsize=8)
    axes.margins(y=0.15)
    _unit(axes, "y", found, texts)


def _scaled(row: Row) -> tuple[float, tuple[float, float]]:
    """Value and interval, shares as per cent."""
    factor = 100.0 if row["unit"] == "share" else 1.0
    value = row["value"] * factor
    low, high = (row["low"], row["high"]) if row["low"] is not None else (row["value"], row["value"])
    return value, (low * factor, high * factor)


def _unit(axes: Axes, which: str, found: list[Row], texts: Texts) -> None:
    unit = found[0]["unit"] if found else ""
    said = texts("study.per_cent") if unit == "share" else texts.name("unit", unit)
    (axes.set_xlabel if which == "x" else axes.set_ylabel)(said, fontsize=8)
    axes.tick_params(labelsize=8)
    numbered(axes, which, texts)


def day(hours: Sequence[Row], roles: dict[str, str], texts: Texts) -> Markup:
    """What is done in each hour of an average day, stacked by profession, the busiest below."""
    totals: dict[str, float] = {}
    for row in hours:
        totals[row["role"]] = totals.get(row["role"], 0.0) + row["per_day"]
    ranked = sorted(totals, key=lambda role: (-totals[role], role))
    shown, rest = ranked[:_MOST_STACKED], ranked[_MOST_STACKED:]
    heights = {role: np.zeros(24) for role in shown}
    other = np.zeros(24)
    for row in hours:
        heights.get(row["role"], other)[int(row["hour"])] += row["per_day"]

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        bottom = np.zeros(24)
        layers: list[tuple[str, Any]] = [(roles.get(role, role), heights[role]) for role in shown]
        if rest:
            layers.append((texts("study.other_roles", n=len(rest)), other))
        for number, (label, values) in enumerate(layers):
            axes.bar(np.arange(24), values, 0.92, bottom=bottom, align="edge", label=label, **_style(number))
            bottom = bottom + values
        axes.set_xticks(range(0, 25, 3), [f"{hour:02}" for hour in range(0, 25, 3)])
        axes.set_xlim(0, 24)
        axes.set_xlabel(texts("study.axis_hour"))
        axes.set_ylabel(texts("study.axis_steps"))
        axes.grid(visible=False, axis="x")
        numbered(axes, "y", texts)
        figure.legend(loc="outside upper center", ncols=3, fontsize=8)

    busiest = max(range(24), key=lambda hour: sum(v[hour] for v in heights.values()) + other[hour])
    return svg("day", texts("study.alt_day", n=len(ranked), hour=f"{busiest:02}"), (8.4, 4.2), draw)


def _style(number: int) -> dict[str, Any]:
    """Colour and pattern, so that bars are told apart on paper too."""
    colour, pattern = COLOURS[number % len(COLOURS)], _PATTERNS[number % len(_PATTERNS)]
    return {"color": colour, "hatch": pattern, "edgecolor": "white", "linewidth": 0.4}


def _legend(number: int, label: str) -> Patch:
    said = _style(number)
    return Patch(facecolor=said["color"], hatch=said["hatch"], edgecolor=said["edgecolor"], label=label)


def lacking(bars: Sequence[tuple[str, dict[str, Row]]], titles: dict[str, str], texts: Texts) -> Markup:
    """The share not there at the moment of need, by kind of information and alternative."""
    names = list(titles)
    height = 0.8 / len(names)

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for number, name in enumerate(names):
            for place, (_, found) in enumerate(bars):
                if name not in found:
                    continue
                value, (low, high) = _scaled(found[name])
                y = place + (number - (len(names) - 1) / 2) * height
                axes.barh(y, value, height * 0.9, **_style(number))
                if low < high:
                    axes.plot([low, high], [y, y], color=INK, linewidth=1)
        axes.set_yticks(range(len(bars)), [label for label, _ in bars])
        axes.set_ylim(len(bars) - 0.5, -0.5)
        axes.set_xlim(left=0)
        axes.set_xlabel(texts("study.axis_missing"))
        axes.grid(visible=False, axis="y")
        numbered(axes, "x", texts)
        if len(names) > 1:
            shown = [_legend(number, titles[name]) for number, name in enumerate(names)]
            figure.legend(handles=shown, loc="outside upper center", ncols=2, fontsize=8)

    size = (8.4, 1.0 + len(bars) * max(0.32, 0.17 * len(names)))
    return svg("lacking", texts("study.alt_lacking", n=len(bars)), size, draw)
