"""Random streams by name: the same number for the same name, whatever else is drawn."""

from statistics import fmean

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simulator.streams import derived_id, stream

numbers = st.integers(min_value=0, max_value=2**63 - 1)


@given(seed=numbers, entity=numbers, n=st.integers(0, 10_000))
def test_one_draw_equals_the_column_draw(seed: int, entity: int, n: int) -> None:
    """A scalar draw and a whole column give the same number for the same entity."""
    s = stream(seed, "care", "legevakt")
    column = s.uniforms(np.array([entity], dtype=np.uint64), n)
    assert s.uniform(entity, n) == column[0]


@given(seed=numbers, entity=numbers, n=numbers)
def test_draws_stay_inside_the_unit_interval(seed: int, entity: int, n: int) -> None:
    """A draw is strictly between 0 and 1, so that logarithms and inverses exist."""
    assert 0.0 < stream(seed, "x").uniform(entity, n) < 1.0


def test_streams_of_different_names_differ() -> None:
    """Two names under one seed share no draws."""
    a, b = stream(7, "care/a"), stream(7, "care/b")
    assert not {a.bits(i) for i in range(1000)} & {b.bits(i) for i in range(1000)}


def test_draws_are_uniform() -> None:
    """Mean and variance of a million draws are those of the uniform distribution, within five standard errors."""
    u = stream(1, "uniform").uniforms(np.arange(1_000_000, dtype=np.uint64))
    assert abs(u.mean() - 0.5) < 5 * np.sqrt(1 / 12 / u.size)
    assert abs(u.var() - 1 / 12) < 5 * np.sqrt(1 / 180 / u.size)


def test_neighbouring_draws_are_independent() -> None:
    """Draws of neighbouring entities and numbers do not follow each other."""
    s = stream(1, "serial")
    ids = np.arange(200_000, dtype=np.uint64)
    for other in (s.uniforms(ids + np.uint64(1)), s.uniforms(ids, 1)):
        assert abs(np.corrcoef(s.uniforms(ids), other)[0, 1]) < 5 / np.sqrt(ids.size)


def test_normal_draws_are_standard() -> None:
    """Normal draws have mean zero."""
    s = stream(3, "normal")
    assert abs(fmean(s.normal(i) for i in range(10_000))) < 0.05


def test_derived_ids_are_functions_of_their_name() -> None:
    """The same name gives the same identifier, another name another, shaped as a version 8 UUID."""
    assert derived_id("a", 1) == derived_id("a", 1)
    assert derived_id("a", 1) != derived_id("a", 2)
    assert derived_id("a", 1)[14] == "8"
