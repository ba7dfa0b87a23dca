"""The page: whole, self-contained, honest about what is missing, and safe whatever the candidate answered."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import orjson
import polars as pl
import pytest

from reports import write
from simulator.domain.requirement import Catalogue
from simulator.domain.tables import EVENTS, LOAD, POPULATION
from simulator.domain.verdict import Verdict
from simulator.errors import InputError, OutputError
from simulator.histories import read_verdicts

Bare = Callable[..., Path]
VOID = {"meta", "br", "link", "img", "hr", "input"}


class Page(HTMLParser):
    """Reads a page strictly enough to catch a tag left open, a twice-used id or an address that is fetched."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.text: list[str] = []
        self.labels: list[str] = []
        self.faults: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "svg":
            self.labels.append(given.get("aria-label") or "")
        for name in ("href", "xlink:href", "src", "srcset", "action", "data", "poster"):
            if given.get(name):
                (self.links if tag == "a" else self.fetched).append(str(given[name]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def words(html: str) -> str:
    return " ".join(" ".join(Page(html).text).split())


def render(folder: Path, catalogue: Catalogue, lang: str = "en") -> str:
    return write(folder, lang=lang, catalogue=catalogue).read_text("utf-8")


@pytest.fixture
def loaded(finished: Path, tmp_path: Path) -> Path:
    """A copy of the whole run without its people and care, to change as a test likes."""
    folder = tmp_path / "loaded"
    shutil.copytree(finished, folder, ignore=shutil.ignore_patterns("population*", "events*"))
    return folder


@pytest.fixture(scope="session")
def page(finished: Path, catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> str:
    copy = tmp_path_factory.mktemp("page") / "run"
    shutil.copytree(finished, copy)
    return render(copy, catalogue)


def test_the_verdict_is_one_sentence(page: str) -> None:
    """Who was tested, passed, failed, could not be judged, load and generator stand in one sentence."""
    assert (
        "Tested journal 0.1.0 passed 3 of the 5 requirements tested; 1 failed; 1 could not be judged; "
        "1 was not applicable to it in this run; load: limits met at 24 × Tromsø; "
        "the load generator was not the bottleneck." in words(page)
    )


def test_an_error_never_hides_a_failure(page: str) -> None:
    """A requirement with a failure and an error counts as failed, and the error stands beside it."""
    row = page[page.index('<tr id="JRN-03">') : page.index('<tr id="JRN-04">')]
    assert words(row).startswith("JRN-03 ✗ Fail also ! Technical error")
    assert "In 1 of the failed requirements something else" in words(page)


def test_a_failure_says_what_it_means_for_people(page: str) -> None:
    """The consequence of a failed requirement is shown; that of a passed one is not."""
    assert "Harm by JRN-03 (en)" in page
    assert "Harm by JRN-01" not in page


def test_evidence_holds_rule_exchange_and_command(page: str) -> None:
    """The row of a failed requirement carries the rule, its source, request, answer and how to run it again."""
    row = page[page.index('<tr id="JRN-03">') : page.index('<tr id="JRN-04">')]
    for part in (
        "Rule of JRN-03 (en)",
        "FHIR R4 3.1.0",
        "POST http://127.0.0.1:8080/fhir/Patient/_search",
        "<strong>500",
    ):
        assert part in row
    assert "journalbenk conformance --candidate tested-journal --study quickstart --requirement JRN-03" in row


def test_requirements_not_judged_are_listed_with_a_reason(page: str) -> None:
    """A requirement without a check is on the page, with why."""
    assert "1 requirement not judged in this run" in page
    assert "Needs a register that is not there yet (en)" in page


def test_assumed_figures_and_statistics_are_named(page: str) -> None:
    """The page says which figures are assumed and that its output is not Norwegian statistics."""
    assert "1 figure is assumed" in page
    assert "care.travel_minutes" in page
    assert "Simulated output is not Norwegian statistics." in page


def test_the_page_is_sound_html(page: str) -> None:
    """Every tag is closed, no id occurs twice, headings and pictures have words."""
    read = Page(page)
    assert read.faults == []
    assert read.open == []
    assert len(read.ids) == len(set(read.ids))
    assert read.tags.count("h1") == 1
    assert len(read.labels) == 4
    assert all(read.labels)


def test_what_was_asked_for_is_asked_for_again(
    bare: Bare, judged: Callable[..., Verdict], catalogue: Catalogue
) -> None:
    """The lines to run again name the candidate's file, the study and the seed as they were given."""
    asked = {"candidate": "vendors/mine.yaml", "study": "my-week.yaml", "seed": 7}
    page = words(render(bare([judged("JRN-01", "fail")], asked=asked), catalogue))
    again = "journalbenk conformance --candidate vendors/mine.yaml --seed 7 --study my-week.yaml --requirement"
    assert f"{again} JRN-01" in page
    assert f"{again} ID" in page


def test_roles_are_called_as_the_study_calls_them(
    bare: Bare, judged: Callable[..., Verdict], catalogue: Catalogue
) -> None:
    """Who sent an exchange has the name that the study's files give the role."""
    titles = {"role": {"home-care.nurse": {"nb": "Natt", "en": "Night nurse of the north"}}}
    assert "Night nurse of the north" in render(bare([judged("JRN-01", "fail")], titles=titles), catalogue)


def test_links_within_the_page_lead_somewhere(page: str) -> None:
    """Every anchor points to an id that is there."""
    read = Page(page)
    assert [link for link in read.links if link.removeprefix("#") not in read.ids] == []


def test_nothing_is_fetched(page: str) -> None:
    """The page loads nothing: no script, no address to fetch, no import in the style."""
    read = Page(page)
    assert [address for address in read.fetched if not address.startswith("#")] == []
    assert "script" not in read.tags
    assert not re.search(r"@import|url\((?!#)", page)


def test_the_same_run_gives_the_same_bytes(page: str, finished: Path, tmp_path: Path, catalogue: Catalogue) -> None:
    """Another copy of the same run's folder gives the identical page."""
    shutil.copytree(finished, tmp_path / "elsewhere")
    assert render(tmp_path / "elsewhere", catalogue) == page


def test_the_page_is_whole_in_bokmaal(finished: Path, tmp_path: Path, catalogue: Catalogue) -> None:
    """The page in bokmål names its language, writes numbers as Norwegian does, and is sound HTML."""
    shutil.copytree(finished, tmp_path / "run")
    html = render(tmp_path / "run", catalogue, "nb")
    assert '<html lang="nb">' in html
    assert "besto 3 av de 5 kravene som ble prøvd; 1 ble ikke bestått; 1 kunne ikke vurderes" in words(html)
    assert "79\u202f943 innbyggere" in html
    assert (Page(html).faults, Page(html).open) == ([], [])


def test_person_numbers_are_masked_everywhere(page: str, synthetic_number: str) -> None:
    """No person number stands in clear: six digits and stars, in messages and evidence alike."""
    assert synthetic_number not in page
    assert f"{synthetic_number[:6]}*****" in page
    digits = re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL)
    assert re.findall(r"(?<!\d)\d{11}(?!\d)", digits) == []


def test_secrets_are_masked(page: str) -> None:
    """A bearer token that reached the history does not reach the page."""
    assert "very-secret" not in page


HOSTILE = {
    "script": "</pre><script>alert(1)</script><img src=http://evil.example/x onerror=alert(1)>",
    "long": "x" * 200_000,
    "binary": "".join(map(chr, range(256))) + "\u202egnp.exe\ufffe",
    "json": '{"text": "</script><script>alert(1)</script>", "deep": ' + "[" * 150 + "]" * 150 + "}",
    "lone surrogate": '{"name": "\\ud800"}',
}


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=list(HOSTILE))
def test_a_hostile_answer_stays_text(
    bare: Bare, judged: Callable[..., Verdict], catalogue: Catalogue, answer: str
) -> None:
    """Script, endless, binary or broken answers are shown as text, cut, and change nothing else of the page."""
    html = render(bare([judged("JRN-01", "fail", message=answer)], answer), catalogue)
    read = Page(html)
    assert (read.faults, read.open) == ([], [])
    assert "script" not in read.tags
    assert "img" not in read.tags
    assert len(html) < 60_000
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u202e\ufffe]", html)


