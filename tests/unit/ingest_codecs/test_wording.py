"""Freely chosen names and units: which quantity they mean, and when they mean none."""

import pytest

from domain.errors import PayloadError
from domain.quantity import quantities
from ingest.codecs.unit import conversion, symbol
from ingest.codecs.wording import is_wording, meaning


@pytest.mark.parametrize(
    ("source", "target", "given", "wanted"),
    [
        ("W", "kW", 22250.0, 22.25),
        ("Wh", "kWh", 1235.456, 1.235456),
        ("J", "kWh", 3_600_000.0, 1.0),
        ("kWh", "GJ", 1000.0, 3.6),
        ("Gcal", "GJ", 1.0, 4.1868),
        ("Gcal", "kWh", 1.0, 1163.0),
        ("kcal", "GJ", 1_000_000.0, 4.1868),
        ("大卡", "kJ", 7000.0, 29_307.6),
        ("GJ/h", "kW", 3.6, 1000.0),
        ("MJ/h", "kW", 3600.0, 1000.0),
        ("Gcal/h", "kW", 2.0, 2326.0),
        ("m3/s", "m3/h", 0.5, 1800.0),
        ("l/min", "m3/h", 100.0, 6.0),
        ("bar", "kPa", 2.5, 250.0),
        ("K", "degC", 295.15, 22.0),
        ("°F", "degC", 71.6, 22.0),
        ("%", "1", 95.0, 0.95),
        ("mA", "A", 1500.0, 1.5),
    ],
)
def test_units_are_converted_to_the_digit(
    source: str, target: str, given: float, wanted: float
) -> None:
    found = conversion(source, target)
    assert found is not None
    assert found(given) == wanted


@pytest.mark.parametrize("value", [1e308, -1e308, float("inf"), 5e-324, 123456789.123456])
def test_no_number_is_too_odd_to_be_converted(value: float) -> None:
    found = conversion("W", "kW")
    assert found is not None
    assert found(value) == pytest.approx(value / 1000, rel=1e-14, abs=5e-324)


@pytest.mark.parametrize(
    ("one", "other"), [("kW", "kWh"), ("Gcal", "Gcal/h"), ("kvar", "kW"), ("mw", "kW"), ("", "V")]
)
def test_unlike_or_unknown_units_are_not_converted(one: str, other: str) -> None:
    assert conversion(one, other) is None


def test_every_unit_of_the_quantities_is_known() -> None:
    named = {quantity.unit for quantity in quantities().values()} - {"code", "bits"}
    assert {unit for unit in named if conversion(unit, unit) is None} == set()
    assert {unit for unit in named if symbol(unit) != unit} == set()


@pytest.mark.parametrize("name", quantities())
def test_a_quantity_answers_to_its_own_name(name: str) -> None:
    assert meaning(name).name == name
    assert is_wording(name.replace("_", " ").title())


@pytest.mark.parametrize(
    ("text", "unit", "name"),
    [
        ("Total Active Power", "W", "active_power_kw"),
        ("正向有功电能", "", "active_energy_import_kwh"),
        ("PhaseB_Voltage", "V", "voltage_b_v"),
        ("Tank Level", "m", "tank_level_m"),
        ("CPU temperature", "°C", "cpu_temperature_c"),
        ("Valve", "%", "valve_pct"),
        ("voltage_unbalance_pct", "%", "voltage_unbalance_pct"),
        ("Starts", "1", "starts"),
        ("油箱 液位", "m", "油箱_液位_m"),
        ("energy", "kW", "energy_kw"),
    ],
)
def test_a_name_means_a_quantity_or_itself(text: str, unit: str, name: str) -> None:
    assert meaning(text, unit).name == name


@pytest.mark.parametrize(
    ("text", "unit", "code"),
    [("", "", "bad_name"), ("--", "V", "bad_name"), ("active power", "kw?", "unknown_unit")],
)
def test_what_means_nothing_is_refused(text: str, unit: str, code: str) -> None:
    with pytest.raises(PayloadError) as refused:
        meaning(text, unit)
    assert refused.value.code == code
