"""Norwegian person numbers: what they say, whether they hold, which are synthetic, and making many at once.

Rules: Skatteetaten, fødselsnummer and D-nummer, and the rule for the first check digit from 1 January 2032. Synthetic
numbers add 80 (Test-Norge) or 65 (Norsk helsenett) to the month before the check digits are computed; only these two
series are ever made or sent here. Month + 40 has the form of a hospital's own H-number and counts as not synthetic.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["fnr", "dnr", "fhn"]
Series = Literal["+80", "+65", "+40", "none"]
Integers = NDArray[np.int64]

WEIGHTS_1: Final = (3, 7, 6, 1, 8, 9, 4, 5, 2)
WEIGHTS_2: Final = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
OFFSETS: Final[dict[Series, int]] = {"+80": 80, "+65": 65, "+40": 40, "none": 0}
SYNTHETIC: Final[tuple[Series, ...]] = ("+80", "+65")

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2039
"""The first and last year of birth of the numbers made here by the rule until 2031."""

CAPACITY: Final = 203
"""How many numbers every birth date has for each sex in one series, at the least."""

# Individual numbers of a fødselsnummer by century rule: years 1900-39, 1940-99 and 2000-39, from the first one issued.
_INDIVIDUAL: Final = (
    tuple(range(499, -1, -1)),
    (*range(499, -1, -1), *range(999, 899, -1)),
    tuple(range(999, 499, -1)),
)
# (lowest, highest individual number, first, last year), tried in order; D-numbers as issued from 16 November 2021.
_CENTURIES: Final = {
    "fnr": ((0, 499, 1900, 1999), (500, 749, 1854, 1899), (500, 999, 2000, 2039), (900, 999, 1940, 1999)),
    "dnr": ((500, 599, 1858, 1899), (0, 199, 1900, 1939), (0, 999, 1940, 1999), (200, 999, 2000, 2039)),
}

# Every digit as 0, so that one literal search finds where eleven digits may be.
_SHAPE: Final = bytes(48 if 48 <= code <= 57 else code for code in range(256))
# Six digits and five that no sixth follows, with or without a gap after the date.
_CANDIDATE: Final = re.compile(rb"000000(?: |-|\+|%00|\xc2\xa0)?00000(?!0)")
_UUID: Final = re.compile(rb"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_UUID_LENGTH: Final = 36
_ESCAPE: Final = re.compile(rb"%[0-9A-Fa-f]0\Z")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the eleven digits say."""

    kind: Kind
    series: Series
    day: int
    month: int
    """The calendar month and day, offsets taken away; both 0 for a felles hjelpenummer, which means nothing."""
    strict: bool
    """Both check digits hold under the rule until 2031."""
    relaxed: bool
    """Both check digits hold under the rule from 2032, which every strict number also meets."""

    @property
    def synthetic(self) -> bool:
        """Whether the number lies in one of the two series the bench may use."""
        return self.series in SYNTHETIC


def check_digits(nine: str) -> tuple[int, int] | None:
    """The two check digits of nine digits under the rule until 2031; None where one would be 10."""
    digits = [int(digit) for digit in nine]
    first = -sum(w * d for w, d in zip(WEIGHTS_1, digits, strict=True)) % 11
    second = -sum(w * d for w, d in zip(WEIGHTS_2, [*digits, first], strict=True)) % 11
    return (first, second) if first < 10 and second < 10 else None


