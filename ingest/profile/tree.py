"""The values of a payload, gathered in one walk along a tree of the payload's own shape. Pure.

Each object of the payload is visited once, with a table of its members: a member is a value, or
another object to visit, or nothing we know.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from math import nan
from typing import Any, NamedTuple

from domain.errors import PayloadError
from domain.reading import Value
from ingest.codecs.unit import FINE, scaled
from ingest.codecs.value import MOST_NAMES, is_name
from ingest.profile.document import ValueRule
from ingest.profile.entry import Entry, entry_of

NUMBER = "<n>"
NAME = "<key>"
IGNORE = "ignore"
KEEP = "keep"
_KEYS_REMEMBERED = 2_000
"""Names of members a table learns; a hostile sender has any number of them."""
_MOST_LIST = 10_000
_NOT_NAME = re.compile(r"\W+|(?<=[a-z0-9])(?=[A-Z])")

Readings = dict[str, dict[str, Value]]
"""Values by channel; the device's own under the empty one."""


class Visit(NamedTuple):
    """A member that is an object to visit; `number` is what ``<n>`` of its name stands for."""

    branch: "Branch"
    number: str = ""


class Branch:
    """A table of the members of one object.

    Attributes
    ----------
    steps : dict
        What each member is, by its name: (name, divisor, divisor of its ten-thousandths, `Entry`),
        ("", 0, 0, `Visit`), or None for nothing. Names with ``<n>`` and unknown ones are learned as
        they come.
    patterns : list
        Names with ``<n>``: what stands before and after it, and the step.
    """

    def __init__(self) -> None:
        self.steps: dict[str, Any] = {}
        self.patterns: list[tuple[str, str, Entry | Branch]] = []
        self.lists = False
        self.channel = ""
        self.value_at = self.unit_at = self.channel_at = self.key_at = ""
        self.elements = ""
        self.unmapped = IGNORE
        self.missing: frozenset[Any] = frozenset()
        self._learned = 0

    def gather(self, node: Any) -> Readings:
        """Values of an object and of those in it, by channel; raises as `read` does."""
        readings: Readings = {}
        self.read(node, readings)
        return readings

    def read(self, node: Any, into: Readings, channel: str = "", place: str = "") -> None:  # noqa: C901, PLR0912 - one loop, few calls: it runs for every value of every message
        """Gather the values of an object and of those in it.

        Raises
        ------
        PayloadError
            If a value is there and cannot be read.
        """
        if node.__class__ is not dict:
            self._read_other(node, into, channel, place)
            return
        if self.channel:
            channel = self.channel.replace(NUMBER, place)
        if self.key_at and self.key_at in node:
            self._read_record(node, into, channel)
            return
        values = into.get(channel)
        if values is None:
            values = into[channel] = {}
        steps = self.steps
        for key, given in node.items():
            try:
                step = steps[key]
            except KeyError:
                step = self._learn(key)
            if step is None:
                continue
            name, by, fine, entry = step
            if not by:
                if entry.__class__ is Visit:
                    if given is not None:
                        entry.branch.read(given, into, channel, entry.number)
                elif given is not None:
                    self._put(entry, given, into, channel)
                continue
            kind = given.__class__
            if kind is float:
                if by == 1:
                    values[name] = given
                    continue
                whole = round(given * FINE)  # see `scaled`
                values[name] = whole / fine if whole / FINE == given else scaled(given, 1, by)
            elif kind is int:
                values[name] = given / by
            elif kind is str:
                try:
                    number = float(given)
                except ValueError:
                    number = nan
                if number - number == 0 and "_" not in given:  # see `plain_number`
                    values[name] = number if by == 1 else scaled(number, 1, by)
                else:
                    self._put(entry, given, into, channel)
            elif given is not None:
                self._put(entry, given, into, channel)

    def _read_other(self, node: Any, into: Readings, channel: str, place: str) -> None:
        if node.__class__ is list and self.lists:
            for element in node[:_MOST_LIST]:
                self.read(element, into, channel, place)
        elif not (isinstance(node, str) and node.strip().lower() in self.missing):
            raise PayloadError(f"want an object, got {type(node).__name__}", code="bad_shape")

    def _read_record(self, node: dict[str, Any], into: Readings, channel: str) -> None:
        """Gather the one value a record names, and nothing of its other members."""
        key = node[self.key_at]
        if isinstance(key, str):
            step = self.steps.get(key) or self._learn(key)
            if step is not None and isinstance(step[-1], Entry):
                self._put(step[-1], node, into, channel)

    def _put(self, entry: Entry, given: Any, into: Readings, channel: str) -> None:
        """Convert one value that is not simply a number."""
        unit = None
        channel = entry.channel or channel
        if given.__class__ is dict and self.value_at:
            if given.get(self.value_at) is None:
                return  # nothing measured: whatever its unit is
            if self.unit_at:
                unit = given.get(self.unit_at)
                if unit is not None and not isinstance(unit, str):
                    raise PayloadError(f"unit of {entry.name} is no text", code="bad_unit")
            named = given.get(self.channel_at) if self.channel_at else None
            if named is not None:
                if not isinstance(named, str):
                    raise PayloadError(f"channel of {entry.name} is no text", code="bad_channel")
                channel = named or channel
            given = given.get(self.value_at)
        if given.__class__ is list and self.elements:
            for place, element in enumerate(given[:MOST_NAMES], 1):
                self._put(entry, element, into, self.elements.replace(NUMBER, str(place)))
            return
        value = None if given is None else entry.convert(given, unit)
        if value is not None:
            into.setdefault(channel, {})[entry.name] = value

    def _learn(self, key: str) -> Any:
        """Step of a name not met before."""
        step = next(self._fitting(key), None)
        if step is None and self.unmapped != IGNORE:
            step = self._keep(key)
        if self._learned < _KEYS_REMEMBERED:
            self._learned += 1
            self.steps[key] = step
        return step

    def _fitting(self, key: str) -> Iterator[Any]:
        for before, after, target in self.patterns:
            number = key[len(before) : len(key) - len(after)]
            if key.startswith(before) and key.endswith(after) and number.isdecimal():
                if isinstance(target, Branch):
                    yield "", 0, 0, Visit(target, number)
                else:
                    yield step_of(_numbered(target, number))

    def _keep(self, key: str) -> Any:
        name = snake_case(key)
        if self.unmapped != KEEP:
            name = self.unmapped.replace(NAME, name)
        return step_of(_odd(name, self.missing)) if name and is_name(name) else None


def step_of(entry: Entry) -> Any:
    """Step of a value."""
    # An entry with a channel is never put straight into the values of the one that is being read.
    by = 0 if entry.channel else entry.by
    return entry.name, by, by * FINE, entry


def _numbered(entry: Entry, number: str) -> Entry:
    channel = entry.channel.replace(NUMBER, number)
    return Entry(entry.name.replace(NUMBER, number), entry.by, entry.convert, channel)


def _odd(name: str, missing: frozenset[Any]) -> Entry:
    """A number nobody has described; what is no number is left out."""
    known = entry_of(ValueRule(own=name), missing)

    def convert(given: Any, unit: str | None) -> Value | None:
        try:
            return known.convert(given, unit)
        except PayloadError:
            return None

    return Entry(name, known.by, convert)


@lru_cache(maxsize=_KEYS_REMEMBERED)
def snake_case(key: str) -> str:
    """A name of the payload in our spelling: ``Active Power`` is ``active_power``."""
    return _NOT_NAME.sub("_", key).strip("_").lower()
