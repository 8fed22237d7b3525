"""When a plant fed in through meters of the boundary, by their export registers. Pure.

While it does, a register of what is bought rightly stands still.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from analytics.evidence.registers import Reading
from analytics.evidence.rows import instant_of, number_of, rows_of, stamp, written
from analytics.ledger.frozen import FED_IN_EDGES, FedIn
from analytics.ledger.readings import MINUTE
from analytics.ledger.segments import us
from domain.canonical import plain

FED_IN = "fed_in.csv"
_ROW = ("meter", "ts", "register")
_LONGEST = 60 * MINUTE
"""Between readings further apart nobody knows when in between it fed in. [us]"""
Exports = Mapping[str, Sequence[Reading]]
"""Readings of export registers, by the boundary meter through which it is fed in."""


def read_exports(parts: Mapping[str, bytes]) -> dict[str, list[Reading]]:
    """Read the part of a bundle; nothing where it has none.

    Raises
    ------
    InputError
        With part and line.
    """
    found: dict[str, list[Reading]] = {}
    if FED_IN not in parts:
        return found
    for place, (meter, ts, value) in rows_of(parts[FED_IN], _ROW, FED_IN):
        reading = Reading(instant_of(ts, place), number_of(value, place), place)
        found.setdefault(meter, []).append(reading)
    return found


def export_parts(exports: Exports) -> dict[str, bytes]:
    """As a part of a bundle, in order of meter and time; none without any."""
    return {FED_IN: written(_ROW, _cells(exports))} if exports else {}


def feeding(readings: Sequence[Reading]) -> FedIn:
    """Who tells whether over a span nearly all of the time something was fed in."""
    ordered = sorted(readings, key=lambda each: (each.ts, each.register))
    fed = [
        (us(one.ts), us(other.ts))
        for one, other in pairwise(ordered)
        if other.register > one.register and us(other.ts) - us(one.ts) <= _LONGEST
    ]

    def fed_in(begin: int, end: int) -> bool:
        told = sum(max(0, min(last, end) - max(first, begin)) for first, last in fed)
        return told >= end - begin - FED_IN_EDGES

    return fed_in


def _cells(exports: Exports) -> Iterator[tuple[str, ...]]:
    for meter in sorted(exports):
        for each in sorted(exports[meter], key=lambda one: (one.ts, one.register)):
            yield meter, stamp(each.ts), plain(each.register)
