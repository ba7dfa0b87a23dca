"""A hospital that several municipalities have together: it is one, and nobody notices who simulates it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from simulator.care import Settings, Simulation, simulate, simulate_fully
from simulator.care.capacity import hours_on_duty
from simulator.care.letters import NO_PLACE, Release, Reply, Request, in_order
from simulator.care.plan import make_plan
from simulator.care.shards import cut, even
from simulator.care.windows import Exchange
from simulator.domain.digest import table_digest
from simulator.domain.scenario import Study
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.measures.workload import occupancy, staff_time
from simulator.scenario import load_study

TOWNS = ("5501", "5532", "5534", "5601")
"""Three of Troms and one of Finnmark."""
HAND_OVER = 600
BEDS, NURSES = 5, 2
STAFFING = f"""
staffing: shared
organisations: {{citizen: {{}}, clinic: {{}}, hospital: {{shared_by: county, hand_over: 10 min}}}}
roles:
  citizen: {{title: {{nb: Innbygger, en: Citizen}}, at: citizen, numbered: false}}
  nurse: {{title: {{nb: Sykepleier, en: Nurse}}, at: hospital}}
  porter: {{title: {{nb: Portør, en: Porter}}, at: hospital}}
  aide: {{title: {{nb: Hjelper, en: Aide}}, at: clinic}}
places: {{bed: {{at: hospital, count: {BEDS}}}}}
staff:
  nurses: {{role: nurse, persons: {NURSES}, shifts: {{all: {{hours: "00:00-24:00"}}}}}}
  aides: {{role: aide, persons: 2, shifts: {{all: {{hours: "00:00-24:00"}}}}}}
"""
PATHWAY = """
pathway: stay
title: {nb: Opphold, en: Stay}
demand: {rate: 90}
before: 2 d
steps:
  - {id: called, by: aide, channel: in-person, needs: aides, takes: 10 min}
  - {id: admitted, by: nurse, channel: ward, after: called, needs: nurses, takes: "lognormal(mean=30 min, cv=0.5)",
     occupies: {place: bed, until: left}, patience: 6 h, within: 12 h}
  - {id: moved, by: porter, channel: ward, after: admitted, takes: 20 min}
  - {id: seen, by: nurse, channel: ward, after: {step: moved, delay: "exponential(mean=1 h)"}, needs: nurses,
     takes: 15 min, patience: 20 min, postpone: 2 h}
  - {id: left, by: citizen, channel: electronic, after: {step: admitted, delay: "exponential(mean=2 h)"}}
"""
STUDY = f"""
study: shared
title: {{nb: Delt, en: Shared}}
municipalities: {list(TOWNS)}
start: 2026-01-12
days: 2
seed: 3
pathways: [stay.yaml]
staffing: {{use: staffing.yaml}}
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory, figures: Figures) -> Study:
    """Four municipalities of two counties, each county with a hospital of few beds and nurses."""
    return load_study(written(tmp_path_factory.mktemp("shared")) / "study.yaml", figures)


@pytest.fixture(scope="module")
def residents(people: Callable[..., pl.DataFrame]) -> pl.DataFrame:
    """A few hundred people in each."""
    return pl.concat([people(120 + 60 * n, code) for n, code in enumerate(TOWNS)])


@pytest.fixture(scope="module")
def whole(study: Study, residents: pl.DataFrame, figures: Figures) -> Simulation:
    """What comes of it in one process."""
    return simulate_fully(study, residents, figures)


def written(folder: Path, **changes: str) -> Path:
    for name, text in (("staffing", STAFFING), ("stay", PATHWAY), ("study", STUDY)):
        (folder / f"{name}.yaml").write_text(changes.get(name, text), "utf-8")
    return folder


@pytest.mark.parametrize("workers", [2, 4])
def test_any_number_of_workers_gives_the_same_bytes(
    study: Study, residents: pl.DataFrame, figures: Figures, whole: Simulation, workers: int
) -> None:
    """However municipalities and hospitals are shared out over processes, timeline and accounts are the same."""
    found = simulate_fully(study, residents, figures, workers=workers)
    assert whole.events.filter(pl.col("organisation") == "55/hospital")["kommunenummer"].n_unique() == 3
    assert table_digest(found.events) == table_digest(whole.events)
    assert found.accounts.equals(whole.accounts)


def test_who_shares_nothing_is_simulated_apart(
    study: Study, residents: pl.DataFrame, figures: Figures, tmp_path: Path
) -> None:
    """Municipalities of one hospital make a region of their own, whatever order the people are in."""
    plan = make_plan(study, figures)
    mixed = pl.concat([residents, residents.with_columns(replica=residents["replica"] + 1)]).reverse()
    regions = cut(mixed, study, plan, 1, tmp_path)
    homes = [pl.concat([shard.people() for shard in region]).select("replica", "kommunenummer") for region in regions]
    found = [set(home.unique().rows()) for home in homes]
    troms, finnmark = set(TOWNS[:3]), set(TOWNS[3:])
    assert sorted(map(sorted, found)) == [
        [(replica, town) for town in sorted(towns)] for replica in (0, 1) for towns in (troms, finnmark)
    ]
    assert sum(home.height for home in homes) == mixed.height
    assert even(regions, 2)
    assert not even(cut(residents, study, plan, 1, tmp_path), 2)


def test_a_region_alone_is_what_it_is_among_others(
    study: Study, residents: pl.DataFrame, figures: Figures, whole: Simulation
) -> None:
    """What happens in a county rests on nobody outside it."""
    alone = simulate(study, residents.filter(pl.col("kommunenummer") == TOWNS[3]), figures)
    among = whole.events.filter(pl.col("kommunenummer") == TOWNS[3])
    assert alone.height > 100
    assert table_digest(alone.drop("event")) == table_digest(among.drop("event"))


