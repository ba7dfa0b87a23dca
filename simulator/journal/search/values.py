"""The values of one search parameter as criteria, a function per kind (http://hl7.org/fhir/R4/search.html#ptypes)."""

import re
from collections.abc import Callable
from typing import Any, Final

from simulator.journal import dates
from simulator.journal.definitions import Parameter
from simulator.journal.errors import refuse
from simulator.journal.indexing import normalized, relative
from simulator.journal.search.clause import Clause

MODIFIERS: Final[dict[str, set[str | None]]] = {
    "string": {None, "exact", "contains"},
    "token": {None, "not"},
    "date": {None},
    "uri": {None, "below"},
    "quantity": {None},
}
PREFIXES: Final = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
DATE_SQL: Final = {
    "eq": "({lo} >= ? AND {hi} <= ?)",
    "ne": "NOT ({lo} >= ? AND {hi} <= ?)",
    "gt": "{hi} > ?2",
    "lt": "{lo} < ?1",
    "ge": "({hi} > ?2 OR ({lo} >= ?1 AND {hi} <= ?2))",
    "le": "({lo} < ?1 OR ({lo} >= ?1 AND {hi} <= ?2))",
    "sa": "{lo} >= ?2",
    "eb": "{hi} <= ?1",
    "ap": "({lo} < ?2 AND {hi} > ?1)",
}  # fmt: skip  a table: ?1 is the start of the value's range, ?2 its end
QUANTITY_SQL: Final = {
    "eq": "value >= ? AND value < ?",
    "ne": "NOT (value >= ? AND value < ?)",
    "gt": "value > ?",
    "lt": "value < ?",
    "ge": "value >= ?",
    "le": "value <= ?",
    "sa": "value > ?",
    "eb": "value < ?",
    "ap": "value >= ? AND value < ?",
}  # fmt: skip  a table
RANKS: Final = {"reference": 0, "token": 2, "string": 3, "uri": 3, "quantity": 4, "date": 4}
_MARK = re.compile(r"\?[12]?")
_END = "\U0010ffff"


def split(text: str, mark: str) -> list[str]:
    """The parts of a value between unescaped marks, still escaped."""
    if "\\" not in text:
        return text.split(mark)
    parts, escaped = [""], False
    for sign in text:
        if sign == mark and not escaped:
            parts.append("")
        else:
            parts[-1] += sign
        escaped = sign == "\\" and not escaped
    return parts


def unescape(text: str) -> str:
    r"""A value with ``\,`` ``\|`` ``\$`` and ``\\`` taken as the characters they stand for."""
    return re.sub(r"\\([,|$\\])", r"\1", text)


def prefixed(text: str) -> tuple[str, str]:
    """The comparison of an ordered value and the rest; ``eq`` when it has none."""
    return (text[:2], text[2:]) if text[:2] in PREFIXES else ("eq", text)


def any_of(parts: list[tuple[str, list[Any]]]) -> tuple[str, list[Any]]:
    """Conditions joined by OR, with their values."""
    if len(parts) == 1:
        return parts[0]
    return "(" + " OR ".join(sql for sql, _ in parts) + ")", [arg for _, args in parts for arg in args]


def date_condition(text: str, lo: str, hi: str) -> tuple[str, list[Any]]:
    """A date value as a condition on the columns of a range.

    Raises:
        FhirError: 400, the value is not a date.
    """
    prefix, rest = prefixed(text)
    try:
        bounds = dates.span(rest.replace(" ", "+"))
    except (ValueError, OverflowError):
        raise refuse(400, "value", f"{text!r} is not a date of the form [prefix]YYYY[-MM[-DD[Thh:mm[:ss]Z]]]") from None
    sql = DATE_SQL[prefix].format(lo=lo, hi=hi)
    marks = _MARK.findall(sql)
    args = [bounds[int(mark[1:]) - 1] if len(mark) > 1 else bounds[place] for place, mark in enumerate(marks)]
    return _MARK.sub("?", sql), args


def _string(modifier: str | None, text: str) -> tuple[str, list[Any]]:
    norm = normalized(text)
    if modifier == "exact":
        return "(norm = ? AND exact = ?)", [norm, text]
    if modifier == "contains":
        return "instr(norm, ?) > 0", [norm]
    return "(norm >= ? AND norm < ?)", [norm, norm + _END]


