"""The systems under test: reads a candidate's YAML, starts it if asked, sends interactions, returns exchanges."""

from simulator.candidates.descriptions import list_candidates, load_candidate
from simulator.candidates.drill import Drill
from simulator.candidates.lifetime import Running, attach, running
from simulator.candidates.neighbours import Neighbours
from simulator.candidates.receiver import Received, Receiver
from simulator.candidates.session import Session
from simulator.candidates.transport import Limits

__all__ = [
    "Drill",
    "Limits",
    "Neighbours",
    "Received",
    "Receiver",
    "Running",
    "Session",
    "attach",
    "list_candidates",
    "load_candidate",
    "running",
]
