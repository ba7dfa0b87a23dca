"""Care events become FHIR R4 interactions (no-basis identifiers and codes); and the contract becomes pages."""

from simulator.fhir.assumptions import assumptions
from simulator.fhir.contract import capability_statement
from simulator.fhir.counting import Count
from simulator.fhir.message import Parties, message_bundle, message_id
from simulator.fhir.page import contract_page
from simulator.fhir.past_bundle import transactions
from simulator.fhir.past_long import LongPast, long_pasts, past_of
from simulator.fhir.references import tariffs, vaccines
from simulator.fhir.render import render
from simulator.fhir.selection import as_transaction, needed_closure, row_to_interaction

__all__ = [
    "Count",
    "LongPast",
    "Parties",
    "as_transaction",
    "assumptions",
    "capability_statement",
    "contract_page",
    "long_pasts",
    "message_bundle",
    "message_id",
    "needed_closure",
    "past_of",
    "render",
    "row_to_interaction",
    "tariffs",
    "transactions",
    "vaccines",
]
