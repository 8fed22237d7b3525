from collections import defaultdict
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from device_sim.arrays import Floats
from device_sim.district import District, DistrictSettings, first_instant
from device_sim.meters import ElectricityMeter, MainMeter
from device_sim.samples import Samples
from domain.quantity import Kind, quantities
from domain.registry import Medium, MeterRole

SOURCES = {MeterRole.PV, MeterRole.FED_IN}
QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)

OF_EACH_KIND = (
    "gov-main-e",
    "gov-main-e-ev-01",
    "gov-car-01",
    "hospital-ward-g",
    "gov-centre-air",
)


def seconds(start: datetime, end: datetime, step_s: int) -> np.ndarray:
    return np.arange(int(start.timestamp()), int(end.timestamp()), step_s)


def equal(one: Samples, other: Samples) -> bool:
    return np.array_equal(one.at_s, other.at_s) and all(
        np.array_equal(one.values[name], other.values[name]) for name in one.values
    )


def joined(one: Samples, other: Samples) -> Samples:
    values = {n: np.concatenate([one.values[n], other.values[n]]) for n in one.values}
    return Samples(one.device, np.concatenate([one.at_s, other.at_s]), values)


def test_energy_is_the_integral_of_power(district: District) -> None:
    at = seconds(district.settings.first, district.settings.first + 3 * DAY, 10)
    for point in district.points.values():
        if isinstance(point.model, ElectricityMeter):
            power = point.model.power_kw(at)
            summed = np.sum(power[1:] + power[:-1]) * 10 / 7200
            amount = point.model.amount(at)
            # Charging begins and ends between samples; all else is straight between them.
            loose = 0.03 if point.meter.item == "ev_charging" else 1e-7
            assert amount[-1] - amount[0] == pytest.approx(summed, abs=loose)


def test_submeters_and_the_unmetered_share_are_the_main_meter(district: District) -> None:
    at = seconds(district.settings.first, district.settings.first + 9 * DAY, 3600)
    mains = [p for p in district.points.values() if isinstance(p.model, MainMeter)]
    assert len(mains) == 8
    for main in mains:
        assert isinstance(main.model, MainMeter)
        below: dict[MeterRole, Floats] = defaultdict(lambda: np.zeros(len(at)))
        for point in district.points.values():
            if point.meter.parent == main.meter.code:
                below[point.meter.role] += point.model.amount(at)
        unmetered = main.model.load.amount("unmetered", at)
        used = main.model.amount(at) + below[MeterRole.PV] - below[MeterRole.FED_IN]
        np.testing.assert_allclose(below[MeterRole.BRANCH] + unmetered, used, rtol=1e-12)
        assert 0.01 < unmetered[-1] / used[-1] < 0.03
    plant = {code for code, point in district.points.items() if point.meter.role in SOURCES}
    assert plant == {"gov-hall-e-pv", "gov-hall-e-fed-in"}
    assert all(district.points[code].model.amount(at)[-1] > 1 for code in plant)


def test_piles_are_all_of_their_branch_and_lie_in_the_main_meter(district: District) -> None:
    at = seconds(district.settings.first, district.settings.first + 9 * DAY, 3600)
    branch = district.points["gov-main-e-ev"]
    piles = [p for p in district.points.values() if p.meter.parent == branch.meter.code]
    assert [pile.meter.role for pile in piles] == [MeterRole.SUB]
    assert piles[0].model.amount(at)[-1] > 10
    np.testing.assert_allclose(sum(p.model.amount(at) for p in piles), branch.model.amount(at))


def test_registers_never_fall(district: District) -> None:
    start = district.settings.first
    for device in district.devices:
        samples = district.samples(device, start, start + 6 * DAY, QUARTER)
        for name, column in samples.values.items():
            if quantities()[name].kind is Kind.CUMULATIVE:
                assert np.all(np.diff(np.asarray(column)) >= 0), (device, name)


def test_every_value_has_a_name_in_the_list_and_is_finite(district: District) -> None:
    start = district.settings.first
    for device in district.devices:
        for name, column in district.samples(device, start, start + DAY, QUARTER).values.items():
            if quantities()[name].column_type != "text":
                assert np.all(np.isfinite(np.asarray(column, np.float64)))


