"""Energy told in several ways, which of them counts, and what does not agree."""

import numpy as np
import pytest

from analytics.fleet.plug_in_hybrid import hybrid_use
from analytics.fleet.segment import Segment
from analytics.fleet.segmentation import segments
from analytics.fleet.vehicle_class import VehicleClass
from tests.told_vehicle import Line, charges, trips

KIND = VehicleClass(battery_kwh=50.0)


def driven(**more: float) -> Line:
    """Twenty minutes at 60 km/h that take 10 kW out of the battery."""
    line = Line()
    line.stand(0, 600, soc_pct=80.0, energy_used_kwh=1000.0, energy_recovered_kwh=100.0)
    for at_s in range(600, 1800, 30):
        hours = (at_s - 600) / 3600
        line.km = 60 * hours
        told = {
            "pack_voltage_v": 400.0,
            "pack_current_a": 25.0,
            "soc_pct": 80.0 - hours * 10 / 50 * 100,
            "energy_used_kwh": 1000.0 + 12 * hours,
            "energy_recovered_kwh": 100.0 + 2 * hours,
        }
        line.tell(at_s, 60.0, **(told | more))
    line.km = 20.0
    after = {"soc_pct": 80 - 20 / 3, "energy_used_kwh": 1004.0, "energy_recovered_kwh": 100 + 2 / 3}
    line.stand(1800, 2400, **after)
    return line


def only_trip(line: Line, kind: VehicleClass = KIND) -> Segment:
    (trip,) = trips(segments(line.samples(), kind))
    return trip


def test_counter_power_and_charge_stand_beside_each_other() -> None:
    trip = only_trip(driven())
    assert trip.kwh.by == "counter"
    assert trip.kwh.ways == {
        "counter": pytest.approx(10 / 3),
        "power": pytest.approx(10 / 3, rel=0.03),
        "soc": pytest.approx(10 / 3),
    }
    assert trip.kwh.spread == pytest.approx(0, abs=0.03)
    assert trip.recovered_kwh == pytest.approx(2 / 3)
    assert trip.doubts.names == []
    assert (trip.soc_start, trip.soc_end) == (80.0, pytest.approx(80 - 20 / 3))


def test_what_does_not_agree_is_said_and_not_picked_in_silence() -> None:
    trip = only_trip(driven(pack_current_a=40.0))
    assert trip.kwh.amount == pytest.approx(10 / 3)
    assert trip.kwh.spread == pytest.approx(0.6, abs=0.05)
    assert trip.doubts.names == ["energies_disagree"]


def test_a_counter_that_broke_gives_way_to_power_and_power_to_the_charge() -> None:
    line = driven()
    for row in line.rows[40:]:
        row["energy_used_kwh"] = row["energy_used_kwh"] - 1000.0
    trip = only_trip(line)
    assert trip.kwh.by == "power"
    assert "counter" not in trip.kwh.ways
    for row in line.rows[25:40]:
        row["pack_current_a"] = float("nan")
    assert only_trip(line).kwh.by == "soc"
    assert only_trip(line, VehicleClass()).kwh.amount is None


def test_braking_downhill_gives_energy_back() -> None:
    line = driven(pack_current_a=-10.0)
    for row in line.rows:
        del row["energy_used_kwh"], row["energy_recovered_kwh"]
    trip = only_trip(line)
    assert trip.kwh.amount == pytest.approx(-4 / 3, rel=0.03)
    assert trip.recovered_kwh == pytest.approx(4 / 3, rel=0.03)


def test_the_loss_of_a_charge_is_what_the_pile_gave_more() -> None:
    line = Line()
    line.stand(0, 600, active_energy_import_kwh=5000.0, energy_charged_kwh=700.0)
    for at_s in range(600, 4200, 30):
        hours = (at_s - 600 + 30) / 3600
        line.tell(
            at_s,
            charge_state="parked_charging",
            active_energy_import_kwh=5000 + 7 * hours,
            energy_charged_kwh=700 + 6.3 * hours,
        )
    line.stand(4200, 6000, active_energy_import_kwh=5007.0, energy_charged_kwh=706.3)
    (charge,) = charges(segments(line.samples(), KIND))
    assert charge.grid_kwh == pytest.approx(7.0)
    assert charge.kwh.amount == pytest.approx(6.3)
    assert charge.loss == pytest.approx(0.1)
    assert charge.doubts.names == []
    for row in line.rows:
        row["active_energy_import_kwh"] = 5000 + 0.5 * (row["active_energy_import_kwh"] - 5000)
    (charge,) = charges(segments(line.samples(), KIND))
    assert charge.doubts.names == ["negative_loss"]


def hybrid(days: int, *, charged: bool, mode: str | None) -> list[Segment]:
    line = Line()
    for day in range(days):
        begin, told = day * 86_400, {} if mode is None else {"run_mode": mode}
        line.stand(begin, begin + 30_000, 600)
        line.drive(begin + 30_000, begin + 31_200, kmh=60, **told)
        line.stand(begin + 31_200, begin + 60_000, 600)
        if charged:
            for at_s in range(begin + 60_000, begin + 64_000, 100):
                soc = 40 + (at_s - begin - 60_000) / 400
                line.tell(at_s, charge_state="parked_charging", soc_pct=soc)
        line.stand(begin + 64_000, begin + 86_400, 600)
    return segments(line.samples(), VehicleClass(hybrid=True, battery_kwh=10.0))


def test_a_hybrid_that_was_never_charged_is_found() -> None:
    use = hybrid_use(hybrid(40, charged=False, mode="fuel"))
    assert use.never_charged is True
    assert use.km == pytest.approx(800, rel=0.01)
    assert use.electric_km == 0
    assert hybrid_use(hybrid(10, charged=False, mode="fuel")).never_charged is None
    use = hybrid_use(hybrid(40, charged=True, mode="fuel"))
    assert use.never_charged is False
    assert use.charges == 40
    assert use.hardly_electric is True


def test_only_kilometres_in_electric_mode_are_electric() -> None:
    use = hybrid_use(hybrid(2, charged=True, mode="electric"))
    assert use.electric_km == pytest.approx(40, rel=0.03)
    assert hybrid_use(hybrid(2, charged=True, mode=None)).electric_km is None
    line = Line()
    line.stand(0, 600)
    line.drive(600, 1200, run_mode="electric", kmh=60)
    line.drive(1200, 1800, run_mode="hybrid", kmh=60)
    line.stand(1800, 2400)
    (trip,) = trips(segments(line.samples(), VehicleClass(hybrid=True)))
    assert trip.electric_km == pytest.approx(10, abs=0.6)
    assert only_trip(driven()).electric_km == only_trip(driven()).km.amount


def test_fuel_burnt_in_electric_mode_is_not_electric() -> None:
    line = Line()
    line.stand(0, 600, fuel_used_l=10.0)
    burnt = np.linspace(0, 1, 20)
    for number, litres in enumerate(burnt):
        line.km += 0.5
        line.tell(600 + 30 * number, 60, run_mode="electric", fuel_used_l=10.0 + litres)
    line.stand(1200, 1800, fuel_used_l=11.0)
    (trip,) = trips(segments(line.samples(), VehicleClass(hybrid=True)))
    assert trip.electric_km == pytest.approx(0.0, abs=0.01)
