"""Narrows searches to a view: criteria at every link of a chain, sort orders, totals, pages and what they include."""

from dataclasses import replace

from simulator.journal.access import words
from simulator.journal.access.secrecy import PLACED, TELLING
from simulator.journal.access.view import View
from simulator.journal.search.clause import Clause
from simulator.journal.search.criteria import Criteria
from simulator.journal.search.page import Pages
from simulator.journal.search.request import Parser
from simulator.journal.supported import AUDITED_ONLY

_NO_PERSON: str = f" AND system NOT IN ('{words.FNR}', '{words.DNR}')"


class NarrowCriteria(Criteria):
    """Criteria that find only what a view shows, at the end of a chain as much as at its beginning."""

    def __init__(self, plain: Criteria, view: View) -> None:
        super().__init__(plain.numbers, plain.base)
        self.view = view
        self.always = (view.condition(),)

    def enter(self, kind: str) -> None:
        """Raises a 403 when the scopes do not cover searching the type that a chain leads to."""
        self.view.check_search(kind)

    def clause(self, kind: str, key: str, text: str, depth: int = 0) -> Clause:
        """A criterion that tells neither where a protected person lives nor, to a citizen, staff's person numbers."""
        found = super().clause(kind, key, text, depth)
        name, _, modifier = key.partition(":")
        if kind in PLACED and name in TELLING:
            return replace(found, sql=found.sql + self.view.secrecy.telling_criterion())
        if self.view.caller.role == "citizen" and (
            modifier == "identifier" or (kind, name) == ("Practitioner", "identifier")
        ):
            return replace(found, sql=found.sql + _NO_PERSON)
        return found


def narrowed(parser: Parser, pages: Pages, plain: Criteria, view: View) -> tuple[Parser, Pages]:
    """Parser and pages for resources that know only what a view shows."""
    criteria = NarrowCriteria(plain, view)

    def sortable(kind: str, name: str) -> bool:
        return not (kind in PLACED and name in TELLING) and parser.sortable(kind, name)

    return parser.narrowed(criteria.clause, sortable, criteria.always), pages.through(view)


def narrowed_audits(parser: Parser, pages: Pages, view: View) -> tuple[Parser, Pages]:
    """Parser and pages for access logs: all of them for a system, a citizen's own and of those he represents wholly."""
    if view.everybody:
        return parser, pages.through(view)
    logs = view.logs()
    only = parser.clause(AUDITED_ONLY, "patient", ",".join(logs)) if logs else Clause("1 = 0", (), plain=True)
    return parser.narrowed(parser.clause, parser.sortable, (only,)), pages.through(view)