def test_a_hostile_name_stays_text(bare: Bare, catalogue: Catalogue) -> None:
    """Whatever the candidate calls itself is text on the page and one word in the command."""
    folder = bare(candidate={"name": "x; rm -rf ~", "title": "<b onclick=x>Journal</b>", "software": {"name": "<i>"}})
    html = render(folder, catalogue)
    assert "<b onclick" not in html
    assert "<i>" not in html
    assert "--candidate &#39;x; rm -rf ~&#39; --study quickstart --requirement" in html


def test_a_version_is_not_said_twice(bare: Bare, catalogue: Catalogue) -> None:
    """A title that already holds the version is not given it once more."""
    html = render(bare(candidate={"name": "x", "title": "Journal 2.1", "version": "2.1"}), catalogue)
    assert "<h1>Journal 2.1</h1>" in html


def test_a_partial_run_gives_no_verdict(bare: Bare, judged: Callable[..., Verdict], catalogue: Catalogue) -> None:
    """A run that broke off says so first, even when everything seen so far passed."""
    text = words(render(bare([judged("JRN-01", "pass")], state="partial"), catalogue))
    assert "The bench cannot say This run is partial." in text
    assert "passed 1 of 1" not in text
    assert "it is not a result" in text


def test_a_run_without_manifest_is_partial(bare: Bare, catalogue: Catalogue) -> None:
    """A folder whose manifest is missing is shown as partial, and the missing file named."""
    folder = bare()
    (folder / "manifest.json").unlink()
    text = words(render(folder, catalogue))
    assert "This run is partial." in text
    assert "manifest.json" in text


