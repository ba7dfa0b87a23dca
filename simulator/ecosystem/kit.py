"""What every neighbour is given: its name, how it behaves, its outbox; and what it must be."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from starlette.routing import Route

from simulator.ecosystem.access import Access
from simulator.ecosystem.behaviour import Behaviour, Behaviours
from simulator.ecosystem.outbox import Outbox
from simulator.ecosystem.received import Received

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kit:
    """A neighbour's things.

    Attributes:
        name: The first part of its path.
        address: The base address that all neighbours share.
        outbox: What it sends goes through here.
        access: Where the candidate is, and how to be let in.
    """

    name: str
    address: str
    outbox: Outbox
    access: Access
    behaviours: Behaviours
    received: Received

    @property
    def behaviour(self) -> Behaviour:
        """How it behaves now."""
        return self.behaviours.of(self.name)

    def listed(self, items: list[T]) -> list[T]:
        """What an answer lists, as the behaviour has it: each twice, or the other way round."""
        how = self.behaviour
        each = [one for one in items for _ in range(2 if how.duplicate else 1)]
        return each[::-1] if how.out_of_order else each


class Neighbour(ABC):
    """A party beside the candidate.

    What it answers stands under ``/<name>``, what the bench tells it under ``/facts/<name>``; the behaviour asked for
    applies to the former only.
    """

    name: ClassVar[str]
    wrong_itself: ClassVar[bool] = False
    """Whether it has its own way of being wrong; the answers of others are cut off in the middle."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit

    @abstractmethod
    def routes(self) -> list[Route]:
        """Where it answers."""
