"""How buildings of a use are used: presence over the day, and what each square metre draws."""

import tomllib
from functools import cache
from importlib import resources

import msgspec
import numpy as np

from device_sim.arrays import Flags, Floats

Corners = tuple[tuple[float, float], ...]


class Density(msgspec.Struct, frozen=True):
    """Draw of an item per floor area, without anybody there and at full load [W/m2]."""

    idle: float
    full: float


class BuildingUse(msgspec.Struct, frozen=True):
    """One use of ``uses.toml``, where the units of the fields stand."""

    workday: Corners
    restday: Corners
    lighting_sockets: Density
    hvac: Density
    power: Density
    special: Density
    water_lm2h: float
    night_lm2h: float
    heat_wm2: float
    leave: tuple[tuple[str, str], ...] = ()
    on_leave: float = 1.0

    def presence(self, hour: Floats, workday: Flags, on_leave: Flags) -> Floats:
        """Share of the people that are there [0..1]."""
        curve = np.where(workday, _straight(hour, self.workday), _straight(hour, self.restday))
        presence: Floats = curve * np.where(on_leave, self.on_leave, 1.0)
        return presence


@cache
def building_uses() -> dict[str, BuildingUse]:
    """Every use by name."""
    text = (resources.files("device_sim") / "uses.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, BuildingUse])


def _straight(hour: Floats, corners: Corners) -> Floats:
    hours, shares = np.array(corners).T
    share: Floats = np.interp(hour, hours, shares)
    return share
