"""The care simulation: residents and pathways in, care events out; SimPy for everything that competes."""

from simulator.care.participants import outside
from simulator.care.simulation import Settings, Simulation, simulate, simulate_fully, simulated

__all__ = ["Settings", "Simulation", "outside", "simulate", "simulate_fully", "simulated"]
