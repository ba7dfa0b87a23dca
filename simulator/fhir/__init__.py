"""Care events become FHIR R4 interactions (no-basis identifiers and codes); and the contract becomes pages."""

from simulator.fhir.assumptions import assumptions
from simulator.fhir.contract import capability_statement
from simulator.fhir.page import contract_page
from simulator.fhir.render import render
from simulator.fhir.selection import as_transaction, needed_closure, row_to_interaction

__all__ = [
    "as_transaction",
    "assumptions",
    "capability_statement",
    "contract_page",
    "needed_closure",
    "render",
    "row_to_interaction",
]
