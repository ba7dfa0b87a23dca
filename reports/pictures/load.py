"""Two pictures of load: what happened over time, and how response times are spread per profession."""

import math

import numpy as np
import polars as pl
from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter
from numpy.typing import NDArray

from reports.language import Texts
from reports.load import responses
from reports.pictures.canvas import COLOURS, DASHES, numbered, svg

BINS = 60
_POINTS = np.concatenate([np.linspace(0, 0.9, 91), np.linspace(0.905, 0.99, 18), np.linspace(0.991, 1, 10)])


def over_time(load: pl.DataFrame, texts: Texts) -> Markup:
    """Response time (median and 95th percentile) above arrivals and unanswered interactions, per slice of time."""
    found = responses(load)
    highest = float(found["second"].to_numpy().max())
    width = max(1.0, highest / BINS)
    slot = (pl.col("second") // width).clip(upper_bound=max(0, math.ceil(highest / width) - 1))
    slices = (
        found.group_by((slot * width).alias("from"))
        .agg(
            pl.col("ms").median().alias("median"),
            pl.col("ms").quantile(0.95, "linear").alias("p95"),
            (pl.len() / width).alias("rate"),
            ((pl.col("outcome") != "ok").sum() / width).alias("lost"),
        )
        .sort("from")
    )

    def draw(figure: Figure) -> None:
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[2, 1])
        starts = slices["from"].to_numpy()
        upper.plot(starts, slices["p95"].to_numpy(), DASHES[1], color=COLOURS[1], label=texts("load.p95"))
        upper.plot(starts, slices["median"].to_numpy(), color=COLOURS[0], label=texts("load.p50"))
        upper.set_ylabel(texts("load.axis_ms"))
        upper.set_ylim(bottom=0)
        lower.bar(starts, slices["rate"].to_numpy(), width, align="edge", color="#9fb3c8", label=texts("load.arrivals"))
        if slices["lost"].sum():
            lost = slices["lost"].to_numpy()
            lower.bar(starts, lost, width, align="edge", color="#b3261e", hatch="//", label=texts("load.unanswered"))
        lower.set_ylabel(texts("load.axis_rate"))
        lower.set_xlabel(texts("load.axis_second"))
        for axes in (upper, lower):
            numbered(axes, "x", texts)
            numbered(axes, "y", texts)
        figure.legend(loc="outside upper center", ncols=4)

    return svg("load-time", texts("load.alt_time", n=found.height, seconds=round(highest)), (7.0, 3.8), draw)


def spread(load: pl.DataFrame, texts: Texts) -> Markup:
    """Share of interactions answered within a response time, per profession, on a logarithmic axis."""
    found = responses(load)
    professions = sorted(found["profession"].unique().to_list())

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for number, profession in enumerate(professions):
            times = found.filter(pl.col("profession") == profession)["ms"].to_numpy()
            style, colour = DASHES[number // len(COLOURS) % len(DASHES)], COLOURS[number % len(COLOURS)]
            label = f"{texts.name('role', profession)} (n = {texts.number(len(times))})"
            axes.plot(_quantiles(times), _POINTS * 100, style, color=colour, label=label, drawstyle="steps-post")
        axes.axhline(95, color="#7b8794", linewidth=0.8, linestyle=":")
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_ylim(0, 101)
        axes.set_xlabel(texts("load.axis_ms"))
        axes.set_ylabel(texts("load.axis_share"))
        numbered(axes, "x", texts)
        numbered(axes, "y", texts)
        figure.legend(loc="outside lower center", ncols=2)

    return svg("load-spread", texts("load.alt_spread", n=len(professions)), (7.0, 4.2), draw)


def _quantiles(times: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.quantile(np.maximum(times, 0.01), _POINTS, method="inverted_cdf"), dtype=np.float64)
