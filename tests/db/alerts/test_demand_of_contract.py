"""Demand comes near the contract: means of a quarter hour, at the primary side of the meter."""

import pytest

from analytics.jobs.watch import Evaluator
from domain.registry import FED_IN
from tests.db.alerts.conftest import MINUTE, House
from tests.db.alerts.test_every_reading import DEVICE

pytestmark = pytest.mark.db

METER = "(SELECT meter_id FROM meter_device JOIN device USING (device_id) WHERE code = %s)"


def declare(house: House, kw: int, ratio: int) -> None:
    """A contract, and transformers of current before the meter."""
    tariff = house.one(
        "INSERT INTO tariff (code, medium, name_zh, name_en)"
        " VALUES ('two-part', 'electricity', 'x', 'x') RETURNING tariff_id"
    )
    house.conn.execute(
        "INSERT INTO meter_tariff (meter_id, tariff_id, during, declared_kw)"
        f" SELECT {METER}, %s, daterange(NULL, NULL), %s",
        [DEVICE, tariff, kw],
    )
    house.conn.execute(
        "INSERT INTO register_event (meter_id, at, kind, value, note, person_id)"
        f" SELECT {METER}, %s, 'ratio', %s, 'plates', min(person_id) FROM person",
        [DEVICE, house.now - 1000 * MINUTE, ratio],
    )
    house.evaluator = Evaluator(house.work)


def draw(house: House, *kilowatts: float) -> None:
    """Power of a minute each, as the meter tells it, with an evaluator that dies after each."""
    for power in kilowatts:
        house.say(f'"active_power_kw": {power}', DEVICE)
        house.look()
        house.evaluator = Evaluator(house.work)
        house.pass_by(MINUTE)


def test_a_mean_near_the_contract_is_an_alert_whatever_single_minutes_draw(house: House) -> None:
    declare(house, 400, ratio=40)
    draw(house, *(9.9, 4.1) * 10)  # peaks of 396 kW, means of 280
    assert house.rows("SELECT rule FROM alert") == []
    draw(house, *(11.4, 7.4) * 10)  # means of 376 kW
    (alert,) = house.rows("SELECT rule, state, priority, actual, expected, unit FROM alert")
    assert (alert["rule"], alert["state"], alert["priority"]) == ("demand", "open", "high")
    assert (alert["actual"], alert["expected"]) == (pytest.approx(376, rel=0.01), 400.0)
    draw(house, *(10.2,) * 16)
    assert house.one("SELECT priority FROM alert") == "urgent"


def test_a_device_that_counts_other_registers_beside_is_held_to_the_contract_of_its_use(
    house: House,
) -> None:
    declare(house, 400, ratio=40)
    meter = house.one(f"SELECT code FROM meter WHERE meter_id = {METER}", DEVICE)
    house.conn.execute(
        "WITH m AS (INSERT INTO meter (code, medium, quantity, name_zh, name_en)"
        " SELECT q, 'electricity', q, 'b', 'b' FROM unnest(%s::text[]) q RETURNING meter_id)"
        " INSERT INTO meter_device (meter_id, device_id, during)"
        " SELECT m.meter_id, device_id, tstzrange(NULL, NULL) FROM m, device WHERE code = %s",
        [[FED_IN, "reactive_energy_import_kvarh"], DEVICE],
    )
    house.evaluator = Evaluator(house.work)
    draw(house, *(9.4,) * 18)
    assert house.rows("SELECT a.rule, m.code FROM alert a JOIN meter m USING (meter_id)") == [
        {"rule": "demand", "code": meter}
    ]
