"""History in, findings out: every check of a candidate, registered by the claim it makes.

A check stands in the module of its topic and registers itself when that is imported, as all of this folder are here.
"""

from importlib import import_module
from pkgutil import iter_modules

from simulator.checks.registry import CHECKS, Check, by_rule, check, judge

for _topic in iter_modules(__path__):
    import_module(f"{__name__}.{_topic.name}")

__all__ = ["CHECKS", "Check", "by_rule", "check", "judge"]
