"""The columns of the Parquet files in a run's folder: what each stage hands to the next.

Times are instants (``Datetime("ms", "UTC")``); ``resident`` is the resident's number, unique in a run
(replica x 10^11 + kommunenummer x 10^7 + running number), or -1 where nobody is concerned. Replica 0 is the study
itself; load adds people by adding replicas of its municipalities, each with its own people and staff.
"""

from typing import Final

import polars as pl

from simulator.domain.systems import FATES, ROADS, SYSTEMS

INSTANT: Final = pl.Datetime("ms", "UTC")
SYSTEM: Final = pl.Enum(SYSTEMS)
ROAD: Final = pl.Enum(ROADS)
FATE: Final = pl.Enum(FATES)

CONDITIONS: Final = (
    "diabetes_diagnosed",
    "hypertension_treated",
    "COPD_known",
    "asthma_current",
    "heart_failure",
    "atrial_fibrillation",
    "stroke_ever",
    "IHD",
    "dementia",
    "cancer_prevalent_ever",
    "depression_12m",
    "anxiety_12m",
    "alcohol_use_disorder_12m",
    "osteoarthritis_known",
    "CKD_stage3plus",
    "allergy_drug_serious",
    "polypharmacy_5plus_Rx_year",
)

CITIZENSHIPS: Final = (
    *("NOR", "POL", "LTU", "UKR", "SWE", "DEU", "SOM", "SYR", "PAK", "IRQ", "ERI", "PHL", "THA", "TUR", "VNM", "ROU"),
)
"""ISO 3166-1 alpha-3."""
LANGUAGES: Final = (
    *("nb", "nn", "se", "pl", "lt", "uk", "sv", "de", "so", "ar", "ur", "ckb", "ti", "tl", "th", "tr", "vi", "ro"),
)
"""BCP 47."""

# One row per resident, ordered by ``resident``. Ages count whole years on 1 January of the population figures' year.
POPULATION: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "resident": pl.Int64,
    "replica": pl.UInt16,
    "kommunenummer": pl.String,
    "ward": pl.String,  # six digits, of the four cities that have wards; null elsewhere
    "sex": pl.Enum(["female", "male"]),
    "age": pl.UInt8,
    "birth_date": pl.Date,
    "person_number": pl.String,  # fødselsnummer of the +80 series, 11 digits
    "given_name": pl.String,
    "middle_name": pl.String,  # null for most
    "family_name": pl.String,
    "citizenship": pl.Enum(CITIZENSHIPS),
    "language": pl.Enum(LANGUAGES),  # the one to write to a person in
    "interpreter": pl.Boolean,  # needs one to speak with health personnel
    "household": pl.Int64,
    "household_size": pl.UInt8,
    "household_type": pl.Enum(["single", "couple", "couple-children", "lone-parent", "multi", "institution"]),
    "household_role": pl.Enum(["single", "partner", "parent", "child", "other"]),
    "partner": pl.Int64,  # resident number of the spouse or cohabitant in the same household; null without
    "mother": pl.Int64,  # resident numbers of the parents a child (of any age) lives with; null for others
    "father": pl.Int64,
    "street": pl.String,
    "postal_code": pl.String,
    "city": pl.String,
    "protection": pl.Enum(["none", "fortrolig", "strengt-fortrolig"]),  # of the address: kode 7, kode 6
    "phone": pl.String,
    "fastlege": pl.Int32,  # number of the GP list within the municipality, from 0; -1 without a GP
    "gp_use": pl.Float32,  # how much of the GP beside others of the same sex and age: mean 1, gamma distributed
    "home_care_hours": pl.Float32,  # granted hours per week; 0 without a decision
    "nursing_home": pl.Boolean,  # has a long-term place
    "safety_alarm": pl.Boolean,
    **dict.fromkeys((f"has_{name}" for name in CONDITIONS), pl.Boolean),
}

# Identities of residents beside the person number of ``POPULATION``, ordered by (resident, kind).
IDENTITIES: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "resident": pl.Int64,
    "kind": pl.Enum(["dnr", "fhn", "former", "none", "fnr-2032"]),  # none: a newborn before a number was given
    "number": pl.String,  # 11 digits; null for none
    "from": pl.Date,
    "to": pl.Date,  # the day another number took its place; null where none has
}

