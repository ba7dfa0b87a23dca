"""The neighbours as one ASGI application."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.ecosystem.hpr import HealthPersonnelRegister
from simulator.ecosystem.tokens.clients import Client
from simulator.ecosystem.tokens.service import TokenService


async def _ready(_: Request) -> Response:
    return JSONResponse({"status": "ready"})


def build_app(issuer: str, clients: list[Client]) -> Starlette:
    """An application that answers at ``issuer`` as token service and register of health personnel."""
    service = TokenService(issuer, clients)
    routes = [Route("/ready", _ready), *service.routes(), *HealthPersonnelRegister().routes()]
    return Starlette(routes=routes)
