"""Points of plain numbers: under which name, and how they become the stored ones. Pure."""

from typing import TypeAlias

from domain.errors import PayloadError
from domain.quantity import quantities
from ingest.codecs.senml.point import channelled, point_meaning
from ingest.codecs.unit import Conversion
from ingest.codecs.value import is_name

POINTS_REMEMBERED = 10_000
Point: TypeAlias = tuple[str, str, Conversion | None]
"""Code of the device or channel, name of the value, and how its number becomes the stored one."""


def number(text: str, unit: str) -> tuple[str, Conversion | None]:
    """Name of a number, and how it becomes the stored one.

    Raises
    ------
    PayloadError
        If it is kept under no name, or not as a plain number.
    """
    point = point_meaning(text, unit)
    quantity = quantities().get(point.name)
    if not is_name(point.name) or (quantity and quantity.column_type != "double precision"):
        raise PayloadError(f"{point.name} is no plain number", code="bad_type")
    return point.name, point.conversion


class _OwnPoints(dict[tuple[str, str, str], Point]):
    """Points by base name and name below the sender, and unit; learned as they come.

    Half the time of a cached function, which is what a record costs most of its own.
    """

    def __missing__(self, key: tuple[str, str, str]) -> Point:
        base, name, unit = key
        channel, text = channelled(base + name)
        if len(self) >= POINTS_REMEMBERED:  # a hostile sender has any number of them
            self.clear()
        point = self[key] = (channel, *number(text, unit))
        return point


OWN_POINTS = _OwnPoints()
