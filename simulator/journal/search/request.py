"""A search as asked for: its criteria, and how the result is to be sorted, cut and shown."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from simulator.journal.definitions import Parameter, parameters, types
from simulator.journal.errors import refuse
from simulator.journal.search.clause import Clause, conjunction
from simulator.journal.search.criteria import UnknownParameterError
from simulator.journal.supported import AUDITED_ONLY

MakeClause = Callable[[str, str, str], Clause]
IGNORED: Final = {"_format", "_pretty"}
SUMMARIES: Final = {"true", "text", "data", "count", "false"}
TOTALS: Final = {"none", "estimate", "accurate"}
MOST_CRITERIA: Final = 60
# Below SQLite's own limit of 32 766.
MOST_BOUND: Final = 20_000


@dataclass(frozen=True, slots=True)
class Include:
    """One ``_include`` or ``_revinclude``: the parameter followed, and the only type wanted if one is named."""

    parameter: Parameter
    source: str
    target: str | None


@dataclass(slots=True)
class Search:
    """A search that has been understood; ``used`` is what of it goes into the self link."""

    kind: str
    where: str = "TRUE"
    args: list[Any] = field(default_factory=list)
    sort: list[tuple[str, bool]] = field(default_factory=list)
    count: int = 50
    total: str = "accurate"
    summary: str = "false"
    elements: list[str] = field(default_factory=list)
    includes: list[Include] = field(default_factory=list)
    revincludes: list[Include] = field(default_factory=list)
    used: list[tuple[str, str]] = field(default_factory=list)


class Parser:
    """Reads search parameters; ``sortable`` tells whether a type can be sorted by a name."""

    def __init__(self, clause: MakeClause, sortable: Callable[[str, str], bool], limits: tuple[int, int]) -> None:
        self.clause = clause
        self.sortable = sortable
        self.page_size, self.page_cap = limits
        self.always: tuple[Clause, ...] = ()

    def narrowed(
        self, clause: MakeClause, sortable: Callable[[str, str], bool], always: tuple[Clause, ...]
    ) -> "Parser":
        """A parser with other criteria, whose searches always meet some more."""
        other = Parser(clause, sortable, (self.page_size, self.page_cap))
        other.always = always
        return other

    def parse(self, kind: str, query: list[tuple[str, str]], *, strict: bool) -> Search:
        """Understands a query.

        Args:
            kind: The type searched.
            query: Names and values, decoded.
            strict: True refuses what is not known; otherwise it is left out of ``used``.

        Raises:
            FhirError: 400, a value, modifier or (strict) a parameter is not understood.
        """
        search = Search(kind, count=self.page_size)
        clauses: list[Clause] = list(self.always)
        for key, text in query:
            if key in IGNORED or not text:
                continue
            try:
                if not self._control(search, key, text):
                    clauses.append(self.clause(kind, key, text))
            except UnknownParameterError:
                if strict:
                    raise refuse(
                        400, "not-supported", f"{kind} has no search parameter {key[:80]!r} here", f"{kind}.{key[:80]}"
                    ) from None
                continue
            search.used.append((key, text))
        if search.count == 0:
            # Nothing is to be shown, whatever _summary says.
            search.summary = "count"
        if len(clauses) > MOST_CRITERIA:
            raise refuse(400, "too-costly", f"at most {MOST_CRITERIA} criteria are taken")
        search.where, search.args = conjunction(clauses, "r")
        if len(search.args) > MOST_BOUND:
            raise refuse(400, "too-costly", "the search has too many values; ask in parts")
        return search

    def _control(self, search: Search, key: str, text: str) -> bool:
        """Takes a parameter that shapes the result; False if it is none of them."""
        name = key.partition(":")[0]
        take = _CONTROLS.get(name)
        if take is None:
            return False
        if name != key:
            raise refuse(400, "not-supported", f"the modifier of {key} is not supported")
        take(self, search, text)
        return True

    def _count(self, search: Search, text: str) -> None:
        if not text.isascii() or not text.isdigit() or len(text) > 12:
            raise refuse(400, "value", f"_count is a whole number, not {text[:40]!r}")
        search.count = min(int(text), self.page_cap)

    def _sort(self, search: Search, text: str) -> None:
        for part in text.split(","):
            name = part.removeprefix("-")
            if not self.sortable(search.kind, name):
                raise UnknownParameterError(f"_sort={name}")
            search.sort.append((name, part.startswith("-")))

    def _total(self, search: Search, text: str) -> None:
        search.total = _one_of("_total", text, TOTALS)

    def _summary(self, search: Search, text: str) -> None:
        search.summary = _one_of("_summary", text, SUMMARIES)

    def _elements(self, search: Search, text: str) -> None:
        search.elements = elements(search.kind, text)

    def _include(self, search: Search, text: str) -> None:
        found = _included(text)
        if found.source != search.kind:
            raise UnknownParameterError(text)
        search.includes.append(found)

    def _revinclude(self, search: Search, text: str) -> None:
        found = _included(text)
        wanted = found.target in {None, search.kind} and search.kind in found.parameter.targets
        if not wanted or found.source == AUDITED_ONLY:
            raise UnknownParameterError(text)
        search.revincludes.append(found)


_CONTROLS: Final = {
    "_count": Parser._count,  # noqa: SLF001  the parser's own table of its methods
    "_sort": Parser._sort,  # noqa: SLF001  as above
    "_total": Parser._total,  # noqa: SLF001  as above
    "_summary": Parser._summary,  # noqa: SLF001  as above
    "_elements": Parser._elements,  # noqa: SLF001  as above
    "_include": Parser._include,  # noqa: SLF001  as above
    "_revinclude": Parser._revinclude,  # noqa: SLF001  as above
}


def elements(kind: str, text: str) -> list[str]:
    """The elements named by ``_elements``; those of other types (``Patient.name`` on Observation) are left out."""
    names = [part.strip().removeprefix(f"{kind}.") for part in text.split(",")]
    return [name for name in names if name in types()[kind].elements or name == "resourceType"] or ["id"]


def _one_of(name: str, text: str, allowed: set[str]) -> str:
    if text not in allowed:
        raise refuse(400, "value", f"{name} is one of {', '.join(sorted(allowed))}, not {text[:40]!r}")
    return text


def _included(text: str) -> Include:
    source, _, rest = text.partition(":")
    name, _, target = rest.partition(":")
    parameter = parameters().get(source, {}).get(name)
    if parameter is None or parameter.kind != "reference" or (target and target not in parameter.targets):
        raise UnknownParameterError(text)
    return Include(parameter, source, target or None)
