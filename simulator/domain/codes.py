"""All official identifier and code systems and codes the bench writes, with their source, and nowhere else.

Norwegian systems are OIDs written ``urn:oid:`` (HL7 Norway best practice); Volven tables are
``urn:oid:2.16.578.1.12.4.1.1.<table>`` (Norsk Helsenett / Helsedirektoratet).
"""

from dataclasses import dataclass
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
MESSAGE_ERROR: Final = volven(8221)
MUNICIPAL_SERVICE: Final = volven(8663)
HEALTH_PERSONNEL: Final = volven(9060)
FUNCTION: Final = volven(9034)
ORGANISATION_LEVEL: Final = volven(8628)
APPOINTMENT_KIND: Final = volven(7617)
ALLERGY_MANIFESTATION: Final = volven(7497)
ATC: Final = "http://www.whocc.no/atc"
LOINC: Final = "http://loinc.org"
SNOMED_CT: Final = "http://snomed.info/sct"
UCUM: Final = "http://unitsofmeasure.org"
KOMMUNENUMMER: Final = "https://register.geonorge.no/subregister/sosi-kodelister/kartverket/kommunenummer-alle"
MUNICIPALITY_EXTENSION: Final = "http://hl7.no/fhir/StructureDefinition/no-basis-municipalitycode"
CITIZENSHIP_EXTENSION: Final = "http://hl7.org/fhir/StructureDefinition/patient-citizenship"
INTERPRETER_EXTENSION: Final = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
COUNTRY: Final = "urn:iso:std:iso:3166"
LANGUAGE: Final = "urn:ietf:bcp:47"
DISCLOSURE: Final = volven(9603)
"""Who a document is disclosed to: N normal, NORS blocked, NORU and NORN_… insight postponed or refused."""
LETTER_TYPE: Final = ("I02-2", "Brev")
OPERATOR_ACCESS: Final = ("https://journalbenk.example/access", "operator-access", "Operator access by ticket")
"""Code of the Task that lets an operator read one record for a while: system, code and name."""
FAMILY_RELATION: Final = "http://hl7.no/fhir/CodeSystem/no-basis-family-relation"
NO_BASIS: Final = "http://hl7.no/fhir/StructureDefinition/no-basis-"

ICPC2_NAMES: Final[dict[str, str]] = {
    "A04": "Slapphet/tretthet",
    "A79": "Ondartet sykdom IKA",
    "D01": "Magesmerter/kramper, generell",
    "K76": "Iskemisk hjertesykdom uten angina",
    "K77": "Hjertesvikt",
    "K78": "Atrieflimmer/-flutter",
    "K86": "Hypertensjon ukomplisert",
    "K90": "Hjerneslag",
    "L02": "Rygg symptomer/plager",
    "L03": "Korsrygg symptomer/plager",
    "L08": "Skulder symptomer/plager",
    "L15": "Kne symptomer/plager",
    "L91": "Artrose IKA",
    "N89": "Migrene",
    "P02": "Psykisk ubalanse situasjonsbetinget",
    "P06": "Søvnforstyrrelse",
    "P15": "Kronisk alkoholmisbruk",
    "P70": "Demens",
    "P74": "Angstlidelse",
    "P76": "Depressiv lidelse",
    "R05": "Hoste",
    "R74": "Akutt øvre luftveisinfeksjon",
    "R81": "Lungebetennelse",
    "R95": "Kronisk obstruktiv lungesykdom",
    "R96": "Astma",
    "S87": "Atopisk dermatitt/eksem",
    "T86": "Hypotyreose/myksødem",
    "T90": "Diabetes type 2",
    "U71": "Cystitt/urinveisinfeksjon IKA",
    "U99": "Urinveissykdom IKA",
}
"""ICPC-2 (Volven 7170), Norwegian short names of the codes the bench names; other codes travel without a name."""


@dataclass(frozen=True, slots=True)
class Medicine:
    """A medicine by its ATC code, with the regimen the bench writes."""

    atc: str
    name: str
    regimen: str


@dataclass(frozen=True, slots=True)
class DrugAllergy:
    """A substance by its ATC code, and what it does to somebody."""

    atc: str
    substance: str
    reaction: str
    """Volven 7497."""
    reaction_name: str
    severity: str


@dataclass(frozen=True, slots=True)
class ConditionCodes:
    """How a long-term condition of the population is coded."""

    icpc2: str
    icd10: str
    icd10_name: str


