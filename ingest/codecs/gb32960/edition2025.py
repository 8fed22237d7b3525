"""Sections of the 2025 edition. Data only.

It has no section of extremes. The frame lists the cells and probes of whole packs, and the greatest
and the least of them are the same statement: they are the values `cell_voltage_max_v` and so on.

Source: GB/T 32960.3-2025, tables 9 to 27, as three open implementations render them; where those
differ, the one that gives the ranges of the tables was followed (torque of 4 bytes, currents with
3000 A of offset, hydrogen in percent by volume).
"""

from ingest.codecs.gb32960.edition2016 import FAULTS, MOTOR_STATES, STATES
from ingest.codecs.gb32960.fields import Block, Code, Gear, Number, Skipped, Whole
from ingest.codecs.gb32960.lists import Codes, Extremes, Listing
from ingest.codecs.gb32960.sections import Plain, Position, Rows, Section, Signature

_VEHICLE = Plain(
    Block(
        *STATES,
        Number("speed_kmh", 2, 5000, divisor=10),
        Number("odometer_km", 4, 9_999_999, divisor=10),
        Number("pack_voltage_v", 2, 60_000, divisor=10),
        Number("pack_current_a", 2, 60_000, divisor=10, offset=-3000),
        Number("soc_pct", 1, 100),
        Code("dcdc_state", "on", "off"),
        Gear(invalid_from=0x80),
        Number("insulation_kohm", 2, 60_000),
    )
)

_MOTORS = Rows(
    "motor",
    Block(
        Skipped(),
        Code("state", *MOTOR_STATES),
        Number("controller_temperature_c", 1, 250, offset=-40),
        Number("speed_rpm", 2, 65_531, offset=-32_000),
        Number("torque_nm", 4, 400_000, divisor=10, offset=-20_000),
        Number("temperature_c", 1, 250, offset=-40),
    ),
)

_FUEL_CELL = Plain(
    Block(
        Number("hydrogen_temperature_max_c", 2, 250, offset=-40),
        Skipped(),
        Number("hydrogen_concentration_max_pct", 2, 60_000, divisor=10_000),
        Skipped(),
        Number("hydrogen_pressure_max_mpa", 2, 1000, divisor=10),
        Skipped(),
        Code("fuel_cell_dcdc_state", "on", "off"),
        Number("hydrogen_left_pct", 1, 100),
        Number("fuel_cell_dcdc_temperature_c", 1, 250, offset=-40),
    ),
    keep="fuel_cell",
)

_ENGINE = Plain(Block(Number("engine_speed_rpm", 2, 60_000)))

# A list of pairs follows the faults: number of the flag, its level.
_ALARM = Plain(
    Block(Whole("alarm_level", 1, 4), Whole("alarm_flags", 4, 0xFFF_FFFF)),
    *FAULTS,
    Codes(1, 2, "alarm_flag_levels"),
)

_CELLS = Rows(
    "pack",
    Block(
        Skipped(),
        Number("voltage_v", 2, 60_000, divisor=10),
        Number("current_a", 2, 60_000, divisor=10, offset=-3000),
    ),
    Extremes(2, 2, "cell_voltage_max_v", "cell_voltage_min_v", divisor=1000),
    keep="cells",
)

_TEMPERATURES = Rows(
    "pack",
    Block(Skipped()),
    Extremes(2, 1, "cell_temperature_max_c", "cell_temperature_min_c", offset=-40),
    keep="temperatures",
)

_STACKS = Rows(
    "fuel_cell_stack",
    Block(
        Skipped(),
        Number("voltage_v", 2, 20_000, divisor=10),
        Number("current_a", 2, 20_000, divisor=10),
        Number("hydrogen_pressure_kpa", 2, 5000, divisor=10, offset=-100),
        Number("air_pressure_kpa", 2, 5000, divisor=10, offset=-100),
        Number("air_temperature_c", 1, 250, offset=-40),
    ),
    Listing(2, 1),
    keep="fuel_cell_stack",
)

_SUPERCAPACITOR = Rows(
    "supercapacitor",
    Block(
        Skipped(),
        Number("voltage_v", 2, 10_000, divisor=10),
        Number("current_a", 2, 60_000, divisor=10, offset=-3000),
    ),
    Listing(2, 2),
    Listing(2, 1),
    keep="supercapacitor",
    counted=False,
)

_SUPERCAPACITOR_EXTREMES = Plain(
    Block(
        Skipped(),
        Skipped(2),
        Number("supercapacitor_cell_voltage_max_v", 2, 60_000, divisor=1000),
        Skipped(),
        Skipped(2),
        Number("supercapacitor_cell_voltage_min_v", 2, 60_000, divisor=1000),
        Skipped(),
        Skipped(2),
        Number("supercapacitor_temperature_max_c", 1, 250, offset=-40),
        Skipped(),
        Skipped(2),
        Number("supercapacitor_temperature_min_c", 1, 250, offset=-40),
    ),
    keep="supercapacitor_extremes",
)

SECTIONS: dict[int, Section] = {
    0x01: _VEHICLE,
    0x02: _MOTORS,
    0x03: _FUEL_CELL,
    0x04: _ENGINE,
    0x05: Position(names_system=True),
    0x06: _ALARM,
    0x07: _CELLS,
    0x08: _TEMPERATURES,
    0x30: _STACKS,
    0x31: _SUPERCAPACITOR,
    0x32: _SUPERCAPACITOR_EXTREMES,
    0xFF: Signature(),
}
"""By type; the rest is private, reserved or unknown."""
