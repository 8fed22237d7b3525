"""IVY: what breaks a naive reader of its messages, one test for each."""

import pytest

from domain.errors import PayloadError
from tests.unit.profiles.world import decode, values

IVY = "ivy/v1/meters/000000001234/telemetry"
ONE = {
    "ts": 1705320000000,
    "meterId": "000000001234",
    "register": "TOTAL_ACTIVE_POSITIVE",
    "value": 1234.56,
    "rawValue": 123456,
    "unit": "kWh",
}


def test_an_address_keeps_its_leading_zeros() -> None:
    assert decode("ivy", IVY, ONE).sender == "000000001234"


def test_one_register_and_a_batch_say_the_same() -> None:
    together = {"TOTAL_ACTIVE_POSITIVE": {"value": 1234.56, "unit": "kWh"}}
    batched = {"ts": 1705320000000, "meterId": "000000001234", "values": together, "isBatch": True}
    assert decode("ivy", IVY, ONE) == decode("ivy", IVY, batched)


def test_a_raw_register_is_no_reading() -> None:
    assert values(decode("ivy", IVY, ONE)) == {"active_energy_import_kwh": 1234.56}


def test_the_unit_of_the_payload_counts_where_the_profile_has_none() -> None:
    decoded = decode("ivy", IVY, ONE | {"value": 1234.56, "unit": "MWh"})
    assert values(decoded) == {"active_energy_import_kwh": 1234560.0}


def test_a_unit_that_measures_something_else_is_refused() -> None:
    with pytest.raises(PayloadError, match="unit 'kW' is none of active_energy_import_kwh"):
        decode("ivy", IVY, ONE | {"unit": "kW"})
