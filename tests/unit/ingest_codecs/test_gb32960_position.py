"""GB/T 32960: where a vehicle is, and when that is not to be believed."""

import pytest

from device_sim.vendors import gb32960 as terminal
from device_sim.vendors.gb32960 import Edition
from domain.coordinates import to_gcj02
from domain.reading import Quality
from tests.unit.ingest_codecs.raw_frames import decode
from tests.unit.ingest_codecs.vehicle_reports import CODEC, EDITIONS, only, report


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(29.56, 106.550001), (-33.4, -70.6), (-0.000001, 180.0), (90.0, 0.0)],
)
def test_a_position_has_the_signs_of_its_status(latitude: float, longitude: float) -> None:
    values = only(report(terminal.position(Edition.OF_2016, latitude, longitude))).values
    assert values == {"latitude_deg": latitude, "longitude_deg": longitude}


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_repeated_position_is_kept_and_doubted(edition: Edition) -> None:
    section = terminal.position(edition, 29.56, 106.55, valid=False)
    sample = only(report(section, edition=edition))
    assert sample.values == {"latitude_deg": 29.56, "longitude_deg": 106.55}
    assert sample.quality == Quality.SUSPECT
    assert {name for name, _ in sample.suspect} == {"latitude_deg", "longitude_deg"}


@pytest.mark.parametrize(
    ("system", "names"),
    [
        (1, {"latitude_deg", "longitude_deg"}),
        (3, {"latitude_other_deg", "longitude_other_deg"}),
        (0xFF, {"latitude_other_deg", "longitude_other_deg"}),
    ],
)
def test_what_is_not_wgs84_keeps_a_name_of_its_own(system: int, names: set[str]) -> None:
    section = terminal.position(Edition.OF_2025, 29.56, 106.55, system=system)
    assert only(report(section, edition=Edition.OF_2025)).values.keys() == names


@pytest.mark.parametrize("place", [(29.56, 106.55), (39.907333, 116.391083), (51.5, -0.1)])
def test_a_place_of_gcj02_is_converted_and_kept_as_sent(place: tuple[float, float]) -> None:
    shown = [round(one, 6) for one in to_gcj02(*place)]
    section = terminal.position(Edition.OF_2025, shown[0], shown[1], system=2)
    values = only(report(section, edition=Edition.OF_2025)).values
    assert [values["latitude_gcj02_deg"], values["longitude_gcj02_deg"]] == shown
    assert (values["latitude_deg"], values["longitude_deg"]) == pytest.approx(place, abs=2e-6)


def test_a_repeated_place_of_gcj02_is_doubted_under_both_names() -> None:
    section = terminal.position(Edition.OF_2025, 29.56, 106.55, valid=False, system=2)
    sample = only(report(section, edition=Edition.OF_2025))
    assert {name for name, _ in sample.suspect} == sample.values.keys()
    assert len(sample.values) == 4


def test_a_place_that_is_not_on_this_earth_is_none() -> None:
    section = b"\x05\x00" + (180_000_001).to_bytes(4, "big") + (90_000_001).to_bytes(4, "big")
    assert decode(CODEC, report(section)).samples == []
