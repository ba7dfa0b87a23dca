"""The shipped pathways over real municipalities: same bytes however shared out, nobody doubled, chains in order."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import orjson
import polars as pl
import pytest
from simpy import Environment

from simulator.care import Settings, Simulation, simulate, simulate_fully
from simulator.care.demand import RatePlan, SchedulePlan
from simulator.care.engine import Engine
from simulator.care.episodes import episodes_of
from simulator.care.merging import ORDER
from simulator.care.plan import make_plan
from simulator.care.site import Site
from simulator.care.timeline import events_of
from simulator.domain.digest import table_digest
from simulator.domain.numbers import Number
from simulator.domain.scenario import Study
from simulator.domain.systems import Choice, Outage, Participation
from simulator.figures import Figures
from simulator.measures import payment_days
from simulator.population import make_population
from simulator.scenario import load_study
from simulator.scenario.pathways import load_pathway

SMALL = ("5532", "5534", "5536")  # Balsfjord, Karlsøy, Lyngen
WEDNESDAY = date(2026, 1, 14)
STORED = Path(__file__).parent.parent / "timelines"


@pytest.fixture(scope="module")
def study(figures: Figures) -> Study:
    """The default study over three small municipalities for three days."""
    return replace(load_study("quickstart", figures), municipalities=SMALL, days=3)


@pytest.fixture(scope="module")
def residents(figures: Figures, study: Study) -> pl.DataFrame:
    """The people of those municipalities."""
    return make_population(figures, study.municipalities, study.seed)


@pytest.fixture(scope="module")
def whole(study: Study, residents: pl.DataFrame, figures: Figures) -> Simulation:
    """What comes of the study, in one process."""
    return simulate_fully(study, residents, figures)


def test_any_number_of_workers_gives_the_same_bytes(
    study: Study, residents: pl.DataFrame, figures: Figures, whole: Simulation
) -> None:
    """Two worker processes make the timeline that one makes, and tell how far they are."""
    told: list[tuple[int, int]] = []
    settings = Settings(on_progress=lambda done, total: told.append((done, total)))
    found = simulate_fully(study, residents, figures, workers=2, settings=settings)
    assert table_digest(found.events) == table_digest(whole.events)
    assert found.notices.equals(whole.notices)
    assert told == [(day + 1, len(told)) for day in range(len(told))]


def test_what_happens_in_a_municipality_does_not_depend_on_its_shard(
    study: Study, residents: pl.DataFrame, figures: Figures
) -> None:
    """Three municipalities in one shard have the events that each has in a shard of its own."""
    study = replace(study, pathways=tuple(p for p in study.pathways if p.name != "discharge-ready"))
    engine = Engine(make_plan(study, figures), residents)
    together = events_of(engine, engine.run())
    assert together.height > 1000
    assert together.drop("event").sort(ORDER).equals(simulate(study, residents, figures).drop("event"))


def test_systems_apart_give_the_same_bytes_for_any_number_of_workers(
    study: Study, residents: pl.DataFrame, figures: Figures
) -> None:
    """With messages between systems, losses, an outage and shares drawn by organisation, workers change nothing."""
    patchwork = replace(
        study,
        days=1,
        participation=Participation(Choice("own"), {"gp": Choice("common", Number(0.4))}),
        mishaps={"lost": 0.1, "late": 0.1},
        outages=(Outage("hospital", 8 * 3600, 3600),),
    )
    alone, together = (simulate(patchwork, residents, figures, workers=workers) for workers in (1, 2))
    assert alone.filter(pl.col("fate").cast(pl.String) == "lost").height > 0
    assert alone.filter(pl.col("lacks").list.len() > 0).height > 50
    assert table_digest(alone) == table_digest(together)


def test_another_seed_gives_another_timeline(
    study: Study, residents: pl.DataFrame, figures: Figures, whole: Simulation
) -> None:
    """The seed decides."""
    other = simulate(replace(study, seed=study.seed + 1), residents, figures)
    assert table_digest(other) != table_digest(whole.events)


def test_adding_a_pathway_moves_nothing_in_the_others(
    study: Study, residents: pl.DataFrame, figures: Figures, whole: Simulation
) -> None:
    """Pathways that share no staff with it have the same events with and without another one."""
    alone = simulate(replace(study, pathways=study.pathways[:1]), residents, figures)
    among = whole.events.filter(pl.col("pathway") == study.pathways[0].name)
    assert alone.height > 500
    assert alone.drop("event").equals(among.drop("event"))


def test_stopping_early_changes_nothing_up_to_then(
    study: Study, residents: pl.DataFrame, figures: Figures, whole: Simulation
) -> None:
    """``until`` gives the beginning of the same timeline."""
    first = simulate(study, residents, figures, settings=Settings(until=9 * 3600))
    assert first.height > 100
    assert first.equals(whole.events.head(first.height))


def test_replicas_are_other_people_with_the_same_rules(study: Study, figures: Figures, residents: pl.DataFrame) -> None:
    """A replica has its own site and events, and the study's own are the same beside it."""
    one = replace(study, municipalities=SMALL[:1])
    people = make_population(figures, one.municipalities, one.seed, replicas=2)
    both = simulate(one, people, figures)
    first = simulate(one, people, figures, settings=Settings(replica=0))
    own = both.filter(~pl.col("organisation").str.contains(".1/", literal=True))
    assert own.drop("event").equals(first.drop("event"))
    assert both.height > 1.7 * first.height