@pytest.mark.parametrize("name", ["manifest.json", "events.parquet", "population-fit.json", "verdicts.jsonl"])
def test_a_damaged_file_is_named_and_spoils_the_verdict(bare: Bare, catalogue: Catalogue, name: str) -> None:
    """A file that cannot be read is named, and no verdict is given."""
    folder = bare()
    (folder / name).write_bytes(b'{"requirement": 1}\n' if name == "verdicts.jsonl" else b"\x00PAR1 nonsense")
    text = words(render(folder, catalogue))
    assert f"Could not be read, or not to the end: {name}." in text
    assert "no verdict is given" in text


def test_a_spoilt_line_of_a_history_is_told(bare: Bare, catalogue: Catalogue) -> None:
    """What follows a line that cannot be read is missing from the page, so it gives no verdict and says why."""
    folder = bare()
    lines = (folder / "history.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "history.jsonl").write_bytes(b"".join([lines[0], b"{cut\n", *lines[2:]]))
    text = words(render(folder, catalogue))
    assert "Could not be read, or not to the end: history.jsonl." in text
    assert "no verdict is given" in text


def test_a_table_of_another_version_is_named_with_what_to_do(bare: Bare, catalogue: Catalogue) -> None:
    """Events without a column that the page shows are not called damaged: they were made by another version."""
    folder = bare()
    pl.DataFrame(schema=EVENTS).drop("reminder", "out_of_order").write_parquet(folder / "events.parquet")
    text = words(render(folder, catalogue))
    assert "Made by another version, without what this one shows: events.parquet." in text
    assert "Make the run anew with this version." in text
    assert "Could not be read" not in text


def test_a_verdict_line_cut_short_is_left_out(bare: Bare, judged: Callable[..., Verdict], catalogue: Catalogue) -> None:
    """A last line broken off by a crash does not hide the lines before it."""
    folder = bare([judged("JRN-01", "fail")], state="partial")
    with (folder / "verdicts.jsonl").open("ab") as file:
        file.write(b'{"requirement": "JRN-0')
    assert '<tr id="JRN-01">' in render(folder, catalogue)


def test_a_simulation_names_no_candidate(finished: Path, tmp_path: Path, catalogue: Catalogue) -> None:
    """A run that only simulated shows people and care, and says that nothing was tested."""
    for name in ("population.parquet", "population-fit.json", "events.parquet", "notices.parquet"):
        shutil.copy(finished / name, tmp_path / name)
    (tmp_path / "manifest.json").write_text(
        '{"state": "complete", "seed": 1, "study": "quickstart", "payment_day_nok": 5745,'
        ' "figures": [{"name": "hospital.discharge_ready_day_price_nok", "year": 2024}],'
        ' "period": {"start": "2026-01-12", "days": 7}}'
    )
    text = words(render(tmp_path, catalogue))
    assert "Simulated No candidate was tested" in text
    assert "No requirement was judged in this run." in text
    assert "No load was run." in text
    assert "3,000 steps of care" in text
    assert "What was never done is not among them." in text
    assert "2 patients in hospital were reported ready for discharge in the period, and 1 before it" in text
    assert "days of the period that the municipality pays for: 9." in text
    assert "That is 51,705 NOK, at 5,745 NOK a day. The rate is that of 2024." in text


def test_steps_stand_in_the_order_people_come_to_them(page: str) -> None:
    """The steps of a pathway follow its course, also when an episode began before the period and lacks the first."""
    text = words(page[page.index('id="care"') :])
    assert text.index("Ready for discharge (LOG") < text.index("First home visit")


def test_a_run_without_evidence_is_not_a_pass(bare: Bare, catalogue: Catalogue) -> None:
    """A whole run of a candidate with neither verdict nor load says that nothing can be said."""
    assert "The bench cannot say anything of Tested journal 0.1.0" in words(render(bare([]), catalogue))


def test_not_applicable_alone_is_not_a_pass(bare: Bare, judged: Callable[..., Verdict], catalogue: Catalogue) -> None:
    """A candidate that claims nothing has passed nothing."""
    text = words(render(bare([judged("JRN-01", "not_applicable")]), catalogue))
    assert "The bench cannot say Tested journal 0.1.0 was judged on no requirement." in text


def test_empty_tables_are_drawn_as_nothing(bare: Bare, catalogue: Catalogue) -> None:
    """A run with no residents, events or load rows has no pictures and still a page."""
    folder = bare()
    (folder / "load").mkdir()
    for name, schema in (("population", POPULATION), ("events", EVENTS), ("load/load", LOAD)):
        pl.DataFrame(schema=schema).write_parquet(folder / f"{name}.parquet")
    assert Page(render(folder, catalogue)).labels == []


def test_a_run_under_a_bound_generator_says_nothing_of_the_candidate(loaded: Path, catalogue: Catalogue) -> None:
    """When the generator was the bottleneck the sentence says so, and claims no limit met."""
    said = '{"verdict": "generator-bound", "reasons": ["waited 8 % for the processor"]}'
    (loaded / "load" / "generator.json").write_text(said)
    text = words(render(loaded, catalogue))
    assert "load: nothing can be said, because the load generator was the bottleneck" in text
    assert "limits met" not in text
    assert "waited 8 % for the processor" in text


def test_what_went_amiss_before_the_window_is_told(loaded: Path, catalogue: Catalogue) -> None:
    """The page says what the candidate was given, and what of it is uncertain or may be there twice by the bench."""
    seeded = {"created": 900, "existed": 3, "refused": 0, "unknown": 1, "unresolved": 0, "repeated": 12, "reasons": []}
    generator = loaded / "load" / "generator.json"
    generator.write_bytes(orjson.dumps({**orjson.loads(generator.read_bytes()), "seeded": seeded}))
    text = words(render(loaded, catalogue))
    assert "Before the window began, 903 resources were with the candidate. 1 was not answered, so" in text
    assert "12 were sent twice, because it could not be told what became of the transactions they were in." in text
    assert "refused." not in text.partition("Before the window began")[2].partition("released")[0]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("undecided", "limits met for 2 of 3 professions at 24 × Tromsø, and nothing can be said of the others"),
        ("not_met", "limits not met for 1 of 3 professions at 24 × Tromsø"),
    ],
)
def test_one_profession_decides_the_load_clause(loaded: Path, catalogue: Catalogue, answer: str, said: str) -> None:
    """Limits count as met only when every profession's is; the sentence says for how many it is not so."""
    limits = loaded / "load-limits.json"
    limits.write_text(limits.read_text().replace('"verdict":"met"', f'"verdict":"{answer}"', 1))
    assert said in words(render(loaded, catalogue))


