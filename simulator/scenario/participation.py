"""Reads the parts of a study that say who uses which system, and how well those systems and their messages work."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from simulator.domain.numbers import Number
from simulator.domain.scenario import Staffing
from simulator.domain.systems import MISHAPS, SYSTEMS, Adoption, Choice, Outage, Participation, Response, System
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.scenario.expressions import number, seconds
from simulator.scenario.faults import Faults
from simulator.scenario.study_models import StudyModel

DEFAULT: Final = "default"
_SHARED: Final = ("then", "share", "else")
_OSLO: Final = ZoneInfo("Europe/Oslo")
_FORMATS: Final = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")
_YEAR: Final = 31557600
_COUNTY: Final = 2
"""Digits of a county's number."""
_SHOWN: Final = 8
"""How many of a study's municipalities a message names."""
_SHARED_BY: Final = {
    "county": "the whole county, which goes by its name or two digits",
    "health-region": "several counties, whose word stands beside 'default'",
    "country": "all counties, whose word stands beside 'default'",
}
Place = tuple[str | int, ...]

SMALLEST_UNQUOTED: Final = 1000
"""YAML reads 0301 as an octal number; kommunenummer that do not begin with 0 are safe without quotes."""
UNQUOTED: Final = 'a kommunenummer that begins with 0 is read as another number; put it in quotes: "0301"'


