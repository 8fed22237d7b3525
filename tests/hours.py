"""Readings of gauges whose hourly series are known, for every floor the series may stand on."""

from datetime import UTC, datetime, timedelta

from psycopg import Connection

from domain.reading import Message
from store.places.registry import write as write_registry
from tests.estate import NOW, estate, say, store_messages

START = NOW.replace(minute=0) - timedelta(days=60)
LATEST = NOW - timedelta(minutes=5)
OF_TABLE = {
    "electricity_reading": "active_power_kw",
    "flow_reading": "flow_m3h",
    "heat_reading": "heat_power_kw",
    "climate_reading": "air_temperature_c",
    "vehicle_reading": "soc_pct",
}
Hour = tuple[datetime, float, float, float]


def plant(conn: Connection) -> None:
    """Plant 4k, 4k + 1 and 4k + 5 in hour k of three days, and one value in the newest hour."""
    write_registry(conn, estate())
    told = [
        _say(START + timedelta(hours=k, minutes=20 * n), 4.0 * k + value)
        for k in range(72)
        for n, value in enumerate((0.0, 1.0, 5.0))
    ]
    store_messages(conn, [*told, _say(LATEST, 7.0)])


def truth() -> list[Hour]:
    """Hour, mean, least and greatest of what `plant` has put in."""
    hours = [(START + timedelta(hours=k), 4.0 * k + 2.0, 4.0 * k, 4.0 * k + 5.0) for k in range(72)]
    return [*hours, (LATEST.replace(minute=0), 7.0, 7.0, 7.0)]


def found(conn: Connection, table: str, schema: str = "public") -> list[Hour]:
    """Hours of a table's planted gauge, as the database gives them."""
    gauge = OF_TABLE[table]
    rows = conn.execute(
        f"SELECT hour, mean_{gauge}, least_{gauge}, greatest_{gauge} "
        f"FROM {schema}.{table}_hour ORDER BY hour"
    ).fetchall()
    return [(hour.astimezone(UTC), mean, least, greatest) for hour, mean, least, greatest in rows]


def _say(ts: datetime, value: float) -> Message:
    values = ", ".join(f'"{gauge}": {value!r}' for gauge in OF_TABLE.values())
    return say("school-device-0", f'{{"ts": "{ts.isoformat()}", "values": {{{values}}}}}'.encode())
