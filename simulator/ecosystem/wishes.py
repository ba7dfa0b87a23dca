"""What the bench wants of a neighbour: read strictly, done, and told what came of it."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Json = dict[str, Any]
Reference = Annotated[str, Field(pattern=r"^[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}$")]
"""``Type/id`` as the candidate calls something."""


class Wish(BaseModel):
    """Something the bench says; a word that it may not say is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def understood(kind: type[Any], does: Callable[[Any], Awaitable[Json]]) -> Callable[[Request], Awaitable[Response]]:
    """Reads what the bench says as a ``kind``, 400 when it is not understood, and tells what came of it."""

    async def answer(request: Request) -> Response:
        try:
            wanted = kind.model_validate_json(await request.body())
        except ValidationError as error:
            return JSONResponse({"message": error.errors()[0]["msg"]}, 400)
        return JSONResponse(await does(wanted))

    return answer
