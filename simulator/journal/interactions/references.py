"""References inside a transaction: to other entries, and by criteria (http://hl7.org/fhir/R4/http.html#trules)."""

import re
from typing import Any
from urllib.parse import parse_qsl

from simulator.journal.access.view import View
from simulator.journal.errors import refuse
from simulator.journal.interactions.common import matches
from simulator.journal.journal import Journal
from simulator.journal.store import Store
from simulator.journal.supported import AUDITED_ONLY, SUPPORTED

_CONDITIONAL = re.compile(rf"({'|'.join(SUPPORTED)})\?(.+)", re.DOTALL)
_RESTFUL = re.compile(rf"(.*/)({'|'.join(SUPPORTED)})/[A-Za-z0-9\-.]{{1,64}}")
_URN = re.compile(r"urn:(?:uuid|oid):[0-9A-Za-z.\-]+")


class Resolver:
    """Replaces, throughout a resource, what stands for another entry by that entry's ``Type/id``.

    Args:
        journal: Finds what criteria match.
        store: The transaction, as far as it has come.
        known: ``Type/id`` by fullUrl.
        view: What the caller may see; None for everything.
    """

    def __init__(self, journal: Journal, store: Store, known: dict[str, str], view: View | None = None) -> None:
        self.journal = journal
        self.store = store
        self.known = known
        self.view = view
        self.found: dict[str, str] = {}

    def resolve(self, node: Any, full_url: str | None) -> Any:
        """The node with its references resolved; ``full_url`` is that of the entry it is in.

        Raises:
            FhirError: 400, an ``urn:`` reference to no entry; 412, criteria that match none or several.
        """
        match = _RESTFUL.fullmatch(full_url or "")
        return self._node(node, match[1] if match else "")

    def _node(self, node: Any, root: str) -> Any:
        if isinstance(node, dict):
            return {key: self._value(key, value, root) for key, value in node.items()}
        if isinstance(node, list):
            return [self._value("", value, root) for value in node]
        return node

    def _value(self, key: str, value: Any, root: str) -> Any:
        if not isinstance(value, str):
            return self._node(value, root)
        if key == "reference":
            return self._reference(value, root)
        if key == "div":
            return _URN.sub(lambda match: self.known.get(match[0], match[0]), value)
        return self.known.get(value, value) if value.startswith("urn:") else value

    def _reference(self, text: str, root: str) -> str:
        target = self.known.get(text) or self.known.get(root + text)
        if target:
            return target
        if text.startswith("urn:"):
            raise refuse(400, "not-found", f"the reference {text[:80]} is to no entry of this bundle")
        match = _CONDITIONAL.fullmatch(text)
        return self._matching(match[1], match[2]) if match else text

    def _matching(self, kind: str, query: str) -> str:
        key = f"{kind}?{query}"
        if kind == AUDITED_ONLY:
            raise refuse(
                400, "not-supported", "a reference by criteria is to what can be written, not to the audit trail"
            )
        if self.view is not None:
            self.view.check_search(kind)
        if key not in self.found:
            hits = matches(self.journal, self.store, kind, parse_qsl(query, keep_blank_values=True), self.view)
            if len(hits) != 1:
                code, number = ("not-found", "no") if not hits else ("multiple-matches", "more than one")
                raise refuse(412, code, f"the conditional reference {key[:200]} matches {number} resource")
            self.found[key] = f"{kind}/{hits[0].id}"
        return self.found[key]
