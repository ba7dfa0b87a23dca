"""The care timeline: what was done per hour of the period, a strip per pathway."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullFormatter

from reports.care import MOST_STRIPS, per_hour
from reports.language import Texts
from reports.pictures.canvas import COLOURS, numbered, svg


def timeline(events: pl.DataFrame, texts: Texts) -> Markup:
    """Events per local hour, one strip per pathway with its own scale, days marked at midnight."""
    counted = per_hour(events)
    totals = counted.group_by("pathway").agg(pl.col("n").sum()).sort("n", "pathway", descending=[True, False])
    pathways = totals["pathway"].to_list()[:MOST_STRIPS]
    first, last = counted["hour"].min(), counted["hour"].max()
    assert isinstance(first, datetime)
    assert isinstance(last, datetime)
    midnight = first.replace(hour=0)
    hours = int((last - midnight) / timedelta(hours=1)) + 1

    def draw(figure: Figure) -> None:
        strips = figure.subplots(len(pathways), 1, sharex=True, squeeze=False)[:, 0]
        for number, (axes, pathway) in enumerate(zip(strips, pathways, strict=True)):
            heights = _heights(counted.filter(pl.col("pathway") == pathway), midnight, hours)
            axes.fill_between(np.arange(hours), heights, step="post", color=COLOURS[number], alpha=0.75, linewidth=0)
            axes.set_title(texts.name("pathway", pathway), loc="left", fontsize=9)
            axes.set_ylim(bottom=0)
            axes.grid(visible=False, axis="x", which="minor")
            axes.yaxis.get_major_locator().set_params(nbins=3, integer=True)
            numbered(axes, "y", texts)
            _days(axes, midnight, hours, texts)

    named = ", ".join(f"{texts.name('pathway', row['pathway'])} {texts.number(row['n'])}" for row in totals.to_dicts())
    return svg("timeline", texts("care.alt", pathways=named), (7.0, 0.5 + 1.15 * len(pathways)), draw)


def _heights(counted: pl.DataFrame, midnight: datetime, hours: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    heights = np.zeros(hours)
    for hour, n in counted.select("hour", "n").iter_rows():
        heights[int((hour - midnight) / timedelta(hours=1))] += n
    return heights


def _days(axes: Axes, midnight: datetime, hours: int, texts: Texts) -> None:
    days = -(-hours // 24)
    every = max(1, days // 10)
    ticks = list(range(0, days * 24, 24 * every))
    named = [(midnight + timedelta(hours=tick)) for tick in ticks]
    axes.set_xlim(0, days * 24)
    axes.xaxis.set_major_locator(FixedLocator([float(tick) for tick in ticks]))
    axes.xaxis.set_minor_locator(FixedLocator([float(tick) for tick in range(0, days * 24, 6)]))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xticklabels([f"{texts(f'weekday.{day.isoweekday()}')} {day.day}.{day.month}." for day in named], ha="left")
