"""Faults of the catalogue are found in simulated buildings and cars; clean ones are let be."""

import pytest

from bench.fault_suite import CLOCK, false_alerts, false_live_alerts, faults, suffered
from bench.fault_table import HEADS, IN_CHINESE, table
from device_sim.defects.gauges import GAUGE_DEFECTS

SEEDS = range(5)


@pytest.mark.parametrize("fault", faults())
def test_four_of_five_planted_faults_are_found_by_a_rule_made_for_them(fault: str) -> None:
    told = suffered(fault, SEEDS if fault not in GAUGE_DEFECTS else range(2))
    assert told.recall >= 0.8
    assert told.named >= 0.8


@pytest.mark.parametrize("part", ["electricity", "water", "heat", "pv"])
def test_clean_meters_are_left_alone(part: str) -> None:
    assert false_alerts(part, range(100, 108 if part == "electricity" else 102)) <= 0.1


@pytest.mark.parametrize("device", ["electricity_meter", "heat_meter", "vehicle", CLOCK])
def test_devices_in_order_say_nothing_bad(device: str) -> None:
    assert false_live_alerts(device, range(100, 102)) == 0


def test_amounts_of_what_counts_for_money_are_near_the_truth() -> None:
    for fault in ("leak", "strings lost", "heated and cooled at once"):
        error = suffered(fault, SEEDS).cost_error
        assert error is not None
        assert error <= 0.2


def test_the_table_of_the_documents_has_a_row_for_each_fault() -> None:
    assert list(IN_CHINESE) == faults()
    told = suffered("plant off", range(1))
    for heads in HEADS.values():
        lines = table(heads, [("plant off", told)], {"pv": 0.0}, 1).splitlines()
        assert [line.count("|") for line in lines[:3]] == [len(heads) + 1] * 3
