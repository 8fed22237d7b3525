from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest

from device_sim.activity import Activity, Channel
from device_sim.charging import EFFICIENCY, charge
from device_sim.district import District, DistrictSettings
from device_sim.drive_cycle import drive_cycle
from device_sim.vehicle import Vehicle

DAY = timedelta(days=1)
EARTH_KM = 6371.0088


@pytest.fixture(scope="module")
def car(district: District) -> Vehicle:
    return district.vehicles["gov-car-01"]


@pytest.fixture(scope="module")
def month(district: District, car: Vehicle) -> list[Activity]:
    first = int(district.settings.first.timestamp())
    return list(car.activities(first, first + 40 * 86_400))


def each_second(activity: Activity) -> np.ndarray:
    return np.arange(activity.start_s, activity.end_s + 1)


def path_km(latitude: np.ndarray, longitude: np.ndarray) -> float:
    lat, lon = np.radians(latitude), np.radians(longitude)
    half = (
        np.sin(np.diff(lat) / 2) ** 2
        + np.cos(lat[1:]) * np.cos(lat[:-1]) * np.sin(np.diff(lon) / 2) ** 2
    )
    return float(2 * EARTH_KM * np.sum(np.arcsin(np.sqrt(half))))


def test_a_month_has_drives_and_charges_that_never_overlap(month: list[Activity]) -> None:
    assert sum(activity.way is not None for activity in month) > 20
    assert sum(activity.way is None for activity in month) > 4
    assert all(one.end_s <= other.start_s for one, other in pairwise(month))


def test_the_odometer_is_the_integral_of_speed(car: Vehicle, month: list[Activity]) -> None:
    for activity in month[:20]:
        motion = car.motion(each_second(activity))
        speed, odometer = motion.rate[Channel.SPEED], motion.total[Channel.SPEED]
        summed = np.sum(speed[1:] + speed[:-1]) / 7200
        assert odometer[-1] - odometer[0] == pytest.approx(summed, rel=1e-3, abs=1e-9)


def test_the_track_is_as_long_as_the_odometer_says(district: District, car: Vehicle) -> None:
    drives = [a for a in car.activities(*bounds(district, 20)) if a.way is not None]
    terminal = district.samples
    for drive in drives[:10]:
        start = district.settings.first + timedelta(
            seconds=drive.start_s - district.settings.first.timestamp()
        )
        length = timedelta(seconds=drive.end_s - drive.start_s + 1)
        samples = terminal("gov-car-01", start, start + length, timedelta(seconds=1))
        track = path_km(
            np.asarray(samples.values["latitude_deg"]), np.asarray(samples.values["longitude_deg"])
        )
        assert track == pytest.approx(drive.amounts[0], rel=0.02)


def bounds(district: District, days: int) -> tuple[int, int]:
    first = int(district.settings.first.timestamp())
    return first, first + days * 86_400


def test_state_of_charge_follows_energy(district: District, car: Vehicle) -> None:
    start = district.settings.first
    sent = {
        name: np.asarray(column)
        for name, column in district.samples(
            "gov-car-01", start, start + 40 * DAY, timedelta(minutes=15)
        ).values.items()
    }
    net = sent["energy_charged_kwh"] + sent["energy_recovered_kwh"] - sent["energy_used_kwh"]
    stored = sent["soc_pct"] / 100 * car.model.battery_kwh
    # Three registers are cut off at 0.01 kWh and the state of charge is rounded to 0.1 %.
    tolerance_kwh = 0.001 * car.model.battery_kwh + 0.03
    np.testing.assert_allclose(stored - stored[0], net - net[0], atol=tolerance_kwh)
    assert sent["soc_pct"].min() > 10
    assert sent["soc_pct"].max() <= 100


def test_voltage_times_current_is_the_power_of_the_battery(
    car: Vehicle, month: list[Activity]
) -> None:
    motion = car.motion(each_second(month[0]))
    power = motion.rate[Channel.USED] - motion.rate[Channel.RECOVERED]
    voltage, current = car.model.pack(motion.soc, power)
    np.testing.assert_allclose(voltage * current / 1000, power, atol=1e-9)
    assert np.all((voltage > 300) & (voltage < 420))