def read_number(number: str) -> Reading | None:
    """What a number says; None for anything but eleven digits with a possible date (or a felles hjelpenummer)."""
    if len(number) != 11 or not (number.isascii() and number.isdigit()):
        return None
    digits = [int(digit) for digit in number]
    rest = sum(w * d for w, d in zip((*WEIGHTS_1, 1), digits[:10], strict=True)) % 11
    second = sum(w * d for w, d in zip((*WEIGHTS_2, 1), digits, strict=True)) % 11 == 0
    strict, relaxed = second and rest == 0, second and rest <= 3
    if digits[0] >= 8:
        return Reading("fhn", "none", 0, 0, strict, relaxed)
    day, marked, year = int(number[:2]), int(number[2:4]), int(number[4:6])
    kind: Kind = "dnr" if day > 40 else "fnr"
    day -= 40 if kind == "dnr" else 0
    series = next((name for name, offset in OFFSETS.items() if 1 <= marked - offset <= 12), None)
    if series is None:
        return None
    month = marked - OFFSETS[series]
    # The century is not certain from 2032, so 29 February stands in every fourth year.
    if not 1 <= day <= monthrange(2000 if year % 4 == 0 else 2001, month)[1]:
        return None
    return Reading(kind, series, day, month, strict, relaxed)


def is_valid(number: str, *, rule: Literal["strict", "2032"] = "2032") -> bool:
    """Whether a number holds: date and check digits, under the rule until 2031 or the one from 2032."""
    reading = read_number(number)
    return reading is not None and (reading.strict if rule == "strict" else reading.relaxed)


def is_synthetic(number: str) -> bool:
    """Whether a number is of a synthetic series, valid or not."""
    reading = read_number(number)
    return reading is not None and reading.synthetic


def birth_date(number: str) -> date | None:
    """The birth date a number of the rule until 2031 says; None where it says none."""
    reading = read_number(number)
    if reading is None or reading.kind == "fhn":
        return None
    year, individual = int(number[4:6]), int(number[6:9])
    for low, high, first, last in _CENTURIES[reading.kind]:
        full = first - first % 100 + year
        if low <= individual <= high and first <= full <= last:
            try:
                return date(full, reading.month, reading.day)
            except ValueError:
                return None
    return None


def sex(number: str) -> Literal["female", "male"]:
    """The sex a number of the rule until 2031 says: the third individual digit is even for women."""
    return "female" if int(number[8]) % 2 == 0 else "male"


def find_real_numbers(text: str | bytes) -> tuple[int, ...]:
    """Where in ``text`` person numbers outside the synthetic series begin (byte offsets in UTF-8).

    Eleven digits with a possible date (fødselsnummer or D-nummer) and valid check digits under either rule count,
    also with a space or hyphen after the date. A felles hjelpenummer has no date to know it by and is not looked for;
    digits of a UUID are no person number.
    """
    raw = text.encode() if isinstance(text, str) else text
    shape = raw.translate(_SHAPE)
    if shape.find(b"00000") < 0:
        return ()
    found = ((match.start(), match.end()) for match in _CANDIDATE.finditer(shape))
    real = [(start, end) for start, end in found if _stands_alone(shape, start) and _is_real(raw[start:end])]
    return tuple(start for start, end in real if not _in_uuid(raw, start, end))


def _in_uuid(raw: bytes, start: int, end: int) -> bool:
    """Whether the digits are part of a UUID, whose last group may happen to hold eleven of them."""
    begin = max(0, start - _UUID_LENGTH)
    spans = (match.span() for match in _UUID.finditer(raw[begin : end + _UUID_LENGTH]))
    return any(begin + first <= start and end <= begin + last for first, last in spans)


def _stands_alone(shape: bytes, start: int) -> bool:
    """Whether no digit comes before; one that ends a percent-encoded character may."""
    return shape[start - 1 : start] != b"0" or _ESCAPE.search(shape[max(0, start - 3) : start]) is not None


def _is_real(found: bytes) -> bool:
    digits = (found[:6] + found[-5:]).decode()
    reading = read_number(digits)
    return reading is not None and reading.kind != "fhn" and reading.relaxed and not reading.synthetic


