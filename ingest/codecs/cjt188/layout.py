"""What the answer to a reading (data 90 1F) of a meter holds, field after field.

The first field of a heat meter is its energy on the settlement day, not the energy now; in meters
of heat and cold (22H and up) makers put cold energy there, so it is kept as it is and not named.
Of the 40 bytes of the 2018 edition the flow is kept as it is too: public sources do not agree on
its point.

Source: CJ/T 188-2004, annex A, and CJ/T 188-2018, as restated in public programs that read such
meters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ingest.codecs.cjt188.unit import Measure, ratios


@dataclass(frozen=True, slots=True)
class Field:
    """One field of packed decimal, lowest byte first.

    Attributes
    ----------
    name : str
        Quantity, with our unit at its end; empty to keep the bytes as they are.
    size : int
        Digits are packed in so many bytes.
    decimals : int
        Of so many digits behind the point.
    measure : Measure or None
        A byte of unit follows, and has to be one of this; None where the unit is fixed.
    """

    name: str
    size: int
    decimals: int
    measure: Measure | None = None


class Placed(NamedTuple):
    """Where a field with a name stands in an answer.

    Attributes
    ----------
    digits : slice
        Among the digits of the whole answer, last byte first.
    absent : str
        What they are when the meter has no such number.
    unit : int
        Byte with the code of the unit.
    ratios : dict
        By code what the digits are multiplied by, and divided by; where the unit is fixed and no
        byte says it, the same for every code.
    wanted : str
        Our unit, one of which the byte has to say.
    """

    name: str
    digits: slice
    absent: str
    unit: int
    ratios: dict[int, tuple[int, int]]
    wanted: str


@dataclass(frozen=True, slots=True)
class Layout:
    """What stands where in an answer.

    Attributes
    ----------
    kept : tuple of (str, slice)
        Fields without a name of a quantity, whose bytes are kept as they are.
    """

    fields: Sequence[Placed]
    kept: Sequence[tuple[str, slice]]


CLOCK, STATUS = 7, 2
"""Every answer ends in the meter's clock and its status. [bytes]"""
_HEAT, _COLD = 0x20, 0x21
_FLOW_METER = (
    Field("volume_m3", 4, 2, Measure.VOLUME),
    Field("settled_volume_m3", 4, 2, Measure.VOLUME),
)


def _heat_meter(settled: str, energy: str) -> dict[int, Layout]:
    begin = (
        Field(settled, 4, 2, Measure.ENERGY),
        Field(energy, 4, 2, Measure.ENERGY),
    )
    edition_2004 = (
        *begin,
        Field("heat_power_kw", 4, 2, Measure.POWER),
        Field("heat_flow_m3h", 4, 4, Measure.FLOW),
        Field("heat_volume_m3", 4, 2, Measure.VOLUME),
        Field("supply_temperature_c", 3, 2),
        Field("return_temperature_c", 3, 2),
        Field("working_time_h", 3, 0),
    )
    edition_2018 = (
        *begin,
        Field("heat_power_kw", 3, 2, Measure.POWER),
        Field("", 3, 0, Measure.FLOW),
        Field("heat_volume_m3", 4, 2, Measure.VOLUME),
        Field("supply_temperature_c", 2, 2),
        Field("return_temperature_c", 2, 2),
        Field("working_time_h", 4, 0),
    )
    return {_length(fields): _placed(fields) for fields in (edition_2004, edition_2018)}


def _length(fields: Sequence[Field]) -> int:
    return sum(_size(field) for field in fields) + CLOCK + STATUS


def _size(field: Field) -> int:
    return field.size + (field.measure is not None)


def _placed(fields: Sequence[Field]) -> Layout:
    length = _length(fields)
    placed, kept, at = [], [], 0
    for index, field in enumerate(fields):
        after, end = at + field.size, at + _size(field)
        if field.name:
            if field.measure:
                known, wanted = ratios(field.measure, field.decimals), field.measure.value
            else:
                known, wanted = dict.fromkeys(range(256), (1, 10**field.decimals)), ""
            digits = slice(2 * (length - after), 2 * (length - at))
            placed.append(Placed(field.name, digits, "ff" * field.size, after, known, wanted))
        else:
            kept.append((f"cjt188_field_{index}", slice(at, end)))
        at = end
    return Layout(tuple(placed), tuple(kept))


_FLOW_METERS = {_length(_FLOW_METER): _placed(_FLOW_METER)}
_LAYOUTS: dict[int, dict[int, Layout]] = {
    **dict.fromkeys(range(0x10, 0x1A), _FLOW_METERS),  # water
    **dict.fromkeys(range(0x22, 0x2A), _heat_meter("", "heat_energy_gj")),
    _HEAT: _heat_meter("settled_heat_energy_gj", "heat_energy_gj"),
    _COLD: _heat_meter("settled_cold_energy_gj", "cold_energy_gj"),
    **dict.fromkeys(range(0x30, 0x3A), _FLOW_METERS),  # gas
}


def layouts(meter_type: int) -> dict[int, Layout]:
    """What stands in the answers of a type of meter, by their length; none if it is not known."""
    return _LAYOUTS.get(meter_type, {})
