"""The zone that a command is told to use."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.errors import ConfigurationError


def zone(name: str) -> ZoneInfo:
    """Zone of an IANA name.

    Raises
    ------
    ConfigurationError
        If there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigurationError(f"zone {name!r} is no IANA zone, such as Asia/Shanghai") from None
