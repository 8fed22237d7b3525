"""EdgeLogger: what breaks a naive reader of its messages, one test for each."""

from datetime import UTC, datetime

from domain.reading import Quality
from tests.unit.profiles.world import decode, only, values

EDGE = "device/bydpower/up/EM-2025-001"


def batch(*items: dict[str, object]) -> dict[str, object]:
    return {"batch": [{"device_id": "EM-2025-001", **item} for item in items]}


def energy(value: object, **more: object) -> dict[str, object]:
    return {
        "metrics": {"energy": {"active": {"unit": "kW", "value": {"forward": value}}}},
        **more,
    }


def test_a_wrong_unit_in_the_payload_is_overridden() -> None:
    decoded = decode("edgelogger", EDGE, batch(energy(1500.5, timestamp="1710000000123")))
    assert values(decoded) == {"active_energy_import_kwh": 1500.5}


def test_a_time_may_be_milliseconds_as_text_or_the_local_time() -> None:
    old, new = (
        only(decode("edgelogger", EDGE, batch(energy(1, timestamp=stamp)))).ts
        for stamp in ("1710000000123", "20250619145824881")
    )
    assert old == datetime(2024, 3, 9, 16, 0, 0, 123000, tzinfo=UTC)
    assert new == datetime(2025, 6, 19, 6, 58, 24, 881000, tzinfo=UTC)


def test_a_list_of_objects_is_searched_for_its_values() -> None:
    system = [{"unit": "", "power_factor": 0.92}, {"unit": "Hz", "frequency": 49.98}]
    item = {"timestamp": "1710000000123", "metrics": {"system": system}}
    decoded = decode("edgelogger", EDGE, batch(item))
    assert values(decoded) == {"power_factor": 0.92, "frequency_hz": 49.98}


def test_values_of_bad_quality_are_kept_and_doubted() -> None:
    item = energy(1, timestamp="1710000000123", status={"data_quality": 60})
    sample = only(decode("edgelogger", EDGE, batch(item)))
    assert sample.values == {"active_energy_import_kwh": 1.0}
    assert sample.suspect == (("active_energy_import_kwh", "data_quality_below_100"),)
    assert sample.quality == Quality.SUSPECT


def test_an_entry_that_comes_twice_is_the_same_sample_twice() -> None:
    item = energy(1, timestamp="1710000000123")
    first, second = decode("edgelogger", EDGE, batch(item, item)).samples
    assert first == second


def test_a_bad_entry_of_a_batch_does_not_take_its_neighbours_along() -> None:
    good, bad = energy(1, timestamp="1710000000123"), energy("x", timestamp="1710000000123")
    decoded = decode("edgelogger", EDGE, batch(good, bad, good))
    assert len(decoded.samples) == 2
    assert [str(error) for error in decoded.errors] == [
        "sample 1: active_energy_import_kwh is the text 'x': want a number"
    ]