# Long-term conditions (domain.tables.CONDITIONS) by code. The pairing of ICPC-2 and ICD-10 follows Helsedirektoratet's
# conversion.
CONDITION_CODES: Final[dict[str, ConditionCodes]] = {
    "diabetes_diagnosed": ConditionCodes("T90", "E11", "Diabetes mellitus type 2"),
    "hypertension_treated": ConditionCodes("K86", "I10", "Essensiell (primær) hypertensjon"),
    "COPD_known": ConditionCodes("R95", "J44", "Annen kronisk obstruktiv lungesykdom"),
    "asthma_current": ConditionCodes("R96", "J45", "Astma"),
    "heart_failure": ConditionCodes("K77", "I50", "Hjertesvikt"),
    "atrial_fibrillation": ConditionCodes("K78", "I48", "Atrieflimmer og atrieflutter"),
    "stroke_ever": ConditionCodes("K90", "I64", "Hjerneslag, ikke spesifisert som blødning eller infarkt"),
    "IHD": ConditionCodes("K76", "I25", "Kronisk iskemisk hjertesykdom"),
    "dementia": ConditionCodes("P70", "F03", "Uspesifisert demens"),
    "cancer_prevalent_ever": ConditionCodes("A79", "C80", "Ondartet svulst uten spesifisert lokalisasjon"),
    "depression_12m": ConditionCodes("P76", "F32", "Depressiv episode"),
    "anxiety_12m": ConditionCodes("P74", "F41", "Andre angstlidelser"),
    "alcohol_use_disorder_12m": ConditionCodes(
        "P15", "F10", "Psykiske lidelser og atferdsforstyrrelser som skyldes bruk av alkohol"
    ),
    "osteoarthritis_known": ConditionCodes("L91", "M19", "Annen artrose"),
    "CKD_stage3plus": ConditionCodes("U99", "N18", "Kronisk nyresykdom"),
}

# Volven 9151 (IPLOS service types), the ones the population's care needs become.
IPLOS_HOME_CARE: Final = ("15", "Helsetjenester i hjemmet")
IPLOS_SAFETY_ALARM: Final = ("6", "Trygghetsalarm")
IPLOS_NURSING_HOME: Final = ("21", "Langtidsopphold i institusjon")

# How a column of the population that names a relative reads as no-basis-family-relation.
RELATIVES: Final[dict[str, tuple[str, str]]] = {
    "partner": ("ektefelleEllerPartner", "Ektefelle eller partner"),
    "mother": ("mor", "Mor"),
    "father": ("far", "Far"),
}

# Volven 9602 (document types).
EPIKRISE: Final = ("A03-2", "Epikrise")
JOURNAL_NOTE: Final = ("B02-2", "Journalnotat")

# Volven 8279 (message types), the ones domain.scenario lets a step send.
MESSAGE_NAMES: Final[dict[str, str]] = {
    "APPREC": "Applikasjonskvittering",
    "DIALOG_AVVIK": "Tilbakemelding om feil i mottatt melding",
    "DIALOG_FORESPORSEL": "Forespørsel",
    "DIALOG_HELSEFAGLIG": "Helsefaglig dialog",
    "DIALOG_INNBYGGER_EKONSULTASJON": "Dialog med innbygger - eKonsultasjon",
    "DIALOG_INNBYGGER_EKONTAKT": "Dialog med innbygger - eKontakt",
    "DIALOG_INNBYGGER_MELDINGSFORMIDLING": "Melding eller varsel til innbygger",
    "DIALOG_INNBYGGER_RESEPTFORNYELSE": "Dialog med innbygger - reseptfornyelse",
    "DIALOG_INNBYGGER_TIMER": "Dialog med innbygger om timer",
    "DIALOG_NOTAT": "Notat",
    "DIALOG_STATUS_HENVISNING": "Status på henvisning",
    "DIALOG_SVAR": "Svar på forespørsel",
    "EPIKRISE": "Epikrise",
    "ERM1": "Resept",
    "ERM10": "Utleveringsrapport reseptbanken",
    "ERM5": "Tilbakekalling av resept",
    "ERM8": "Utleveringsrapport fastlege",
    "FODSELS_EPIKRISE": "Fødselsepikrise",
    "HELSEOPPLYSNINGER_LEGE": "Helseopplysninger til lege",
    "HELSEOPPL_SOKNAD": "Helseopplysninger",
    "HENVISNING": "Henvisning",
    "HENVISNING_BUP": "Henvisning til BUP",
    "HENVISNING_REHAB": "Henvisning til rehabiliteringsinstitusjon",
    "INNLEGGELSESRAPPORT": "Innleggelsesrapport",
    "KPR_HST": "KPR Innrapportering av data fra helsestasjon og skolehelsetjeneste",
    "KPR_IPL": "KPR Innrapportering av data for individbasert pleie- og omsorgsstatistikk",
    "LEGEERKL": "Legeerklæring ved arbeidsuførhet",
    "LOG_AVMELDING": "Avmelding av utskrivningsklar pasient",
    "LOG_DOD": "Orientering om dødsfall",
    "LOG_INNLAGT": "Melding om innlagt pasient",
    "LOG_UTSKREVET": "Melding om utskrevet pasient",
    "LOG_UTSKRIVNINGSKLAR": "Melding om utskrivningsklar pasient",
    "LOM": "Legeoppgjørsmelding",
    "MEDISINSKE_OPPLYSNINGER": "Medisinske opplysninger",
    "ORIENTERING_TJENESTETILBUD": "Orientering om tjenestetilbud",
    "PASIENTREISE": "Melding om pasientreise",
    "REQ_LAB": "Rekvisisjon-Laboratoriemedisin",
    "REQ_RTG": "Rekvisisjon-Radiologi",
    "STATUS_REKVISISJON": "Status på rekvirert tjeneste",
    "SVAR_LAB": "Svarrapport-Laboratoriemedisin",
    "SVAR_MBIO": "Svarrapport-Mikrobiologi",
    "SVAR_RTG": "Svarrapport-Radiologi",
    "SYKMELD": "Medisinsk vurdering av arbeidsmulighet ved sykdom, sykmelding",
    "TILBAKEMELD": "Tilbakemelding på henvisning",
    "TVERRFAGLIG_EPIKRISE": "Tverrfaglig epikrise",
    "UTSKRIVNINGSRAPPORT": "Utskrivningsrapport",
    "VEDTAKSKJEMA_TVANG": "Vedtak om helsehjelp til person uten samtykkekompetanse som motsetter seg helsehjelpen",
}