LIFE_KINDS: Final = (
    *("birth", "death", "move-in", "move-out", "move-within", "marriage", "divorce"),
    *("gp-change", "number-change", "code-change"),
)

# One row per change in somebody's life, ordered by (at, resident, kind). A move between municipalities is two rows of
# one instant: out of the one register and into the other.
LIFE_EVENTS: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "at": INSTANT,
    "resident": pl.Int64,  # for a birth the newborn, whose number no resident has
    "kind": pl.Enum(LIFE_KINDS),
    "kommunenummer": pl.String,  # municipality concerned: of residence, of arrival, or for move-out the one left
    "from": pl.String,  # what held before: kommunenummer, organisation of the fastlege, or person number; or null
    "to": pl.String,  # what holds from now; a newborn's person number; null for a death
    "other": pl.Int64,  # a newborn's mother, the spouse, or who a mover goes with; null otherwise
    "street": pl.String,  # address moved to; null where nobody moves
    "postal_code": pl.String,
    "city": pl.String,
}

# One row per list that anybody is on, ordered by (replica, kommunenummer, fastlege); vacant ones are numbered last.
GP_LISTS: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "replica": pl.UInt16,
    "kommunenummer": pl.String,
    "fastlege": pl.Int32,
    "members": pl.Int64,
    "vacant": pl.Boolean,  # no doctor has the list; its members are of those without a fastlege (-1 in POPULATION)
}

# What many of a resident's relations, services and the like are in tables of their own, ordered by their first columns.
RELATIONS: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "resident": pl.Int64,
    "other": pl.Int64,  # resident number
    "kind": pl.Enum(["parent", "next-of-kin", "guardian", "proxy"]),  # what the other is to the resident
    "from": pl.Date,
    "to": pl.Date,  # last day: a parent acts for a child until 18; null while it lasts
    "full": pl.Boolean,  # sees and decides everything; false for parents of children from 12, and for next of kin
}
SERVICES: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "resident": pl.Int64,
    "service": pl.String,  # IPLOS service type, Volven 9151
    "name": pl.String,
    "from": pl.Date,
    "hours": pl.Float32,  # granted a week; null for services that are not counted in hours
    "place": pl.Enum(["home", "institution", "outside"]),
}
CONSENTS: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "resident": pl.Int64,
    "kind": pl.Enum(["consent", "reservation", "blocked-information"]),
    "scope": pl.String,
    "from": pl.Date,
}
MEDICINES: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "resident": pl.Int64,
    "atc": pl.String,
    "name": pl.String,
    "dose": pl.String,
    "since": pl.Date,
    "prescriber": pl.String,  # role, e.g. gp.doctor
    "condition": pl.Enum(CONDITIONS),  # the one of the resident's it is for; null for other reasons
}
ALLERGIES: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "resident": pl.Int64,
    "atc": pl.String,  # of the substance
    "substance": pl.String,
    "reaction": pl.String,  # Volven 7497
    "reaction_name": pl.String,
    "severity": pl.Enum(["mild", "moderate", "severe"]),
    "since": pl.Date,
}

