"""The language of systems, places, starts and alternatives: read as written, faults named where they are."""

from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.domain.scenario import Acknowledgement, Following, LifeEvent, Milestones, Occupation, Replications
from simulator.domain.systems import Choice, Outage
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.places import SCENARIOS
from simulator.scenario import check_files, load_pathway, load_staffing, load_study, load_systems

Write = Callable[..., Path]
Fault = tuple[tuple[str, str], int, str]
WARDS = """staffing: wards
organisations: {ward: {}, gp: {one_per: fastlege}}
roles:
  nurse: {title: {nb: Sykepleier, en: Nurse}, at: ward, category: {code: SP, name: Sykepleier}}
  midwife: {title: {nb: Jordmor, en: Midwife}, at: ward, category: {code: JO, name: Jordmor}}
staff:
  nurses: {role: nurse, persons: 2, shifts: {day: {hours: "08:00-16:00"}}}
places:
  bed: {at: ward, count: 3}
  theatre: {at: ward, count: 1}
"""
STAY = """pathway: stay
title: {nb: Opphold, en: Stay}
demand: {rate: 0.1}
steps:
  - id: in
    by: nurse
    channel: ward
    occupies: {place: bed, until: out}
  - id: cut
    by: nurse
    channel: ward
    after: in
    takes: 1 h
    occupies: {place: theatre, until: cut}
    patience: 2 h
    postpone: 1 d
    reads: [summary]
    lacking: {takes: 5 min, sends: DIALOG_FORESPORSEL, to: gp, by: nurse, answered: 2 h}
  - id: out
    by: nurse
    after: cut
    sends: EPIKRISE
    to: gp
    acknowledged: {within: 24 h, remind: 2}
"""
STUDY = """study: wards
title: {nb: Prøve, en: Trial}
municipalities: ["5501"]
start: 2026-01-12
days: 7
seed: 1
pathways: [stay.yaml]
staffing: {use: wards.yaml, factor: {bed: 0.5}}
participation: {default: own, gp: {share: 0.4, then: common, else: own}, Troms: {ward: regional}}
messages: {lost: 0.02}
outages: [{system: ward, at: "2026-01-14 08:00", lasts: 24 h}]
response: {seconds: 2}
replications: {least: 5, most: 20, until: {measure: information.missing, half_width: 0.05}}
alternatives:
  today: {}
  common-journal:
    title: {nb: Felles, en: Common}
    participation: {default: common, gp: {share: 1}}
baseline: today
"""


