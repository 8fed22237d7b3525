"""What a vehicle's terminal and a weather station send."""

from dataclasses import dataclass

import numpy as np

from device_sim.activity import Channel
from device_sim.arrays import Seconds
from device_sim.climate import humidity_pct
from device_sim.conditions import Surroundings
from device_sim.noise import fraction, key, smooth
from device_sim.route import degrees
from device_sim.samples import Column, register
from device_sim.vehicle import Vehicle


@dataclass(frozen=True)
class VehicleTerminal:
    """The telematics box of a vehicle.

    Attributes
    ----------
    garage_km : tuple of float
        Where its garage lies east and north of the district's centre. [km]
    initial_km : float
        Odometer at the first instant. [km]
    """

    vehicle: Vehicle
    centre: tuple[float, float]
    garage_km: tuple[float, float]
    initial_km: float

    def read(self, at: Seconds) -> dict[str, Column]:
        """Motion, energy, place and states."""
        model, motion = self.vehicle.model, self.vehicle.motion(at)
        discharge_kw = (
            motion.rate[Channel.USED]
            - motion.rate[Channel.RECOVERED]
            - motion.rate[Channel.CHARGED]
        )
        voltage, current = model.pack(motion.soc, discharge_kw)
        latitude, longitude = degrees(
            self.centre, self.garage_km[0] + motion.east_km, self.garage_km[1] + motion.north_km
        )
        speed_kmh = motion.rate[Channel.SPEED]
        mode: dict[str, Column] = {}
        if model.electric_kmh is not None:
            mode["run_mode"] = np.where(model.by_engine(speed_kmh), "hybrid", "electric").tolist()
        return {
            "odometer_km": register(self.initial_km + motion.total[Channel.SPEED], 0.1),
            "speed_kmh": np.round(speed_kmh, 1),
            "soc_pct": np.round(100.0 * motion.soc, 1),
            "pack_voltage_v": np.round(voltage, 1),
            "pack_current_a": np.round(current, 1),
            "energy_used_kwh": register(motion.total[Channel.USED], 0.01),
            "energy_recovered_kwh": register(motion.total[Channel.RECOVERED], 0.01),
            "energy_charged_kwh": register(motion.total[Channel.CHARGED], 0.01),
            "latitude_deg": np.round(latitude, 6),
            "longitude_deg": np.round(longitude, 6),
            "vehicle_state": np.where(motion.driving, "on", "off").tolist(),
            "charge_state": np.where(motion.charging, "parked_charging", "not_charging").tolist(),
            "gear": np.where(motion.driving, "D", "P").tolist(),
            **mode,
        }


@dataclass(frozen=True)
class WeatherStation:
    """Outdoor sensors of a site; each stands a little differently from the district's mean."""

    around: Surroundings
    code: str

    def read(self, at: Seconds) -> dict[str, Column]:
        """Outdoor temperature, humidity and irradiance."""
        around = self.around
        bias_k = 0.8 * (fraction(around.seed, self.code) - 0.5)
        drift_k = 0.3 * smooth(key(around.seed, self.code, "air"), at, 3600)
        humidity = humidity_pct(around.climate, around.seed, at, around.east_h)
        return {
            "air_temperature_c": np.round(around.outdoor_c(at) + bias_k + drift_k, 2),
            "relative_humidity_pct": np.round(humidity, 1),
            "irradiance_wm2": np.round(around.irradiance_wm2(at), 1),
        }