def test_no_one_is_in_two_places_at_once(whole: Simulation) -> None:
    """No two pieces of work of one person overlap, in any organisation."""
    work = whole.events.filter((pl.col("staff") >= 0) & (pl.col("at") > pl.col("began")))
    who = ("organisation", "role", "staff")
    doubled = work.sort(*who, "began").filter(pl.col("began") < pl.col("at").shift(1).over(who))
    assert work.height > 1000
    assert doubled.height == 0


def test_every_step_wanted_is_accounted_for_and_happens_once(whole: Simulation) -> None:
    """Wanted is done, missed, waiting or under way; no step of an episode is there twice."""
    account = pl.col("done") + pl.col("missed") + pl.col("waiting") + pl.col("under_way")
    assert whole.accounts.select((account == pl.col("wanted")).all()).item()
    assert whole.events.select(pl.struct("episode", "step").is_duplicated().any()).item() is False


def test_chains_are_in_order(whole: Simulation) -> None:
    """Whoever leaves hospital was ready, decided on and acknowledged first; those before the period are told of too."""
    chain = whole.events.filter(pl.col("pathway") == "discharge-ready")
    wide = chain.pivot("step", index="episode", values="at")
    for before, after in (("ready", "decided"), ("decided", "acknowledged"), ("discharged", "first-visit")):
        assert wide.select((pl.col(before) <= pl.col(after)).all()).item()
    ready = chain.filter(pl.col("message") == "LOG_UTSKRIVNINGSKLAR")
    told = whole.notices.filter(pl.col("message") == "LOG_UTSKRIVNINGSKLAR")
    assert set(ready["episode"]) < set(told["episode"])
    assert told.filter(pl.col("at") >= ready["at"].min())["episode"].to_list() == ready["episode"].to_list()


def test_what_is_sent_before_the_period_is_known_in_it(study: Study, residents: pl.DataFrame, figures: Figures) -> None:
    """Answers to inquiries of the days before the period are given as to those of the period itself."""
    dialog = replace(study, pathways=(load_pathway("municipal-dialog", study.staffing),), start=WEDNESDAY, days=1)
    told = simulate_fully(dialog, residents, figures).accounts
    wanted = dict(told.select("step", "wanted").iter_rows())
    assert wanted["asked"] > 30
    assert wanted["answered"] > 0.6 * wanted["asked"]


def test_demand_meets_the_national_totals(figures: Figures) -> None:
    """By construction the rates over the whole country come to the official totals."""
    plan = make_plan(load_study("quickstart", figures), figures)
    sums = {
        p.pathway.name: float((p.demand.rate * figures.people.structure).sum())
        for p in plan.pathways
        if isinstance(p.demand, RatePlan)
    }
    assert sums["gp-consultation"] == pytest.approx(figures.value("gp.consultations_national"))
    assert sums["discharge-ready"] == pytest.approx(figures.value("hospital.discharge_ready_stays"))


def test_a_year_of_a_city_has_its_part_of_the_national_totals(figures: Figures) -> None:
    """Over a year of Tromsø each pathway begins as often as its people's part of the country says, within 3 %."""
    study = replace(load_study("quickstart", figures), days=365)
    people = make_population(figures, study.municipalities, study.seed)
    plan = make_plan(study, figures)
    site = Site(plan, people, Environment(initial_time=plan.clock.begin))
    for pathway in plan.pathways:
        episodes = episodes_of(site, pathway)
        days = study.days + pathway.pathway.before + pathway.pathway.beyond
        assert isinstance(pathway.demand, RatePlan | SchedulePlan)
        if isinstance(pathway.demand, RatePlan):
            yearly = float(pathway.demand.rate[site.people.sex, np.minimum(site.people.age, 120)].sum())
        else:
            yearly = pathway.demand.per_day * 365.25 * site.truth("home_care_hours > 0").sum()
        # The days beyond the year are winter days, when GPs see more people than in a mean month.
        tolerance = 0.03 if pathway.pathway.name != "discharge-ready" else 0.05
        assert len(episodes.row) == pytest.approx(yearly * days / 365.25, rel=tolerance)


