"""The message files: both languages whole, every text used, every used text there."""

import re
from string import Formatter

import pytest

from reports.language import LANGUAGES, Entry, load_texts
from simulator.errors import InputError
from simulator.places import REPORTS

# A literal key, or the literal beginning of a key that is put together: t("outcome." ~ x), texts(f"month.{n}").
USED = re.compile(r"""(?:\bt|\btexts|\bself)\(\s*(f?)["']([a-z_.0-9]+)(["'{])(\s*(?:~|if))?""")
CHOSEN = re.compile(r"""\bt\("([a-z_.]+)"\)|texts\(\s*"([a-z_.]+)" if .*? else "([a-z_.]+)\"""")
GROUPED = re.compile(r"""\.name\(\s*["']([a-z_]+)["']""")


def sources() -> str:
    paths = [*REPORTS.rglob("*.py"), *REPORTS.rglob("*.jinja")]
    return "\n".join(path.read_text("utf-8") for path in sorted(paths))


def used() -> tuple[set[str], set[str]]:
    """Keys named in full, and beginnings of keys that are completed at run time."""
    whole: set[str] = set()
    begun: set[str] = {f"{group}." for group in GROUPED.findall(sources())}
    for formatted, key, end, joined in USED.findall(sources()):
        if (formatted and end == "{") or joined.strip() == "~":
            begun.add(key)
        elif not formatted:
            whole.add(key)
    whole |= {key for found in CHOSEN.findall(sources()) for key in found if key}
    return whole, begun


def placeholders(entry: Entry) -> set[str]:
    sides = entry.values() if isinstance(entry, dict) else [entry]
    return {name for side in sides for _, name, _, _ in Formatter().parse(side) if name}


def test_both_languages_have_the_same_keys() -> None:
    """A key in one language is in the other, and has plural forms in both or in neither."""
    english, norwegian = (load_texts(lang).entries for lang in ("en", "nb"))
    assert {k: isinstance(v, dict) for k, v in english.items()} == {
        k: isinstance(v, dict) for k, v in norwegian.items()
    }


def test_both_languages_fill_in_the_same_values() -> None:
    """A text takes the same values in both languages, so that neither leaves out a figure."""
    english, norwegian = (load_texts(lang).entries for lang in ("en", "nb"))
    assert {k: placeholders(v) for k, v in english.items()} == {k: placeholders(v) for k, v in norwegian.items()}


def test_messages_beside_the_steps_are_called_after_them() -> None:
    """A reminder by its step's title in the study; a step that has such a name by itself by its own."""
    titles = {"step": {"a.told": {"nb": "Epikrise"}, "a.sent-answer": {"nb": "Svar sendt"}}}
    texts = load_texts("nb").naming(titles)
    assert texts.step("a", "told-reminder") == "Purring: Epikrise"
    assert texts.step("a", "told-inquiry") == "Forespørsel om det som ikke var der: Epikrise"
    assert texts.step("a", "sent-answer-answer") == "Svar på forespørselen: Svar sendt"
    assert texts.step("a", "sent-answer") == "Svar sendt"
    assert texts.step("a", "told-once") == "told-once"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_is_empty(lang: str) -> None:
    """Every text says something."""
    sides = [s for e in load_texts(lang).entries.values() for s in (e.values() if isinstance(e, dict) else [e])]
    assert all(isinstance(side, str) and side.strip() for side in sides)


def test_every_used_key_exists() -> None:
    """Every key named in code or templates is in the message files."""
    whole, begun = used()
    entries = load_texts("en").entries
    assert whole - set(entries) == set()
    assert [start for start in begun if not any(key.startswith(start) for key in entries)] == []


def test_every_key_is_used() -> None:
    """No text is kept that nobody shows."""
    whole, begun = used()
    unused = [k for k in load_texts("en").entries if k not in whole and not k.startswith(tuple(begun))]
    assert unused == []


def test_numbers_follow_the_language() -> None:
    """Bokmål groups by thin spaces and has a decimal comma; English has comma and point."""
    assert load_texts("nb").number(1234567) == "1\u202f234\u202f567"
    assert load_texts("nb").number(12.34) == "12,3"
    assert load_texts("en").number(1234567) == "1,234,567"
    assert load_texts("en").number(-0.5) == "−0.50"


@pytest.mark.parametrize(
    ("value", "digits", "said"),
    [(0.0042, None, "0.004"), (-0.00042, None, "−0.0004"), (0.07, None, "0.07"), (-0.0, None, "0"), (-0.04, 1, "0.0")],
)
def test_a_number_that_is_not_nought_is_not_written_as_nought(value: float, digits: int | None, said: str) -> None:
    """What is small has as many decimals as show it; nought has no sign, also where few decimals are asked for."""
    assert load_texts("en").number(value, digits) == said


def test_people_are_whole() -> None:
    """Whole numbers have no decimals, others have theirs, and what is no number is a dash."""
    texts = load_texts("nb")
    found = [texts.amount(value) for value in (3.0, 2.25, 12345.0, None, float("nan"), float("inf"))]
    assert found == ["3", "2,25", "12\u202f345", "–", "–", "–"]


def test_a_share_short_of_all_is_never_shown_as_all() -> None:
    """99.99 per cent is not rounded up to 100."""
    assert load_texts("en").share(0.99999) == "99.9%"
    assert load_texts("nb").share(1.0) == "100\u202f%"
    assert load_texts("nb").share(float("nan")) == "–"


def test_a_share_more_than_none_is_never_shown_as_none() -> None:
    """What is rounded away is told as less than the least that can be shown."""
    assert load_texts("en").share(0.0004) == "<0.1%"
    assert load_texts("nb").share(0.0006) == "0,1\u202f%"
    assert load_texts("en").share(-0.0004) == ">−0.1%"
    assert load_texts("en").share(0.0) == "0%"


def test_dates_are_written_in_words() -> None:
    """Days and instants are spelt out, and what is no date is left as it is."""
    assert load_texts("nb").day("2026-01-12") == "12. januar 2026"
    assert load_texts("en").instant("2026-01-12T07:05:00+00:00") == "12 January 2026 07:05 UTC"
    assert load_texts("en").instant("soon") == "soon"


def test_plural_follows_the_number() -> None:
    """One is singular, everything else plural."""
    texts = load_texts("nb")
    assert texts("header.residents", n=1) == "1 innbygger"
    assert texts("header.residents", n=0) == "0 innbyggere"


def test_an_unknown_language_is_refused_by_name() -> None:
    """A language without texts is an input error that names those there are."""
    with pytest.raises(InputError, match=r"'nn'.*expected en or nb"):
        load_texts("nn")
