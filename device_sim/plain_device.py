"""Devices that measure something plausible and otherwise have no story: for load and for faults.

Pure. Each value follows from the device and the number of the measurement; registers rise with
every one, so that no two measurements of a device are alike for a long time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from device_sim.vendor import Measured, Vendor
from domain.reading import Value
from domain.registry import DeviceKind


@dataclass(frozen=True)
class PlainDevice:
    """One device of a vendor.

    Attributes
    ----------
    number : int
        Among the devices of its vendor.
    """

    vendor: Vendor
    number: int
    zone: ZoneInfo

    @property
    def code(self) -> str:
        """Its code."""
        return self.vendor.device(self.number)

    def measured(
        self, start: datetime, step: timedelta, first: int, count: int
    ) -> Iterator[Measured]:
        """Measurements number `first` and after.

        Parameters
        ----------
        start : datetime
            Instant of number 0; aware.
        """
        values = _VALUES.get(self.vendor.kind, _electricity)
        for number in range(first, first + count):
            yield Measured(
                self.code, start + number * step, values(self.number, number), number, self.zone
            )


def _electricity(device: int, number: int) -> dict[str, Value]:
    power = round(5 + device % 50 + number % 60 * 0.31, 3)
    volts = [round(228 + (device + 3 * number + 7 * phase) % 60 / 10, 1) for phase in range(3)]
    amperes = [round(power * 1000 / 3 / volt, 2) for volt in volts]
    return {
        "active_energy_import_kwh": _counted(10 * (device % 1000), number, 0.43),
        "active_power_kw": power,
        "power_factor": 0.97,
        "frequency_hz": 50.02,
        **{f"voltage_{phase}_v": volt for phase, volt in zip("abc", volts, strict=True)},
        **{f"current_{phase}_a": ampere for phase, ampere in zip("abc", amperes, strict=True)},
    }


def _climate(device: int, number: int) -> dict[str, Value]:
    return {
        "air_temperature_c": round(18 + device % 5 + number % 73 * 0.1, 1),
        "relative_humidity_pct": round(40 + number % 211 * 0.1, 1),
    }


def _vehicle(device: int, number: int) -> dict[str, Value]:
    driving = number % 4 != 0
    return {
        "odometer_km": _counted(100 * (device % 1000), number, 0.3),
        "speed_kmh": 20.0 + number % 60 if driving else 0.0,
        "soc_pct": 90.0 - number % 60,
        "pack_voltage_v": round(350 + number % 37 * 0.5, 1),
        "pack_current_a": round(10 + number % 41 * 0.4, 1) if driving else 0.0,
        "energy_used_kwh": _counted(200, number, 0.05),
        "energy_recovered_kwh": _counted(20, number, 0.01),
        "latitude_deg": round(29.5 + number % 997 * 0.0001, 6),
        "longitude_deg": round(106.5 + device % 100 * 0.001, 6),
        "vehicle_state": "on" if driving else "off",
        "charge_state": "not_charging",
        "gear": "D" if driving else "P",
        "accelerator_pct": float(number % 90) if driving else 0.0,
        "brake_pct": 0.0 if driving else 40.0,
        "alarm_level": 0.0,
        "alarm_flags": 0.0,
    }


def _heat(device: int, number: int) -> dict[str, Value]:
    supply = round(70 + (device + number) % 80 * 0.1, 2)
    return {
        "heat_energy_gj": _counted(device % 1000, number, 0.01),
        "heat_power_kw": round(12 + number % 90 * 0.15, 2),
        "heat_flow_m3h": round(0.4 + number % 50 * 0.0125, 4),
        "heat_volume_m3": _counted(device % 1000, number, 0.05),
        "supply_temperature_c": supply,
        "return_temperature_c": round(supply - 18.25, 2),
    }


def _water(device: int, number: int) -> dict[str, Value]:
    return {"volume_m3": _counted(device % 1000, number, 0.03), "flow_m3h": 0.18}


def _counted(start: float, number: int, each: float) -> float:
    """A register of five places, after it has passed its end too."""
    return round((start + number * each) % 100_000, 2)


_VALUES = {
    DeviceKind.CLIMATE_SENSOR: _climate,
    DeviceKind.HEAT_METER: _heat,
    DeviceKind.VEHICLE: _vehicle,
    DeviceKind.WATER_METER: _water,
}
