"""Putting sized things into as few containers as their limits allow, in order, each whole."""

from collections.abc import Sequence

from pipeline.contract.destination import Limits


def in_bytes(text: str) -> int:
    """Bytes of the text in UTF-8, without a copy of it where it is ASCII, as nearly every text is."""
    return len(text) if text.isascii() else len(text.encode())


def size(line: bytes | str) -> int:
    """Bytes that an event takes in a request, with the comma after it."""
    return (len(line) if isinstance(line, bytes) else in_bytes(line)) + 1


def capacity(limits: Limits, overhead: int) -> int:
    """Bytes that a request has for its events, each with a comma: there is none after the last one."""
    return limits.bytes - overhead + 1


def fill(sizes: Sequence[int], *, capacity: int, most: int) -> list[list[int]]:
    """Fill containers one after another: indexes into `sizes`, in order.

    A container holds at most `most` things and `capacity` in total; a thing that is larger alone gets one of its own.
    """
    containers: list[list[int]] = []
    room, count = 0, most
    for index, size in enumerate(sizes):
        if size > room or count == most:
            containers.append([])
            room, count = capacity, 0
        containers[-1].append(index)
        room -= size
        count += 1
    return containers


def first_fit(sizes: Sequence[tuple[int, int]], *, capacity: int, most: int) -> list[list[int]]:
    """Put each thing of (size, count) into the first container with room for it: indexes into `sizes`.

    One that exceeds `capacity` or `most` alone gets a container of its own.
    """
    containers: list[list[int]] = []
    rooms: list[tuple[int, int]] = []
    first_open = 0  # containers before it have no room for anything: keeps ten thousand things linear
    for index, (size, count) in enumerate(sizes):
        for place in range(first_open, len(containers)):
            room, places = rooms[place]
            if size <= room and count <= places:
                containers[place].append(index)
                rooms[place] = (room - size, places - count)
                break
        else:
            containers.append([index])
            rooms.append((capacity - size, most - count))
        while first_open < len(rooms) and (rooms[first_open][1] <= 0 or rooms[first_open][0] <= 0):
            first_open += 1
    return containers