@pytest.mark.parametrize(
    ("name", "value", "unit", "said"),
    [
        (
            *("response_time.p99.9", 12.5, "ms"),
            "Svartid fra det planlagte tidspunktet, 99,9-persentil response_time.p99.9 Alle 12,5 ms [6,25–25,0] 77",
        ),
        (
            *("generator.run_queue_wait_share", 0.0124, "share"),
            "generatoren ventet på prosessoren generator.run_queue_wait_share Alle 1,2 % [0,6 %–2,5 %] 77",
        ),
        ("something.new", 3.5, "ms", "something, new something.new Alle 3,50 ms [1,75–7,00] 77"),
    ],
)
def test_what_else_was_measured_is_told_in_words(
    loaded: Path, catalogue: Catalogue, *, name: str, value: float, unit: str, said: str
) -> None:
    """In the page's language, with its unit and observations; a measurement without a name stands by its own."""
    row = {"name": name, "value": value, "unit": unit, "n": 77, "over": "all", "low": value / 2, "high": value * 2}
    (loaded / "measurements.json").write_bytes(orjson.dumps([row]))
    assert said in words(render(loaded, catalogue, "nb"))


@pytest.mark.parametrize(("limit", "said"), [(0.002, True), (0.003, False)])
def test_no_error_seen_is_no_proof_that_there_are_none(
    loaded: Path, catalogue: Catalogue, limit: float, *, said: bool
) -> None:
    """None of 1 333 means up to 0.22 %, and where the limit is lower a note says what met means."""
    limits = loaded / "load-limits.json"
    rows = orjson.loads(limits.read_bytes())
    limits.write_bytes(orjson.dumps([{**row, "error_limit": limit} for row in rows]))
    pl.read_parquet(loaded / "load" / "load.parquet").with_columns(outcome=pl.lit("ok", LOAD["outcome"])).write_parquet(
        loaded / "load" / "load.parquet"
    )
    text = words(render(loaded, catalogue))
    assert f"0% [up to 0.22%] (limit {limit:.2%})" in text
    assert ("too few interactions were sent to show that it is kept" in text) is said


