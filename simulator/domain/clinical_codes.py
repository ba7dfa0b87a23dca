"""Codes of what care orders, measures, gives and sends beyond the spine: laboratory, growth, aids, papers, tasks.

Beside ``codes``, which names the identifier and code systems.
"""

from typing import Final

from simulator.domain.codes import HL7_TERMINOLOGY

Code = tuple[str, str]
"""A code and what it is called."""

# Volven 9602 (document types).
INDIVIDUAL_PLAN: Final[Code] = ("A02-2", "Individuell plan")
LETTER: Final[Code] = ("I02-2", "Brev")
NAV_DOCUMENT: Final[Code] = ("J01-2", "Sykmeldinger og trygdesaker")
DEATH_CERTIFICATE: Final[Code] = ("J02-2", "Legeerklæring om dødsfall")
REPORT: Final[Code] = ("J00-1", "Attester, melding og erklæringer")
ANTENATAL_CARD: Final[Code] = ("F04-2", "Svangerskap og fødsel")
CARE_SUMMARY: Final[Code] = ("A10-2", "Annet fagpersonell sammenfatning")
HEART_TRACING: Final[Code] = ("D01-2", "Hjerte og kretsløp")

# Volven 9151 (IPLOS service types).
IPLOS_COERCION: Final[Code] = ("24", "Helsehjelp med tvang")

# Volven 9034 (functions).
PLAN_COORDINATOR: Final[Code] = ("8", "Koordinator Individuell plan")

# SNOMED CT and LOINC.
REFERRAL: Final[Code] = ("3457005", "Patient referral")
MEDICATION_REVIEW: Final[Code] = ("182836005", "Review of medication")
BODY_WEIGHT: Final[Code] = ("29463-7", "Body weight")
BODY_HEIGHT: Final[Code] = ("8302-2", "Body height")
CHILD_DEVELOPMENT: Final[Code] = ("71484-0", "Child development assessment")
PRIVACY_CONSENT: Final[Code] = ("59284-0", "Consent Document")

# Aids and equipment by ISO 9999, as the Norwegian aids centres (NAV Hjelpemiddelsentral) order them.
ISO_9999: Final = "urn:iso:std:iso:9999"
AIDS: Final[tuple[Code, ...]] = (
    ("12 06 06", "Rullatorer"),
    ("12 22 03", "Manuelle rullestoler"),
    ("18 12 10", "Senger med elektrisk regulering"),
    ("09 33 07", "Dusjstoler"),
)

# The bench's own, where no Norwegian or HL7 code exists.
TASK_KIND: Final = "https://journalbenk.example/code/task"
ALARM: Final[Code] = ("alarm", "Alarm fra trygghets- eller mestringsteknologi")
INCIDENT: Final[Code] = ("avvik", "Avvik meldt fra journalen")
APPEAL: Final[Code] = ("klage", "Klage på vedtak")
MESSAGE_KIND: Final = "https://journalbenk.example/code/message"
CONCERN: Final[Code] = ("bekymringsmelding", "Bekymringsmelding til barnevernet")
TARIFF: Final = "https://journalbenk.example/code/normaltariff"
PLACE_ID: Final = "https://journalbenk.example/identifier/place"
NEWBORN_ID: Final = "https://journalbenk.example/identifier/newborn"

# HL7's own.
LABORATORY: Final = {"system": f"{HL7_TERMINOLOGY}observation-category", "code": "laboratory", "display": "Laboratory"}
DIAGNOSTIC_SERVICE: Final = f"{HL7_TERMINOLOGY}v2-0074"
CLAIM_TYPE: Final = f"{HL7_TERMINOLOGY}claim-type"
PROCESS_PRIORITY: Final = f"{HL7_TERMINOLOGY}processpriority"
CONSENT_SCOPE: Final = f"{HL7_TERMINOLOGY}consentscope"
