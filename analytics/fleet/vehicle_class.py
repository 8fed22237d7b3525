"""What is taken for granted of a class of vehicles."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleClass:
    """Limits by which the samples of a vehicle are cut, and what its label says.

    Attributes
    ----------
    parking_s : float
        A pause at least as long ends a trip; a silence of so long may hide anything. [s]
    idle_s : float
        The same for a vehicle that is switched on or in gear all the while, as in a jam. [s]
    least_km : float
        Less is manoeuvring, and belongs to the stop. [km]
    crawling_kmh : float
        A silence between two samples under way that was passed more slowly held a stop. [km/h]
    fastest_kmh : float
        What an odometer gains faster is no distance; 120 mph. [km/h]
    longest_s : float
        A trip of more is implausible: a week. [s]
    battery_kwh : float, optional
        Usable capacity; without it the state of charge tells no energy. [kWh]
    hybrid : bool
        Burns fuel as well, so that only kilometres in electric mode are electric.
    """

    parking_s: float = 180.0
    idle_s: float = 900.0
    least_km: float = 0.2
    crawling_kmh: float = 10.0
    fastest_kmh: float = 193.0
    longest_s: float = 7 * 86_400.0
    battery_kwh: float | None = None
    hybrid: bool = False
