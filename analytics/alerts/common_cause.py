"""What explains that many devices are silent at once, beyond the gateway they speak through."""

from collections.abc import Container, Mapping

_LEAST_WAYS = 2
"""Where a single way leads to all that are silent, the way itself explains it."""


def common_causes(
    groups: Mapping[int, frozenset[int]],
    ways: Mapping[int, int],
    silent: Container[int],
    depth: Mapping[int, int],
) -> list[int]:
    """Groups of devices within each other that are silent altogether, the widest.

    Parameters
    ----------
    groups : mapping of int to frozenset of int
        Devices of places, or of feeders: of two groups one holds the other, or they share nothing.
    ways : mapping of int to int
        Of each device the gateway it speaks through, or itself.
    depth : mapping of int to int
        Of two groups of the same devices the deeper one is told of: a building, not its site.

    Returns
    -------
    list of int
        In which no device is twice.
    """
    dead = [
        group
        for group, devices in groups.items()
        if all(each in silent for each in devices)
        and len({ways[each] for each in devices}) >= _LEAST_WAYS
    ]
    found, explained = list[int](), set[int]()
    for group in sorted(dead, key=lambda each: (-len(groups[each]), -depth[each], each)):
        if explained.isdisjoint(groups[group]):
            found.append(group)
            explained |= groups[group]
    return found
