"""Writes a page for every pathway, and an index that leads to them."""

from collections.abc import Sequence
from pathlib import Path

from reports.pathways import Shelf, index_page, pathway_page
from simulator.domain.scenario import Pathway
from simulator.errors import InputError, nearest
from simulator.figures import Figures
from simulator.places import PATHWAYS
from simulator.run.progress import Watcher
from simulator.scenario import load_pathway, load_staffing
from simulator.scenario.catalogue import load_catalogue
from simulator.scenario.uses import figures_of
from simulator.storage import whole, writing


def write_pathways(names: Sequence[str], out: Path, lang: str, watch: Watcher) -> list[Path]:
    """A page for each pathway named (names in ``scenarios/pathways/`` or paths; all when none is), and an index.

    Raises InputError for a pathway that is not there or is written wrongly.
    """
    staffing = load_staffing()
    pathways = [load_pathway(_file(name), staffing) for name in names or _shipped()]
    named = {pathway.name: sorted(figures_of(pathway)) for pathway in pathways}
    shelf = Shelf(staffing, load_catalogue(), Figures.load(), named)
    with writing(out):
        out.mkdir(parents=True, exist_ok=True)
    pages = []
    with watch.stage("Writing pages") as advance:
        for number, pathway in enumerate(pathways, 1):
            pages.append(_write(out / f"{pathway.name}.{lang}.html", pathway_page(pathway, shelf, lang)))
            advance(number, len(pathways))
    return [_index(pathways, shelf, out, lang), *pages]


def _index(pathways: list[Pathway], shelf: Shelf, out: Path, lang: str) -> Path:
    return _write(out / f"index.{lang}.html", index_page(pathways, shelf, lang))


def _shipped() -> list[str]:
    return sorted(path.stem for path in PATHWAYS.glob("*.yaml"))


def _file(name: str) -> str | Path:
    path = Path(name)
    if path.suffix:
        return path
    if name not in _shipped():
        raise InputError(f"no pathway '{name}'", where=str(PATHWAYS), remedy=nearest(name, _shipped()))
    return name


def _write(path: Path, page: str) -> Path:
    with whole(path) as part:
        part.write_text(page, "utf-8")
    return path
