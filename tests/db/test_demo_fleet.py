"""A demo has a fleet: cars with terminals, a hybrid, and piles at their meters with a tariff."""

from datetime import UTC, date, datetime

import pytest
from psycopg import Connection

from civicwatt.demo.fleet import enter_fleet, garage_of
from civicwatt.demo.tariffs import enter_tariffs
from device_sim.district import District, DistrictSettings
from store.become import Role, become
from store.fleet.pile import piles
from store.fleet.vehicle_stint import vehicle_codes
from store.money.tariff import tariffs_of_meter
from store.places.registry import write as write_registry

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


def test_the_demo_has_a_hybrid_and_its_piles_have_a_tariff(superuser: Connection) -> None:
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    district = District(DistrictSettings(begun, 1, vehicles=12))
    write_registry(superuser, district.registry())
    become(superuser, Role.ADMIN)
    enter_fleet(superuser, district)
    enter_tariffs(superuser, begun.date(), date(2026, 2, 1))
    drives = superuser.execute(
        "SELECT powertrain, count(*) FROM vehicle_description GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert drives == [("electric", 11), ("plug_in_hybrid", 1)]
    assert len(piles(superuser)) == 12
    for pile in piles(superuser):
        [terms] = tariffs_of_meter(superuser, pile.meter_id, date.min, date.max)
        assert terms.code == "tianjin-tou"