def test_the_pile_delivers_more_than_the_battery_takes(
    district: District, car: Vehicle, month: list[Activity]
) -> None:
    session = next(activity for activity in month if activity.way is None)
    ends = np.array([session.start_s, session.end_s])
    at_pile = np.diff(district.points["gov-main-e-ev-01"].model.amount(ends))[0]
    into_battery = np.diff(car.motion(ends).total[Channel.CHARGED])[0]
    assert into_battery == pytest.approx(EFFICIENCY * at_pile)
    assert car.motion(ends).soc[1] == pytest.approx(1.0)


def test_consumption_is_that_of_a_real_car(car: Vehicle, month: list[Activity]) -> None:
    drives = [activity for activity in month if activity.way is not None]
    kwh_100km = 100 * sum(d.net_used_kwh for d in drives) / sum(d.amounts[0] for d in drives)
    assert 11 < kwh_100km < 18
    assert car.model.code == "sedan"


def test_a_vehicle_sleeps_in_its_garage(district: District) -> None:
    at = district.settings.first + timedelta(hours=4)  # in the small hours
    nights = [
        district.samples("gov-car-01", at + n * DAY, at + n * DAY + 0.1 * DAY, timedelta(hours=1))
        for n in range(30)
    ]
    places = {
        (lat, lon)
        for night in nights
        for lat, lon in zip(
            night.values["latitude_deg"], night.values["longitude_deg"], strict=True
        )
    }
    assert len(places) == 1


@pytest.mark.parametrize("distance_m", [300.0, 5_000.0, 38_000.0])
def test_a_drive_covers_its_distance_and_ends_standing(distance_m: float) -> None:
    cycle = drive_cycle(distance_m, np.random.default_rng(5))
    mean = 0.5 * (cycle.speed_ms[1:] + cycle.speed_ms[:-1])
    assert np.sum(mean * np.diff(cycle.after_s)) == pytest.approx(distance_m)
    assert cycle.speed_ms[0] == cycle.speed_ms[-1] == 0
    assert np.all(np.diff(cycle.after_s) >= -1e-9)


@pytest.mark.parametrize("stored_kwh", [5.0, 49.0, 49.4, 52.0])
def test_a_charge_ends_with_a_full_battery(stored_kwh: float) -> None:
    course = charge(stored_kwh, 53.6)
    mean = 0.5 * (course.power_kw[1:] + course.power_kw[:-1])
    assert stored_kwh + np.sum(mean * np.diff(course.after_s)) / 3600 == pytest.approx(53.6)


def test_a_hybrid_drives_by_its_engine_when_it_is_fast_and_says_so() -> None:
    first = datetime(2026, 3, 2, tzinfo=UTC)
    district = District(DistrictSettings(first, 1, vehicles=12))
    code, hybrid = list(district.vehicles.items())[11]
    limit = hybrid.model.electric_kmh
    assert limit is not None
    told = district.samples(code, first, first + 12 * DAY, timedelta(minutes=1)).values
    by_engine = np.array(told["run_mode"]) == "hybrid"
    fast = np.asarray(told["speed_kmh"]) > limit + 0.1
    assert by_engine.any()
    assert by_engine[fast].all()
    assert not by_engine[np.asarray(told["speed_kmh"]) < limit - 0.1].any()
    seconds = int(first.timestamp()), int(first.timestamp()) + 12 * 86_400
    drives = [each for each in hybrid.activities(*seconds) if each.way is not None]
    rates = np.concatenate([each.rates[:, 1:-2] for each in drives], axis=1)
    quick = rates[0] > limit
    assert quick.any()
    assert rates[1][quick].max() < 3.0
    assert (
        "run_mode"
        not in district.samples(
            next(iter(district.vehicles)), first, first + DAY, timedelta(hours=1)
        ).values
    )
