"""Registers of DL/T 645-2007 by data identifier DI3 DI2 DI1 DI0, and what they are called here.

DI1 of energy and demand is the tariff (00 the total, 01 to 3F the tariffs), DI0 the settlement day
(00 now, 01 to 0C that many settlement days ago). FF in one of the two asks for a block of all of
them in a row. What a register showed on a settlement day has a name of its own: it is no reading of
now.

Combined active energy (00 00) is a sum the meter is set up to form, and no import. The two combined
reactive energies (00 03, 00 04) are so set up that they are import and export, as meters leave the
factory (characteristic words 04 00 06 02 and 03).

Source: DL/T 645-2007, annex A, tables A.1 to A.3, as restated in public documents of meter makers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

ENERGY, DEMAND, VARIABLE, SETTING = 0x00, 0x01, 0x02, 0x04
"""DI3: what a register is about."""
BLOCK = 0xFF
TARIFFS, SETTLEMENTS, PHASES = 64, 13, 4
"""How many of each a block holds at most, the total and the present one counted."""
_SCALES = (1, 10, 100, 1000, 10_000)


@dataclass(frozen=True, slots=True)
class Register:
    """One register.

    Attributes
    ----------
    name : str
        Quantity, with its unit at the end.
    size : int
        Digits are packed in so many bytes.
    decimals : int
        Of so many digits behind the point.
    signed : bool
        The highest bit is a sign.
    moment : str
        Name of the time of occurrence that follows in 5 bytes; empty when none does.
    """

    name: str
    size: int
    decimals: int
    signed: bool = False
    moment: str = ""

    @property
    def scale(self) -> int:
        """What the digits are divided by."""
        return _SCALES[self.decimals]


_ENERGY = {
    0x00: ("active_energy_combined", "kwh", True),
    0x01: ("active_energy_import", "kwh", False),
    0x02: ("active_energy_export", "kwh", False),
    0x03: ("reactive_energy_import", "kvarh", True),
    0x04: ("reactive_energy_export", "kvarh", True),
    0x05: ("reactive_energy_q1", "kvarh", False),
    0x06: ("reactive_energy_q2", "kvarh", False),
    0x07: ("reactive_energy_q3", "kvarh", False),
    0x08: ("reactive_energy_q4", "kvarh", False),
    0x09: ("apparent_energy_import", "kvah", False),
    0x0A: ("apparent_energy_export", "kvah", False),
    0x15: ("active_energy_import_a", "kwh", False),
    0x16: ("active_energy_export_a", "kwh", False),
    0x29: ("active_energy_import_b", "kwh", False),
    0x2A: ("active_energy_export_b", "kwh", False),
    0x3D: ("active_energy_import_c", "kwh", False),
    0x3E: ("active_energy_export_c", "kwh", False),
}
"""By DI2: stem, unit, signed."""
_DEMAND = {0x01: "demand_max", 0x02: "demand_max_export"}
_BY_PHASE = {
    0x01: ("voltage", "v", 2, 1, False),
    0x02: ("current", "a", 3, 3, True),
    0x03: ("active_power", "kw", 3, 4, True),
    0x04: ("reactive_power", "kvar", 3, 4, True),
    0x05: ("apparent_power", "kva", 3, 4, True),
    0x06: ("power_factor", "", 2, 3, True),
    0x07: ("phase_angle", "deg", 2, 1, False),
}
"""By DI2: stem, unit, bytes, decimals, signed. DI1 is the phase, 00 the total."""
_WITHOUT_TOTAL = {0x01, 0x02, 0x07}
_PLAIN = {
    0x02800001: Register("neutral_current_a", 3, 3, signed=True),
    0x02800002: Register("frequency_hz", 2, 2),
    0x02800003: Register("active_power_minute_mean_kw", 3, 4, signed=True),
    0x02800004: Register("demand_kw", 3, 4, signed=True),
    0x02800005: Register("reactive_demand_kvar", 3, 4, signed=True),
    0x02800006: Register("apparent_demand_kva", 3, 4, signed=True),
    0x02800007: Register("meter_temperature_c", 2, 1, signed=True),
    0x02800008: Register("clock_battery_v", 2, 2),
    0x02800009: Register("reading_battery_v", 2, 2),
    0x0280000A: Register("clock_battery_work_min", 4, 0),
}


def silent(identifier: int) -> bool:
    """Whether a register is a date, a time or a setting: nothing measured."""
    return identifier >> 24 == SETTING


def registers(identifier: int) -> Sequence[Register]:
    """Registers an identifier asks for, in order; of a block those it may hold; else none."""
    group, kind, first, second = identifier.to_bytes(4, "big")
    if identifier in _PLAIN:
        return (_PLAIN[identifier],)
    if group == VARIABLE and kind in _BY_PHASE and second == 0:
        return _by_phase(kind, first)
    if (group == ENERGY and kind in _ENERGY) or (group == DEMAND and kind in _DEMAND):
        one = _energy if group == ENERGY else _demand
        if first == BLOCK and second < SETTLEMENTS:
            return [one(kind, tariff, second) for tariff in range(TARIFFS)]
        if second == BLOCK and first < TARIFFS:
            return [one(kind, first, settlement) for settlement in range(SETTLEMENTS)]
        if first < TARIFFS and second < SETTLEMENTS:
            return (one(kind, first, second),)
    return ()


def _energy(kind: int, tariff: int, settlement: int) -> Register:
    stem, unit, signed = _ENERGY[kind]
    return Register(f"{stem}{_period(tariff, settlement)}_{unit}", 4, 2, signed=signed)


def _demand(kind: int, tariff: int, settlement: int) -> Register:
    stem = f"{_DEMAND[kind]}{_period(tariff, settlement)}"
    return Register(f"{stem}_kw", 3, 4, moment=f"{stem}_at")


def _period(tariff: int, settlement: int) -> str:
    return (f"_t{tariff}" if tariff else "") + (f"_settled_{settlement}" if settlement else "")


def _by_phase(kind: int, phase: int) -> Sequence[Register]:
    stem, unit, size, decimals, signed = _BY_PHASE[kind]
    with_total = [
        Register("_".join(filter(None, (stem, letter, unit))), size, decimals, signed=signed)
        for letter in ("", "a", "b", "c")
    ]
    lowest = 1 if kind in _WITHOUT_TOTAL else 0
    if phase == BLOCK:
        return with_total[lowest:]
    return with_total[phase : phase + 1] if lowest <= phase < PHASES else ()
