"""The published fleet year: what is sent comes to just the published sums."""

import numpy as np

from analytics.fleet.segmentation import segments
from analytics.fleet.vehicle_class import VehicleClass
from device_sim.district_case import BATTERY_KWH, case_vehicles
from tests.told_vehicle import charges, told, trips


def test_the_cars_of_the_case_come_to_the_published_sums() -> None:
    cars = list(case_vehicles())
    assert len(cars) == 34
    assert sum(len(car.tenths) for car in cars) == 25_000
    assert sum(int(car.tenths.sum()) for car in cars) == 6_800_000


def test_a_car_of_the_case_is_cut_into_its_trips() -> None:
    (car,) = case_vehicles(vehicles=1, trips=60)
    found = segments(told(car.samples()), VehicleClass(battery_kwh=BATTERY_KWH), car.code)
    assert [round(10 * (each.km.amount or 0)) for each in trips(found)] == car.tenths.tolist()
    assert not any(each.estimated for each in trips(found))
    assert len(charges(found)) == 20  # each evening, after three trips
    kwh = sum(each.kwh.amount or 0 for each in charges(found))
    assert np.isclose(kwh, car.km * 0.14, rtol=0.01)
