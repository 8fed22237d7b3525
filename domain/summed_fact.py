"""Floor area or headcount of a place: its own record, else the sum of those below it. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeAlias

from domain.sentence import Sentence
from domain.timeline import (
    Mean,
    NotedPart,
    Spell,
    Times,
    days_of,
    overlaps,
    time_weighted_mean,
    while_held,
    zero_outside,
)

Parts: TypeAlias = Mapping[int, Mapping[int, Times]]
"""Days on which places stood directly below others, by parent and place."""
_Leaf: TypeAlias = tuple[int, Sequence[Spell], Times]


def summed_mean(
    place: int,
    known: Mapping[int, Sequence[Spell]],
    parts: Parts,
    days: tuple[date, date],
    *,
    codes: Mapping[int, str],
    needed: Collection[int] = (),
) -> Mean:
    """Mean over the days [first, end) of a place's own series, else of the sum below it.

    On days on which nothing stood there it is zero. A part that is noted on some of the days on
    which it stood there counts on these and is told; one that is noted on none of them leaves the
    sum too small, and the mean is not whole.

    Parameters
    ----------
    place : int
        Its id.
    known : mapping of int to sequence of Spell
        What is noted, by place.
    codes : mapping of int to str
        How places are named to people.
    needed : collection of int
        Places of which something must be noted at themselves or below: buildings, of floor areas.
    """
    leaves = list(_below(place, known, parts, [days]))
    outside = zero_outside([time for _, _, times in leaves for time in times])
    series = [while_held(spells, times) for _, spells, times in leaves]
    mean = time_weighted_mean([*series, outside], *days)
    stood: dict[int, int] = defaultdict(int)
    noted: dict[int, int] = defaultdict(int)
    for leaf, spells, times in leaves:
        stood[leaf] += days_of(times)
        noted[leaf] += days_of(overlaps(_ranges(spells), times))
    some, lacking = _lacking(place, known, parts, [days], needed)
    return replace(
        mean,
        lacking=tuple(sorted(codes.get(each, str(each)) for each in lacking)) if some else (),
        in_part=tuple(
            NotedPart(codes.get(leaf, str(leaf)), noted[leaf], stood[leaf])
            for leaf in sorted(stood)
            if leaf != place and 0 < noted[leaf] < stood[leaf]
        ),
    )


def without_area(mean: Mean) -> Sentence:
    """Say which buildings have no floor area."""
    told = "no floor area of {buildings}"
    return Sentence("buildings_without_area", told, buildings=", ".join(mean.lacking))


def without_headcount(mean: Mean) -> Sentence:
    """Say of which places no headcount is known on these days."""
    told = "no headcount of {places} on these days"
    return Sentence("places_without_headcount", told, places=", ".join(mean.lacking))


def noted_in_part(mean: Mean) -> Sentence:
    """Say which floor areas or headcounts count on a part of the days only."""
    parts = ", ".join(f"{each.code} ({each.noted} / {each.days} d)" for each in mean.in_part)
    told = "noted for a part of the days only, and counted on these: {parts}"
    return Sentence("noted_in_part", told, parts=parts)


def _below(
    place: int, known: Mapping[int, Sequence[Spell]], parts: Parts, times: Times
) -> Iterator[_Leaf]:
    """The nearest series at a place or below it, and when each belonged to the whole."""
    own, places = known.get(place, ()), parts.get(place, {})
    if own or not places:
        yield place, own, times
        return
    for part, held in places.items():
        both = overlaps(times, held)
        if both:
            yield from _below(part, known, parts, both)


def _lacking(
    place: int,
    known: Mapping[int, Sequence[Spell]],
    parts: Parts,
    times: Times,
    needed: Collection[int],
) -> tuple[bool, list[int]]:
    """Whether anything is noted of these times, and the places of which it should be and is not."""
    own = known.get(place)
    if own:
        noted = bool(overlaps(_ranges(own), times))
        return noted, [] if noted else [place]
    below = [
        _lacking(part, known, parts, both, needed)
        for part, held in parts.get(place, {}).items()
        if (both := overlaps(times, held))
    ]
    some = any(noted for noted, _ in below)
    if not some and place in needed:
        return False, [place]
    return some, [each for _, lacking in below for each in lacking]


def _ranges(spells: Iterable[Spell]) -> Times:
    return [(spell.first_day, spell.end_day) for spell in spells]
