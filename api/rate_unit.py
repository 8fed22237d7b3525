"""Units of rates."""

_RATE_UNIT = {"kWh": "kW"}


def rate_unit(unit: str) -> str:
    """Unit of a register's rate: per hour, and kW for kWh."""
    return _RATE_UNIT.get(unit, f"{unit}/h")
