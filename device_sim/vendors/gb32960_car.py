"""What a vehicle's terminal reports of the whole vehicle, section by section. Pure.

Every section that such a vehicle has stands in its reports, and beside the bytes stands what they
say. What the simulation does not measure (motors, cells, probes) follows from what it does, so
that a measurement that comes again says the same again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from device_sim.vendor import Measured
from device_sim.vendors.gb32960 import (
    Edition,
    alarm,
    cells,
    engine,
    extremes,
    motors,
    position,
    private,
    temperatures,
    vehicle,
)
from device_sim.vendors.gb32960_fuel_cell import (
    fuel_cell,
    stacks,
    supercapacitor,
    supercapacitor_extremes,
)
from device_sim.vendors.gb32960_raw import ABNORMAL
from device_sim.vendors.shown import Field, canonical, shown
from domain.coordinates import from_gcj02, to_gcj02
from domain.reading import Value

Values: TypeAlias = dict[str, Value]


class Drive(StrEnum):
    """What moves a vehicle."""

    ELECTRIC = "electric"
    HYBRID = "hybrid"
    FUEL_CELL = "fuel_cell"


_MEASURED = (
    Field("speed_kmh", "speed", digits=1),
    Field("odometer_km", "odometer", digits=1),
    Field("pack_voltage_v", "voltage", digits=1),
    Field("pack_current_a", "current", digits=1),
    Field("soc_pct", "soc"),
    Field("insulation_kohm", "insulation"),
)
_PEDALS = (Field("accelerator_pct", "accelerator"), Field("brake_pct", "brake"))
"""The edition of 2025 has no word for them."""
_PLACE = (
    Field("latitude_deg", "latitude", digits=6),
    Field("longitude_deg", "longitude", digits=6),
)
_WGS84 = tuple(field.quantity for field in _PLACE)
_SHIFTED = ("latitude_gcj02_deg", "longitude_gcj02_deg")
_STORED_DIGITS = 7
"""Of a place that was worked out of one of GCJ-02."""
_CODES = ("vehicle_state", "charge_state", "gear")
_INSULATION = 5000
"""Of a sound vehicle. [kOhm]"""
_GCJ02 = 2
_CELLS, _PROBES = 96, 16
_BROKEN_EVERY, _BLIND_EVERY, _PRIVATE_EVERY = 5, 11, 10
"""Of so many reports one has a probe that is abnormal, no fix, a section of the maker's own."""
_OF_MOTORS = (1 << 15) | (1 << 17)
"""Flags of the controller's and of the motor's temperature."""


@dataclass(slots=True)
class Report:
    """Sections, and what they say by our names."""

    sections: list[bytes] = field(default_factory=list)
    said: Values = field(default_factory=dict)

    def add(self, section: bytes, said: Mapping[str, Value]) -> None:
        """One more section."""
        self.sections.append(section)
        self.said.update(said)


