"""Pictures of how well a population fits: conditions by age, households, those who live alone, GP lists."""

from typing import Final

import numpy as np
import polars as pl
from markupsafe import Markup
from matplotlib.figure import Figure
from numpy.typing import NDArray

from reports.language import Texts
from reports.pictures.canvas import COLOURS, INK, numbered, svg
from simulator.domain.figure import SEXES
from simulator.domain.tables import CONDITIONS
from simulator.figures import Figures

_STEP: Final = 5
_OLDEST: Final = 100
_FEWEST: Final = 30  # a share among fewer people than this says nothing
_COLUMNS: Final = 4
_LIST_STEP: Final = 100
_LARGEST_LIST: Final = 3000
_LARGEST_HOUSEHOLD: Final = 6

Floats = NDArray[np.float64]


def prevalence(people: pl.DataFrame, figures: Figures, texts: Texts) -> Markup:
    """Per condition the share of women and men who have it, by age: dots as made, lines as the figures say."""
    made = _by_age(people, [f"has_{name}" for name in CONDITIONS])

    def draw(figure: Figure) -> None:
        # So many panels are laid out by hand: finding their places takes as long as drawing them.
        figure.set_layout_engine("none")
        margins = {"left": 0.08, "right": 0.99, "bottom": 0.06, "top": 0.97, "hspace": 0.32, "wspace": 0.25}
        rows = -(-len(CONDITIONS) // _COLUMNS)
        grid = figure.subplots(rows, _COLUMNS, sharex=True, gridspec_kw=margins).ravel()
        for axes, name in zip(grid, CONDITIONS, strict=False):
            aimed = figures.by_age_sex(f"condition.{name}") * 100
            for row, (sex, colour) in enumerate(zip(SEXES, COLOURS, strict=False)):
                axes.plot(np.arange(_OLDEST), aimed[row, :_OLDEST], color=colour, linewidth=1.2)
                found = made.filter(pl.col("sex") == sex)
                marker = "o" if row == 0 else "s"
                axes.plot(found["middle"], found[f"has_{name}"] * 100, marker, color=colour, markersize=2.6)
            axes.set_title(texts.name("condition", name), fontsize=8)
            axes.set_ylim(bottom=0)
            axes.locator_params(nbins=4)
            axes.tick_params(labelsize=7)
            numbered(axes, "y", texts)
        for axes in grid[len(CONDITIONS) :]:
            axes.set_axis_off()
        for axes in grid[len(CONDITIONS) - _COLUMNS : len(CONDITIONS)]:
            axes.tick_params(labelbottom=True)
        for row, sex in enumerate(SEXES):
            style = {"color": COLOURS[row], "marker": "os"[row], "markersize": 4, "linewidth": 1.2}
            grid[-1].plot([], [], label=texts(f"sex.{sex}"), **style)
        grid[-1].legend(loc="center")
        figure.supxlabel(texts("population.axis_age"), fontsize=9)
        figure.supylabel(texts("fit.axis_share"), fontsize=9)

    return svg("prevalence", texts("fit.prevalence_alt", n=len(CONDITIONS)), (8.4, 8.6), draw)


def household_sizes(people: pl.DataFrame, texts: Texts) -> Markup:
    """How many households there are of each size."""
    size = pl.col("household_size").clip(upper_bound=_LARGEST_HOUSEHOLD)
    # Each of its members stands for an equal part of a household.
    found = people.lazy().group_by(size.alias("size")).agg((1 / pl.col("household_size")).sum().alias("n")).collect()
    counts = dict(found.rows())
    sizes = range(1, _LARGEST_HOUSEHOLD + 1)

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        bars = axes.bar(list(sizes), [counts.get(size, 0.0) for size in sizes], color=COLOURS[0], alpha=0.75)
        axes.bar_label(bars, [texts.number(round(counts.get(size, 0.0))) for size in sizes], fontsize=8, padding=2)
        axes.set_xticks(list(sizes), [*map(str, sizes[:-1]), f"{sizes[-1]}+"])
        axes.set_xlabel(texts("fit.axis_size"))
        axes.set_ylabel(texts("fit.axis_households"))
        axes.grid(visible=False, axis="x")
        numbered(axes, "y", texts)

    return svg("households", texts("fit.households_alt", n=round(sum(counts.values()))), (7.0, 3.2), draw)


def ages_alone(people: pl.DataFrame, figures: Figures, texts: Texts) -> Markup:
    """The share of women and men living alone by age: dots as made, lines as the figures say."""
    made = _by_age(people.select("sex", "age", alone=pl.col("household_size") == 1), ["alone"])
    aimed = figures.by_age_sex("household.living_alone_share") * 100
    same = bool((aimed[0] == aimed[1]).all())

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for row, (sex, colour) in enumerate(zip(SEXES, COLOURS, strict=False)):
            found = made.filter(pl.col("sex") == sex)
            label = texts(f"sex.{sex}")
            axes.plot(found["middle"], found["alone"] * 100, "os"[row], color=colour, markersize=4, label=label)
            if not same:
                axes.plot(np.arange(_OLDEST), aimed[row, :_OLDEST], color=colour, linewidth=1.4)
        if same:
            axes.plot(np.arange(_OLDEST), aimed[0, :_OLDEST], color=INK, linewidth=1.4, label=texts("fit.both_sexes"))
        axes.set_xlabel(texts("population.axis_age"))
        axes.set_ylabel(texts("fit.axis_share"))
        numbered(axes, "y", texts)
        figure.legend(loc="outside upper center", ncols=3)

    return svg("alone", texts("fit.alone_alt"), (7.0, 3.2), draw)


def list_sizes(people: pl.DataFrame, figures: Figures, texts: Texts) -> Markup:
    """How many GP lists there are of each size, and their mean against the official one."""
    key = ("replica", "kommunenummer", "fastlege")
    lists = people.lazy().filter(pl.col("fastlege") >= 0).group_by(key).len().collect()["len"].to_numpy()
    edges = np.arange(0, _LARGEST_LIST + _LIST_STEP, _LIST_STEP)
    counts, _ = np.histogram(np.minimum(lists, _LARGEST_LIST - 1), edges)
    mean = float(lists.mean()) if len(lists) else 0.0

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        axes.bar(edges[:-1], counts, _LIST_STEP, align="edge", color=COLOURS[0], alpha=0.75)
        official = figures.value("gp.list_mean")
        axes.axvline(mean, color=COLOURS[1], linewidth=1.6, linestyle="--", label=texts("fit.mean_made", value=mean))
        axes.axvline(official, color=INK, linewidth=1.4, label=texts("fit.mean_aimed", value=official))
        axes.set_xlabel(texts("fit.axis_list"))
        axes.set_ylabel(texts("fit.axis_lists"))
        axes.locator_params(axis="y", integer=True)
        for which in ("x", "y"):
            numbered(axes, which, texts)
        figure.legend(loc="outside upper center", ncols=2)

    return svg("lists", texts("fit.lists_alt", n=len(lists)), (7.0, 3.2), draw)


def _by_age(people: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """The share of true values by sex and five-year band, ``middle`` of its ages, where enough people are."""
    band = (pl.col("age") // _STEP).alias("band")
    shares = people.lazy().group_by(pl.col("sex").cast(pl.String), band).agg(pl.len(), pl.col(columns).mean())
    found = shares.filter((pl.col("len") >= _FEWEST) & (pl.col("band") < _OLDEST // _STEP)).sort("sex", "band")
    return found.with_columns(middle=pl.col("band") * _STEP + (_STEP - 1) / 2).collect()
