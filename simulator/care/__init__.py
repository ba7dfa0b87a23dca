"""The care simulation: residents and pathways in, care events out; SimPy for everything that competes."""

from simulator.care.participants import Participants
from simulator.care.simulation import Settings, Simulation, simulate, simulate_fully, simulated

__all__ = ["Participants", "Settings", "Simulation", "simulate", "simulate_fully", "simulated"]
