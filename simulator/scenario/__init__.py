"""The scenario language: pathways, staffing and studies written in YAML, checked and turned into frozen data."""

from simulator.scenario.checking import check_document, check_files, kind_of
from simulator.scenario.pathways import load_pathway
from simulator.scenario.staffing import load_staffing
from simulator.scenario.studies import load_study
from simulator.scenario.systems import load_systems

__all__ = ["check_document", "check_files", "kind_of", "load_pathway", "load_staffing", "load_study", "load_systems"]
