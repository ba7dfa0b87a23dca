"""What foreign clients cannot do against the reference journal, and why; each row is shown by a test."""

from typing import NamedTuple


class Gap(NamedTuple):
    """Something that a client cannot do here.

    Attributes:
        client: Which client.
        what: What it tries.
        reason: Why it does not succeed.
    """

    client: str
    what: str
    reason: str


FHIRCLIENT = (
    Gap("fhirclient", "JSON Patch", "the client has no patch"),
    Gap(
        "fhirclient",
        "vread and history by methods of their own",
        "the client has none; its `read_from` takes the paths",
    ),
    Gap(
        "fhirclient",
        "If-None-Exist and If-Match by arguments",
        "the client takes none; they go on its requests session",
    ),
    Gap("fhirclient", "DPoP (HelseID)", "the client knows bearer tokens only: SMART Backend Services"),
)
FHIRPY = (
    Gap("fhirpy", "patch", "it sends a partial resource as JSON, which is none of R4's patch formats (415)"),
    Gap(
        "fhirpy",
        "conditional create by get_or_create",
        "it puts criteria in the URL of a POST, and R4 has If-None-Exist (400)",
    ),
    Gap("fhirpy", "refresh", "it sends If-None-Match without the quotes of an entity tag (400)"),
    Gap("fhirpy", "fetching tokens", "the client takes a token that somebody else has fetched"),
)
KIT = (
    Gap(
        "fhir-kit-client", "search of all types at once", "the journal has no system search, and does not list it (405)"
    ),
    Gap(
        "fhir-kit-client",
        "search in a compartment by path",
        "the journal has no compartment paths (404); `patient` finds the same",
    ),
    Gap("fhir-kit-client", "history of everything", "the journal has history of types and resources (404)"),
    Gap(
        "fhir-kit-client",
        "fetching tokens",
        "the client finds the token endpoint and takes a token; the assertion is its caller's",
    ),
)
SEKMET = (
    Gap(
        "sekmet-fhir", "appointment_book_cancel", "AppointmentResponse is not kept: who answers updates the Appointment"
    ),
    Gap("sekmet-fhir", "billing_claim", "Coverage is not kept: there is one payer, and no insurance"),
    Gap("sekmet-fhir", "lab_order_peer_fills", "the journal is no laboratory that answers orders"),
    Gap("sekmet-fhir", "lab_order_to_result", "Specimen is not kept: what becomes of a sample is the laboratory's"),
    Gap(
        "sekmet-fhir",
        "messaging_adt_orders",
        "its messages are of hospital events; the journal takes the standard messages of the PLO chain",
    ),
    Gap("sekmet-fhir", "rad_order_imaging_report", "ImagingStudy is not kept: pictures are the hospital's"),
    Gap(
        "sekmet-fhir", "subscription_roundtrip", "a subscription by criteria is refused (422): topics alone are served"
    ),
)
GAPS = (*FHIRCLIENT, *FHIRPY, *KIT, *SEKMET)


def table() -> str:
    """The gaps as the README shows them."""
    rows = [f"| {gap.client} | {gap.what} | {gap.reason} |" for gap in GAPS]
    return "\n".join(["| client | cannot | because |", "| --- | --- | --- |", *rows])
