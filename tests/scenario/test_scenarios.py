"""Pathways, staffing and studies: what is right is read, what is wrong is named with file, line and nearest word."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from simulator.documents import read
from simulator.domain.measurement import MEASURES
from simulator.domain.scenario import Deadline, Distribution, Edge, Number
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.places import PATHWAYS, REPORTS, SCENARIOS, STUDIES
from simulator.scenario import check_files, kind_of, load_pathway, load_staffing, load_study

Write = Callable[..., Path]
SHIPPED = sorted([*PATHWAYS.glob("*.yaml"), *STUDIES.glob("*.yaml"), *(SCENARIOS / "staffing").glob("*.yaml")])


def test_a_pathway_is_read_as_written(pathway_file: Write) -> None:
    """Steps, distributions, deadlines and parameters arrive as frozen data."""
    pathway = load_pathway(pathway_file())
    first, second = pathway.steps
    assert (pathway.name, pathway.before, pathway.who.youngest) == ("trial", 14, 67)
    assert (first.channel, first.at, first.needs) == ("message", "hospital", "")
    two_hours = Distribution("constant", Number(7200.0, duration=True))
    assert second.after == (Edge("first", two_hours),)
    assert second.takes == Distribution("lognormal", Number(1800.0, duration=True), 0.5)
    assert second.within == Deadline(86400, "first")
    assert [(p.name, p.status) for p in pathway.parameters] == [("pause", "assumed")]


def test_a_study_is_read_with_everything_it_names(study_file: Write, figures: Figures) -> None:
    """Municipality, period, pathways beside the file, staffing, load."""
    study = load_study(study_file(), figures)
    assert (study.municipalities, study.start, study.days) == (("5501",), date(2026, 1, 12), 7)
    assert [pathway.name for pathway in study.pathways] == ["trial"]
    assert study.staff_factors == {"home-care-nurse": 0.9}
    assert study.demand_factors == {"trial": 1.1}
    assert study.load is not None
    assert (study.load.window_start, study.load.window_seconds, study.load.people) == (30600, 40, 2)
    assert "pause" in {parameter.name for parameter in study.parameters}


def test_municipalities_may_be_named(study_file: Write, figures: Figures) -> None:
    """A name does as well as a number."""
    study = load_study(study_file(('"5501"', "Tromsø, '0301', 4601")), figures)
    assert study.municipalities == ("5501", "0301", "4601")


def test_a_study_may_choose_the_whole_nation(study_file: Write, figures: Figures) -> None:
    """``municipalities: all`` is every municipality there is."""
    study = load_study(study_file(('["5501"]', "all")), figures)
    assert study.municipalities == tuple(place.kommunenummer for place in figures.municipalities())


def test_the_digest_says_what_is_studied_not_where(study_file: Write, figures: Figures, tmp_path: Path) -> None:
    """Comments and the folder do not change the digest; a delay in a pathway does."""
    path = study_file()
    digest = load_study(path, figures).digest
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for name in ("study.yaml", "trial.yaml"):
        (moved / name).write_text("# the same\n" + (tmp_path / name).read_text(encoding="utf-8"), encoding="utf-8")
    assert load_study(moved / "study.yaml", figures).digest == digest
    slower = (moved / "trial.yaml").read_text(encoding="utf-8").replace("constant(2 h)", "constant(3 h)")
    (moved / "trial.yaml").write_text(slower, encoding="utf-8")
    assert load_study(moved / "study.yaml", figures).digest != digest


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_what_is_shipped_has_no_faults(path: Path, figures: Figures) -> None:
    """Every scenario file of the bench passes its own check."""
    assert check_files([path], figures) == []


def test_a_new_profession_needs_no_python(tmp_path: Path) -> None:
    """A role and its staff in a staffing file can be used in a pathway at once."""
    text = (SCENARIOS / "staffing" / "standard.yaml").read_text(encoding="utf-8")
    text = text.replace("roles:\n", "roles:\n  midwife: {title: {nb: Jordmor, en: Midwife}, at: intake}\n")
    text += "\n  midwives: {role: midwife, persons: 2, shifts: {day: {hours: '08:00-15:00', days: mon-fri}}}\n"
    (tmp_path / "more.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "birth.yaml").write_text(
        "pathway: birth\ntitle: {nb: Fødsel, en: Birth}\ndemand: {rate: 0.1}\n"
        "steps:\n  - {id: seen, by: midwife, channel: in-person, takes: 30 min}\n",
        encoding="utf-8",
    )
    pathway = load_pathway(tmp_path / "birth.yaml", load_staffing(tmp_path / "more.yaml"))
    assert (pathway.steps[0].needs, pathway.steps[0].at) == ("midwives", "intake")


PATHWAY_FAULTS = [
    pytest.param(("by: hospital.nurse", "by: hospital.nurs"), 13, "did you mean 'hospital.nurse'", id="role"),
    pytest.param(("[admission]", "[admision]"), 16, "unknown record 'admision'; did you mean 'admission'", id="record"),
    pytest.param(("[summary]", "[sumary]"), 24, "unknown read 'sumary'; did you mean 'summary'", id="read"),
    pytest.param(("LOG_INNLAGT", "LOG_INLAGT"), 14, "did you mean 'LOG_INNLAGT'", id="message"),
    pytest.param(("to: intake", "to: intak"), 15, "unknown organisation 'intak'", id="receiver"),
    pytest.param(("    sends: LOG_INNLAGT\n", "    channel: ward\n"), 12, "belong together", id="to without sends"),
    pytest.param(
        ("    channel: home", "    chanel: home"), 19, "unknown key 'chanel'; did you mean 'channel'", id="key"
    ),
    pytest.param(("channel: home", "channel: hme"), 19, "did you mean 'home'", id="channel"),
    pytest.param(("67-120", "120-67"), 4, "ages 120 to 67 are impossible", id="ages"),
    pytest.param(("age >= 67 AND", "agee >= 67 AND"), 4, "unknown column 'agee'", id="column"),
    pytest.param(("figure hospital.stays_per_1000 / 1000", "-0.1"), 6, "negative", id="negative rate"),
    pytest.param(("step: first,", "step: frist,"), 20, "unknown step 'frist'; did you mean 'first'", id="after"),
    pytest.param(("of: first", "of: frist"), 23, "unknown step 'frist'", id="deadline of nothing"),
    pytest.param(("of: first", "of: second"), 23, "does not come before it", id="deadline of itself"),
    pytest.param(("time: 24 h", "time: 1 h"), 23, "before it can begin", id="deadline before its start"),
    pytest.param(("[SAM-02]", "[SAM-99]"), 3, "unknown requirement 'SAM-99'", id="requirement"),
    pytest.param(
        ("    sends: LOG_INNLAGT", "    after: second\n    sends: LOG_INNLAGT"),
        14,
        "cycle of 'after': first after second after first",
        id="cycle",
    ),
    pytest.param(("    reads: [summary]", "    unless: first"), 24, "the pathway can never end", id="can never happen"),
    pytest.param(("    reads: [summary]", "    chance: 0"), 24, "can never end", id="no chance"),
    pytest.param(("    reads: [summary]", "    chance: 1.5"), 24, "above 1", id="more than certain"),
    pytest.param(
        ("needs: home-care-nurse", "needs: case-officer"), 21, "nobody can do step 'second'", id="wrong hands"
    ),
    pytest.param(
        ("needs: home-care-nurse", "needs: home-care-nurses"), 21, "did you mean 'home-care-nurse'", id="staff"
    ),
    pytest.param(("parameter pause", "parameter paus"), 22, "did you mean 'pause'", id="parameter"),
    pytest.param(("status: assumed", "status: asumed"), 10, "did you mean 'assumed'", id="status"),
    pytest.param(
        ("acute_weekday", "acute_weekday\n  grid: 7 d"), 8, "not between a second and a day", id="grid of a week"
    ),
    pytest.param(
        ("acute_weekday", "acute_weekday\n  lead_hours: 08:00-16:00"), 8, "needs 'lead'", id="hours of no booking"
    ),
    pytest.param(("figure hospital.stays_per_1000 / 1000", "0\n  total: 9"), 6, "'rate' is 0", id="no rate"),
    pytest.param(
        (
            "demand:\n  rate: figure hospital.stays_per_1000 / 1000\n  weekday",
            "schedule:\n  total: 9\n  of: 0\n  weekday",
        ),
        7,
        "'of' is 0, so nothing can be shared out on it",
        id="shared out on nobody",
    ),
    pytest.param(("id: second", "id: appointment"), 17, "is the time that was booked", id="reserved word"),
    pytest.param(
        ("    reads: [summary]", '    opening: {hours: "08:00-10:00", spread: 3 h}'),
        24,
        "a spread of 3 h ends after the opening of 08:00-10:00",
        id="spread beyond the opening",
    ),
    pytest.param(
        (
            "demand:\n  rate: figure hospital.stays_per_1000 / 1000\n  weekday",
            'milestones:\n  at: ["1 y", "122 y"]\n  hour',
        ),
        6,
        "nobody is older than 120",
        id="milestone after death",
    ),
    pytest.param(("14 d", "14 h"), 8, "not whole days", id="days"),
    pytest.param(("    reads: [summary]", "    chance: yes"), 24, "is true, as YAML reads yes", id="truth"),
    pytest.param(("14 d", "3661 d"), 8, "longer than 3660 days", id="days without end"),
]


@pytest.mark.parametrize(("change", "line", "complaint"), PATHWAY_FAULTS)
def test_a_fault_in_a_pathway_is_named_where_it_is(
    pathway_file: Write, change: tuple[str, str], line: int, complaint: str
) -> None:
    """File, line, what was expected and the nearest word."""
    path = pathway_file(change)
    with pytest.raises(InputError) as caught:
        load_pathway(path)
    assert complaint in str(caught.value)
    assert f"{path}:{line}:" in str(caught.value)


STUDY_FAULTS = [
    pytest.param(('"5501"', "Tromsö"), 3, "Did you mean 'Tromsø'", id="municipality"),
    pytest.param(
        ("trial.yaml", "gp-consultatoin"), 7, "did you mean 'gp-consultation'", id="pathway that is not there"
    ),
    pytest.param(("use: standard", "use: standart"), 8, "did you mean 'standard'", id="staffing"),
    pytest.param(
        ("factor: {home-care-nurse", "factor: {home-care-nurs"), 8, "did you mean 'home-care-nurse'", id="staff"
    ),
    pytest.param(("demand: {trial", "demand: {trail"), 9, "did you mean 'trial'", id="demand of nothing"),
    pytest.param(("1.1", "-1.1"), 9, "greater than or equal to 0", id="negative demand"),
    pytest.param(("days: 7", "day: 7"), 5, "unknown key 'day'; did you mean 'days'", id="key"),
    pytest.param(("days: 7", "days: 0"), 5, "greater than or equal to 1", id="no days"),
    pytest.param(("days: 7", "days: on"), 5, "is true, as YAML reads", id="days that are true"),
    pytest.param(("trial: 1.1", "trial: no"), 9, "'trial' is false, as YAML reads", id="demand that is false"),
    pytest.param(("2026-01-12", "12.1.2026"), 4, "date", id="date"),
    pytest.param(("2026-01-12", "0001-01-01"), 4, "1990-01-01", id="date before all figures"),
    pytest.param(("2026-01-12", "9999-12-31"), 4, "2199-12-31", id="date after all figures"),
    pytest.param(("seed: 1", f"seed: {1 << 63}"), 6, "less than or equal to", id="seed too large"),
    pytest.param(('"5501"', "0301"), 3, "put it in quotes", id="octal"),
    pytest.param(("[SAM]", "[SMA]"), 10, "unknown capability 'SMA'; did you mean 'SAM'", id="capability"),
    pytest.param(
        ("load:", "replications: {least: 2, most: 9, until: {measure: queue.minutes, half_width: 0.1}}\nload:"),
        11,
        "unknown measure 'queue.minutes'; did you mean 'queue.minutes.p",
        id="measure",
    ),
    pytest.param(("window: 40 s", "window: 0 s"), 13, "no time at all", id="window of nothing"),
    pytest.param(("8.5 h", "8 d"), 12, "ends after the period", id="window outside"),
    pytest.param(
        ("    home-care.nurse: {p95", "    home-care.nurze: {p95"), 16, "did you mean 'home-care.nurse'", id="limit"
    ),
]


@pytest.mark.parametrize(("change", "line", "complaint"), STUDY_FAULTS)
def test_a_fault_in_a_study_is_named_where_it_is(
    study_file: Write, figures: Figures, change: tuple[str, str], line: int, complaint: str
) -> None:
    """File, line, what was expected and the nearest word."""
    path = study_file(change)
    with pytest.raises(InputError) as caught:
        load_study(path, figures)
    assert complaint in str(caught.value)
    assert f"{path}:{line}:" in str(caught.value)


def test_a_figure_that_does_not_exist_is_found_before_anything_runs(
    study_file: Write, pathway_file: Write, figures: Figures
) -> None:
    """A misspelt figure is named with its line in the pathway."""
    study = study_file()
    path = pathway_file(("hospital.acute_weekday", "hospital.acute_wekday"))
    with pytest.raises(InputError, match=r"did you mean 'hospital\.acute_weekday'") as caught:
        load_study(study, figures)
    assert f"{path}:7:" in str(caught.value)


def test_checking_names_every_fault_of_every_file(pathway_file: Write, figures: Figures, tmp_path: Path) -> None:
    """Two faults in one file and a missing file make three texts."""
    path = pathway_file(("LOG_INNLAGT", "LOG_INLAGT"), ("[admission]", "[admision]"))
    faults = check_files([path, tmp_path / "missing.yaml"], figures)
    assert len(faults) == 3
    assert all(str(tmp_path) in fault for fault in faults)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("{pathway: discharge-ready, step: redy}", "'discharge-ready' has no step 'redy'; did you mean 'ready'"),
        ("{pathway: after, step: seen}", "cycle of 'from': after from after; it can never begin"),
        ("{pathway: discharge-redy, step: ready}", "no pathway 'discharge-redy'; did you mean 'discharge-ready'"),
    ],
)
def test_a_step_that_the_other_pathway_has_not_is_found(
    tmp_path: Path, figures: Figures, source: str, fault: str
) -> None:
    """A pathway that starts from another is checked against it by itself, with file and line."""
    path = tmp_path / "after.yaml"
    steps = "steps:\n  - {id: seen, by: gp.doctor, channel: electronic}"
    path.write_text(f"pathway: after\ntitle: {{nb: E, en: A}}\nfrom: {source}\n{steps}\n", "utf-8")
    (found,) = check_files([path], figures)
    assert found.startswith(f"{path}:3:")
    assert fault in found


def test_two_pathways_of_one_name_are_refused(study_file: Write, figures: Figures, tmp_path: Path) -> None:
    """A copy that kept its name would give two episodes one name, whatever the files are called."""
    path = study_file(("pathways: [trial.yaml]", "pathways: [trial.yaml, copy.yaml]"))
    (tmp_path / "copy.yaml").write_text((tmp_path / "trial.yaml").read_text("utf-8"), "utf-8")
    (fault,) = check_files([path], figures)
    assert fault.startswith(f"{path}:7: 'trial' is what the pathway in trial.yaml is called already")


def test_a_file_that_is_none_of_them_is_told_so(tmp_path: Path) -> None:
    """A misspelt first key is answered with the nearest one."""
    path = tmp_path / "x.yaml"
    path.write_text("pathwy: a\n", encoding="utf-8")
    with pytest.raises(InputError, match="Did you mean 'pathway'"):
        kind_of(read(path))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("at: gp,", "at: gpp,"), "unknown organisation 'gpp'"),
        (("one_per: fastlege", "one_per: fastlge"), "did you mean 'fastlege'"),
        (("role: gp.doctor", "role: gp.docter"), "did you mean 'gp.doctor'"),
        (('{hours: "16:00-18:00", days: mon-fri}', '{hours: "15:00-18:00", days: mon-fri}'), "overlap"),
        (("direct: parameter direct-home-care", "direct: 1.2"), "a share of 1.2 is above 1"),
        (('night: {hours: "22:00-07:30", share: care.shift_share}', 'night: {hours: "22:00-07:30"}'), "no 'share'"),
        (("persons: 1", "persons: 1000000000"), "less than or equal to 100000"),
        (("organisations:\n", "organisations:\n  wound/care: {}\n"), "wound/care"),
        (("persons: 1", "persons: -1"), "greater than or equal to 0"),
        (("    of: figure care.home_recipients_national\n", ""), "needs 'of'"),
        (("    of: figure care.home_recipients_national\n", "    of: 0\n"), "'of' is 0, so nothing can be shared out"),
    ],
)
def test_a_fault_in_staffing_is_named(tmp_path: Path, change: tuple[str, str], complaint: str) -> None:
    """Roles, organisations, shifts and numbers are checked against one another."""
    text = (SCENARIOS / "staffing" / "standard.yaml").read_text(encoding="utf-8")
    text = text.replace(
        "gp.doctor: {title: {nb: Fastlege, en: General practitioner}, at: gp}",
        "gp.doctor: {at: gp, title: {nb: L, en: D}}",
    )
    assert change[0] in text
    (tmp_path / "staffing.yaml").write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(InputError, match=complaint):
        load_staffing(tmp_path / "staffing.yaml")


SEEN_OR_VISITED = """\
  - {{id: visited, by: home-care.nurse, channel: home, after: first, {visited}}}
  - {{id: written, by: home-care.nurse, channel: home, after: {after}, within: {{time: 1 d, of: first}}}}