def test_a_dask_cluster_gives_the_same_bytes(
    study: Study, residents: pl.DataFrame, figures: Figures, whole: Simulation, cluster: str
) -> None:
    """Workers of a cluster exchange the same letters and make the same timeline."""
    far = simulate(study, residents, figures, settings=Settings(cluster=cluster))
    assert table_digest(far) == table_digest(whole.events)


def test_nothing_happens_elsewhere_before_it_can_be_known(whole: Simulation) -> None:
    """Work at the hospital begins a hand-over after it was wanted, and what follows it a hand-over after its end."""
    stays = whole.events.filter(pl.col("step") == "admitted")
    assert stays.height > 100
    assert stays.select((pl.col("began") - pl.col("wanted")).min()).item().total_seconds() >= HAND_OVER
    ends = stays.select("episode", ended="at")
    moved = whole.events.filter(pl.col("step") == "moved").join(ends, on="episode")
    assert moved.select((pl.col("began") - pl.col("ended")).min()).item().total_seconds() == HAND_OVER


def test_beds_are_never_more_than_the_hospital_has(whole: Simulation) -> None:
    """Patients of several municipalities together never have more beds than there are, and queue for them."""
    left = whole.events.filter(pl.col("step") == "left").select("episode", until="at")
    stays = whole.events.filter(pl.col("step") == "admitted").join(left, on="episode")
    for _, of_one in stays.group_by("organisation"):
        changes = [(at, 1) for at in of_one["began"]] + [(at, -1) for at in of_one["until"]]
        taken = most = 0
        for _, change in sorted(changes):
            taken += change
            most = max(most, taken)
        assert most == BEDS
    assert set(stays["organisation"].unique()) == {"55/hospital", "56/hospital"}


def test_nobody_of_the_hospital_is_in_two_places_at_once(whole: Simulation) -> None:
    """Nurses who are counted and porters whom nobody counts do one thing at a time, for whichever municipality."""
    who = ("organisation", "role", "staff")
    work = whole.events.filter(pl.col("organisation").str.ends_with("hospital")).sort(*who, "began")
    assert work.filter(pl.col("began") < pl.col("at").shift(1).over(who)).height == 0
    nurses = work.filter((pl.col("role") == "nurse") & (pl.col("organisation") == "55/hospital"))
    assert sorted(nurses["staff"].unique()) == list(range(NURSES))


def test_every_step_wanted_is_accounted_for(whole: Simulation) -> None:
    """Wanted is done, missed, waiting and under way together, letters under way at the end included."""
    account = pl.col("done") + pl.col("missed") + pl.col("waiting") + pl.col("under_way")
    assert whole.accounts.select((account == pl.col("wanted")).all()).item()
    assert whole.accounts.filter(pl.col("step") == "admitted")["missed"][0] > 0
    assert whole.events.filter(pl.col("step") == "seen")["postponed"].max() > 0  # type: ignore[operator]


def test_no_letter_arrives_before_it_was_sent(
    study: Study, residents: pl.DataFrame, figures: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between windows only letters are handed over that arrive after the window's end."""
    late: list[int] = []
    advance = Exchange._advance

    def watched(self: Exchange, until: int) -> int:
        earliest = advance(self, until)
        late.extend(letter.arrives - until for letters in self._letters for letter in letters)
        return earliest

    monkeypatch.setattr(Exchange, "_advance", watched)
    simulate(replace(study, days=1), residents, figures)
    assert len(late) > 500
    assert min(late) >= 0


def test_letters_of_one_instant_go_by_resident_and_pathway() -> None:
    """Whoever sent them first, letters are delivered by instant, resident, pathway, step and episode."""
    request = Request(5, 7, 0, 1, 0, "55/hospital", 0, 0, 0, 0, 0, 0, 0, NO_PLACE)
    free = Release(5, 7, 0, 1, 0, "55/hospital", 2)
    reply = Reply(5, 3, 9, 9, 9, 0, 0, True, 4, 4, 0, NO_PLACE, 0)
    later = request._replace(arrives=6, resident=1)
    assert in_order([later, request, free, reply]) == [reply, free, request, later]


@pytest.mark.parametrize(
    ("organisation", "said"),
    [
        ("hospital: {shared_by: county}", "needs 'hand_over'"),
        ("hospital: {shared_by: county, hand_over: 0 s}", "a second at least"),
        ("hospital: {hand_over: 10 min}", "only what is 'shared_by'"),
    ],
)
def test_a_hand_over_that_makes_no_sense_is_named(
    tmp_path: Path, figures: Figures, organisation: str, said: str
) -> None:
    """Counted people that municipalities share need a hand-over of some time; others have none."""
    staffing = STAFFING.replace("hospital: {shared_by: county, hand_over: 10 min}", organisation)
    with pytest.raises(InputError, match=said):
        load_study(written(tmp_path, staffing=staffing) / "study.yaml", figures)


def test_a_shared_staff_is_on_duty_once_for_all(
    study: Study, residents: pl.DataFrame, whole: Simulation, figures: Figures
) -> None:
    """Two nurses round the clock in each county and two aides in each municipality; nobody works more than that."""
    hours = hours_on_duty(study, residents.lazy(), figures)
    assert hours == {"nurse": NURSES * 2 * 48.0, "aide": 2 * len(TOWNS) * 48.0}
    used = {found.over: found.value for found in occupancy(staff_time(whole.events), hours)}
    assert 0.1 < used["nurse"] <= 1
