"""The population pyramid: the people made, year by year, against the official age bands."""

import polars as pl
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.language import Texts
from reports.pictures.canvas import COLOURS, INK, numbered, svg
from reports.population import Band, by_age


def pyramid(people: pl.DataFrame, official: list[Band], texts: Texts) -> Markup:
    """Women to the left, men to the right, a bar per year of age; official bands as a line at their yearly mean."""
    made = by_age(people)
    totals = {sex: int(counts.sum()) for sex, counts in made.items()}

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for sex, side, colour in (("female", -1, COLOURS[0]), ("male", 1, COLOURS[1])):
            counts = made[sex]
            axes.barh(
                range(len(counts)), side * counts, height=1.0, color=colour, alpha=0.55, label=texts(f"sex.{sex}")
            )
            bands = [band for band in official if band.sex == sex]
            _outline(axes, bands, side)
        if official:
            axes.plot([], [], color=INK, linewidth=1.4, label=texts("population.official"))
        axes.axvline(0, color=INK, linewidth=0.8)
        numbered(axes, "x", texts, absolute=True)
        axes.set_xlabel(texts("population.axis_people"))
        axes.set_ylabel(texts("population.axis_age"))
        figure.legend(loc="outside upper center", ncols=3)

    alt = texts("population.alt", female=totals["female"], male=totals["male"])
    return svg("pyramid", alt, (7.0, 4.6), draw)


def _outline(axes: Axes, bands: list[Band], side: int) -> None:
    xs: list[float] = []
    ys: list[float] = []
    for band in bands:
        mean = side * band.people / (band.oldest - band.youngest + 1)
        xs += [mean, mean]
        ys += [band.youngest - 0.5, band.oldest + 0.5]
    if xs:
        axes.plot(xs, ys, color=INK, linewidth=1.4)