# One row per step that somebody performed (or a message that was sent), ordered by (at, resident, episode, step).
EVENTS: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "event": pl.UInt32,  # row number, from 0
    "at": INSTANT,  # when the step was done: recorded, sent, or the visit ended
    "began": INSTANT,  # when the work began; equal to ``at`` for a step without duration
    "wanted": INSTANT,  # when the step was due to begin, had nobody been short
    "due": INSTANT,  # its deadline; null without one
    "appointment": INSTANT,  # the time the episode was booked for; null when nothing was booked
    "pathway": pl.String,
    "episode": pl.String,  # one passage of one resident through one pathway: pathway/resident/number
    "step": pl.String,
    "resident": pl.Int64,
    "kommunenummer": pl.String,
    "role": pl.String,  # profession or actor as the pathway names it, e.g. home-care.nurse, citizen, hospital.doctor
    "organisation": pl.String,  # acting organisation, e.g. 5501/home-care, 5501/gp/12, 5501/hospital
    "staff": pl.Int32,  # number of the person within organisation and role, from 0; -1 for systems and citizens
    "channel": pl.String,  # in-person, electronic, home, ward, message, system
    "message": pl.String,  # message type sent (Volven 8279), or null
    "receiver": pl.String,  # organisation addressed, or null
    "reason": pl.String,  # ICPC-2 code of the contact, or null
    "records": pl.List(pl.String),  # information written, words of domain.information
    "reads": pl.List(pl.String),  # information looked up first
    "system": SYSTEM,  # of the acting organisation
    "road": ROAD,  # the message took; none without a message
    "known": INSTANT,  # when the receiver could know; null when nothing was sent or it never arrived
    "fate": FATE,  # what became of the message when it was first sent; out-of-order: known after a later one of its way
    "reminders": pl.UInt8,  # times it was sent again for want of a receipt
    "reminder": pl.UInt8,  # the event is the n-th reminder (purring) of a message that its episode sent; 0 for others
    "lacks": pl.List(
        pl.String
    ),  # words of ``reads`` that somebody had recorded and the actor could not see at ``began``
    "late_info": pl.List(pl.String),  # those of ``lacks`` that reached the actor's organisation before the end
    "out_of_order": pl.List(pl.String),  # those of ``lacks`` under way in a message that a later one had overtaken
    "extra_s": pl.Int32,  # seconds the work took longer: for what was lacking, and for waiting on the system
    "place": pl.String,  # word of the place occupied from ``began`` on, or null
    "overtime_s": pl.Int32,  # seconds worked after the person's shift had ended
    "postponed": pl.UInt8,  # times the step was put off because nobody came
}

READY: Final = "LOG_UTSKRIVNINGSKLAR"
WITHDRAWN: Final = "LOG_AVMELDING"
DISCHARGED: Final = "LOG_UTSKREVET"
DEAD: Final = "LOG_DOD"

# One row per notice of where a patient in hospital stands, those of the days simulated before the period among them,
# ordered by (at, episode, message). Who dies there when ready has one, whether or not anybody is told.
NOTICES: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "at": INSTANT,
    "episode": pl.String,
    "resident": pl.Int64,
    "kommunenummer": pl.String,
    "message": pl.Enum([READY, WITHDRAWN, DISCHARGED, DEAD]),
}

# One row per FHIR interaction, ordered by (phase, at, event, seq): registry first, then record, then care.
INTERACTIONS: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "interaction": pl.String,  # derived UUID; for a create also the urn:uuid others refer to its resource by
    "seq": pl.UInt32,  # row number, from 0
    "phase": pl.Enum(["registry", "record", "care"]),  # what exists before, the patient's past, the simulated care
    "at": INSTANT,  # intended instant
    "event": pl.Int64,  # care event it carries out; -1 before the period
    "resident": pl.Int64,
    "profession": pl.String,  # role of the person who waits for the answer
    "pathway": pl.String,
    "verb": pl.String,  # create, update, patch, read, search, transaction, ...: domain.interaction.Verb
    "type": pl.String,  # resource type
    "target": pl.String,  # interaction whose resource is read, updated or patched; null otherwise
    "query": pl.String,  # search parameters, form-encoded; may hold urn:uuid references
    "if_none_exist": pl.String,  # criteria of a conditional create, or null
    "body": pl.Binary,  # FHIR JSON, may hold urn:uuid references; null without a body
    "needs": pl.List(pl.String),  # interactions whose resources body, query or target refer to
}

# One row per interaction released by the load generator, in order of intended instant. Nanoseconds from the start.
LOAD: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "interaction": pl.String,
    "resident": pl.Int64,
    "profession": pl.String,
    "pathway": pl.String,
    "verb": pl.String,
    "type": pl.String,
    "intended": pl.Int64,
    "released": pl.Int64,  # when the dispatcher let it go; released - intended is the generator's own error
    "sent": pl.Int64,  # when the first byte was written; later than released when it waited for an answer or a slot
    "done": pl.Int64,  # when the answer was whole, or given up
    "status": pl.Int16,  # HTTP status; 0 without an answer, -1 when it was never sent
    "outcome": pl.Enum(["ok", "refused", "unknown"]),
    "bytes": pl.Int32,
    "resource": pl.String,  # Type/id the answer named (Location or ETag'd read), or null
    "version": pl.String,  # version id the answer named, or null
}
