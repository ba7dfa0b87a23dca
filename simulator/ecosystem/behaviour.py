"""How each neighbour behaves: well, unless asked to be slow, down or wrong, to repeat itself or to mix things up."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Changed = Callable[[str], Awaitable[None]]
"""Told the name of a neighbour whose behaviour has changed, once it has."""


class Behaviour(BaseModel):
    """What is the matter with a neighbour; nothing, when all is left out.

    Attributes:
        slow_s: Seconds that each answer, and each thing sent, takes longer.
        down: It answers 503 (true), takes the connection and hangs up without having done anything (``refused``: the
            port is shared with the others, so no connection is refused), or does what it is asked and hangs up before
            anybody is told (``cut``); and it sends nothing: that waits until it is up again, and what it would look up
            or ask for at once is not asked.
        wrong: What it answers and sends is wrong: the neighbour's own kind of wrong, or else cut off in the middle.
        duplicate: What it sends or lists comes twice.
        out_of_order: What it sends or lists comes in another order than it happened.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    slow_s: Annotated[float, Field(ge=0, le=60)] = 0.0
    down: bool | Literal["refused", "cut"] = False
    wrong: bool = False
    duplicate: bool = False
    out_of_order: bool = False


WELL = Behaviour()


class Behaviours:
    """The behaviour of every neighbour, which the bench reads and sets.

    Args:
        names: The neighbours there are.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(names)
        self._set: dict[str, Behaviour] = {}
        self.changed: list[Changed] = []

    def of(self, name: str) -> Behaviour:
        """How a neighbour behaves now."""
        return self._set.get(name, WELL)

    async def behave(self, name: str, behaviour: Behaviour) -> None:
        """Sets how a neighbour behaves from now on; what waited for that is sent before this ends."""
        self._set[name] = behaviour
        for told in self.changed:
            await told(name)

    def routes(self) -> list[Route]:
        """``/behaviour/<neighbour>``: GET, PUT, DELETE."""
        return [
            Route("/behaviour/{name}", self._read, methods=["GET"]),
            Route("/behaviour/{name}", self._write, methods=["PUT"]),
            Route("/behaviour/{name}", self._clear, methods=["DELETE"]),
        ]

    async def _read(self, request: Request) -> Response:
        name = request.path_params["name"]
        return JSONResponse(self.of(name).model_dump()) if name in self._names else self.unknown(name)

    async def _write(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self._names:
            return self.unknown(name)
        try:
            wanted = Behaviour.model_validate_json(await request.body())
        except ValidationError as error:
            return JSONResponse({"message": error.errors()[0]["msg"]}, 400)
        await self.behave(name, wanted)
        return JSONResponse(wanted.model_dump())

    async def _clear(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self._names:
            return self.unknown(name)
        await self.behave(name, WELL)
        return Response(status_code=204)

    def unknown(self, name: str) -> Response:
        """404 that tells which neighbours there are."""
        known = ", ".join(self._names)
        return JSONResponse({"message": f"no neighbour is called {name[:40]!r}; there are {known}"}, 404)
