"""What is quickly called sound is what a search for faults finds nothing wrong with."""

import copy
import random
from collections.abc import Iterator
from typing import Any

from simulator.journal.definitions import types
from simulator.journal.errors import Issue
from simulator.journal.validation import Validator
from tests.journal.samples import sample

Json = dict[str, Any]
ODD: tuple[Any, ...] = (None, "", " ", "x", "Patient/1", 0, 1.5, True, [], {}, [None], [{}], {"reference": "Claim/1"})


def faults(validator: Validator, resource: Any) -> list[Issue]:
    """Every fault that the search finds."""
    issues: list[Issue] = []
    validator._resource(resource, "Resource", issues, 0)
    return issues


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every container in a tree with each of its keys."""
    for key, value in list(node.items() if isinstance(node, dict) else enumerate(node)):
        yield node, key
        if isinstance(value, dict | list):
            yield from places(value)


def changed(resource: Json, draw: random.Random) -> Json:
    """The resource with one element left out, made odd, or added."""
    found = copy.deepcopy(resource)
    node, key = draw.choice(list(places(found)))
    step = draw.randrange(3)
    if step == 0:
        del node[key]
    elif step == 1 or isinstance(node, list):
        node[key] = copy.deepcopy(draw.choice(ODD))
    else:
        name = draw.choice(sorted(types()[found["resourceType"]].elements))
        node[name] = copy.deepcopy(draw.choice(ODD))
    return found


def test_the_smallest_resource_of_each_type_is_sound() -> None:
    """The quick answer suffices for every type, but for a Subscription, whose criteria have an extension."""
    validator = Validator()
    kinds = [name for name, kind in types().items() if kind.kind == "resource" and kind.elements]
    assert [name for name in kinds if not validator.soundness.is_sound(sample(name))] == ["Subscription"]


def test_nothing_is_called_sound_that_has_a_fault() -> None:
    """Resources changed at random in one place: most have a fault, and what is sound has none."""
    validator, draw = Validator(), random.Random(5)
    kinds = sorted(name for name, kind in types().items() if kind.kind == "resource" and kind.elements)
    tried = [changed(sample(draw.choice(kinds)), draw) for _ in range(4000)]
    faulty = [one for one in tried if faults(validator, one)]
    assert [one for one in faulty if validator.soundness.is_sound(one)] == []
    assert 500 < len(faulty) < len(tried)
