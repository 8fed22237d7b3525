"""Vehicles are held against limits of their model, and charging that breaks off is found."""

import pytest

from analytics.jobs.watch import Evaluator
from domain.registry import Device, DeviceKind, Registry
from store.places.registry import write as write_registry
from tests.db.alerts.conftest import MINUTE, House

pytestmark = pytest.mark.db

CAR = "school-vehicle"


def test_a_zoe_whose_charge_breaks_off_and_whose_cells_lean_is_told_of(house: House) -> None:
    car = Device(CAR, "school-building", DeviceKind.VEHICLE, "公务车", "car")
    write_registry(house.conn, Registry((), (), (car,)))
    house.conn.execute(
        "WITH c AS (INSERT INTO vehicle (code, maker, model) VALUES ('zoe', 'Renault', 'ZOE R135')"
        " RETURNING vehicle_id) INSERT INTO vehicle_device (vehicle_id, device_id, during)"
        " SELECT vehicle_id, device_id, tstzrange(NULL, NULL) FROM c, device WHERE code = %s",
        [CAR],
    )
    cells = '"cell_voltage_max_v": 3.74, "cell_voltage_min_v": 3.70'  # far below 100 mV
    for state in ("parked_charging", *["not_charging"] * 12):
        house.evaluator = Evaluator(house.work)  # each dies after one look
        house.say(f'"charge_state": "{state}", "soc_pct": 55, "speed_kmh": 0, {cells}', CAR)
        house.look()
        house.pass_by(MINUTE)
    found = house.rows("SELECT rule, state, shadow, actual, expected FROM alert ORDER BY rule")
    cells_lean, broke_off = found
    assert (cells_lean["rule"], cells_lean["expected"]) == ("cell_voltage_spread", 0.03)
    assert broke_off == {
        "rule": "charging_interrupted", "state": "open", "shadow": True,
        "actual": 55.0, "expected": 80.0,
    }  # fmt: skip
    house.say('"charge_state": "parked_charging", "soc_pct": 55', CAR)
    house.look()
    house.pass_by(2 * MINUTE)
    house.say('"charge_state": "parked_charging", "soc_pct": 56', CAR)
    house.look()
    state = "SELECT state FROM alert WHERE rule = 'charging_interrupted'"
    assert house.one(state) == "resolved"