class ParticipationReader:
    """Reads ``participation:``, ``adoption:``, ``messages:``, ``outages:`` and ``response:`` of one study."""

    def __init__(self, staffing: Staffing, municipalities: tuple[str, ...], figures: Figures, faults: Faults) -> None:
        self.staffing = staffing
        self.municipalities = municipalities
        self.figures = figures
        self.faults = faults

    def participation(self, model: StudyModel) -> Participation:
        """Who uses which system."""
        kinds: dict[str, Choice] = {}
        places: dict[str, dict[str, Choice]] = {}
        for key, value in model.participation.items():
            place = ("participation", str(key))
            if isinstance(value, dict) and not set(value) & set(_SHARED):
                area = self._area(place, key)
                if area in places:
                    self.faults.add(place, f"'{key}' is another word for {area}, which is written already")
                places[area] = self._kinds(place, value)
                self._check_used(place, area, places[area])
            else:
                kinds |= self._kinds(("participation",), {str(key): value})
        default = kinds.pop(DEFAULT, Choice("common"))
        return Participation(default, kinds, places)

    def _kinds(self, place: Place, values: Mapping[Any, Any]) -> dict[str, Choice]:
        found = {}
        for kind, value in values.items():
            words = [DEFAULT, *self.staffing.organisations]
            if self.faults.word((*place, str(kind)), str(kind), words, "kind of organisation"):
                found[str(kind)] = self._choice((*place, str(kind)), value)
        return found

    def _check_used(self, place: Place, area: str, kinds: Iterable[str]) -> None:
        """Add a fault for an area where the study has nobody, and for each kind that no such area has for itself."""
        towns = self.figures.municipalities()
        if area not in {code for town in towns for code in (town.kommunenummer, town.county_code)}:
            return
        if not any(code.startswith(area) for code in self.municipalities):
            names = [f"{m.kommunenummer} {m.name}" for m in towns if m.kommunenummer in self.municipalities]
            said = f"{', '.join(names[:_SHOWN])}{', …' if len(names) > _SHOWN else ''}"
            self.faults.add(place, f"'{place[-1]}' is no part of the study, whose municipalities are {said}")
        for kind in kinds:
            shared = self.staffing.organisations[kind].shared_by if kind in self.staffing.organisations else ""
            if shared and (shared != "county" or len(area) > _COUNTY):
                message = f"'{kind}' is shared by {_SHARED_BY[shared]}; say there what it uses"
                self.faults.add((*place, kind), message)

    def _choice(self, place: Place, value: object) -> Choice:
        if not isinstance(value, dict):
            return Choice(self._system(place, value))
        for key in value:
            self.faults.word((*place, str(key)), str(key), _SHARED, "key")
        share = self.faults.parse((*place, "share"), lambda: number(value.get("share", 1.0)), Number(1.0))
        if not share.figures and share.constant > 1:
            self.faults.add((*place, "share"), f"a share of {share.constant:g} is above 1")
        then = self._system((*place, "then"), value.get("then", "common"))
        return Choice(then, share, self._system((*place, "else"), value.get("else", "own")))

    def _system(self, place: Place, word: object) -> System:
        self.faults.word(place, str(word), SYSTEMS, "system")
        return next((system for system in SYSTEMS if system == word), "own")

    def _area(self, place: Place, key: str | int) -> str:
        """A kommunenummer, or a county's two digits, from a number or a name; a fault, and the word, for others."""
        if isinstance(key, int) and key < SMALLEST_UNQUOTED:
            self.faults.add(place, UNQUOTED)
            return str(key)
        word, towns = str(key), self.figures.municipalities()
        counties = {m.county_code: m.county for m in towns}
        named = next((code for code, name in counties.items() if word.casefold() in (code, name.casefold())), "")
        if named:
            return named
        try:
            return self.figures.municipality(word).kommunenummer
        except InputError as error:
            kinds = [DEFAULT, *self.staffing.organisations]
            if word in kinds:
                self.faults.add(place, f"'{word}' is a kind of organisation; what it uses is a system, not more kinds")
            elif word.isdigit() or any(word.casefold() == m.name.casefold() for m in towns):
                self.faults.add(place, str(error))
            else:
                words = [*kinds, *counties.values(), *(m.name for m in towns)]
                self.faults.word(place, word, words, "kind of organisation, county or municipality")
            return word

    def adoption(self, model: StudyModel) -> Adoption | None:
        """How far a system has spread among municipalities."""
        adoption = model.adoption
        if adoption is None:
            return None
        place = ("adoption",)
        curve = adoption.curve.removeprefix("figure ").strip()
        self.faults.word((*place, "curve"), curve, self.figures.names(), "figure")
        for n, kind in enumerate(adoption.kinds):
            self.faults.word((*place, "kinds", n), kind, self.staffing.organisations, "organisation")
        whole = [o.kind for o in self.staffing.organisations.values() if not o.one_per and not o.shared_by]
        dip = self.faults.parse((*place, "dip"), lambda: number(adoption.dip), Number(0.0))
        lasts = self.faults.parse((*place, "dip_lasts"), lambda: seconds(adoption.dip_lasts), 0)
        if bool(dip.figures or dip.constant) != bool(lasts):
            self.faults.add((*place, "dip"), "'dip' and 'dip_lasts' belong together: how much slower, and for how long")
        kinds = tuple(adoption.kinds or whole)
        return Adoption(curve, adoption.at, adoption.then, kinds, dip, lasts / _YEAR)

    def mishaps(self, model: StudyModel) -> dict[str, float]:
        """Shares that replace those of the message road."""
        given = {word: getattr(model.messages, word.replace("-", "_")) for word in MISHAPS}
        found = {word: share for word, share in given.items() if share is not None}
        if sum(found.values()) > 1:
            self.faults.add(("messages",), f"the shares come to {sum(found.values()):g}; they are parts of a whole")
        return found

    def outages(self, model: StudyModel) -> tuple[Outage, ...]:
        """Systems that are down, in seconds after the period's start."""
        found = []
        midnight, end = _midnight(model.start), _midnight(model.start + timedelta(days=model.days))
        for n, outage in enumerate(model.outages):
            place: Place = ("outages", n)
            words = [*SYSTEMS, *self.staffing.organisations]
            self.faults.word((*place, "system"), outage.system, words, "system or kind of organisation")
            at = self.faults.parse((*place, "at"), lambda text=outage.at: _instant(text), midnight)  # type: ignore[misc]
            lasts = self.faults.parse((*place, "lasts"), lambda text=outage.lasts: seconds(text), 1)  # type: ignore[misc]
            begins = round((at - midnight).total_seconds())
            if not midnight <= at < end:
                self.faults.add(
                    (*place, "at"), f"{outage.at} is outside the period of {model.days} days from {model.start}"
                )
            if lasts <= 0:
                self.faults.add((*place, "lasts"), "an outage lasts longer than nothing")
            found.append(Outage(outage.system, begins, lasts))
        return tuple(sorted(found, key=lambda outage: (outage.at, outage.system)))

    def response(self, model: StudyModel) -> Response:
        """What a candidate's answers add to the work."""
        if model.response.seconds and model.response.run:
            self.faults.add(("response",), "either 'seconds' or 'from' a run, not both")
        return Response(model.response.seconds, model.response.run)


def _midnight(day: date) -> datetime:
    """The instant a day begins in Oslo; days in which the clock is moved are an hour longer or shorter."""
    return datetime.combine(day, datetime.min.time(), _OSLO).astimezone(UTC)


def _instant(text: str) -> datetime:
    """A date and time in Oslo; raises ValueError."""
    for pattern in _FORMATS:
        try:
            told = datetime.strptime(text, pattern).replace(tzinfo=_OSLO)
        except ValueError:
            continue
        instant = told.astimezone(UTC)
        if instant.astimezone(_OSLO) != told:
            raise ValueError(f"there is no '{text}': the clock is moved forward over it")
        return instant
    raise ValueError(f"'{text}' is not a date and time such as '2026-01-14 08:00'")
