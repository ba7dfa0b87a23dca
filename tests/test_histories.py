"""History and verdicts on disk: what is written is what is read, also after a crash."""

from pathlib import Path

import pytest

from simulator.domain.exchange import Exchange, Fact, History, Outcome, Request, Response
from simulator.domain.verdict import Verdict
from simulator.histories import Recorder, read_histories, read_verdicts, spoilt_line


def exchange(number: int, response: Response | None = None) -> Exchange:
    request = Request("GET", "http://127.0.0.1/fhir/Patient/1", {"accept": "application/fhir+json"})
    outcome: Outcome = "ok" if response else "unknown"
    return Exchange(number, "i", "read", "Patient", request, response, outcome, 1.0, 2.0, label=f"chart.{number}")


def test_history_survives_the_round_trip(tmp_path: Path) -> None:
    """Facts and exchanges come back as they were recorded, by example and in order."""
    first, second = exchange(1, Response(200, {"etag": 'W/"1"'}, '{"resourceType":"Patient"}')), exchange(2)
    recorder = Recorder(tmp_path)
    recorder.fact("allergy is seen", Fact("allergies", ["J01C"]))
    recorder.exchange("allergy is seen", first)
    recorder.exchange("another", second)
    recorder.close()
    histories = read_histories(tmp_path / "history.jsonl")
    assert list(histories) == ["allergy is seen", "another"]
    assert histories["allergy is seen"].facts == {"allergies": ["J01C"]}
    assert histories["allergy is seen"].exchanges == (first,)
    assert histories["another"].exchanges == (second,)


def test_exchanges_come_in_the_order_they_were_numbered(tmp_path: Path) -> None:
    """What was sent at one instant is written as the answers come, and read in the order of its numbers."""
    recorder = Recorder(tmp_path)
    for number in (2, 3, 1):
        recorder.exchange("a race", exchange(number))
    recorder.close()
    assert [e.number for e in read_histories(tmp_path / "history.jsonl")["a race"].exchanges] == [1, 2, 3]


def test_a_line_cut_short_is_left_out(tmp_path: Path) -> None:
    """A crash in the middle of a line loses that line and nothing before it."""
    recorder = Recorder(tmp_path)
    recorder.exchange("a", exchange(1))
    recorder.exchange("a", exchange(2))
    recorder.close()
    path = tmp_path / "history.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    assert [e.number for e in read_histories(path)["a"].exchanges] == [1]


def test_verdicts_survive_the_round_trip(tmp_path: Path) -> None:
    """A verdict comes back as it was recorded."""
    verdict = Verdict("JRN-03", "JRN", "SHALL", "R-JRN-03", "c", "e", "fail", "candidate", "not shown", (1, 2))
    recorder = Recorder(tmp_path)
    recorder.verdict(verdict)
    recorder.close()
    assert read_verdicts(tmp_path / "verdicts.jsonl") == [verdict]


def test_a_missing_history_is_empty(tmp_path: Path) -> None:
    """A run that never got to send anything has an empty history."""
    assert read_histories(tmp_path / "history.jsonl") == {}


def test_labels_find_exchanges() -> None:
    """Exchanges are found by label or by the prefix of their labels."""
    history = History("a", {}, (exchange(1), exchange(2)))
    assert [e.number for e in history.labelled("chart")] == [1, 2]
    assert [e.number for e in history.labelled("chart.2")] == [2]


@pytest.mark.parametrize(
    ("lines", "spoilt"),
    [
        (b'{"a": 1}\n{"a": 2}\n', None),
        (b'{"a": 1}\n{"a"', None),
        (b'{"a": 1}\n{"a"\n{"a": 3}\n', 2),
        (b'{"a": 1}\n[2]\n', 2),
        (b"", None),
    ],
)
def test_the_first_spoilt_line_is_found(tmp_path: Path, lines: bytes, spoilt: int | None) -> None:
    """A whole line that is no object is spoilt; a last line that a crash cut is not."""
    (tmp_path / "history.jsonl").write_bytes(lines)
    assert spoilt_line(tmp_path / "history.jsonl") == spoilt
