"""Newest values of devices, as the collector keeps them beside the readings."""

from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
from psycopg import Connection

from domain.reading import Value
from store.queries import sql

_SAID = msgspec.json.Decoder(dict[str, tuple[Value, int]])


@dataclass(frozen=True, slots=True)
class Newest:
    """Newest value of each quantity of a device, and the instant of each.

    Attributes
    ----------
    ts : datetime
        Newest of those instants.
    """

    device_id: int
    ts: datetime
    values: dict[str, Value]
    at: dict[str, datetime]


def newest(
    conn: Connection,
    *,
    organisation_id: int | None = None,
    device_id: int | None = None,
    after: int = 0,
    at_most: int,
) -> list[Newest]:
    """Newest values by device, of an organisation and all below it, or of one device."""
    arguments = {
        "organisation_id": organisation_id,
        "device_id": device_id,
        "after": after,
        "at_most": at_most,
    }
    return [_newest(*row) for row in conn.execute(sql("newest", "newest"), arguments)]


def _newest(device_id: int, text: str) -> Newest:
    said = _SAID.decode(text)
    # most devices say all of it at one instant
    instants = {ms: datetime.fromtimestamp(ms / 1000, UTC) for _, ms in said.values()}
    at = {name: instants[ms] for name, (_, ms) in said.items()}
    values = {name: value for name, (value, _) in said.items()}
    return Newest(device_id, max(instants.values()), values, at)
