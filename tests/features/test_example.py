"""A list read page by page: to its end, never in a circle, and told when it goes on for too long."""

from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest

from features.example import MOST_PAGES, EndlessListError, Example
from simulator.domain.exchange import Exchange, Request, Response


class Pages:
    """A session in which each page leads to the one that ``following`` names."""

    def __init__(self, following: Any) -> None:
        self.following = following
        self.asked = 0

    def send(self, _: object, **__: object) -> Exchange:
        return self._page("first")

    def follow(self, link: str, **_: object) -> Exchange:
        return self._page(link)

    def _page(self, link: str) -> Exchange:
        self.asked += 1
        following = self.following(self.asked, link)
        body = {"resourceType": "Bundle", "link": [{"relation": "next", "url": following}] if following else []}
        answer = Response(200, {}, orjson.dumps(body).decode())
        return Exchange(self.asked, "", "search", "Patient", Request("POST", "", {}), answer, "ok", 0.0, 0.0)


def _example(pages: Pages) -> Example:
    nothing = cast(Any, SimpleNamespace())
    return Example("example", nothing, cast(Any, pages), nothing, nothing)


def test_a_list_is_read_to_its_end() -> None:
    """Every page, each once."""
    pages = Pages(lambda n, _: f"page{n}" if n < 5 else "")
    assert len(_example(pages).search("Patient", "list")) == 5


def test_a_list_that_leads_in_a_circle_is_left() -> None:
    """A page that leads to itself is not asked for again and again."""
    pages = Pages(lambda *_: "again")
    assert len(_example(pages).search("Patient", "list")) == 2


def test_a_list_without_an_end_is_told() -> None:
    """Always another page: the bench gives up, and says that it does not know what else there is."""
    with pytest.raises(EndlessListError, match=f"after {MOST_PAGES} pages"):
        _example(Pages(lambda n, _: f"page{n}")).search("Patient", "list")


def test_as_many_pages_as_are_read_are_no_list_without_an_end() -> None:
    """The last page that the bench would read may be the last there is."""
    pages = Pages(lambda n, _: f"page{n}" if n < MOST_PAGES else "")
    assert len(_example(pages).search("Patient", "list")) == MOST_PAGES
