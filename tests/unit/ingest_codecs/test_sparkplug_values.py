"""Sparkplug B: what the value of a metric is, by its datatype, its unit and its own word."""

from datetime import timedelta
from struct import pack

import pytest

from device_sim.vendors.sparkplug_b import DOUBLE, INT32, INT64, Metric, payload
from domain.reading import Quality
from tests.unit.ingest_codecs.raw_frames import ARRIVED
from tests.unit.ingest_codecs.sparkplug_host import AT, MS, Host, born_as, codes, values


def test_history_is_late_and_has_its_own_time(born: Host) -> None:
    decoded = born.data(Metric(14999.0, alias=2, at_ms=MS - 86_400_000, historical=True))
    (sample,) = decoded.samples
    assert (sample.quality, sample.ts) == (Quality.LATE, AT - timedelta(days=1))


def test_a_metric_that_says_null_has_no_value(born: Host) -> None:
    decoded = born.data(Metric(None, alias=1), Metric(15000.25, alias=2))
    assert values(decoded) == {"active_energy_import_kwh": 15000.25}


def test_a_stale_metric_was_not_measured_and_a_bad_one_is_doubted(host: Host) -> None:
    bad = Metric(1.0, DOUBLE, "Frequency", 3, MS, quality=0, declared=True)
    stale = Metric(2.0, DOUBLE, "Active Power", 4, MS, quality=500, declared=True)
    (sample,) = host.birth(bad, stale).samples
    assert sample.values == {"frequency_hz": 1.0}
    assert sample.quality == Quality.SUSPECT
    assert [name for name, _ in sample.suspect] == ["frequency_hz"]


def test_units_are_turned_into_those_of_the_quantities() -> None:
    metrics = [
        Metric(22250.0, DOUBLE, "Active Power", unit="W", declared=True),
        Metric(15.000125, DOUBLE, "Energy Import", unit="MWh", declared=True),
        Metric(295.15, DOUBLE, "Supply Temperature", unit="K", declared=True),
    ]
    assert born_as(*metrics) == {
        "active_power_kw": 22.25,
        "active_energy_import_kwh": 15000.125,
        "supply_temperature_c": 22.0,
    }


def test_a_power_in_a_unit_of_energy_is_not_the_power() -> None:
    assert born_as(Metric(5.0, DOUBLE, "Active Power", unit="kWh", declared=True)) == {
        "active_power_kwh": 5.0
    }


@pytest.mark.parametrize(
    ("datatype", "wire", "value"),
    [
        (1, 0xF6, -10),
        (1, 2**32 - 10, -10),
        (2, 2**16 - 300, -300),
        (3, 2**32 - 70_000, -70_000),
        (5, 0xF6, 246),
        (7, 2**32 - 1, 2**32 - 1),
    ],
)
def test_the_datatype_says_which_integers_are_negative(
    host: Host, datatype: int, wire: int, value: int
) -> None:
    body = payload([Metric(0, INT32, "Offset", 1, MS, declared=True)], MS, 1)
    declared = bytes([0x20, INT32])
    host.hear("DBIRTH", body.replace(declared, bytes([0x20, datatype])))
    assert values(host.data(Metric(wire, INT32, alias=1))) == {"offset": value}


def test_a_negative_64_bit_integer_is_negative(host: Host) -> None:
    assert values(host.birth(Metric(-5, INT64, "Offset", declared=True))) == {"offset": -5.0}


def test_an_integer_too_wide_for_its_datatype_is_refused(host: Host) -> None:
    body = payload([Metric(300, INT32, "Offset", declared=True)], MS, 1)
    decoded = host.hear("DBIRTH", body.replace(bytes([0x20, INT32]), bytes([0x20, 1])))
    assert (decoded.samples, codes(decoded)) == ([], ["bad_type"])


def test_a_32_bit_float_is_the_decimal_its_sender_meant(host: Host) -> None:
    metric = b"\x0a\x07Voltage\x20\x09\x65" + pack("<f", 230.275)  # which is 230.27499389648438
    decoded = host.hear("DBIRTH", b"\x12" + bytes([len(metric)]) + metric)
    assert values(decoded) == {"voltage_a_v": 230.275}


def test_without_any_time_the_arrival_stands_in(host: Host) -> None:
    decoded = host.hear("DBIRTH", payload([Metric(1.0, DOUBLE, "Power", declared=True)], None, 1))
    (sample,) = decoded.samples
    assert (sample.ts, sample.quality) == (ARRIVED, Quality.ARRIVAL_TIME)
