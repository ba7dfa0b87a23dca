"""A pathway as swim lanes: a lane for each actor, time downwards, a box for each step, arrows for messages.

Each step has a row of its own, so that an arrow across the lanes never runs through another step. What follows what is
drawn in the gutters between boxes and lanes for the same reason.
"""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

from reports.pictures.canvas import COLOURS, FAINT, INK

LANE: Final = 178
_BOX: Final = 144
_HEAD: Final = 62
_ROW: Final = 84
_HEIGHT: Final = 50
_LETTERS: Final = 20
"""Letters that fit on one line of a box."""
_TAG: Final = 5.9
"""Width of a letter of a message's name."""
_MESSAGE: Final = COLOURS[1]
_FLOW: Final = "#7b8794"


@dataclass(frozen=True, slots=True)
class Box:
    """One step as it is drawn."""

    number: int
    lane: int
    title: str
    note: str
    """A short second line: the deadline."""
    after: tuple[int, ...]
    """Boxes it follows, by their place in the sequence."""
    message: str = ""
    to: int | None = None
    """Lane the message goes to."""
    sometimes: bool = False
    """Not in every episode: drawn with a broken line."""


def lanes(names: Sequence[str], boxes: Sequence[Box], alt: str) -> Markup:
    """The picture, as inline SVG; ``names`` are the lanes' headings, ``boxes`` the steps in order."""
    width, height = LANE * len(names), _HEAD + _ROW * len(boxes) + 6
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
            f'aria-label="{escape(alt)}" style="min-width:{width * 0.75 / 16:.0f}rem;max-width:{width}px" '
            f'font-family="sans-serif" font-size="12" fill="{INK}">'
        ),
        _MARKERS,
        *_backdrop(names, height),
        *(line for box in boxes for line in _flows(box, boxes)),
        *(line for box in boxes for line in _message(box)),
        *(line for box in boxes for line in _box(box)),
        "</svg>",
    ]
    return Markup("\n".join(parts))  # noqa: S704  drawn here; every text is escaped


_MARKERS: Final = (
    "<defs>"
    f'<marker id="flow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    f'<path d="M0 0L8 4L0 8z" fill="{_FLOW}"/></marker>'
    f'<marker id="message" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    f'<path d="M0 0L8 4L0 8z" fill="{_MESSAGE}"/></marker>'
    "</defs>"
)


def _backdrop(names: Sequence[str], height: int) -> Iterator[str]:
    for lane, name in enumerate(names):
        left = lane * LANE
        if lane % 2 == 0:
            yield f'<rect x="{left}" y="0" width="{LANE}" height="{height}" fill="#f5f7f9"/>'
        yield f'<line x1="{left}" x2="{left}" y1="0" y2="{height}" stroke="{FAINT}"/>'
        wrapped = _wrapped(name, 23, 3)
        for row, words in enumerate(wrapped):
            y = _HEAD / 2 - 2 + (row - (len(wrapped) - 1) / 2) * 15
            yield _text(left + LANE / 2, y, words, 'font-weight="600" text-anchor="middle"')
    yield f'<line x1="0" x2="{LANE * len(names)}" y1="{_HEAD - 6}" y2="{_HEAD - 6}" stroke="{_FLOW}"/>'


def _box(box: Box) -> Iterator[str]:
    left, top = _left(box), _top(box)
    dashed = ' stroke-dasharray="5 3"' if box.sometimes else ""
    yield (
        f'<rect x="{left}" y="{top}" width="{_BOX}" height="{_HEIGHT}" rx="5" fill="#fff" stroke="{COLOURS[0]}" '
        f'stroke-width="1.4"{dashed}/>'
    )
    wrapped = _wrapped(f"{box.number}. {box.title}", _LETTERS, 2 if box.note else 3)
    rows = len(wrapped) + bool(box.note)
    for row, words in enumerate(wrapped):
        yield _text(_middle(box), _line(top, row, rows), words, 'text-anchor="middle"')
    if box.note:
        y = _line(top, rows - 1, rows)
        yield _clock(_middle(box) - len(box.note) * 3 - 8, y - 4)
        yield _text(_middle(box) + 3, y, box.note, f'text-anchor="middle" fill="{COLOURS[3]}" font-size="11"')