def _token(_: str | None, text: str) -> tuple[str, list[Any]]:
    parts = [unescape(part) for part in split(text, "|")]
    if len(parts) == 1:
        return "code = ?", parts
    if len(parts) > 2:
        raise refuse(400, "value", f"{text!r} is not a token of the form [system|]code")
    system, code = parts
    return ("(code = ? AND system = ?)", [code, system]) if code else ("system = ?", [system])


def _uri(modifier: str | None, text: str) -> tuple[str, list[Any]]:
    return ("(code >= ? AND code < ?)", [text, text + _END]) if modifier == "below" else ("code = ?", [text])


def _date(_: str | None, text: str) -> tuple[str, list[Any]]:
    return date_condition(text, "lo", "hi")


def _quantity(_: str | None, text: str) -> tuple[str, list[Any]]:
    """A number with its precision as the range R4 gives it, and the unit if one is named."""
    number, *unit = [unescape(part) for part in split(text, "|")]
    prefix, digits = prefixed(number)
    if not re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?([eE][+-]?\d{1,2})?", digits) or len(unit) not in {0, 2}:
        raise refuse(400, "value", f"{text!r} is not a quantity of the form [prefix]number[|system|code]")
    value = float(digits)
    mantissa, _, exponent = digits.lower().partition("e")
    half = 0.5 * 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
    margin = max(abs(value) * 0.1, half) if prefix == "ap" else half
    sql = QUANTITY_SQL[prefix]
    args: list[Any] = [value - margin, value + margin] if sql.count("?") == 2 else [value]
    if unit:
        sql, args = f"{sql} AND code = ?", [*args, unit[1]]
        if unit[0]:
            sql, args = f"{sql} AND system = ?", [*args, unit[0]]
    return f"({sql})", args


_KINDS: Final[dict[str, tuple[str, Callable[[str | None, str], tuple[str, list[Any]]], bool]]] = {
    "string": ("idx_string", _string, False),
    "token": ("idx_token", _token, True),
    "uri": ("idx_token", _uri, True),
    "date": ("idx_date", _date, True),
    "quantity": ("idx_quantity", _quantity, False),
}


def criterion(parameter: Parameter, number: int, modifier: str | None, texts: list[str]) -> Clause:
    """A string, token, uri, date or quantity parameter with its OR list."""
    if modifier not in MODIFIERS[parameter.kind]:
        raise unknown_modifier(parameter.name, modifier)
    table, make, probe = _KINDS[parameter.kind]
    raw = parameter.kind in {"token", "quantity"}
    sql, args = any_of([make(modifier, text if raw else unescape(text)) for text in texts])
    rank = 1 if parameter.name == "identifier" else RANKS[parameter.kind]
    return Clause(
        f"{table} WHERE param = ? AND {sql}", (number, *args), rank=rank, negate=modifier == "not", probe=probe
    )


def reference(parameter: Parameter, number: int, modifier: str | None, texts: list[str], base: str) -> Clause:
    """A reference parameter: an id alone stands for every type that the parameter may point at."""
    if modifier == "identifier":
        sql, args = any_of([_token(None, text) for text in texts])
        return Clause(f"idx_token WHERE param = ? AND {sql}", (-number, *args), rank=1, probe=True)
    if modifier is not None and modifier not in parameter.targets:
        raise unknown_modifier(parameter.name, modifier)
    kinds = [modifier] if modifier else list(parameter.targets)
    wanted = []
    for text in texts:
        target = relative(unescape(text), base)
        wanted += [target] if "/" in target or ":" in target else [f"{kind}/{target}" for kind in kinds]
    if modifier:
        wanted = [target for target in wanted if target.startswith(f"{modifier}/")]
    marks = ", ".join("?" * len(wanted))
    return Clause(f"idx_reference WHERE param = ? AND target IN ({marks})", (number, *wanted), rank=0, probe=True)


def missing(table: str, number: int, text: str) -> Clause:
    """The ``:missing`` modifier."""
    if text not in {"true", "false"}:
        raise refuse(400, "value", f":missing is true or false, not {text!r}")
    return Clause(f"{table} WHERE param = ?", (number,), rank=6, negate=text == "true")


def unknown_modifier(name: str, modifier: str | None) -> Exception:
    """A modifier that the journal does not implement must be refused (R4 search.html#modifiers)."""
    return refuse(400, "not-supported", f"the modifier :{modifier} of {name} is not supported")
