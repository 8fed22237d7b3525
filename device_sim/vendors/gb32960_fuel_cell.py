"""Sections of GB/T 32960.3 that vehicles with fuel cells and supercapacitors send. Pure.

Written from table 11 of 2016 and what open implementations cite as tables 12 to 14, 26 and 27 of
2025, and not from the codec. A list of cells and probes stands where the tables have one; of places
(which probe, which cell) the first.
"""

from collections.abc import Mapping, Sequence

from device_sim.vendors.gb32960 import Edition
from device_sim.vendors.gb32960_raw import raw_number, raw_states
from domain.reading import Value

_FIRST = b"\x01"
"""Number of the probe or sensor that has measured an extreme."""


def fuel_cell(edition: Edition, values: Mapping[str, Value], probes: Sequence[Value]) -> bytes:
    """Section of the fuel cell.

    Parameters
    ----------
    probes : sequence
        Temperatures of the cell, 2016 only. [degC]
    """
    body = b""
    if edition is Edition.OF_2016:
        body += raw_number(values.get("fuel_cell_voltage_v"), 2, 10)
        body += raw_number(values.get("fuel_cell_current_a"), 2, 10)
        body += raw_number(values.get("fuel_cell_consumption_kg_100km"), 2, 100)
        body += _listed(probes, 1, 1, -40)
        body += raw_number(values.get("hydrogen_temperature_max_c"), 2, 10, -40) + _FIRST
        body += raw_number(values.get("hydrogen_concentration_max_mgkg"), 2) + _FIRST
    else:
        body += raw_number(values.get("hydrogen_temperature_max_c"), 2, 1, -40) + _FIRST
        body += raw_number(values.get("hydrogen_concentration_max_pct"), 2, 10_000) + _FIRST
    body += raw_number(values.get("hydrogen_pressure_max_mpa"), 2, 10) + _FIRST
    body += raw_states(values, "fuel_cell_dcdc_state")
    if edition is Edition.OF_2025:
        body += raw_number(values.get("hydrogen_left_pct"), 1)
        body += raw_number(values.get("fuel_cell_dcdc_temperature_c"), 1, 1, -40)
    return b"\x03" + body


def stacks(rows: Sequence[tuple[Mapping[str, Value], Sequence[Value]]]) -> bytes:
    """Section of the stacks of 2025.

    Parameters
    ----------
    rows : sequence of (mapping, sequence)
        Values by name without the ``fuel_cell_stack_1_`` before them, and the probes [degC].
    """
    body = bytes((len(rows),))
    for number, (row, probes) in enumerate(rows, 1):
        body += bytes((number,)) + raw_number(row.get("voltage_v"), 2, 10)
        body += raw_number(row.get("current_a"), 2, 10)
        body += raw_number(row.get("hydrogen_pressure_kpa"), 2, 10, -100)
        body += raw_number(row.get("air_pressure_kpa"), 2, 10, -100)
        body += raw_number(row.get("air_temperature_c"), 1, 1, -40)
        body += _listed(probes, 1, 1, -40)
    return b"\x30" + body


def supercapacitor(
    values: Mapping[str, Value], cells: Sequence[Value], probes: Sequence[Value]
) -> bytes:
    """Section of the supercapacitor of 2025.

    Parameters
    ----------
    values : mapping
        By name without the ``supercapacitor_1_`` before them.
    cells, probes : sequence
        [V], [degC]
    """
    body = b"\x01" + raw_number(values.get("voltage_v"), 2, 10)
    body += raw_number(values.get("current_a"), 2, 10, -3000)
    return b"\x31" + body + _listed(cells, 2, 1000) + _listed(probes, 1, 1, -40)


def supercapacitor_extremes(values: Mapping[str, Value]) -> bytes:
    """Section of its greatest and least cell and probe, all of the first ones."""
    body = b""
    for name, size, per, offset in (
        ("supercapacitor_cell_voltage_max_v", 2, 1000, 0),
        ("supercapacitor_cell_voltage_min_v", 2, 1000, 0),
        ("supercapacitor_temperature_max_c", 1, 1, -40),
        ("supercapacitor_temperature_min_c", 1, 1, -40),
    ):
        body += b"\x01\x00\x01" + raw_number(values.get(name), size, per, offset)
    return b"\x32" + body


def _listed(items: Sequence[Value], size: int, per: int = 1, offset: int = 0) -> bytes:
    body = b"".join(raw_number(item, size, per, offset) for item in items)
    return len(items).to_bytes(2, "big") + body
