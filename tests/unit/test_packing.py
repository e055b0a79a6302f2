"""Packing: nothing lost, nothing twice, nothing out of order, every limit kept."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contract import packing
from pipeline.contract.destination import Limits
from pipeline.contract.packing import fill, first_fit

bounded = settings(derandomize=True, max_examples=200, deadline=None)
Sizes = list[int]
Things = list[tuple[int, int]]


def test_fill_starts_a_container_where_size_or_count_would_be_exceeded() -> None:
    assert fill([4, 6, 1, 10, 11, 1, 1, 1], capacity=10, most=2) == [[0, 1], [2], [3], [4], [5, 6], [7]]
    assert fill([], capacity=10, most=2) == []


@given(st.lists(st.integers(1, 30)), st.integers(1, 40), st.integers(1, 5))
@bounded
def test_fill_keeps_order_and_limits(sizes: Sizes, capacity: int, most: int) -> None:
    containers = fill(sizes, capacity=capacity, most=most)
    assert [index for container in containers for index in container] == list(range(len(sizes)))
    for container in containers:
        assert 1 <= len(container) <= most
        assert sum(sizes[index] for index in container) <= capacity or len(container) == 1
    # No fewer would do in this order: the first thing of each container had no place in the one before.
    for earlier, later in pairwise(containers):
        assert len(earlier) == most or sum(sizes[index] for index in [*earlier, later[0]]) > capacity


def test_first_fit_takes_the_first_container_with_room_for_size_and_count() -> None:
    things = [(6, 1), (6, 1), (4, 1), (3, 3), (1, 9), (99, 1), (1, 1)]
    assert first_fit(things, capacity=10, most=4) == [[0, 2], [1, 3], [4], [5], [6]]


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(1, 6))), st.integers(1, 40), st.integers(1, 8))
@bounded
def test_first_fit_keeps_order_within_a_container_and_limits(things: Things, capacity: int, most: int) -> None:
    containers = first_fit(things, capacity=capacity, most=most)
    assert sorted(index for container in containers for index in container) == list(range(len(things)))
    for container in containers:
        assert container == sorted(container)
        within = sum(things[i][0] for i in container) <= capacity and sum(things[i][1] for i in container) <= most
        assert within or len(container) == 1


def test_things_without_size_have_their_place_too() -> None:
    assert fill([0, 0, 0], capacity=5, most=2) == [[0, 1], [2]]
    assert fill([], capacity=5, most=2) == []


def test_the_last_byte_and_the_last_place_of_a_container_are_used() -> None:
    assert first_fit([(9, 1), (1, 1), (1, 1)], capacity=10, most=9) == [[0, 1], [2]]
    assert first_fit([(1, 8), (1, 1), (1, 1)], capacity=10, most=9) == [[0, 1], [2]]


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(1, 6))), st.integers(1, 40), st.integers(1, 8))
@bounded
def test_first_fit_skips_only_containers_without_room(things: Things, capacity: int, most: int) -> None:
    naive: list[list[int]] = []
    for index, (size, count) in enumerate(things):
        for container in naive:
            room = capacity - sum(things[i][0] for i in container)
            places = most - sum(things[i][1] for i in container)
            if size <= room and count <= places:
                container.append(index)
                break
        else:
            naive.append([index])
    assert first_fit(things, capacity=capacity, most=most) == naive


def test_a_request_is_full_with_its_events_and_one_comma_fewer() -> None:
    lines = [b"{}"] * 4  # 8 bytes and 3 commas, between a head and a tail of 9
    limits = Limits(events=1_000, bytes=20, seconds=1.0, repeat_window=1.0)
    assert sum(map(packing.size, lines)) == packing.capacity(limits, overhead=9)
    assert packing.size("é") == 3


@pytest.mark.parametrize(("text", "count"), [("a", 1), ("\u00e9", 2), ("\u20ac", 3), ("\U0001f600", 4), ("", 0)])
def test_a_line_has_the_bytes_of_its_utf_8_and_a_comma_whether_it_is_text_or_bytes(text: str, count: int) -> None:
    assert packing.in_bytes(text) == count
    assert packing.size(text) == packing.size(text.encode()) == count + 1
