"""History in, findings out: every check of a candidate, registered by the claim it makes."""

from simulator.checks import (
    access,
    accesslog,
    acute,
    capacity,
    cases,
    children,
    citizens,
    contacts,
    indicators,
    interface,
    lookups,
    medicines,
    messages,
    mobile,
    outside,
    people,
    plans,
    record,
    sources,
    treatment,
    work,
)
from simulator.checks.registry import CHECKS, Check, by_rule, check, judge

TOPICS = (
    *(
        access,
        accesslog,
        acute,
        capacity,
        cases,
        children,
        citizens,
        contacts,
        indicators,
        interface,
        lookups,
        medicines,
        messages,
    ),
    *(mobile, outside, people, plans, record, sources, treatment, work),
)

__all__ = ["CHECKS", "TOPICS", "Check", "by_rule", "check", "judge"]
