"""Draws with matplotlib and gives inline SVG: no date, no random ids, no address, text as text."""

import re
from collections.abc import Callable
from io import StringIO
from typing import Any, Final

import matplotlib as mpl
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from reports.language import Texts

# Okabe and Ito's colours, told apart with every common kind of colour blindness; dark enough on white.
COLOURS: Final = ("#0072b2", "#b35300", "#007a5a", "#9b4f96", "#8a6d00", "#3a3a3a", "#2f8fc4", "#c2447a")
INK: Final = "#1c2733"
FAINT: Final = "#d5dbe1"
DASHES: Final = ("-", "--", "-.", ":")

_SETTINGS: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9.0,
    "axes.edgecolor": "#7b8794",
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "axes.unicode_minus": True,
    "text.parse_math": False,
}
_GROUP_ID: Final = re.compile(r'<g id="[^"]*"')
_METADATA: Final = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_SIZE: Final = re.compile(r' (?:width|height|version)="[^"]*"')

Draw = Callable[[Figure], None]


def svg(name: str, alt: str, size: tuple[float, float], draw: Draw) -> Markup:
    """The picture ``draw`` makes on a figure of ``size`` inches, as inline SVG.

    ``alt`` is for those who cannot see it; ``name`` keeps the ids of several pictures on one page apart.
    """
    with mpl.rc_context({**_SETTINGS, "svg.hashsalt": name}):
        figure = Figure(figsize=size, layout="constrained")
        draw(figure)
        out = StringIO()
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    drawn = out.getvalue()
    drawn = drawn[drawn.index("<svg") :]
    drawn = _GROUP_ID.sub("<g", _METADATA.sub("", drawn))
    head, rest = drawn.split(">", 1)
    head = _SIZE.sub("", head)
    return Markup(f'{head} role="img" aria-label="{escape(alt)}">{rest.strip()}')  # noqa: S704  drawn here from numbers; matplotlib escapes its texts


def numbered(axes: Axes, which: str, texts: Texts, *, absolute: bool = False) -> None:
    """Write the ticks of axis ``which`` (``x`` or ``y``) as the language writes numbers."""
    axis = axes.xaxis if which == "x" else axes.yaxis

    def shown(value: float, _position: int | None = None) -> str:
        value = abs(value) if absolute else value
        return texts.number(value, len(f"{value:.3g}".partition(".")[2]) if abs(value) < 1000 else 0)

    axis.set_major_formatter(FuncFormatter(shown))
