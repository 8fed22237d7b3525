"""Some weeks of a vehicle's drives and charges, to be read at any instant."""

from dataclasses import dataclass

import numpy as np

from device_sim.activity import CHANNELS, Activity, Channel
from device_sim.arrays import Floats, Seconds


@dataclass(frozen=True)
class MonthOfDriving:
    """Activities as one line of corners; arrays by `Channel` have the shape (4, k).

    Attributes
    ----------
    at_s : Floats, shape (k,)
        Corners, never falling. [s since 1970]
    rates, amounts : Floats
        Straight between corners; and their integrals since the first instant of the vehicle.
    way : Floats, shape (3, m)
        Odometer, east and north of the garage at the corners of every way driven. [km]
    """

    activities: tuple[Activity, ...]
    at_s: Floats
    rates: Floats
    amounts: Floats
    way: Floats

    def read(self, at: Seconds) -> Floats:
        """State at ascending instants.

        Returns
        -------
        Floats, shape (12, n)
            Four rates [km/h], [kW]; four registers [km], [kWh]; place east and north of the
            garage [km]; 1 while driving, 1 while charging, else 0.
        """
        state = self._registers(at, slice(None))
        odometer_km = state[len(CHANNELS)]
        place = [np.interp(odometer_km, self.way[0], axis) for axis in self.way[1:]]
        busy = [self._busy(at, driving=True), self._busy(at, driving=False)]
        return np.vstack([state, *place, *busy])

    def charged(self, at: Seconds) -> Floats:
        """Power into the battery [kW] and its register [kWh], shape (2, n)."""
        row = CHANNELS.index(Channel.CHARGED)
        return self._registers(at, slice(row, row + 1))

    def _registers(self, at: Seconds, channels: slice) -> Floats:
        """Rates of the channels, then their registers."""
        # The last of corners at one instant holds from there on; so no interval is empty.
        corner = np.searchsorted(self.at_s, at, "right") - 1
        length_s = self.at_s[corner + 1] - self.at_s[corner]
        share = (at - self.at_s[corner]) / length_s
        start = self.rates[channels, corner]
        rise = self.rates[channels, corner + 1] - start
        hours = share * length_s / 3600.0
        amounts = self.amounts[channels, corner] + (start + 0.5 * rise * share) * hours
        return np.vstack([start + rise * share, amounts])

    def _busy(self, at: Seconds, *, driving: bool) -> Floats:
        chosen = [a for a in self.activities if (a.way is not None) == driving]
        starts = np.array([activity.start_s for activity in chosen], np.int64)
        ends = np.array([activity.end_s for activity in chosen], np.int64)
        begun = np.searchsorted(starts, at, "right")
        return (begun - np.searchsorted(ends, at, "right")).astype(np.float64)


def month_of_driving(
    activities: tuple[Activity, ...], start_s: int, end_s: int, before: Floats
) -> MonthOfDriving:
    """Join activities between two instants at which the vehicle stands in its garage.

    Parameters
    ----------
    before : Floats, shape (4,)
        Registers at the start. [km], [kWh]
    """
    still = np.zeros((len(CHANNELS), 1))
    at_s = np.concatenate([[start_s], *(activity.at_s for activity in activities), [end_s]])
    rates = np.concatenate([still, *(activity.rates for activity in activities), still], axis=1)
    areas = 0.5 * (rates[:, 1:] + rates[:, :-1]) * np.diff(at_s) / 3600.0
    amounts = np.cumsum(np.concatenate([before[:, np.newaxis], areas], axis=1), axis=1)
    return MonthOfDriving(activities, at_s, rates, amounts, _track(activities, float(before[0])))


def _track(activities: tuple[Activity, ...], odometer_km: float) -> Floats:
    """Odometer and place at every corner of every way; a block starts and ends at the garage."""
    corners = [np.array([[odometer_km], [0.0], [0.0]])]
    for activity in activities:
        if activity.way is not None:
            way = activity.way
            corners.append(np.stack([odometer_km + way.length_km, way.east_km, way.north_km]))
            odometer_km += float(activity.amounts[0])
    track = np.concatenate(corners, axis=1)
    track[0] = np.maximum.accumulate(track[0])  # sums of floats may disagree in the last digit
    return track
