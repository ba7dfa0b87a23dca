"""The engine against what is known of queues: Erlang C, Little's law, and the same queue in another simulator."""

from collections.abc import Callable
from math import factorial
from pathlib import Path
from typing import Any

import ciw
import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from simulator.care import simulate
from simulator.figures import Figures
from simulator.scenario import load_study

SERVERS = 3
SERVICE = 1200.0
LOAD = 0.8
PEOPLE = 1000
DAYS = 200
STEP = "  - {id: served, by: nurse, channel: ward, takes: exponential(mean=20 min)}"


@pytest.fixture(scope="module")
def queue(
    tmp_path_factory: pytest.TempPathFactory, figures: Figures, people: Callable[..., pl.DataFrame]
) -> NDArray[np.float64]:
    """Seconds wanted, begun and done of everybody in a queue of three servers, in order of arrival."""
    study = load_study(written(tmp_path_factory.mktemp("queue"), STEP, DAYS), figures)
    events = simulate(study, people(PEOPLE), figures).sort("wanted", "began")
    columns = [events[name].to_physical().to_numpy() / 1000.0 for name in ("wanted", "began", "at")]
    return np.array(columns)


def written(folder: Path, step: str, days: int) -> Path:
    """A study of one queue of three servers."""
    rate = SERVERS * LOAD / SERVICE * 86400 * 365.25 / PEOPLE
    (folder / "staffing.yaml").write_text(
        "staffing: trial\norganisations: {clinic: {}}\n"
        "roles:\n  nurse: {title: {nb: Sykepleier, en: Nurse}, at: clinic}\n"
        f"staff:\n  nurses: {{role: nurse, persons: {SERVERS}, shifts: {{all: {{hours: '00:00-24:00'}}}}}}\n"
    )
    (folder / "queue.yaml").write_text(
        f"pathway: queue\ntitle: {{nb: Kø, en: Queue}}\ndemand: {{rate: {rate}}}\nsteps:\n{step}\n", encoding="utf-8"
    )
    (folder / "study.yaml").write_text(
        "study: queue\ntitle: {nb: Kø, en: Queue}\nmunicipalities: ['5501']\nstart: 2026-01-12\n"
        f"days: {days}\nseed: 5\npathways: [queue.yaml]\nstaffing: {{use: staffing.yaml}}\n",
        encoding="utf-8",
    )
    return folder / "study.yaml"


def test_mean_wait_is_erlangs(queue: NDArray[np.float64]) -> None:
    """Random arrivals and exponential work give the waiting time of Erlang C, within what chance allows."""
    offered = SERVERS * LOAD
    top = offered**SERVERS / factorial(SERVERS) / (1 - LOAD)
    delayed = top / (sum(offered**n / factorial(n) for n in range(SERVERS)) + top)
    expected = delayed * SERVICE / (SERVERS * (1 - LOAD))
    waited = (queue[1] - queue[0])[500:]
    assert waited.mean() == pytest.approx(expected, rel=0.08)
    assert (waited > 0).mean() == pytest.approx(delayed, rel=0.05)


def test_littles_law_holds(queue: NDArray[np.float64]) -> None:
    """The number found waiting at regular looks is the arrival rate times the mean wait."""
    wanted, began, _ = queue
    looks = np.arange(wanted[0], wanted[-1], 600.0)
    waiting = np.searchsorted(wanted, looks, side="right") - np.searchsorted(np.sort(began), looks, side="right")
    rate = len(wanted) / (wanted[-1] - wanted[0])
    assert waiting.mean() == pytest.approx(rate * (began - wanted).mean(), rel=0.03)


def test_another_simulator_serves_everybody_at_the_same_second(queue: NDArray[np.float64]) -> None:
    """Fed with the same arrivals and the same work, ciw begins every piece of work when the engine does."""
    wanted, began, at = (row[:3000] - queue[0][0] + 1 for row in queue)
    order = np.lexsort((wanted, began))
    network: Any = ciw.create_network(
        arrival_distributions=[ciw.dists.Sequential([*np.diff(wanted, prepend=0.0).tolist(), 1e12])],
        service_distributions=[ciw.dists.Sequential((at - began)[order].tolist())],
        number_of_servers=[SERVERS],
    )
    simulation: Any = ciw.Simulation(network)
    simulation.simulate_until_max_customers(2900, method="Finish")
    theirs = np.sort([record.service_start_date for record in simulation.get_all_records()])[:2800]
    assert np.abs(theirs - np.sort(began)[:2800]).max() < 1.0


def test_another_simulator_serves_two_classes_at_the_same_seconds(
    tmp_path: Path, figures: Figures, people: Callable[..., pl.DataFrame]
) -> None:
    """With the urgent before the others and work of fixed length, ciw begins each class's work when the engine does."""
    urgent = "priority: \"CASE WHEN sex = 'male' THEN 0 ELSE 1 END\""
    step = STEP.replace("exponential(mean=20 min)", f"20 min, {urgent}")
    frame = people(PEOPLE)
    told = written(tmp_path, step, days=20)
    events = simulate(load_study(told, figures), frame, figures).join(frame.select("resident", "sex"), on="resident")
    first = events["wanted"].min()
    waits: dict[str, Any] = {}
    arrivals: dict[str, Any] = {}
    for sex in ("male", "female"):
        of = events.filter(pl.col("sex") == sex).sort("wanted")
        waits[sex] = of.select(s=(pl.col("began") - first).dt.total_seconds() + 1)["s"].to_numpy()
        arrivals[sex] = of.select(s=(pl.col("wanted") - first).dt.total_seconds() + 1)["s"].to_numpy()
    network: Any = ciw.create_network(
        arrival_distributions={
            sex: [ciw.dists.Sequential([*np.diff(at, prepend=0.0).tolist(), 1e12])] for sex, at in arrivals.items()
        },
        service_distributions={sex: [ciw.dists.Deterministic(SERVICE)] for sex in arrivals},
        priority_classes={"male": 0, "female": 1},
        number_of_servers=[SERVERS],
    )
    simulation: Any = ciw.Simulation(network)
    simulation.simulate_until_max_time(19 * 86400)
    records = simulation.get_all_records()
    for sex, began in waits.items():
        theirs = np.sort([r.service_start_date for r in records if r.customer_class == sex])[:1000]
        assert len(theirs) == 1000
        assert np.abs(theirs - np.sort(began)[:1000]).max() < 1.0