@cache
def _make_endings() -> NDArray[np.int32]:
    """Valid endings (individual number and check digits) by residues of the date, century rule, sex and rank.

    Both check digits depend on the date only through two residues modulo 11, so 121 classes hold all dates: shape
    (11, 11, 3, 2, 300), -1 where the ranks end.
    """
    table = np.full((11, 11, 3, 2, 300), -1, dtype=np.int32)
    residues_1, residues_2 = np.meshgrid(np.arange(11), np.arange(11), indexing="ij")
    for rule, individuals in enumerate(_INDIVIDUAL):
        for parity in (0, 1):
            ranks = np.zeros((11, 11), dtype=np.int64)
            for number in individuals[1 - individuals[0] % 2 if parity else individuals[0] % 2 :: 2]:
                a, b, c = number // 100, number // 10 % 10, number % 10
                first = -(residues_1 + WEIGHTS_1[6] * a + WEIGHTS_1[7] * b + WEIGHTS_1[8] * c) % 11
                partial = residues_2 + WEIGHTS_2[6] * a + WEIGHTS_2[7] * b + WEIGHTS_2[8] * c
                second = -(partial + WEIGHTS_2[9] * first) % 11
                i, j = np.nonzero((first < 10) & (second < 10))
                table[i, j, rule, parity, ranks[i, j]] = number * 100 + first[i, j] * 10 + second[i, j]
                ranks[i, j] += 1
    return table


def make_numbers(born: NDArray[np.datetime64], male: NDArray[np.bool_], rank: Integers, offset: Integers) -> Integers:
    """Strict-valid synthetic fødselsnummer as integers (leading zero dropped), one per row.

    Args:
        born: Birth dates from 1900 to 2039, unit days.
        male: Whether the person is a man.
        rank: Which of the date and sex's numbers, from 0 and below :data:`CAPACITY`; distinct ranks, distinct numbers.
        offset: What to add to the month: 80 or 65.

    Raises:
        ValueError: A rank, year or offset outside these.
    """
    years = born.astype("datetime64[Y]").astype(np.int64) + 1970
    months = born.astype("datetime64[M]").astype(np.int64) % 12 + 1 + offset
    days = (born - born.astype("datetime64[M]")).astype(np.int64) + 1
    if len(rank) and (rank.min() < 0 or rank.max() >= CAPACITY or years.min() < FIRST_YEAR or years.max() > LAST_YEAR):
        msg = f"ranks must lie in 0..{CAPACITY - 1} and years in {FIRST_YEAR}..{LAST_YEAR}"
        raise ValueError(msg)
    if not np.isin(offset, [OFFSETS[series] for series in SYNTHETIC]).all():
        msg = "only synthetic series (80, 65) can be made"
        raise ValueError(msg)
    two = years % 100
    digits = (days // 10, days % 10, months // 10, months % 10, two // 10, two % 10)
    residue_1 = sum((w * d for w, d in zip(WEIGHTS_1[:6], digits, strict=True)), np.zeros_like(days)) % 11
    residue_2 = sum((w * d for w, d in zip(WEIGHTS_2[:6], digits, strict=True)), np.zeros_like(days)) % 11
    rule = (years >= 1940).astype(np.int64) + (years >= 2000)
    endings = _make_endings()[residue_1, residue_2, rule, male.astype(np.int64), rank].astype(np.int64)
    numbers: Integers = ((days * 100 + months) * 100 + two) * 100_000 + endings
    return numbers


def finish_numbers(nine: Integers, remainder: Integers) -> tuple[Integers, NDArray[np.bool_]]:
    """Numbers that begin with nine digits each, and whether each has check digits (about one in six has none).

    ``remainder`` is that of the first check modulo 11: 0 holds under either rule, 1 to 3 only under that from 2032.
    """
    digits = [nine // 10**place % 10 for place in range(8, -1, -1)]
    first = (remainder - sum((w * d for w, d in zip(WEIGHTS_1, digits, strict=True)), np.zeros_like(nine))) % 11
    second = -sum((w * d for w, d in zip(WEIGHTS_2, [*digits, first], strict=True)), np.zeros_like(nine)) % 11
    valid: NDArray[np.bool_] = (first < 10) & (second < 10)
    numbers: Integers = nine * 100 + first * 10 + second
    return numbers, valid
