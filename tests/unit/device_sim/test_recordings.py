import gzip
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from device_sim.recordings.cumulative import CumulativeRegister
from device_sim.recordings.recording import Reading, Recording
from device_sim.recordings.table import Table
from domain.errors import InputError

LONDON = ZoneInfo("Europe/London")
HOUR = timedelta(hours=1)
REGISTER = "active_energy_import_kwh"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def readings(recording: Recording, path: Path) -> list[Reading]:
    with Table(path) as table:
        return list(recording.readings(table))


def written(folder: Path, text: str) -> Path:
    path = folder / "meter.csv"
    path.write_text(text, "utf-8")
    return path


def shown(found: list[Reading]) -> list[tuple[datetime, object]]:
    return [(reading.at, reading.values[REGISTER]) for reading in found]


METER = Recording(LONDON, device="m1", value_column="use")


def meter() -> Recording:
    return Recording(LONDON, device="m1", value_column="use", as_register=True)


def test_amounts_become_a_register_read_at_the_end_of_each_interval(tmp_path: Path) -> None:
    file = written(tmp_path, "ts,use\n2016-01-01T00:00Z,1.5\n2016-01-01T01:00Z,2\n")
    assert shown(readings(meter(), file)) == [
        (at("2016-01-01T00:00Z"), 0.0),
        (at("2016-01-01T01:00Z"), 1.5),
        (at("2016-01-01T02:00Z"), 3.5),
    ]


def test_an_empty_cell_gives_no_reading_and_the_register_stays(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "ts,use\n2016-01-01T00:00Z,1\n2016-01-01T01:00Z,\n2016-01-01T02:00Z,NaN\n"
        "2016-01-01T03:00Z,2\n",
    )
    assert shown(readings(meter(), file)) == [
        (at("2016-01-01T00:00Z"), 0.0),
        (at("2016-01-01T01:00Z"), 1.0),
        (at("2016-01-01T04:00Z"), 3.0),
    ]


amounts = st.decimals(0, 10_000, places=3)


@limits(max_examples=40)
@given(st.lists(st.none() | amounts, min_size=2, max_size=40))
def test_the_register_keeps_the_total_exactly(values: list[Decimal | None]) -> None:
    register, found, start = CumulativeRegister(), [], datetime(2016, 1, 1, tzinfo=UTC)
    for hour, value in enumerate(values):
        if value is not None:
            found += register.count(start + hour * HOUR, value, HOUR)
    given_ = [value for value in values if value is not None]
    assert len(found) == (len(given_) + 1 if given_ else 0)
    if found:
        assert Fraction(found[-1][1]) - Fraction(found[0][1]) == sum(map(Fraction, given_))
    assert all(one[0] < two[0] and one[1] <= two[1] for one, two in pairwise(found))


def test_a_register_goes_on_in_the_next_file(tmp_path: Path) -> None:
    recording = meter()
    one = written(tmp_path, "ts,use\n2016-01-01T00:00Z,1\n2016-01-01T01:00Z,1\n")
    readings(recording, one)
    two = written(tmp_path, "ts,use\n2016-01-01T02:00Z,1\n2016-01-01T03:00Z,1\n")
    assert shown(readings(recording, two)) == [
        (at("2016-01-01T03:00Z"), 3.0),
        (at("2016-01-01T04:00Z"), 4.0),
    ]


def test_a_repeated_hour_is_read_first_pass_then_second(tmp_path: Path) -> None:
    rows = "".join(
        f"2016-10-30 {hour},1\n" for hour in ("00:30", "01:00", "01:30", "01:00", "01:30", "02:00")
    )
    found = readings(METER, written(tmp_path, "ts,use\n" + rows))
    stamps = [f"{reading.at:%H:%M}" for reading in found]
    assert stamps == ["23:30", "00:00", "00:30", "01:00", "01:30", "02:00"]


