"""Sparkplug B: which quantity of which device a metric is, by its name and folder."""

from device_sim.vendors.sparkplug_b import BOOLEAN, DOUBLE, STRING, Metric, payload
from tests.unit.ingest_codecs.sparkplug_host import (
    ENERGY,
    METER,
    MS,
    POWER,
    Host,
    born_as,
    codes,
    values,
)


def test_a_name_of_no_quantity_keeps_its_own() -> None:
    metrics = [
        Metric(3.5, DOUBLE, "Tank Level", unit="m", declared=True),
        Metric(1.0, DOUBLE, "Pump-Speed", declared=True),
        Metric("auto", STRING, "Mode", declared=True),
        Metric(1, BOOLEAN, "Door Open", declared=True),
    ]
    assert born_as(*metrics) == {
        "tank_level_m": 3.5,
        "pump_speed": 1.0,
        "mode": "auto",
        "door_open": 1.0,
    }


def test_two_meters_of_one_device_never_meet(host: Host) -> None:
    two = Metric(7.0, DOUBLE, "Meter2/Active Power", 3, MS, declared=True)
    samples = host.birth(POWER, two).samples
    assert {s.device: s.values for s in samples} == {
        METER: {"active_power_kw": 22.25},
        "SF:epiclc/Exp501/Meter2": {"active_power_kw": 7.0},
    }


def test_a_folder_of_an_edge_node_is_no_device_of_the_same_name(host: Host) -> None:
    decoded = host.hear(
        "NBIRTH", payload([Metric(7.0, DOUBLE, "Exp501/Power", declared=True)], MS, 0)
    )
    assert [s.device for s in decoded.samples] == ["SF:epiclc/~/Exp501"]


def test_phases_are_columns_of_one_meter() -> None:
    names = ("Voltage/L1", "Voltage/L2", "Current/A")
    metrics = [Metric(230.0, DOUBLE, f"Meter1/{name}", declared=True) for name in names]
    assert born_as(*metrics) == {"voltage_a_v": 230.0, "voltage_b_v": 230.0, "current_a_a": 230.0}


def test_of_two_metrics_that_mean_the_same_neither_is_taken(host: Host) -> None:
    twin = Metric(9.0, DOUBLE, "Meter1/Power", 3, MS, declared=True)
    decoded = host.birth(POWER, ENERGY, twin)
    assert values(decoded) == {"active_energy_import_kwh": 15000.125}
    about = decoded.notices[-1].about
    assert about == {"left_out": "Meter1/Active Power, Meter1/Power"}


def test_an_alias_of_two_metrics_is_nobodys(host: Host) -> None:
    host.birth(POWER, Metric(9.0, DOUBLE, "Meter2/Power", 1, MS, declared=True))
    assert codes(host.data(Metric(22.5, alias=1))) == ["unknown_alias"]


def test_what_is_no_scalar_is_left_out_by_name(host: Host) -> None:
    body = payload([Metric(None, DOUBLE, "Profile", 5, MS, declared=True), POWER], MS, 1)
    table = body.replace(bytes([0x20, DOUBLE]), bytes([0x20, 16]), 1)
    decoded = host.hear("DBIRTH", table)
    assert values(decoded) == {"active_power_kw": 22.25}
    assert decoded.notices[-1].about == {"left_out": "Profile"}