@dataclass(frozen=True)
class Car:
    """A vehicle as its terminal knows it.

    Attributes
    ----------
    gcj02 : bool
        Its receiver gives places of GCJ-02; only the edition of 2025 can say so.
    """

    edition: Edition
    drive: Drive
    gcj02: bool = False

    def report(self, measured: Measured) -> Report:
        """Everything a report of a measurement holds."""
        report = Report()
        self._vehicle(report, measured)
        for part in (self._motors, self._source, self._place, self._alarm, self._battery):
            part(report, measured)
        if measured.number % _PRIVATE_EVERY == 0:
            report.sections.append(private(0x80, measured.number.to_bytes(4, "big")))
        return report

    @property
    def _is_old(self) -> bool:
        return self.edition is Edition.OF_2016

    def _vehicle(self, report: Report, measured: Measured) -> None:
        # The old edition has no word for an insulation that was not measured.
        values = {"insulation_kohm": _INSULATION} | dict(measured.values)
        said = canonical(shown(_MEASURED + _PEDALS if self._is_old else _MEASURED, values))
        said |= {name: values[name] for name in _CODES if name in values}
        if "vehicle_state" in said:
            said["run_mode"] = "hybrid" if self.drive is Drive.HYBRID else "electric"
            said["dcdc_state"] = said["vehicle_state"]
        if "gear" in said:
            said["drive_force"] = "on" if said["gear"] == "D" else "off"
            said["brake_force"] = "on" if said["gear"] == "P" else "off"
        report.add(vehicle(self.edition, said), said)

    def _motors(self, report: Report, measured: Measured) -> None:
        """While it is charged standing, a vehicle says nothing of its motors."""
        said = report.said
        if "speed_kmh" not in said or said.get("charge_state") == "parked_charging":
            return
        count = 2 if self.drive is Drive.FUEL_CELL else 1
        rows = [self._motor(report.said, measured.number + n) for n in range(count)]
        report.add(
            motors(self.edition, rows),
            {f"motor_{n}_{name}": v for n, row in enumerate(rows, 1) for name, v in row.items()},
        )

    def _motor(self, said: Values, number: int) -> Values:
        speed, current = _of(said, "speed_kmh"), _of(said, "pack_current_a")
        row: Values = {
            "state": "ready" if not speed else "generating" if current < 0 else "consuming",
            "controller_temperature_c": 35.0 + number % 20,
            "speed_rpm": float(round(speed * 60)),
            "torque_nm": round(current * 0.8, 1),
            "temperature_c": 40.0 + number % 30,
        }
        if self._is_old:
            row |= {"voltage_v": _of(said, "pack_voltage_v"), "current_a": current}
        return row

    def _source(self, report: Report, measured: Measured) -> None:
        """The engine or the fuel cell, where it has one."""
        if "speed_kmh" not in report.said or "motor_1_state" not in report.said:
            return
        number = measured.number
        if self.drive is Drive.HYBRID:
            said: Values = {"engine_speed_rpm": 900.0 + 50 * (number % 40)}
            if self._is_old:
                said |= {"engine_state": "on", "fuel_consumption_l_100km": 5.5}
            report.add(engine(self.edition, said), said)
        elif self.drive is Drive.FUEL_CELL:
            self._fuel_cell(report, number)
            if not self._is_old:
                self._stack(report, number)
                self._supercapacitor(report, number)

    def _fuel_cell(self, report: Report, number: int) -> None:
        said: Values = {
            "hydrogen_temperature_max_c": 45.0 + number % 9,
            "hydrogen_pressure_max_mpa": round(20 + number % 50 * 0.1, 1),
            "fuel_cell_dcdc_state": "on",
        }
        if self._is_old:
            said |= {
                "fuel_cell_voltage_v": 210.5,
                "fuel_cell_current_a": round(90 + number % 20 * 0.5, 1),
                "fuel_cell_consumption_kg_100km": 7.25,
                "hydrogen_concentration_max_mgkg": 12.0,
            }
        else:
            said |= {
                "hydrogen_concentration_max_pct": 0.0125,
                "hydrogen_left_pct": 80.0 - number % 60,
                "fuel_cell_dcdc_temperature_c": 51.0,
            }
        report.add(fuel_cell(self.edition, said, [61, ABNORMAL, 63]), said)

    def _stack(self, report: Report, number: int) -> None:
        row: Values = {
            "voltage_v": 210.5,
            "current_a": round(90 + number % 20 * 0.5, 1),
            "hydrogen_pressure_kpa": 62.5,
            "air_pressure_kpa": -3.5,
            "air_temperature_c": 24.0,
        }
        said = {f"fuel_cell_stack_1_{name}": value for name, value in row.items()}
        report.add(stacks([(row, [64, 65])]), said)

    def _supercapacitor(self, report: Report, number: int) -> None:
        volts = [round(2.5 + (number + n) % 7 * 0.01, 3) for n in range(20)]
        probes = [30.0 + (number + n) % 5 for n in range(4)]
        row: Values = {"voltage_v": round(sum(volts), 1), "current_a": -40.5}
        said = {f"supercapacitor_1_{name}": value for name, value in row.items()}
        report.add(supercapacitor(row, volts, probes), said)
        said = {
            "supercapacitor_cell_voltage_max_v": max(volts),
            "supercapacitor_cell_voltage_min_v": min(volts),
            "supercapacitor_temperature_max_c": max(probes),
            "supercapacitor_temperature_min_c": min(probes),
        }
        report.add(supercapacitor_extremes(said), said)

    def _place(self, report: Report, measured: Measured) -> None:
        place = list(shown(_PLACE, measured.values))
        if len(place) < len(_PLACE):
            return
        shows = [one.canonical for one in place]
        said: Values = dict(zip(_WGS84, shows, strict=True))
        if self.gcj02:
            shows = [round(one, _PLACE[0].digits) for one in to_gcj02(*shows)]
            stored = (round(one, _STORED_DIGITS) for one in from_gcj02(*shows))
            said = dict(zip((*_SHIFTED, *_WGS84), (*shows, *stored), strict=True))
        valid = measured.number % _BLIND_EVERY != 0
        system = _GCJ02 if self.gcj02 else 1
        report.add(position(self.edition, *shows, valid=valid, system=system), said)

    def _alarm(self, report: Report, measured: Measured) -> None:
        level, flags = (measured.values.get(name) for name in ("alarm_level", "alarm_flags"))
        if level is None or flags is None:
            return
        level, flags = int(level), int(flags)
        report.add(*_alarm(self.edition, level, flags))

    def _battery(self, report: Report, measured: Measured) -> None:
        """Cells and probes, of which now and then one is broken."""
        voltage = report.said.get("pack_voltage_v")
        if voltage is None:
            return
        number, broken = measured.number, measured.number % _BROKEN_EVERY == 0
        mean = float(voltage) / _CELLS
        volts: list[Value] = [round(mean + (number + 7 * n) % 13 * 0.001, 3) for n in range(_CELLS)]
        probes: list[Value] = [20.0 + (number + n) % 15 for n in range(_PROBES)]
        if broken:
            volts[number % _CELLS] = probes[number % _PROBES] = ABNORMAL
        said: Values = {}
        for name, rows in (("cell_voltage{}_v", volts), ("cell_temperature{}_c", probes)):
            sound = [row for row in rows if not isinstance(row, str)]
            said |= {name.format("_max"): max(sound), name.format("_min"): min(sound)}
        if self._is_old:
            report.add(extremes(said), said)
        pack: Values = {"pack_1_voltage_v": voltage}
        current = report.said.get("pack_current_a")
        if current is not None:
            pack["pack_1_current_a"] = current
        report.add(cells(self.edition, [(voltage, current, volts)]), said | pack)
        report.sections.append(temperatures(self.edition, [probes]))


def _alarm(edition: Edition, level: int, flags: int) -> tuple[bytes, Values]:
    """Section of the alarms, each flag with a code of its maker's in the list it belongs to."""
    bits = [bit for bit in range(32) if flags >> bit & 1]
    of_motors = [0x0200_0000 + bit for bit in bits if _OF_MOTORS >> bit & 1]
    of_battery = [0x0100_0000 + bit for bit in bits if not _OF_MOTORS >> bit & 1]
    levels = [] if edition is Edition.OF_2016 else [(bit, level) for bit in bits]
    said: Values = {"alarm_level": float(level), "alarm_flags": float(flags)}
    lists = (("faults_battery_pack", of_battery), ("faults_motor", of_motors))
    said |= {name: " ".join(f"{code:08x}" for code in codes) for name, codes in lists if codes}
    if levels:
        said["alarm_flag_levels"] = " ".join(f"{bit:02x}{of:02x}" for bit, of in levels)
    return alarm(edition, level, flags, faults=(of_battery, of_motors, (), ()), levels=levels), said


def _of(values: Values, name: str) -> float:
    """A number of a report; nought where it says nothing."""
    value = values.get(name, 0.0)
    return 0.0 if isinstance(value, str) else float(value)
