"""Positions of GCJ-02 brought to WGS-84; what was sent stays beside what was made of it. Pure.

A position with ``latitude_gcj02_deg`` and ``longitude_gcj02_deg`` beside it was converted, exact to
about a metre; one without was measured so.
"""

from domain.coordinates import from_gcj02
from domain.reading import Value

MEASURED = ("latitude_deg", "longitude_deg")
SENT = ("latitude_gcj02_deg", "longitude_gcj02_deg")
_DIGITS = 7
"""A centimetre. The last bits differ from machine to machine, and a value must not."""


def convert(values: dict[str, Value]) -> None:
    """Add the place of WGS-84 to values with one of GCJ-02, unless they have one."""
    latitude, longitude = (values.get(name) for name in SENT)
    if not isinstance(latitude, float) or not isinstance(longitude, float):
        return  # half a place is none
    if values.keys().isdisjoint(MEASURED):
        place = from_gcj02(latitude, longitude)
        values.update(zip(MEASURED, (round(one, _DIGITS) for one in place), strict=True))


def taken_for_gcj02(values: dict[str, Value]) -> dict[str, Value]:
    """Values of a device that sends GCJ-02 under the names of WGS-84.

    Values that name their system themselves stay as they are.
    """
    if not values.keys().isdisjoint(SENT):
        return values
    named = dict(zip(MEASURED, SENT, strict=True))
    sent = {named.get(name, name): value for name, value in values.items()}
    for name in SENT:
        if isinstance(sent.get(name), int):
            sent[name] = float(sent[name])
    convert(sent)
    return sent