"""


@pytest.mark.parametrize(
    ("visited", "after", "faults"),
    [
        ("chance: 0.5", "[first, {step: visited, delay: 3 d}]", 0),
        ("chance: 0.5", "[{step: visited, delay: 3 d}]", 1),
        ("takes: 1 h", "[first, {step: visited, delay: 3 d}]", 1),
        ("unless: second", "[second, {step: visited, delay: 3 d}]", 0),
    ],
)
def test_a_deadline_can_be_kept_when_one_way_there_is_short_enough(
    pathway_file: Write, figures: Figures, visited: str, after: str, faults: int
) -> None:
    """What follows a step that may be left out need not wait for it; what is always done is waited for."""
    path = pathway_file()
    path.write_text(path.read_text("utf-8") + SEEN_OR_VISITED.format(visited=visited, after=after), "utf-8")
    found = check_files([path], figures)
    assert [("the deadline of 'written'" in fault) for fault in found] == [True] * faults


@pytest.mark.parametrize("lang", ["nb", "en"])
def test_every_measure_that_a_study_may_wait_for_has_a_name_on_its_page(lang: str) -> None:
    """The page names those over all, and two that are of a place or a profession only."""
    named = set(read(REPORTS / "texts" / f"study.{lang}.yaml").data["measure"])
    assert named - set(MEASURES) == {"places.occupancy", "staff.occupancy"}
    assert set(MEASURES) <= named


def test_a_pathway_of_many_ways_is_looked_through_once(pathway_file: Write) -> None:
    """Forty steps, each after the two before it, are read at once, though there are a hundred million ways through."""
    steps = [f"  - {{id: s{n}, by: home-care.nurse, channel: home, after: [s{n - 2}, s{n - 1}]}}" for n in range(2, 40)]
    first = [
        "  - {id: s0, by: home-care.nurse, channel: home}",
        "  - {id: s1, by: home-care.nurse, channel: home, after: s0}",
    ]
    last = "  - {id: last, by: home-care.nurse, channel: home, after: [s38, s39], within: {time: 1 h, of: s0}}"
    path = pathway_file()
    text = path.read_text("utf-8").partition("steps:")[0]
    path.write_text("\n".join([text + "steps:", *first, *steps, last]), "utf-8")
    assert len(load_pathway(path).steps) == 41
