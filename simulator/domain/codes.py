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
class ConditionCodes:
    """How a long-term condition of the population is coded, and the medicines that go with it."""

    icpc2: str
    icd10: str
    icd10_name: str
    medicines: tuple[Medicine, ...] = ()


METFORMIN: Final = Medicine("A10BA02", "Metformin", "500 mg morgen og kveld")
AMLODIPINE: Final = Medicine("C08CA01", "Amlodipin", "5 mg morgen")
SALBUTAMOL: Final = Medicine("R03AC02", "Salbutamol", "0,1 mg ved behov")
TIOTROPIUM: Final = Medicine("R03BB04", "Tiotropiumbromid", "18 mikrogram morgen")
METOPROLOL: Final = Medicine("C07AB02", "Metoprolol", "50 mg morgen")
APIXABAN: Final = Medicine("B01AF02", "Apiksaban", "5 mg morgen og kveld")
CLOPIDOGREL: Final = Medicine("B01AC04", "Klopidogrel", "75 mg morgen")
ATORVASTATIN: Final = Medicine("C10AA05", "Atorvastatin", "40 mg kveld")
DONEPEZIL: Final = Medicine("N06DA02", "Donepezil", "10 mg kveld")
ESCITALOPRAM: Final = Medicine("N06AB10", "Escitalopram", "10 mg morgen")
PARACETAMOL: Final = Medicine("N02BE01", "Paracetamol", "1 g ved behov, inntil 3 ganger daglig")
PENICILLIN: Final = Medicine("J01CE02", "Fenoksymetylpenicillin", "660 mg 4 ganger daglig i 7 dager")
PIVMECILLINAM: Final = Medicine("J01CA08", "Pivmecillinam", "200 mg 3 ganger daglig i 3 dager")
LACTULOSE: Final = Medicine("A06AD11", "Laktulose", "15 ml morgen")
PANTOPRAZOLE: Final = Medicine("A02BC02", "Pantoprazol", "20 mg morgen")
FUROSEMIDE: Final = Medicine("C03CA01", "Furosemid", "40 mg morgen")
VITAMIN_D: Final = Medicine("A11CC05", "Kolekalsiferol", "20 mikrogram daglig")

# Long-term conditions (domain.tables.CONDITIONS) by code. The pairing of ICPC-2 and ICD-10 follows Helsedirektoratet's
# conversion; the one medicine per condition is the bench's own simplification (assumed, not a treatment guideline).
CONDITION_CODES: Final[dict[str, ConditionCodes]] = {
    "diabetes_diagnosed": ConditionCodes("T90", "E11", "Diabetes mellitus type 2", (METFORMIN,)),
    "hypertension_treated": ConditionCodes("K86", "I10", "Essensiell (primær) hypertensjon", (AMLODIPINE,)),
    "COPD_known": ConditionCodes("R95", "J44", "Annen kronisk obstruktiv lungesykdom", (TIOTROPIUM,)),
    "asthma_current": ConditionCodes("R96", "J45", "Astma", (SALBUTAMOL,)),
    "heart_failure": ConditionCodes("K77", "I50", "Hjertesvikt", (METOPROLOL,)),
    "atrial_fibrillation": ConditionCodes("K78", "I48", "Atrieflimmer og atrieflutter", (APIXABAN,)),
    "stroke_ever": ConditionCodes(
        "K90", "I64", "Hjerneslag, ikke spesifisert som blødning eller infarkt", (CLOPIDOGREL,)
    ),
    "IHD": ConditionCodes("K76", "I25", "Kronisk iskemisk hjertesykdom", (ATORVASTATIN,)),
    "dementia": ConditionCodes("P70", "F03", "Uspesifisert demens", (DONEPEZIL,)),
    "cancer_prevalent_ever": ConditionCodes("A79", "C80", "Ondartet svulst uten spesifisert lokalisasjon"),
    "depression_12m": ConditionCodes("P76", "F32", "Depressiv episode", (ESCITALOPRAM,)),
    "anxiety_12m": ConditionCodes("P74", "F41", "Andre angstlidelser"),
    "alcohol_use_disorder_12m": ConditionCodes(
        "P15", "F10", "Psykiske lidelser og atferdsforstyrrelser som skyldes bruk av alkohol"
    ),
    "osteoarthritis_known": ConditionCodes("L91", "M19", "Annen artrose", (PARACETAMOL,)),
    "CKD_stage3plus": ConditionCodes("U99", "N18", "Kronisk nyresykdom"),
}

# Given to those with polypharmacy until they have five; and by reason of contact. Assumed, as above.
FURTHER_MEDICINES: Final = (PARACETAMOL, LACTULOSE, PANTOPRAZOLE, VITAMIN_D, ATORVASTATIN)
MEDICINES_TO_ADD: Final = (FUROSEMIDE, METOPROLOL, APIXABAN, *FURTHER_MEDICINES, AMLODIPINE, PENICILLIN)
MEDICINE_FOR_REASON: Final[dict[str, Medicine]] = {
    "R74": PENICILLIN,
    "R81": PENICILLIN,
    "U71": PIVMECILLINAM,
    "P76": ESCITALOPRAM,
    "K86": AMLODIPINE,
    "T90": METFORMIN,
}

# Serious drug allergies: ATC of the substance, and the reaction (Volven 7497).
DRUG_ALLERGIES: Final = (
    ("J01CE02", "Fenoksymetylpenicillin", "1", "Anafylaktisk reaksjon"),
    ("J01CA04", "Amoksicillin", "9", "Angioødem/alvorlig generalisert urticaria"),
    ("M01AE01", "Ibuprofen", "5", "Astma"),
    ("J01EE01", "Sulfametoksazol og trimetoprim", "10", "Alvorlig hudreaksjon"),
)

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
CONFIDENTIALITY: Final = f"{HL7_TERMINOLOGY}v3-Confidentiality"
# Protected addresses (kode 7 and kode 6) as labels. Folkeregisteret has no FHIR form of them; the pairing is assumed.
PROTECTION_LABELS: Final = {
    "fortrolig": ("R", "restricted"),
    "strengt-fortrolig": ("V", "very restricted"),
}
ACT_CODE: Final = f"{HL7_TERMINOLOGY}v3-ActCode"
EXPECTATION: Final = "http://hl7.org/fhir/StructureDefinition/capabilitystatement-expectation"


def profile(resource_type: str) -> list[str]:
    """``meta.profile`` of a type that HL7 Norway has a no-basis profile for."""
    return [f"{NO_BASIS}{resource_type}"]