@dataclass(frozen=True, slots=True)
class OrganisationKind:
    """What a kind of organisation is called and how it is typed."""

    name: str
    service: tuple[str, str] | None = None
    """Volven 8663 (municipal service types)."""
    level: tuple[str, str] | None = None
    """Volven 8628 (organisational level)."""


ORGANISATION_KINDS: Final[dict[str, OrganisationKind]] = {
    "municipality": OrganisationKind("kommune", level=("9", "Annet")),
    "home-care": OrganisationKind("hjemmetjenesten", ("KP02", "Sykepleietjeneste")),
    "gp": OrganisationKind("fastlegekontor", ("KA01", "Fastlegetjeneste")),
    "intake": OrganisationKind("tildelingskontor", ("KD0501", "Saksbehandling")),
    "nursing-home": OrganisationKind("sykehjem", ("KP01", "Legetjeneste ved sykehjem mv.")),
    "legevakt": OrganisationKind("legevakt", ("KA02", "Legevakt")),
    "hospital": OrganisationKind("sykehus", level=("3", "Institusjon")),
}


# Vital signs (LOINC, as in HL7 Norway's VKP observation guide 0.5.2).
BLOOD_PRESSURE: Final = ("85354-9", "Blood pressure panel with all children optional")
SYSTOLIC: Final = ("8480-6", "Systolic blood pressure")
DIASTOLIC: Final = ("8462-4", "Diastolic blood pressure")
HEART_RATE: Final = ("8867-4", "Heart rate")

# The bench's own identifier systems, for what no Norwegian register numbers.
PRACTITIONER_ROLE_ID: Final = "https://journalbenk.example/identifier/practitioner-role"
MESSAGE_ID: Final = "https://journalbenk.example/identifier/message"
SLOT_ID: Final = "https://journalbenk.example/identifier/appointment-slot"

# HL7's own code systems.
HL7_TERMINOLOGY: Final = "http://terminology.hl7.org/CodeSystem/"
RELATION_ROLE: Final = f"{HL7_TERMINOLOGY}v3-RoleCode"
REPRESENTATIVES: Final[dict[str, tuple[str, str]]] = {
    "next-of-kin": ("NOK", "next of kin"),
    "guardian": ("GUARD", "guardian"),
    "proxy": ("POWATT", "power of attorney"),
}
"""Who stands for a resident (``tables.RELATIONS``) in HL7's role codes; parents have Norwegian ones."""
CONFIDENTIALITY: Final = f"{HL7_TERMINOLOGY}v3-Confidentiality"
# Protected addresses (kode 7 and kode 6) as labels. Folkeregisteret has no FHIR form of them; the pairing is assumed.
PROTECTION_LABELS: Final = {
    "fortrolig": ("R", "restricted"),
    "strengt-fortrolig": ("V", "very restricted"),
}
PROTECTED: Final = tuple(PROTECTION_LABELS)
"""Where these live is told to nobody."""
HIDDEN: Final = "strengt-fortrolig"
"""Nor how these are reached."""
ACT_CODE: Final = f"{HL7_TERMINOLOGY}v3-ActCode"
EXPECTATION: Final = "http://hl7.org/fhir/StructureDefinition/capabilitystatement-expectation"


def profile(resource_type: str) -> list[str]:
    """``meta.profile`` of a type that HL7 Norway has a no-basis profile for."""
    return [f"{NO_BASIS}{resource_type}"]
