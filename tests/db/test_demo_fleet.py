"""A demo has a fleet: cars with terminals and piles at their meters, entered once."""

from datetime import UTC, datetime

import pytest
from psycopg import Connection

from civicwatt.demo_fleet import enter_fleet, garage_of
from device_sim.district import District, DistrictSettings
from store.become import Role, become
from store.pile import piles
from store.registry import write as write_registry
from store.vehicle_stint import vehicle_codes

pytestmark = pytest.mark.db


def test_every_simulated_car_is_a_vehicle_with_a_terminal_and_a_pile(superuser: Connection) -> None:
    district = District(DistrictSettings(datetime(2026, 1, 1, tzinfo=UTC), 3, vehicles=4))
    write_registry(superuser, district.registry())
    become(superuser, Role.ADMIN)
    for _ in range(2):
        enter_fleet(superuser, district)
    assert set(vehicle_codes(superuser).values()) == set(district.vehicles)
    fitted = superuser.execute(
        "SELECT v.code, d.code FROM vehicle_device JOIN vehicle v USING (vehicle_id)"
        " JOIN device d USING (device_id)"
    ).fetchall()
    assert sorted(fitted) == [(code, code) for code in sorted(district.vehicles)]
    at = {each.meter_code: (each.latitude_deg, each.longitude_deg) for each in piles(superuser)}
    assert len(at) == len(district.vehicles)
    assert set(at.values()) == {garage_of(district, code) for code in district.vehicles}
