"""What a record is about: whose value, of which quantity, and when. Pure.

Source: RFC 8428, section 4; RFC 9039 for names of devices.
"""

from datetime import datetime, timedelta
from functools import lru_cache

from domain.errors import PayloadError
from domain.reading import Quality
from ingest.codecs.instant import from_aware, from_epoch_s
from ingest.codecs.wording import Meaning, meaning

_FIRST_ABSOLUTE_S = 2.0**28
_URN = "urn:dev:"
_BELOW = frozenset(":/_")
"""What stands between the name of a sender and that of what it measured."""
_UNITS = {"Cel": "degC", "%RH": "%", "%EL": "%", "%": "1", "/": "1", "l": "L", "count": "1"}
_UNITS |= {"lat": "deg", "lon": "deg"}
"""Units of SenML that mean another thing elsewhere: its ``%`` is a ratio, 0 to 1."""
_SUMS = {
    "active_power_kw": ("active_energy_import_kwh", {"W": "J", "kW": "kJ"}),
    "heat_power_kw": ("heat_energy_gj", {"W": "J", "kW": "kJ"}),
    "flow_m3h": ("volume_m3", {"m3/s": "m3", "l/s": "L"}),
}
"""What the sum of a quantity is, and in which unit by that of the quantity."""


def point_meaning(text: str, unit: str) -> Meaning:
    """What `text` measures, in a unit as SenML writes it.

    Raises
    ------
    PayloadError
        As `meaning` does.
    """
    return meaning(text, _UNITS.get(unit, unit))


@lru_cache(maxsize=10_000)  # the same few points, message after message
def sum_meaning(text: str, unit: str) -> Meaning:
    """What the sum of `text` over time measures.

    Raises
    ------
    PayloadError
        As `meaning` does.
    """
    name, units = _SUMS.get(point_meaning(text, unit).name, ("", {}))
    if unit in units:
        return meaning(name, units[unit])
    return meaning(f"{text} sum", f"{unit} s")


@lru_cache(maxsize=10_000)  # the same few names, message after message
def parted(name: str, sender: str) -> tuple[str, str]:
    """Code of the device, and the quantity's name."""
    own = own_part(name, sender)
    if own is not None:
        channel, text = channelled(own)
        return sender + channel, text
    start = (
        name.index(":", len(_URN)) + 1 if name.startswith(_URN) and ":" in name[len(_URN) :] else 0
    )
    cut = max(name.rfind(":", start), name.rfind("/", start))
    if cut < 0 and start:
        cut = name.find("_", start)
    if cut < 0:
        return sender, name
    return name[:cut], name[cut + 1 :]


def own_part(name: str, sender: str) -> str | None:
    """What follows the sender in a name that begins with it; None in another."""
    size = len(sender)
    if sender and name[size : size + 1] in _BELOW and name.startswith(sender):
        return name[size + 1 :]
    return None


def channelled(name: str) -> tuple[str, str]:
    """Channel of the sender, with its ``/``, or nothing; and the quantity's name."""
    channel, _, text = name.rpartition("/")
    return (f"/{channel}" if channel else ""), text


def instant(time_s: float, received_at: datetime) -> tuple[datetime, Quality]:
    """Instant of a record.

    Parameters
    ----------
    time_s : float
        Since 1970 from 2**28 on, else since the arrival. [s]

    Raises
    ------
    PayloadError
        If it is outside the calendar.
    """
    if time_s >= _FIRST_ABSOLUTE_S:
        return from_epoch_s(time_s), Quality.GOOD
    if time_s < -_FIRST_ABSOLUTE_S:
        raise PayloadError(f"time {time_s} s is beyond memory", code="bad_time")
    return from_aware(received_at + timedelta(seconds=time_s)), Quality.ARRIVAL_TIME
