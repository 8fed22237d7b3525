"""A published fleet year in one run: from terminals over MQTT to the paragraph of the report."""

import pytest
from psycopg import Connection

from bench.district_case import check, reported
from device_sim.district_case import TRIPS, VEHICLES, case_vehicles
from tests.conftest import connected

pytestmark = pytest.mark.broker


def test_cars_of_nanan_come_to_the_published_figures_and_their_paragraph(
    database: str, own_broker_url: str
) -> None:
    """Two cars and 100 trips of the 34 and 25,000; `make district-case` sends all."""
    found = reported(database, own_broker_url, list(case_vehicles(vehicles=2, trips=100)))
    check(found, vehicles=2, trips=100)
    texts = {lang: report["text"] for lang, report in found.reports.items()}
    for text in texts.values():
        assert "218" in text
        assert "79.5" in text
    assert texts["zh-CN"] != texts["en"]
    with connected(database) as conn:
        _every_trip_has_a_place_and_a_track_as_long_as_the_odometer(conn)


@pytest.mark.fault
@pytest.mark.timeout(900)
def test_34_cars_and_25000_trips_come_to_54400_litres(database: str, own_broker_url: str) -> None:
    found = reported(database, own_broker_url, list(case_vehicles()))
    check(found, VEHICLES, TRIPS)
    for report in found.reports.values():
        assert "54,400" in report["text"]


def _every_trip_has_a_place_and_a_track_as_long_as_the_odometer(conn: Connection) -> None:
    rows = conn.execute(
        "SELECT km, (km_ways ->> 'track')::float8, start_latitude_deg, end_longitude_deg"
        " FROM vehicle_segment WHERE kind = 'trip' AND superseded_at IS NULL"
    ).fetchall()
    assert len(rows) == 100
    for km, track, latitude, longitude in rows:
        assert track == pytest.approx(km, rel=0.01)
        assert (round(latitude), round(longitude)) in {(29, 107), (30, 107)}