def _line(top: float, row: int, rows: int) -> float:
    """Where a line of a box's text stands."""
    return top + _HEIGHT / 2 + 4 + (row - (rows - 1) / 2) * 14.5


def _clock(x: float, y: float) -> str:
    return (
        f'<g fill="none" stroke="{COLOURS[3]}" stroke-width="1.1"><circle cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>'
        f'<path d="M{x:.1f} {y - 3:.1f}V{y:.1f}H{x + 2.5:.1f}"/></g>'
    )


def _flows(box: Box, boxes: Sequence[Box]) -> Iterator[str]:
    for number in box.after:
        before = boxes[number]
        begin, end = _top(before) + _HEIGHT, _top(box)
        x1, x2 = _middle(before), _middle(box)
        if before.lane == box.lane and before.number + 1 == box.number:
            path = f"M{x1} {begin}V{end - 1}"
        elif before.number + 1 == box.number:
            path = f"M{x1} {begin}V{begin + 9}H{x2}V{end - 1}"
        else:
            gutter = box.lane * LANE + 4 + 3 * (number % 4)
            path = f"M{x1} {begin}V{begin + 9}H{gutter}V{end - 12}H{x2}V{end - 1}"
        yield f'<path d="{path}" fill="none" stroke="{_FLOW}" stroke-width="1.2" marker-end="url(#flow)"/>'


def _message(box: Box) -> Iterator[str]:
    if not box.message or box.to is None:
        return
    y = _top(box) + _HEIGHT / 2
    style = f'stroke="{_MESSAGE}" stroke-width="1.8" stroke-dasharray="1 0" marker-end="url(#message)"'
    if box.to == box.lane:
        right = _left(box) + _BOX
        yield f'<path d="M{right} {y - 8}h14v16h-13" fill="none" {style}/>'
        yield _tag(_middle(box), y + _HEIGHT / 2 + 11, box.message)
        return
    towards_right = box.to > box.lane
    begin = _left(box) + (_BOX if towards_right else 0)
    end = box.to * LANE + (LANE / 2 - 4 if towards_right else LANE / 2 + 4)
    yield f'<path d="M{begin} {y}H{end}" fill="none" {style}/>'
    yield f'<circle cx="{box.to * LANE + LANE / 2}" cy="{y}" r="4" fill="{_MESSAGE}"/>'
    gap = (LANE - _BOX) / 2
    yield _tag(begin + (1 if towards_right else -1) * (gap + LANE / 2 - 22), y - 7, box.message)


def _tag(x: float, y: float, message: str) -> str:
    shown = _wrapped(message.replace("_", " "), 30, 1)[0]
    width = len(shown) * _TAG + 8
    return (
        f'<rect x="{x - width / 2:.1f}" y="{y - 10:.1f}" width="{width:.1f}" height="13" rx="2" fill="#fff" '
        f'fill-opacity="0.88"/>' + _text(x, y, shown, f'text-anchor="middle" font-size="10" fill="{_MESSAGE}"')
    )


def _text(x: float, y: float, words: str, style: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(words)}</text>'


def _wrapped(text: str, letters: int, rows: int) -> list[str]:
    return textwrap.wrap(text, letters, max_lines=rows, placeholder=" …", break_on_hyphens=True) or [""]


def _middle(box: Box) -> float:
    return box.lane * LANE + LANE / 2


def _left(box: Box) -> float:
    return _middle(box) - _BOX / 2


def _top(box: Box) -> int:
    return _HEAD + (box.number - 1) * _ROW + 10
