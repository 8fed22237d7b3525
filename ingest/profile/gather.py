"""The values of a decoded sample, gathered by a function written for its shape. Pure.

A profile's paths, names and divisors are known when it is loaded; a loop that looks them up takes
six times as long as code that has them in it. So they are written down as Python, such as

    def gather(sample):
        v0 = {}
        node = sample.m656d.m76
        if node is not absent0:
            if (x := node.m61) is not None:
                v0['voltage_a_v'] = x
        return {'': v0}

Nothing in it is a profile's own words but names of values and channels, and these as literals.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from domain.errors import PayloadError
from domain.reading import Value
from ingest.codecs.unit import FINE, scaled
from ingest.profile.entry import Entry
from ingest.profile.path import EACH, Path
from ingest.profile.sampling import Gather
from ingest.profile.shape import Leaf, ShapelessError, dotted
from ingest.profile.unit import unit_of


def gather_of(leaves: Sequence[Leaf], nothing: Any) -> Gather:
    """Write the function that gathers some values, or raises if they are not there as usual.

    Parameters
    ----------
    nothing : object
        A decoded sample with nothing in it.

    Raises
    ------
    ShapelessError
        If values stand deep in a list.
    """
    channels = {leaf.channel: f"v{number}" for number, leaf in enumerate(leaves)}
    known: dict[str, Any] = {"scaled": scaled, "united": _united, "refuse": _refuse}
    lines = ["def gather(sample):", *(f" {values} = {{}}" for values in channels.values())]
    taken: set[tuple[str, str]] = set()
    for number, (node, group) in enumerate(groupby(leaves, lambda leaf: leaf.node)):
        lines += _reach(node, number, nothing, known)
        for leaf in group:
            place = (leaf.channel, leaf.entry.name)
            values = channels[leaf.channel]
            lines += (f"  {line}" for line in _take(leaf, values, known, twice=place in taken))
            taken.add(place)
    if len(set(channels)) > 1:  # which of them comes first, the order of the payload says
        several = ", ".join(channels.values())
        lines.append(f" if sum(map(bool, ({several}))) > 1: refuse('channels')")
    lines.append(f" return {{{', '.join(f'{c!r}: {values}' for c, values in channels.items())}}}")
    exec("\n".join(lines), known)  # noqa: S102 - written above, with names of ours and literals
    gather: Gather = known["gather"]
    return gather


def _reach(node: Path, number: int, nothing: Any, known: dict[str, Any]) -> Iterator[str]:
    """Lines that come to an object, or to each of a list, if it is there."""
    if not node:
        yield " for node in (sample,):"
    elif EACH not in node:
        known[f"absent{number}"] = attrgetter(dotted(node))(nothing)
        yield f" node = sample.{dotted(node)}"
        yield f" if node is not absent{number}:"
    else:
        at = node.index(EACH)
        listed, inner = node[:at], node[at + 1 :]
        if not listed or inner:
            raise ShapelessError
        yield f" for node in sample.{dotted(listed)}:"


def _take(leaf: Leaf, values: str, known: dict[str, Any], *, twice: bool) -> Iterator[str]:
    """Lines that take one value, if it is there."""
    entry = leaf.entry
    name, by = repr(entry.name), entry.by
    yield f"if (x := node.{dotted(leaf.member)}) is not None:"
    if twice:  # which of the two counts, the order of the payload says
        yield f" if {name} in {values}: refuse({name})"
    if not by:
        convert = f"convert{len(known)}"
        known[convert] = entry.convert
        yield f" if (x := {convert}(x, None)) is not None: {values}[{name}] = x"
    elif leaf.unit:
        known[convert := f"convert{len(known)}"] = entry
        same = f"x if unit == {unit_of(entry.name)!r} else " if by == 1 else ""
        yield f" unit = node.{dotted(leaf.unit)}"
        yield f" {values}[{name}] = {same}united({convert}, x, unit)"
    elif by == 1:
        yield f" {values}[{name}] = x"
    else:  # see `scaled`
        yield f" whole = round(x * {FINE})"
        exact = f"whole / {by * FINE}"
        yield f" {values}[{name}] = {exact} if whole / {FINE} == x else scaled(x, 1, {by})"


def _united(entry: Entry, number: float, unit: Any) -> Value | None:
    if unit is not None and not isinstance(unit, str):
        raise PayloadError(f"unit of {entry.name} is no text", code="bad_unit")
    return entry.convert(number, unit)


def _refuse(name: str) -> None:
    raise PayloadError(f"{name} in two places", code="unusual")
