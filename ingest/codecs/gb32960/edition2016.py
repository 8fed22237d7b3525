"""Sections of the 2016 edition. Data only.

Source: GB/T 32960.3-2016, tables 7 to 19 and annex B, tables B.4 to B.8.
"""

from ingest.codecs.gb32960.fields import Block, Code, Gear, Number, Skipped, Whole
from ingest.codecs.gb32960.lists import Codes, Listing
from ingest.codecs.gb32960.sections import Plain, Position, Rows, Section

MOTOR_STATES = ("consuming", "generating", "off", "ready")
FAULTS = (
    Codes(1, 4, "faults_battery_pack"),
    Codes(1, 4, "faults_motor"),
    Codes(1, 4, "faults_engine"),
    Codes(1, 4, "faults_other"),
)
STATES = (
    Code("vehicle_state", "on", "off", "other"),
    Code("charge_state", "parked_charging", "driving_charging", "not_charging", "complete"),
    Code("run_mode", "electric", "hybrid", "fuel"),
)

_VEHICLE = Plain(
    Block(
        *STATES,
        Number("speed_kmh", 2, 2200, divisor=10),
        Number("odometer_km", 4, 9_999_999, divisor=10),
        Number("pack_voltage_v", 2, 10_000, divisor=10),
        Number("pack_current_a", 2, 20_000, divisor=10, offset=-1000),
        Number("soc_pct", 1, 100),
        Code("dcdc_state", "on", "off"),
        Gear(invalid_from=0xFE),
        Number("insulation_kohm", 2, 60_000, sentinels=False),
        Number("accelerator_pct", 1, 100),
        Number("brake_pct", 1, 100, also=101),  # 101: on, without a percentage
    )
)

_MOTORS = Rows(
    "motor",
    Block(
        Skipped(),
        Code("state", *MOTOR_STATES),
        Number("controller_temperature_c", 1, 250, offset=-40),
        Number("speed_rpm", 2, 65_531, offset=-20_000),
        Number("torque_nm", 2, 65_531, divisor=10, offset=-2000),
        Number("temperature_c", 1, 250, offset=-40),
        Number("voltage_v", 2, 60_000, divisor=10),
        Number("current_a", 2, 20_000, divisor=10, offset=-1000),
    ),
)

_FUEL_CELL = Plain(
    Block(
        Number("fuel_cell_voltage_v", 2, 20_000, divisor=10),
        Number("fuel_cell_current_a", 2, 20_000, divisor=10),
        Number("fuel_cell_consumption_kg_100km", 2, 60_000, divisor=100),
    ),
    Listing(2, 1),
    Block(
        Number("hydrogen_temperature_max_c", 2, 2400, divisor=10, offset=-40),
        Skipped(),
        Number("hydrogen_concentration_max_mgkg", 2, 60_000),
        Skipped(),
        Number("hydrogen_pressure_max_mpa", 2, 1000, divisor=10),
        Skipped(),
        Code("fuel_cell_dcdc_state", "on", "off"),
    ),
    keep="fuel_cell",
)

_ENGINE = Plain(
    Block(
        Code("engine_state", "on", "off"),
        Number("engine_speed_rpm", 2, 60_000),
        Number("fuel_consumption_l_100km", 2, 60_000, divisor=100),
    )
)

_EXTREMES = Plain(
    Block(
        Skipped(2),
        Number("cell_voltage_max_v", 2, 15_000, divisor=1000),
        Skipped(2),
        Number("cell_voltage_min_v", 2, 15_000, divisor=1000),
        Skipped(2),
        Number("cell_temperature_max_c", 1, 250, offset=-40),
        Skipped(2),
        Number("cell_temperature_min_c", 1, 250, offset=-40),
    ),
    keep="extremes",
)

_ALARM = Plain(Block(Whole("alarm_level", 1, 3), Whole("alarm_flags", 4, 0x7_FFFF)), *FAULTS)

_CELLS = Rows(
    "pack",
    Block(
        Skipped(),
        Number("voltage_v", 2, 10_000, divisor=10),
        Number("current_a", 2, 20_000, divisor=10, offset=-1000),
        Skipped(2),
        Skipped(2),
    ),
    Listing(1, 2),
    keep="cells",
)

_TEMPERATURES = Rows("pack", Block(Skipped()), Listing(2, 1), keep="temperatures")

SECTIONS: dict[int, Section] = {
    0x01: _VEHICLE,
    0x02: _MOTORS,
    0x03: _FUEL_CELL,
    0x04: _ENGINE,
    0x05: Position(names_system=False),
    0x06: _EXTREMES,
    0x07: _ALARM,
    0x08: _CELLS,
    0x09: _TEMPERATURES,
}
"""By type; the rest is private, reserved or unknown."""