def test_what_was_lost_under_load_is_said_first(loaded: Path, catalogue: Catalogue) -> None:
    """A candidate that loses acknowledged writes under load fails, however fast it is, and the sentence says so."""
    kept = loaded / "load-correctness.json"
    kept.write_text(kept.read_text().replace('"outcome":"pass"', '"outcome":"fail"'))
    page = words(render(loaded, catalogue))
    assert "under load it broke 1 promise about what it stores" in page
    assert "✗ Fail Acknowledged writes are there afterwards" in page


def test_the_consequence_is_that_of_the_broken_rule(loaded: Path, catalogue: Catalogue) -> None:
    """Of a requirement with several rules, the consequence of the one that was broken is shown."""
    failed = next(v for v in read_verdicts(loaded / "verdicts.jsonl") if v.outcome == "fail")
    own = replace(catalogue.rules[failed.rule], consequence={"nb": "Ingen ser det.", "en": "Nobody sees it."})
    page = words(render(loaded, replace(catalogue, rules={**catalogue.rules, failed.rule: own})))
    assert "Nobody sees it." in page


def test_a_folder_without_a_run_is_refused(tmp_path: Path, catalogue: Catalogue) -> None:
    """A folder with nothing of a run in it is an input error."""
    with pytest.raises(InputError, match="no run here"):
        write(tmp_path, catalogue=catalogue)


def test_a_folder_that_cannot_be_written_to_is_an_output_error(bare: Bare, catalogue: Catalogue) -> None:
    """Where the page cannot be put, the error says so and no half page is left."""
    folder = bare()
    (folder / "report.html").mkdir()
    with pytest.raises(OutputError, match=r"report\.html: cannot be written"):
        write(folder, catalogue=catalogue)
    assert list(folder.glob(".*.part")) == []


def test_the_projects_own_catalogue_is_used_by_default(bare: Bare, judged: Callable[..., Verdict]) -> None:
    """Without a catalogue given, titles come from the project's requirements."""
    html = write(bare([judged("JRN-01", "pass")]), lang="nb").read_text("utf-8")
    assert "Én journal per innbygger" in html


def test_pathways_that_are_not_drawn_are_counted(tmp_path: Path, catalogue: Catalogue) -> None:
    """Of ten pathways the eight with the most steps are drawn, and the caption says so; of eight it says nothing."""
    base = pl.DataFrame(
        {"event": 0, "pathway": [f"p{n}" for n in range(10)], "step": "s", "resident": 1, "episode": "e"}
    )
    at = pl.lit(datetime(2026, 1, 12, 12, tzinfo=UTC), EVENTS["at"])
    events = pl.concat(
        [pl.DataFrame(schema=EVENTS), base.with_columns(at=at, began=at, wanted=at)], how="diagonal_relaxed"
    )
    told = []
    for name, some in (("ten", events), ("eight", events.head(8))):
        (tmp_path / name).mkdir()
        some.write_parquet(tmp_path / name / "events.parquet")
        told.append(words(render(tmp_path / name, catalogue)))
    assert "Shown are the 8 pathways with the most steps, of 10." in told[0]
    assert "with the most steps" not in told[1]
