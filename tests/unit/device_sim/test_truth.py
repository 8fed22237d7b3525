from collections import defaultdict
from datetime import timedelta

import numpy as np
import pytest

from device_sim.district import District
from device_sim.truth import truth

DAYS = 45  # longer than one block of history


@pytest.fixture(scope="module")
def records(district: District) -> list[dict[str, object]]:
    return list(truth(district, district.settings.first + timedelta(days=DAYS, hours=3)))


def test_days_are_what_the_registers_rose_by(
    district: District, records: list[dict[str, object]]
) -> None:
    told = defaultdict(list)
    for record in records:
        if record["kind"] == "day":
            told[record["meter"], record["quantity"]].append(record["amount"])
    assert {code for code, _ in told} == set(district.points)
    start, step = district.settings.first, timedelta(days=1)
    for (code, name), amounts in told.items():
        assert len(amounts) == DAYS
        # A step of a day meets midnight in UTC, eight hours late: take the quarter hours.
        shown = district.samples(
            str(code), start, start + (DAYS + 1) * step, timedelta(minutes=15)
        ).values
        registers = np.asarray(shown[str(name)])
        np.testing.assert_allclose(np.diff(registers[::96]), amounts, atol=0.0101)


def test_trips_add_up_to_the_odometer_and_charges_to_their_pile(
    district: District, records: list[dict[str, object]]
) -> None:
    end = district.settings.first + timedelta(days=DAYS, hours=3)
    ends = np.array([int(t.timestamp()) for t in (district.settings.first, end)])
    for code, vehicle in district.vehicles.items():
        own = [record for record in records if record.get("vehicle") == code]
        driven = sum(float(str(r["km"])) for r in own if r["kind"] == "trip")
        total = vehicle.motion(ends).total
        assert driven == pytest.approx(np.diff(next(iter(total.values())))[0])
        charges = [record for record in own if record["kind"] == "charge"]
        pile = district.points[str(charges[0]["pile"])].model
        delivered = sum(float(str(charge["grid_kwh"])) for charge in charges)
        assert delivered == pytest.approx(np.diff(pile.amount(ends))[0])
        assert all(charge["soc_end"] == pytest.approx(100.0) for charge in charges)


def test_the_state_of_charge_falls_on_trips(records: list[dict[str, object]]) -> None:
    trips = [record for record in records if record["kind"] == "trip"]
    assert trips
    assert all(float(str(r["soc_end"])) < float(str(r["soc_start"])) for r in trips)