def test_a_few_use_the_gp_much_more_than_others(figures: Figures) -> None:
    """Consultations of a year are negative binomial within an age, with the dispersion of the figures."""
    study = replace(load_study("quickstart", figures), days=365)
    people = make_population(figures, study.municipalities, study.seed)
    plan = make_plan(study, figures)
    site = Site(plan, people, Environment(initial_time=plan.clock.begin))
    pathway = next(p for p in plan.pathways if p.pathway.name == "gp-consultation")
    counts = np.bincount(episodes_of(site, pathway).row, minlength=people.height)
    listed = people.select(pl.col("age").is_between(30, 49) & (pl.col("fastlege") >= 0)).to_series()
    some = counts[listed.to_numpy()]
    dispersion = figures.by_age_sex("gp.use_dispersion")[0, 40]
    # Women and men of different years of age have somewhat different means, which adds a little.
    assert some.var() == pytest.approx(some.mean() + some.mean() ** 2 / dispersion, rel=0.2)


def test_the_stored_timeline_is_made_again(
    figures: Figures, people: Callable[..., pl.DataFrame], trial: Callable[..., Study]
) -> None:
    """A small study without figures gives the digest and the counts that are stored, whatever changed since."""
    stored = orjson.loads((STORED / "small.json").read_bytes())
    study = trial({"a": stored["steps"]}, persons=stored["persons"], days=stored["days"], seed=stored["seed"])
    events = simulate(study, people(stored["people"]), figures)
    counts = {row["step"]: row["len"] for row in events.group_by("step").len().iter_rows(named=True)}
    assert counts == stored["counts"]
    assert table_digest(events) == stored["digest"]


def test_no_report_is_read_before_it_has_come(residents: pl.DataFrame, study: Study, figures: Figures) -> None:
    """Between two systems the doctor reads a laboratory's report when it is there, though others go at once."""
    apart = replace(
        study,
        days=5,
        pathways=(load_pathway("lab-test", study.staffing),),
        participation=Participation(Choice("own")),
        mishaps={"late": 0.3},
    )
    events = simulate(apart, residents, figures)
    answered = events.filter(pl.col("step") == "answered").select("episode", came="known", became="fate")
    read = events.filter(pl.col("step") == "read").join(answered, on="episode")
    assert read.filter(pl.col("became").cast(pl.String) == "late").height > 20
    assert read.filter(pl.col("came").is_null() | (pl.col("began") < pl.col("came"))).height == 0


def test_a_vessel_can_be_opened_in_time(residents: pl.DataFrame, study: Study, figures: Figures) -> None:
    """Most of those who go straight to PCI are there within two hours of the diagnosis; all are admitted once."""
    pains = replace(
        study, days=90, pathways=(load_pathway("chest-pain", study.staffing),), demand_factors={"chest-pain": 20.0}
    )
    events = simulate(pains, residents, figures)
    opened = events.filter(pl.col("step") == "opened")
    assert opened.height > 30
    assert opened.select((pl.col("at") <= pl.col("due")).mean()).item() > 0.7
    admitted = events.filter(pl.col("records").list.contains("admission"))
    assert admitted["episode"].is_unique().all()


def test_payment_days_come_near_the_official_number_per_stay(figures: Figures) -> None:
    """Over two years of Tromsø, the days paid for each stay are the country's, within what chance allows."""
    study = load_study("quickstart", figures)
    people = make_population(figures, study.municipalities, study.seed)
    found = simulate_fully(replace(study, days=728, pathways=study.pathways[1:2]), people, figures)
    paid = payment_days(found.notices, study.start, 728)
    stays = figures.value("hospital.discharge_ready_stays")
    assert paid.select(pl.col("days").mean()).item() == pytest.approx(
        figures.value("hospital.discharge_ready_waiting_days") / stays, rel=0.08
    )
    assert paid.select((pl.col("days") > 0).mean()).item() == pytest.approx(
        figures.value("hospital.discharge_ready_waiting_stays") / stays, rel=0.12
    )
