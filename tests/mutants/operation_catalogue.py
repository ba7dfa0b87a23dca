"""The mutants of operation: what goes wrong when the power fails, data are spoilt, or a version changes."""

from tests.mutants import operation_breaks
from tests.mutants.faults import Mutant, stores
from tests.mutants.operation_breaks import refuses

OPERATION_MUTANTS = (
    Mutant(
        "waits-for-somebody",
        "R-NFR-01",
        "A journal that was ended by a power failure does not start again by itself.",
        "Every failure at night lasts until somebody has been woken.",
        operation_breaks.finds_a_lock,
        again=True,
    ),
    Mutant(
        "medicines-unindexed",
        "R-NFR-02",
        "After a power failure medicines are not found until an index has been built by hand.",
        "The doctor guesses at the medicines while everything looks well.",
        operation_breaks.medicines_unindexed,
        again=True,
    ),
    Mutant(
        "forgets-the-log",
        "R-NFR-03A",
        "After a power failure it goes on from when it last put its data in order.",
        "The dose given at eight is not in the record at nine, and is given again.",
        before=operation_breaks.forgets_the_log,
    ),
    Mutant(
        "recovering-for-ever",
        "R-NFR-03B",
        "After a power failure searches are refused until an operator has looked.",
        "Legevakt treats without allergies, diagnoses and medicines.",
        refuses(("search-type",)),
        again=True,
    ),
    Mutant(
        "read-only-ever-after",
        "R-NFR-03C",
        "After a power failure nothing is taken in until an operator has looked.",
        "The whole shift is written on paper, and typed in the day after.",
        refuses(operation_breaks.WRITES),
        again=True,
    ),
    Mutant(
        "half-a-backup",
        "R-TIL-08A",
        "A backup leaves a table out.",
        "After the attack everybody's medicines are gone, and it is found when the first patient asks.",
        operating=operation_breaks.leaves_medicines_out,
    ),
    Mutant(
        "all-stop",
        "R-TIL-08B",
        "All installations stop when one of them is under attack.",
        "One municipality's phishing mail closes the record of the whole country.",
        operation_breaks.stops_for_all,
        before=operation_breaks.rings_the_alarm,
    ),
    Mutant(
        "turns-away",
        "R-NFR-08A",
        "At a change the former processes turn everybody away who is connected to them.",
        "The upgrade at night loses the measurement that was just being sent.",
        team=operation_breaks.turns_away,
    ),
    Mutant(
        "offers-less",
        "R-NFR-08B",
        "The version to come no longer offers a search that the one before offered.",
        "The app on the nurse's phone stops working in the middle of the round.",
        to_come=operation_breaks.offers_less,
    ),
    Mutant(
        "paper-clip-lost",
        "R-MIG-03",
        "A message is stored without the document it carries.",
        "The fastlege who has not changed system reads that an epikrise is enclosed, and there is none.",
        stores("Communication", operation_breaks.paper_clip_lost, codes=("create",)),
    ),
)
