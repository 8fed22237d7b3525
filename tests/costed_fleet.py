"""Trips, plug-ins and a pile whose costs are arithmetic, planted without their samples."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from psycopg import Connection

from store.money.tariff import MeterTariffRow, add_tariff, put_meter, tariffs
from tests.estate import registers, store_messages
from tests.fleet_estate import cut

ZONE = ZoneInfo("Asia/Shanghai")
HOURLY_KWH = 6.0
TARIFF = """
schema = "tariff/1"
code = "pile"
medium = "electricity"
name_zh = "pile"
name_en = "pile"
[[version]]
first_day = 2026-01-01
source = "notice 7"
checked = false
[[version.window]]
period = "valley"
hours = ["00:00-08:00"]
[[version.component]]
name = "energy"
floats = true
prices = { flat = 0.60, valley = 0.30 }
"""
TERMS = """
schema = "displacement/1"
name = "a set that fits"
holds_from = 2024-01-01
region = "CN-CQ"
petrol_cny_l = "7.60"
electricity_cny_kwh = "0.80"
efficiency = "0.90"
[[baseline]]
vehicle_class = "sedan"
litres_100km = "8.0"
source = "assumed"
[[item]]
name = "toll"
cny_100km = "10"
"""
_SEGMENT = """
INSERT INTO vehicle_segment (vehicle_id, segment_id, kind, start_at, end_at, km, km_ways, kwh,
                             kwh_ways, electric_km, evidence, estimated, doubts, known_at)
SELECT vehicle_id, %(name)s, %(kind)s, %(start)s, %(end)s, %(km)s, '{}', %(kwh)s, '{}', %(km)s,
       '{odometer}', false, 0, '2026-07-15Z' FROM vehicle WHERE code = %(code)s"""
_PILE = """
INSERT INTO pile (code, name_zh, name_en, meter_id)
SELECT 'pile-1', '一号桩', 'Pile 1', meter_id FROM meter WHERE code = 'school-meter-0'"""
_MATCH = """
INSERT INTO charge_match (vehicle_id, segment_id, pile_id, start_at, grid_kwh, how, known_at)
SELECT s.vehicle_id, s.segment_id, p.pile_id, s.start_at, 24, '{time}', '2026-07-15Z'
  FROM vehicle_segment s, pile p WHERE s.segment_id = %s"""


def local(text: str) -> datetime:
    """An instant by the clock of Shanghai, such as ``2026-07-03 08:15``."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def segment(
    conn: Connection,
    code: str,
    name: str,
    kind: str,
    start: str,
    minutes: int,
    *,
    km: float | None = None,
    kwh: float | None = None,
) -> None:
    """Plant a trip or a plug-in of a vehicle."""
    begin = local(start)
    arguments = {"code": code, "name": name, "kind": kind, "start": begin, "km": km, "kwh": kwh}
    conn.execute(_SEGMENT, {**arguments, "end": begin + timedelta(minutes=minutes)})


def told_of(conn: Connection, code: str, start: str, end: str) -> None:
    """Plant that it is told all along what a vehicle did: it stood, but for what else there is."""
    minutes = int((local(end) - local(start)).total_seconds() / 60)
    name = f"told-{code}-{start}"
    segment(conn, code, name, "stop", start, minutes)
    # As in a silence: its days are not among those on which anything was heard.
    conn.execute("UPDATE vehicle_segment SET estimated = true WHERE segment_id = %s", [name])


def plant(conn: Connection) -> None:
    """Three days of two cars: trips, a plug-in at our own pile over the end of June, one elsewhere.

    The pile's meter counts 6 kWh in every hour from 30 June on.
    """
    start = local("2026-06-30 00:00")
    values = [1000.0 + HOURLY_KWH * hour for hour in range(73)]
    store_messages(conn, registers("school-device-0", start, values, step=timedelta(hours=1)))
    cut(conn)
    # Planted after the worker has cut what samples there are: it would find none behind them.
    for code in ("car-1", "car-2"):
        told_of(conn, code, "2026-05-31 00:00", "2026-08-02 00:00")
    segment(conn, "car-1", "t1", "trip", "2026-07-01 09:00", 60, km=100, kwh=14)
    segment(conn, "car-1", "t2", "trip", "2026-07-02 09:00", 60, km=100, kwh=14)
    segment(conn, "car-2", "t3", "trip", "2026-07-02 09:30", 60, km=50, kwh=7)
    segment(conn, "car-1", "own", "charge", "2026-06-30 22:00", 240, kwh=21.6)
    segment(conn, "car-1", "public", "charge", "2026-07-02 12:00", 60, kwh=18)
    segment(conn, "car-2", "unpaid", "charge", "2026-07-02 20:00", 60, kwh=9)
    conn.execute(_PILE)
    match(conn, "own")


def match(conn: Connection, charge: str) -> None:
    """Match a planted plug-in to the pile."""
    conn.execute(_MATCH, [charge])


def put_on_tariff(conn: Connection, since: date = date(2026, 1, 1)) -> None:
    """Put the pile's meter on a tariff with a valley from midnight to eight, from a day on."""
    add_tariff(conn, TARIFF, place="pile.toml")
    tariff = next(row.id for row in tariffs(conn) if row.code == "pile")
    row = conn.execute("SELECT meter_id FROM pile").fetchone()
    assert row is not None
    put_meter(conn, row[0], MeterTariffRow(tariff, "pile", since, None, None, None, None))
