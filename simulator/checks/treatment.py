"""Checks of medicines in use: reviews that are due, multidose that changes, doses given and missed (LEG)."""

from simulator.checks.content import differences
from simulator.checks.evidence import accepted, finding, listed, names_written, read_back, sent
from simulator.checks.lists import about, all_accepted, exactly
from simulator.checks.registry import check
from simulator.domain.exchange import History
from simulator.domain.verdict import Finding


@check("medication_reviews_due_are_right", rule="R-LEG-04")
def medication_reviews_due_are_right(history: History) -> Finding:
    """Who has had no medication review for a year is exactly who the record shows none for."""
    all_accepted(history, "review")
    residents, due = list(names_written(history, "residents")), names_written(history, "due").keys()
    problems = []
    for number, resident in enumerate(residents, start=1):
        found = about(listed(history, f"since.{number}"), resident)
        if found and resident in due:
            problems.append(f"{resident} is due for a review, and the record shows {found[0].name} within the year")
        if not found and resident not in due:
            problems.append(f"{resident} has had a review within the year, and the record shows none")
    passed = f"{len(due)} of {len(residents)} residents are due for a medication review."
    return finding(problems, passed, history.labelled("since"))


@check("pharmacy_sees_the_right_version", rule="R-LEG-05")
def pharmacy_sees_the_right_version(history: History) -> Finding:
    """After an acute change the pharmacy sees what to pack from now, and what it packed before can still be read."""
    ordered, changed = names_written(history, "ordered"), names_written(history, "changed")
    accepted(history, "stop")
    problems = exactly(History(history.example), listed(history, "packed"), ordered, "what was to be packed before")
    problems += exactly(history, listed(history, "after"), changed, "what is to be packed after the change")
    packed = read_back(history, "as-packed")
    for write in ordered.values():
        problems += [f"What was packed cannot be read as it was: {d}" for d in differences(sent(write), packed)]
    passed = f"{len(changed)} prescription to pack after the change, the {len(ordered)} before it kept as it was."
    return finding(problems, passed, [*history.labelled("packed"), *history.labelled("after")])


@check("missed_dose_is_seen", rule="R-LEG-06")
def missed_dose_is_seen(history: History) -> Finding:
    """Doses given and doses missed are told apart, and the alarm of a missed one is on the list of who answers it."""
    given, missed = names_written(history, "given"), names_written(history, "missed")
    alarm = names_written(history, "alarm")
    problems = exactly(history, listed(history, "given"), given, "the list of doses given")
    problems += exactly(history, listed(history, "not-given"), missed, "the list of doses missed")
    problems += exactly(history, listed(history, "alarms"), alarm, "the list of open alarms")
    passed = f"{len(given)} doses given and {len(missed)} missed are told apart, and the alarm is seen."
    return finding(problems, passed, [*history.labelled("not-given"), *history.labelled("alarms")])
