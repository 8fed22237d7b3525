"""Devices that send GCJ-02 and do not say so: declared once, stored as WGS-84, kept as sent."""

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from domain.coordinates import CoordinateSystem, to_gcj02
from domain.reading import Message
from store.places.registry import write as write_registry
from store.telemetry.device import declare_coordinates
from tests.db.conftest import V1, SignIn, add_people
from tests.db.test_admin import run
from tests.db.test_speaking_for import Collector, message
from tests.estate import NOW, estate

pytestmark = pytest.mark.db

DEVICE, NEIGHBOUR = "school-device-0", "hospital-device-0"
NANAN, LONDON = (29.523456, 106.560789), (51.5, -0.1)
Place = tuple[float, float]


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    write_registry(superuser, estate())
    add_people(superuser)
    return superuser


def id_of(conn: Connection, code: str) -> int:
    row = conn.execute("SELECT device_id FROM device WHERE code = %s", [code]).fetchone()
    assert row is not None
    return int(row[0])


def said(device: str, **values: float) -> Message:
    return message(f"cw/v1/{device}/up", {"ts": NOW.isoformat(), "values": values})


def sent(device: str, place: Place) -> Message:
    return said(device, latitude_deg=place[0], longitude_deg=place[1], speed_kmh=31.5)


def places(conn: Connection) -> dict[str, tuple[Place | None, dict[str, float]]]:
    """By device: where it is stored to be, and what it sent under other names."""
    rows = conn.execute(
        "SELECT d.code, r.latitude_deg, r.longitude_deg,"
        "       (SELECT coalesce(jsonb_object_agg(name, value), '{}') FROM other_reading o"
        "         WHERE o.device_id = d.device_id)"
        "  FROM device d JOIN vehicle_reading r USING (device_id)"
    ).fetchall()
    return {code: ((north, east), others) for code, north, east, others in rows}


def test_a_declared_device_is_stored_where_it_is_and_its_neighbour_as_before(
    conn: Connection,
) -> None:
    declare_coordinates(conn, id_of(conn, DEVICE), CoordinateSystem.GCJ02)
    shown = to_gcj02(*NANAN)
    Collector(conn).take(sent(DEVICE, shown), sent(NEIGHBOUR, shown))
    found = places(conn)
    assert found[DEVICE][0] == pytest.approx(NANAN, abs=1e-7)
    kept = {"latitude_gcj02_deg": shown[0], "longitude_gcj02_deg": shown[1]}
    assert found[DEVICE][1] == pytest.approx(kept)
    assert found[NEIGHBOUR] == (shown, {})


def test_abroad_a_declared_device_is_where_it_says(conn: Connection) -> None:
    declare_coordinates(conn, id_of(conn, DEVICE), CoordinateSystem.GCJ02)
    Collector(conn).take(sent(DEVICE, LONDON))
    assert places(conn)[DEVICE][0] == LONDON


def test_half_a_place_is_not_taken_for_wgs84(conn: Connection) -> None:
    declare_coordinates(conn, id_of(conn, DEVICE), CoordinateSystem.GCJ02)
    Collector(conn).take(said(DEVICE, latitude_deg=29.5, speed_kmh=1.0))
    assert places(conn)[DEVICE] == ((None, None), {"latitude_gcj02_deg": 29.5})


def test_what_speaks_through_a_gateway_sends_as_it_was_declared_unless_it_was_itself(
    conn: Connection,
) -> None:
    declare_coordinates(conn, id_of(conn, DEVICE), CoordinateSystem.GCJ02)
    conn.execute(
        "UPDATE device SET via_id = %s, coordinate_system = NULL WHERE code = %s",
        [id_of(conn, DEVICE), NEIGHBOUR],
    )
    seen = Collector(conn)._acquaintance
    seen.read(conn, [])
    assert seen.world.devices[NEIGHBOUR].coordinate_system == "gcj02"
    declare_coordinates(conn, id_of(conn, NEIGHBOUR), CoordinateSystem.WGS84)
    seen.forget()
    seen.read(conn, [])
    assert seen.world.devices[NEIGHBOUR].coordinate_system == "wgs84"


def test_administrators_declare_it_and_nobody_else(
    conn: Connection, database: str, sign_in: SignIn
) -> None:
    path = f"{V1}/devices/{id_of(conn, DEVICE)}/coordinates"
    admin: TestClient = sign_in("admin")
    assert admin.get(path).json() == {"system": None}
    assert admin.put(path, json={"system": "gcj02"}).json() == {"system": "gcj02"}
    assert admin.get(path).json() == {"system": "gcj02"}
    assert admin.put(path, json={"system": "bd09"}).status_code == 422
    assert sign_in("school").put(path, json={"system": "wgs84"}).status_code == 403
    run(database, "admin", "device", "coordinates", DEVICE, "gateway")
    assert admin.get(path).json() == {"system": None}
    done = conn.execute("SELECT detail FROM audit WHERE action = 'device_coordinates'").fetchall()
    assert done == [({"system": "gcj02"},), ({"system": None},)]
