"""The figures about the world that the bench runs on: read, checked, and remembered when used."""

from simulator.figures.catalogue import Figures

__all__ = ["Figures"]