def test_a_skipped_hour_is_an_error_with_its_place(tmp_path: Path) -> None:
    file = written(tmp_path, "ts,use\n2016-03-27 00:30,1\n2016-03-27 01:30,1\n")
    with pytest.raises(InputError, match=r"meter.csv:3:ts: .* does not exist in Europe/London"):
        readings(METER, file)


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("2016-01-01T00:00Z,x", r"meter.csv:2:use: 'x' is no number"),
        ("2016-01-01T00:00Z,1_000", r":2:use: '1_000' is no number"),
        ("2016-01-01T00:00Z,inf", r":2:use: 'inf' is no number"),
        ("2016-01-01T00:00Z,1e999", r":2:use: '1e999' is too large"),
        ("yesterday,1", r":2:ts: 'yesterday' is no time"),
        ("2016-01-01T00:00Z", r"meter.csv:2: 1 cells, want 2"),
        ("2016-01-01T00:00Z,1,2", r"meter.csv:2: 3 cells, want 2"),
    ],
)
def test_a_bad_cell_is_refused_with_its_place(tmp_path: Path, row: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        readings(METER, written(tmp_path, f"ts,use\n{row}\n"))


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ("2016-01-01T00:00Z,1\n2016-01-01T01:00Z,-1\n", r":3:use: -1 is negative"),
        ("2016-01-01T00:00Z,-1\n2016-01-01T01:00Z,1\n", r":2:use: -1 is negative"),
        (
            "2016-01-01T00:00Z,1\n2016-01-01T02:00Z,1\n2016-01-01T03:00Z,1\n",
            r":4:use: interval starts at .* before the last one ended",
        ),
        ("2016-01-01T00:00Z,1\n", r"how long an interval lasts"),
    ],
)
def test_amounts_that_make_no_register_are_refused(
    tmp_path: Path, rows: str, complaint: str
) -> None:
    with pytest.raises(InputError, match=complaint):
        readings(meter(), written(tmp_path, f"ts,use\n{rows}"))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "is empty"),
        (b"ts,other\n", "no column 'use'"),
        (b"ts,use,use\n", "2 columns 'use'"),
        (b"ts,use\n\xff\xfe,1\n", "cannot be read"),
        (b'ts,use\n"2016', "cannot be read"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "meter.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=complaint):
        readings(METER, path)


def test_a_missing_or_damaged_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be opened"):
        readings(METER, tmp_path / "none.csv")
    path = tmp_path / "meter.csv.gz"
    path.write_bytes(gzip.compress(b"ts,use\n" + b"2016-01-01T00:00Z,1\n" * 100)[:-20])
    with pytest.raises(InputError, match="cannot be read"):
        readings(METER, path)


def test_each_column_can_be_a_device_of_its_own(tmp_path: Path) -> None:
    recording = Recording(LONDON, column_prefix="cam-", time_column="t", quantity="volume_m3")
    file = written(tmp_path, "t,b1,b2\n2016-01-01T00:00Z,1,2\n2016-01-01T01:00Z,,4\n")
    assert [(r.device, r.values) for r in readings(recording, file)] == [
        ("cam-b1", {"volume_m3": 1.0}),
        ("cam-b2", {"volume_m3": 2.0}),
        ("cam-b2", {"volume_m3": 4.0}),
    ]


def test_a_column_that_cannot_be_a_topic_is_refused(tmp_path: Path) -> None:
    recording = Recording(LONDON, column_prefix="cam-")
    with pytest.raises(InputError, match=r"'cam-a/b' cannot be a device"):
        readings(recording, written(tmp_path, "ts,a/b\n2016-01-01T00:00Z,1\n"))


def test_columns_named_as_quantities_are_one_device(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "ts,odometer_km,gear,note\n2016-01-01T00:00+01:00,12.5,D,x\n2016-01-01 00:01,,,y\n",
    )
    assert readings(Recording(LONDON, device="car"), file) == [
        Reading(at("2015-12-31T23:00Z"), "car", {"odometer_km": 12.5, "gear": "D"})
    ]


LEAFSPY = (
    "Lat,Long,Speed,SOC,SOH,Pack Volts,Pack Amps,Max CP mV,Min CP mV,12v Bat Volts,Odo(km),Gear,"
    "Charge Mode,epoch time,Debug, Speed1,Debug\n"
    "-0 30.0,-117 25.75793,68,869720,92.98,384.77,-55.175,-4023,4009,none,82363.0,7,0,"
    "1751256576.729,,0,\n\n"
)


def test_a_leafspy_log_is_read_with_all_its_peculiarities(tmp_path: Path) -> None:
    recording = Recording(LONDON, profile="leafspy", device="leaf")
    (found,) = readings(recording, written(tmp_path, LEAFSPY))
    assert found.at == datetime(2025, 6, 30, 4, 9, 36, 729_000, tzinfo=UTC)
    assert found.values == {
        "odometer_km": 82363.0,
        "speed_kmh": pytest.approx(109.435392),
        "soc_pct": 86.972,
        "soh_pct": 92.98,
        "pack_voltage_v": 384.77,
        "pack_current_a": -55.175,
        "latitude_deg": -0.5,
        "longitude_deg": pytest.approx(-117.429299, abs=1e-6),
        "cell_voltage_max_v": 4.023,
        "cell_voltage_min_v": 4.009,
        "charge_state": "not_charging",
    }
