"""Fields of GB/T 32960.3 as a terminal writes them. Pure.

A value that is not given is "invalid", as of a terminal that has not measured it.
"""

from collections.abc import Mapping
from decimal import Decimal

from domain.reading import Value

ABNORMAL = "abnormal"
"""In place of a number: what it is measured with is broken."""
_STATES: Mapping[str, Mapping[str, int]] = {
    "vehicle_state": {"on": 1, "off": 2, "other": 3},
    "charge_state": {
        "parked_charging": 1,
        "driving_charging": 2,
        "not_charging": 3,
        "complete": 4,
    },
    "run_mode": {"electric": 1, "hybrid": 2, "fuel": 3},
    "dcdc_state": {"on": 1, "off": 2},
    "fuel_cell_dcdc_state": {"on": 1, "off": 2},
    "engine_state": {"on": 1, "off": 2},
    "state": {"consuming": 1, "generating": 2, "off": 3, "ready": 4},
}
_GEARS = {"N": 0, "R": 13, "D": 14, "P": 15}


def raw_number(value: Value | None, size: int, per: int = 1, offset: int = 0) -> bytes:
    """Make the raw number of a value; "invalid" if there is none.

    Raises
    ------
    ValueError
        If it does not fit, or would be read as abnormal or invalid.
    """
    if value is None:
        return b"\xff" * size
    if value == ABNORMAL:
        return b"\xff" * (size - 1) + b"\xfe"
    raw = round(Decimal(str(value)) * per) - offset * per
    if not 0 <= raw < (1 << 8 * size) - 2:
        raise ValueError(f"{value} does not fit {size} bytes of 1/{per} from {offset}")
    return raw.to_bytes(size, "big")


def raw_states(values: Mapping[str, Value], *names: str) -> bytes:
    """One byte for each state of `names`."""
    return bytes(_STATES[name].get(str(values.get(name)), 0xFF) for name in names)


def raw_gear(values: Mapping[str, Value]) -> bytes:
    """The gear, and whether there is force to drive and to brake."""
    gear = values.get("gear")
    if gear is None:
        return b"\xff"
    raw = _GEARS[str(gear)] if gear in _GEARS else int(gear)
    drive, brake = (values.get(name) == "on" for name in ("drive_force", "brake_force"))
    return bytes((raw | brake << 4 | drive << 5,))


def raw_text(text: str, size: int) -> bytes:
    """ASCII with nothing behind it up to `size` bytes."""
    field = text.encode("ascii")
    if len(field) > size:
        raise ValueError(f"{text!r} is longer than {size}")
    return field.ljust(size, b"\0")