@limits(max_examples=8, deadline=None)
@given(cut_s=st.integers(0, 40 * 86_400), step_s=st.sampled_from([60, 900, 1800]))
def test_windows_compose(district: District, cut_s: int, step_s: int) -> None:
    step = timedelta(seconds=step_s)
    cut = district.settings.first + timedelta(seconds=cut_s)
    start, end = cut - timedelta(hours=7), cut + timedelta(hours=5)
    for device in OF_EACH_KIND:
        whole = district.samples(device, start, end, step)
        parts = (district.samples(device, *w, step) for w in ((start, cut), (cut, end)))
        assert equal(whole, joined(*parts)), device


def test_a_restart_goes_on_exactly(district: District, settings: DistrictSettings) -> None:
    later = settings.first + 40 * DAY
    again = District(settings)  # asked for late instants first
    for device in OF_EACH_KIND:
        old = district.samples(device, later, later + DAY, QUARTER)
        assert equal(old, again.samples(device, later, later + DAY, QUARTER)), device


def test_live_samples_repeat_what_history_said(district: District) -> None:
    start = district.settings.first + 4 * DAY
    for device in district.devices:
        coarse = district.samples(device, start, start + DAY, QUARTER)
        fine = district.samples(device, start, start + DAY, timedelta(seconds=5))
        shared = np.isin(fine.at_s, coarse.at_s)
        picked = {n: np.asarray(c)[shared] for n, c in fine.values.items()}
        assert equal(coarse, Samples(device, fine.at_s[shared], picked)), device


def test_another_seed_is_another_district(district: District) -> None:
    first = district.settings.first
    other = District(DistrictSettings(first, institutions=3, vehicles=3, seed=12))
    one, two = (d.samples("gov-main-e", first, first + DAY, QUARTER) for d in (district, other))
    assert not np.array_equal(one.values["active_power_kw"], two.values["active_power_kw"])


def test_there_is_nothing_before_the_first_instant(district: District) -> None:
    first = district.settings.first
    for device in district.devices:
        assert len(district.samples(device, first - DAY, first, QUARTER)) == 0
        assert district.samples(device, first - DAY, first + DAY, QUARTER).at_s.min() >= (
            first.timestamp()
        )


def test_the_registry_names_parents_before_children_and_everything_once() -> None:
    registry = District(DistrictSettings(datetime(2026, 1, 1, tzinfo=UTC), 9, 20)).registry()
    for items in (registry.organisations, registry.meters):
        seen: set[str] = set()
        for item in items:
            assert item.parent is None or item.parent in seen
            assert item.code not in seen
            seen.add(item.code)
    organisations = {organisation.code for organisation in registry.organisations}
    assert {device.place for device in registry.devices} <= organisations
    assert {meter.place for meter in registry.meters} <= organisations
    assert {d.meter for d in registry.devices if d.meter} == {m.code for m in registry.meters}
    codes = [device.code for device in registry.devices]
    assert len(codes) == len(set(codes))


def test_every_device_that_sends_is_registered(district: District) -> None:
    registered = {device.code for device in district.registry().devices}
    assert set(district.devices) < registered  # the gateway has a status only


def test_district_heating_is_for_the_heating_season_of_the_north() -> None:
    autumn = datetime(2026, 11, 1, tzinfo=UTC)
    north = District(DistrictSettings(autumn, 1, 0))
    at = seconds(autumn, autumn + 25 * DAY, 3600)
    heat = north.points["gov-main-h"].model.amount(at)
    season = int(datetime(2026, 11, 14, 16, tzinfo=UTC).timestamp())  # 15 November, local
    assert heat[at < season][-1] < 1e-9
    assert heat[-1] > 20
    south = District(DistrictSettings(autumn, 1, 0, climate="south"))
    assert all(p.meter.medium is not Medium.HEAT for p in south.points.values())


def test_water_runs_a_little_at_night(district: District) -> None:
    night = district.settings.first + timedelta(hours=3)
    noon = district.settings.first + timedelta(hours=11)
    office = [
        district.samples("gov-main-w", at, at + QUARTER, QUARTER).values["flow_m3h"][0]
        for at in (night, noon)
    ]
    assert 0 < office[0] < 0.1 * office[1]


def test_history_begins_at_a_local_midnight() -> None:
    now = datetime(2026, 3, 30, 12, tzinfo=UTC)
    assert first_instant(now, 3, "Asia/Shanghai") == datetime(2026, 3, 26, 16, tzinfo=UTC)
    # The clocks of London went on during the night to 29 March.
    assert first_instant(now, 1, "Europe/London") == datetime(2026, 3, 29, 0, tzinfo=UTC)
    assert first_instant(now, 0, "Europe/London") == datetime(2026, 3, 29, 23, tzinfo=UTC)