@pytest.fixture
def ward(tmp_path: Path) -> Write:
    """Writes staffing, pathway and study with the pairs (old, new) replaced, wherever they stand; gives the study."""

    def write(*changes: tuple[str, str]) -> Path:
        texts = {"wards": WARDS, "stay": STAY, "study": STUDY}
        for old, new in changes:
            texts = {name: text.replace(old, new) for name, text in texts.items()}
        for name, text in texts.items():
            (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        return tmp_path / "study.yaml"

    return write


def test_the_keys_of_steps_arrive_as_data(ward: Write) -> None:
    """Places, putting off, receipts and what lacking costs."""
    path = ward()
    first, second, last = load_pathway(path.parent / "stay.yaml", load_staffing(path.parent / "wards.yaml")).steps
    assert first.occupies == Occupation("bed", "out")
    assert (second.postpone, second.patience) == (86400, 7200)
    assert second.lacking is not None
    assert (second.lacking.sends, second.lacking.by) == ("DIALOG_FORESPORSEL", "nurse")
    assert last.acknowledged == Acknowledgement(86400, 2)


def test_the_keys_of_studies_arrive_as_data(ward: Write, figures: Figures) -> None:
    """Participation by kind and county, mishaps, outages, response times and replications."""
    study = load_study(ward(), figures)
    assert study.participation.choice("5501", "ward") == Choice("regional")
    assert study.participation.choice("5501", "gp").share.constant == 0.4
    assert study.mishaps == {"lost": 0.02}
    assert study.outages == (Outage("ward", 2 * 86400 + 8 * 3600, 86400),)
    assert study.response.of("nurse") == 2.0
    assert study.replications == Replications(5, 20, "information.missing", 0.05)


def test_alternatives_are_the_study_with_changes(ward: Write, figures: Figures) -> None:
    """What an alternative does not say is as in the study; mappings are merged key by key."""
    study = load_study(ward(), figures)
    today, common = study.alternatives["today"], study.alternatives["common-journal"]
    assert study.baseline == "today"
    assert today.participation == study.participation
    assert common.participation.default == Choice("common")
    assert common.participation.choice("5501", "gp") == Choice("common", share=common.participation.kinds["gp"].share)
    assert common.participation.kinds["gp"].share.constant == 1
    assert common.title["en"] == "Common"
    assert (common.seed, common.staffing, common.outages) == (study.seed, study.staffing, study.outages)
    assert len({study.digest, today.digest, common.digest}) == 3


def test_forms_of_demand_are_read(tmp_path: Path, ward: Write) -> None:
    """Ages, events in life and other pathways."""
    staffing = load_staffing(ward().parent / "wards.yaml")
    found = []
    for text in (
        "milestones: {at: [10 d, 4 w, 3 mo]}",
        "life_event: death",
        "from: {pathway: b, step: c, chance: 0.5}",
    ):
        path = tmp_path / "stay.yaml"
        path.write_text(STAY.replace("demand: {rate: 0.1}", text), encoding="utf-8")
        found.append(load_pathway(path, staffing).demand)
    ages, life, other = found
    assert ages == Milestones((864000, 2419200, 7889400))
    assert life == LifeEvent("death")
    assert isinstance(other, Following)
    assert (other.sources[0].pathway, other.sources[0].chance.constant) == ("b", 0.5)


def test_professions_stand_in_the_staffing(ward: Write) -> None:
    """A role's codes come with it; a role without any is of no stated profession."""
    staffing = load_staffing(ward((", category: {code: SP, name: Sykepleier}", "")).parent / "wards.yaml")
    assert staffing.professions["midwife"].category == ("JO", "Jordmor")
    assert staffing.professions["nurse"].category == ("XX", "Ukjent/uspesifisert")


def test_the_shipped_systems_know_the_way_from_each_to_each() -> None:
    """Sixteen ways; each road that something can happen on says how often."""
    systems = load_systems()
    assert sum(len(row) for row in systems.ways.values()) == 16
    assert set(systems.traffic["message"].shares) == {"lost", "rejected", "late", "out-of-order", "duplicated"}


OPPOSITE = (
    "pathway: other\ntitle: {nb: A, en: A}\ndemand: {rate: 0.1}\nsteps:\n"
    "  - {id: cut, by: nurse, channel: ward, occupies: {place: theatre, until: out}}\n"
    "  - {id: in, by: nurse, channel: ward, after: cut, occupies: {place: bed, until: out}}\n"
    "  - {id: out, by: nurse, channel: ward, after: in}\n"
)

FAULTS = [
    pytest.param(
        ("bed: 0.5", "bed: 0"), "study.yaml:8: nobody can do step 'in' of 'stay': there are no bed", id="no bed"
    ),
    pytest.param(("bed: 0.5", "nurses: 0"), "study.yaml:8: nobody can do step 'cut' of 'stay'", id="no nurses"),
    pytest.param(
        (
            "    after: cut\n",
            '    after: cut\n    takes: 5 min\n    opening: {hours: "09:00-10:00", weekday: office.weekday}\n',
        ),
        "stay.yaml:23: nobody can do step 'out': nurses never work on the days it may begin",
        id="never there",
    ),
    pytest.param(("place: bed,", "place: bad,"), "stay.yaml:8: unknown place 'bad'; did you mean 'bed'", id="place"),
    pytest.param(("until: out}", "until: oot}"), "stay.yaml:8: unknown step 'oot'; did you mean 'out'", id="until"),
    pytest.param(("until: cut}", "until: in}"), "stay.yaml:14: the place of 'cut' is never freed", id="never freed"),
    pytest.param(("    patience: 2 h\n", ""), "stay.yaml:15: 'postpone' needs 'patience'", id="put off at once"),
    pytest.param(
        ("postpone: 1 d", "postpone: 0 d"), "stay.yaml:16: a step is put off by more", id="put off by nothing"
    ),
    pytest.param(("    reads: [summary]\n", ""), "stay.yaml:17: step 'cut' reads nothing", id="nothing to lack"),
    pytest.param((", answered: 2 h", ""), "stay.yaml:18: 'by' and 'answered' belong together", id="never answered"),
    pytest.param(
        ("sends: DIALOG_FORESPORSEL", "sends: DIALOG_FORESPORSL"), "stay.yaml:18: unknown message", id="inquiry"
    ),
    pytest.param(
        ("    sends: EPIKRISE\n    to: gp\n", "    channel: ward\n"),
        "stay.yaml:23: step 'out' sends nothing that could be acknowledged",
        id="receipt for nothing",
    ),
    pytest.param(
        ("after: cut\n", "after: {step: cut, when: known}\n"), "stay.yaml:21: 'cut' sends no message", id="known"
    ),
    pytest.param(("demand: {rate: 0.1}", "life_event: deth"), "stay.yaml:3: unknown event in life 'deth'", id="life"),
    pytest.param(("demand: {rate: 0.1}", "milestones: {at: [4 w, 2 w]}"), "stay.yaml:3: ages must rise", id="ages"),
    pytest.param(
        ("demand: {rate: 0.1}", "demand: {rate: 0.1}\nlife_event: death"),
        "stay.yaml:1: a pathway has one",
        id="two forms",
    ),
    pytest.param(
        ("demand: {rate: 0.1}", "from: {pathway: legevakt, step: x}"),
        "stay.yaml:3: 'stay' starts from 'legevakt', which the study does not have",
        id="starts from nothing",
    ),
    pytest.param(
        ("demand: {rate: 0.1}", "from: {pathway: stay, step: in}"),
        "stay.yaml:3: cycle of 'from': stay from stay; it can never begin",
        id="starts itself",
    ),
    pytest.param(("count: 3", "count: 0"), "wards.yaml:9: there are no places 'bed'", id="no places"),
    pytest.param(
        ("bed: 0.5", "bad: 0.5"), "study.yaml:8: unknown staff or place 'bad'; did you mean 'bed'", id="factor"
    ),
    pytest.param(("default: own, gp", "defalt: own, gp"), "did you mean 'default'", id="participation"),
    pytest.param(("then: common, else", "then: comon, else"), "study.yaml:9: unknown system 'comon'", id="system"),
    pytest.param(("share: 0.4", "share: 1.4"), "study.yaml:9: a share of 1.4 is above 1", id="share"),
    pytest.param(
        ("Troms:", "Tromz:"), "study.yaml:9: unknown kind of organisation, county or municipality", id="county"
    ),
    pytest.param(("system: ward", "system: wart"), "study.yaml:11: unknown system or kind", id="outage of nothing"),
    pytest.param(
        ("2026-01-14 08:00", "2026-02-14 08:00"), "study.yaml:11: 2026-02-14 08:00 is outside", id="outage outside"
    ),
    pytest.param(("2026-01-14 08:00", "Wednesday"), "study.yaml:11: 'Wednesday' is not a date", id="outage never"),
    pytest.param(("most: 20", "most: 3"), "study.yaml:13: at most 3 is less than at least 5", id="replications"),
    pytest.param(("baseline: today", "baseline: todya"), "study.yaml:19: unknown alternative 'todya'", id="baseline"),
    pytest.param(
        ("    title: {nb: Felles", "    days: 3\n    title: {nb: Felles"), "cannot change 'days'", id="alternative"
    ),
    pytest.param(
        ("gp: {share: 1}}", "gq: {share: 1}}"), "study.yaml:18: unknown kind of organisation 'gq'", id="in one"
    ),
]


@pytest.mark.parametrize(("change", "complaint"), FAULTS)
def test_a_fault_is_found_before_anything_runs(
    ward: Write, figures: Figures, change: tuple[str, str], complaint: str
) -> None:
    """File, line, what was expected and the nearest word."""
    shifts = (('{hours: "08:00-16:00"}', '{hours: "08:00-16:00", days: sat-sun}'),) if "weekday" in change[1] else ()
    path = ward(change, *shifts)
    assert any(change[1] in file.read_text(encoding="utf-8") for file in path.parent.glob("*.yaml"))
    with pytest.raises(InputError) as caught:
        load_study(path, figures)
    assert complaint in str(caught.value)


def test_places_waited_for_in_opposite_order_are_a_deadlock(ward: Write, figures: Figures) -> None:
    """One pathway holds a bed and waits for the theatre, another the other way round: both are named."""
    path = ward(("pathways: [stay.yaml]", "pathways: [stay.yaml, other.yaml]"), ("until: cut}", "until: out}"))
    (path.parent / "other.yaml").write_text(OPPOSITE, encoding="utf-8")
    with pytest.raises(InputError, match=r"stay\.yaml:14: deadlock: 'cut' waits for 'theatre' and holds 'bed'"):
        load_study(path, figures)
    alone = ward(("until: cut}", "until: out}"))
    assert load_study(alone, figures).name == "wards"


def test_a_place_waited_for_twice_in_one_stay_is_a_deadlock(ward: Write, figures: Figures) -> None:
    """Whoever holds one of the beds and waits for another may wait for ever."""
    path = ward(("place: theatre, until: cut", "place: bed, until: out"))
    with pytest.raises(InputError, match="deadlock: 'cut' waits for 'bed' and holds 'bed'"):
        load_study(path, figures)


SYSTEM_FAULTS = [
    pytest.param(("    common: shared\n", ""), "there is no way from 'common' to 'common'", id="no way"),
    pytest.param(("own: {title:", "owned: {title:"), "did you mean 'own'", id="system"),
    pytest.param(("fetches: [critical-info", "fetches: [critical-inf"), "did you mean 'critical-info'", id="kind"),
    pytest.param(("  EPIKRISE:", "  EPIKRICE:"), "unknown message 'EPIKRICE'; did you mean 'EPIKRISE'", id="message"),
    pytest.param(("shared: {}", "shared: {lost: 0.1}"), "nothing is sent by 'shared'", id="lost inside a system"),
    pytest.param(("    lost: parameter lost\n", "    lost: 99 %\n"), "parts of a whole", id="more than all"),
    pytest.param(
        ("    held_back: exponential(mean=parameter held-back)\n", ""), "need 'held_back'", id="late by nothing"
    ),
    pytest.param(("services: {by: intake", "services: {by: intak"), "did you mean 'intake'", id="holder"),
]


@pytest.mark.parametrize(("change", "complaint"), SYSTEM_FAULTS)
def test_a_fault_in_systems_is_named(tmp_path: Path, figures: Figures, change: tuple[str, str], complaint: str) -> None:
    """Each with file and line."""
    text = (SCENARIOS / "systems" / "standard.yaml").read_text(encoding="utf-8")
    assert change[0] in text
    path = tmp_path / "systems.yaml"
    path.write_text(text.replace(change[0], change[1], 1), encoding="utf-8")
    faults = check_files([path], figures)
    assert any(complaint in fault and f"{path}:" in fault for fault in faults), faults
