"""The neighbours as one ASGI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.ecosystem.access import Access
from simulator.ecosystem.adresseregisteret import AddressRegister
from simulator.ecosystem.agencies import ChildWelfare, Nav
from simulator.ecosystem.behaviour import Behaviours
from simulator.ecosystem.dokumentdeling import DocumentSharing
from simulator.ecosystem.folkeregisteret import PopulationRegister
from simulator.ecosystem.helsenorge import Helsenorge
from simulator.ecosystem.hjemmemaling import MeasurementHub
from simulator.ecosystem.hpr import HealthPersonnelRegister
from simulator.ecosystem.kit import Kit, Neighbour
from simulator.ecosystem.laboratorium import Laboratory
from simulator.ecosystem.meldingstjener import MessageServer
from simulator.ecosystem.municipal import Accounts, Archive, Letters, Roster
from simulator.ecosystem.outbox import Outbox
from simulator.ecosystem.received import Received
from simulator.ecosystem.records import Helseplattformen, Hospital, OwnSurgery
from simulator.ecosystem.reseptformidleren import Reseptformidleren
from simulator.ecosystem.street import Street
from simulator.ecosystem.tokens.clients import Client
from simulator.ecosystem.tokens.service import TokenService

NEIGHBOURS: Final[tuple[type[Neighbour], ...]] = (
    HealthPersonnelRegister,
    PopulationRegister,
    Helsenorge,
    Nav,
    ChildWelfare,
    Hospital,
    Helseplattformen,
    OwnSurgery,
    AddressRegister,
    MessageServer,
    DocumentSharing,
    Reseptformidleren,
    Laboratory,
    MeasurementHub,
    Archive,
    Letters,
    Accounts,
    Roster,
)


def build_app(issuer: str, clients: list[Client], audience: str = "") -> Starlette:
    """An application that answers at ``issuer`` as token service, and as each neighbour under ``/<name>``.

    Args:
        issuer: Its own address.
        clients: Who is registered at the token service.
        audience: For whom the token of a client is that names nobody.
    """
    service = TokenService(issuer, clients, audience)
    access = Access(service)
    names = tuple(neighbour.name for neighbour in NEIGHBOURS)
    behaviours = Behaviours(names)
    received = Received(names, behaviours.unknown)
    street: dict[str, Neighbour] = {}
    kits: dict[str, tuple[Kit, Neighbour]] = {}
    for kind in NEIGHBOURS:
        outbox = Outbox(kind.name, partial(behaviours.of, kind.name), access, received)
        kit = Kit(kind.name, issuer, outbox, access, behaviours, received)
        street[kind.name] = kind(kit)
        kits[kind.name] = (kit, street[kind.name])

    async def release(name: str) -> None:
        await kits[name][0].outbox.release()

    async def ready(_: Request) -> Response:
        told = {name: _stands_for(neighbour) for name, neighbour in street.items()}
        return JSONResponse({"status": "ready", "neighbours": told})

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        for kit, _neighbour in kits.values():
            kit.outbox.close()

    behaviours.changed.append(release)
    access.told += [kit.outbox.let_go for kit, _neighbour in kits.values()]
    routes = [Route("/ready", ready), *service.routes(), *access.routes(), *behaviours.routes(), *received.routes()]
    routes += [route for neighbour in street.values() for route in neighbour.routes()]
    return Starlette(routes=routes, middleware=[Middleware(Street, neighbours=kits)], lifespan=lifespan)


def _stands_for(neighbour: Neighbour) -> str:
    return (neighbour.__doc__ or "").strip().splitlines()[0]
