"""A hospital that several municipalities have together: it is one, and nobody notices who simulates it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from simulator.care import Settings, Simulation, simulate, simulate_fully
from simulator.care.capacity import hours_on_duty
from simulator.care.letters import NO_PLACE, Release, Reply, Request, in_order
from simulator.care.messages import NEVER
from simulator.care.plan import make_plan
from simulator.care.shards import cut, even
from simulator.care.windows import Exchange
from simulator.domain.digest import table_digest
from simulator.domain.scenario import Study
from simulator.domain.tables import LIFE_EVENTS
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.measures.workload import at_work, occupancy
from simulator.scenario import load_study

Dying = Callable[..., Simulation]
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
    request = Request(5, 7, 0, 1, 0, "55/hospital", 0, 0, 0, 0, 0, 0, 0, NO_PLACE, NEVER)
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
    counted = [(pathway.name, step.id) for pathway in study.pathways for step in pathway.steps if step.needs]
    steps = pl.DataFrame(counted, schema=["pathway", "step"], orient="row")
    used = {found.over: found.value for found in occupancy(at_work(whole.events, steps), hours)}
    assert 0.1 < used["nurse"] <= 1


DEATH = """
pathway: death
title: {nb: Død, en: Death}
life_event: death
steps:
  - {id: told, by: aide, channel: electronic}
"""
DIES = 12 * 3600
"""Seconds into the period of the first death; then each dies two minutes after the one before."""


def mortal(folder: Path, figures: Figures, **changes: str) -> Study:
    """The same with deaths."""
    listed = STUDY.replace("[stay.yaml]", "[stay.yaml, death.yaml]")
    (written(folder, **{"study": listed, **changes}) / "death.yaml").write_text(DEATH, "utf-8")
    return load_study(folder / "study.yaml", figures)


def deaths(residents: Iterable[int], after_s: int = DIES) -> pl.DataFrame:
    """Those residents die one after the other, schema ``LIFE_EVENTS``."""
    begin = datetime(2026, 1, 11, 23, tzinfo=UTC)
    told = [(begin + timedelta(seconds=after_s + 120 * n), resident, "death") for n, resident in enumerate(residents)]
    frame = pl.DataFrame(told, schema=["at", "resident", "kind"], orient="row")
    return pl.concat(
        [pl.DataFrame(schema=LIFE_EVENTS), frame.cast({name: LIFE_EVENTS[name] for name in frame.columns})],
        how="diagonal",
    )


@pytest.fixture(scope="module")
def dying(tmp_path_factory: pytest.TempPathFactory, residents: pl.DataFrame, figures: Figures) -> Dying:
    """Every third resident dies in the course of the study; what comes of it in so many processes."""
    study = mortal(tmp_path_factory.mktemp("mortal"), figures)
    lives = deaths(residents["resident"].gather_every(3))

    @cache
    def run(**how: Any) -> Simulation:
        cluster = how.pop("cluster", "")
        return simulate_fully(study, residents, figures, settings=Settings(lives=lives, cluster=cluster), **how)

    return run


def test_what_the_dead_were_waiting_for_elsewhere_is_not_done(dying: Dying, residents: pl.DataFrame) -> None:
    """Whoever dies in the queue of a hospital that several municipalities have together is not seen there any more."""
    found = dying()
    dead = deaths(residents["resident"].gather_every(3)).select("resident", died="at")
    theirs = found.events.filter(pl.col("pathway") == "stay").join(dead, on="resident")
    assert theirs.filter(pl.col("step") == "seen").height > 10
    assert theirs.filter(pl.col("began") > pl.col("died")).height == 0
    account = pl.col("done") + pl.col("missed") + pl.col("waiting") + pl.col("under_way")
    assert found.accounts.select((account == pl.col("wanted")).all()).item()


@pytest.mark.parametrize("workers", [2, 4, 0])
def test_deaths_are_the_same_for_any_number_of_workers(dying: Dying, workers: int, cluster: str) -> None:
    """Who has died by when goes along with what is asked for, however it is shared out."""
    whole = dying()
    found = dying(workers=workers) if workers else dying(cluster=cluster)
    assert table_digest(found.events) == table_digest(whole.events)
    assert found.accounts.equals(whole.accounts)


LONG = """
pathway: stay
title: {nb: Opphold, en: Stay}
demand: {rate: 3652}
steps:
  - {id: admitted, by: nurse, channel: ward, needs: nurses, takes: 30 min, occupies: {place: bed, until: left}}
  - {id: left, by: citizen, channel: electronic, after: {step: admitted, delay: 5 d}}
"""


@pytest.mark.parametrize("minutes", [5, 35])
def test_the_bed_of_one_who_dies_before_the_reply_is_free(
    tmp_path: Path, people: Callable[..., pl.DataFrame], figures: Figures, minutes: int
) -> None:
    """Who dies while being admitted, or before the town hears of it, leaves the one bed when the reply has come."""
    study = mortal(tmp_path, figures, staffing=STAFFING.replace(f"count: {BEDS}", "count: 1"), stay=LONG)
    first = simulate(study, people(3), figures, settings=Settings(lives=deaths([]))).row(0, named=True)
    at = first["began"] - datetime(2026, 1, 11, 23, tzinfo=UTC) + timedelta(minutes=minutes)
    lives = deaths([first["resident"]], int(at.total_seconds()))
    events = simulate(study, people(3), figures, settings=Settings(lives=lives))
    one, other = events.filter(pl.col("step") == "admitted").head(2).iter_rows(named=True)
    assert (one["resident"], one["at"]) == (first["resident"], first["at"])
    assert other["began"] == one["at"] + timedelta(seconds=2 * HAND_OVER)
