"""All official identifier and code systems and codes the bench writes, with their source, and nowhere else.

Norwegian systems are OIDs written ``urn:oid:`` (HL7 Norway best practice); Volven tables are
``urn:oid:2.16.578.1.12.4.1.1.<table>`` (Norsk Helsenett / Helsedirektoratet).
"""

from typing import Final

_OID: Final = "urn:oid:2.16.578.1.12.4.1"


def volven(table: int) -> str:
    """The URI of a Volven code table."""
    return f"{_OID}.1.{table}"


# Identifiers (HL7 Norway no-basis 2.2.2).
FNR: Final = f"{_OID}.4.1"
DNR: Final = f"{_OID}.4.2"
FHN: Final = f"{_OID}.4.3"
HPR: Final = f"{_OID}.4.4"
ENH: Final = f"{_OID}.4.101"
RESH: Final = f"{_OID}.4.102"
HER_ID: Final = f"{_OID}.2"

# Code systems.
ICPC_2: Final = volven(7170)
ICD_10: Final = volven(7110)
IPLOS_SERVICE: Final = volven(9151)
DOCUMENT_TYPE: Final = volven(9602)
MESSAGE_TYPE: Final = volven(8279)
MUNICIPAL_SERVICE: Final = volven(8663)
HEALTH_PERSONNEL: Final = volven(9060)
FUNCTION: Final = volven(9034)
ALLERGY_MANIFESTATION: Final = volven(7497)
ATC: Final = "http://www.whocc.no/atc"
LOINC: Final = "http://loinc.org"
SNOMED_CT: Final = "http://snomed.info/sct"
UCUM: Final = "http://unitsofmeasure.org"
KOMMUNENUMMER: Final = "https://register.geonorge.no/subregister/sosi-kodelister/kartverket/kommunenummer-alle"
MUNICIPALITY_EXTENSION: Final = "http://hl7.no/fhir/StructureDefinition/no-basis-municipalitycode"
NO_BASIS: Final = "http://hl7.no/fhir/StructureDefinition/no-basis-"
