"""History in, findings out: every check of a candidate, registered by the claim it makes."""

from simulator.checks import accesslog, interface, lookups, medicines, messages, people, record, work
from simulator.checks.registry import CHECKS, Check, by_rule, check, judge

TOPICS = (accesslog, interface, lookups, medicines, messages, people, record, work)

__all__ = ["CHECKS", "TOPICS", "Check", "by_rule", "check", "judge"]
