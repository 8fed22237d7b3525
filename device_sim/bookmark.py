"""How far the simulation was acknowledged, kept in a file so that a restart goes on from there."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import msgspec

from device_sim.district import DistrictSettings
from domain.errors import ConfigurationError


class Bookmark(msgspec.Struct, frozen=True):
    """State of a simulation between two runs.

    Attributes
    ----------
    settings : DistrictSettings
        Of the district it belongs to.
    sent_until : datetime
        Every sample before it is acknowledged by the broker; aware.
    """

    settings: DistrictSettings
    sent_until: datetime

    def save(self, path: Path) -> None:
        """Write it, so that a crash leaves either the old one or the new one."""
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(path.name + ".new")
        beside.write_bytes(msgspec.json.encode(self))
        beside.replace(path)


def begin(path: Path, wanted: DistrictSettings) -> Bookmark:
    """Go on where the file says, or begin at `wanted.first` and keep that in the file.

    Whoever begins with the same file works on the same district from the same first instant.

    Raises
    ------
    ConfigurationError
        If the file is not a bookmark, or one of another district.
    """
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Bookmark)
    except FileNotFoundError:
        begun = Bookmark(wanted, wanted.first)
        begun.save(path)
        return begun
    except msgspec.DecodeError as error:
        raise ConfigurationError(
            f"{path} is not a state of the simulator ({error}): remove it to begin anew"
        ) from None
    if replace(wanted, first=found.settings.first) != found.settings:
        raise ConfigurationError(
            f"{path} is of another district ({found.settings}): remove it or use its settings"
        )
    return found
