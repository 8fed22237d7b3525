"""Every fault that is planted in a year of a meter is found; clean meters are left alone."""

import pytest

from analytics.rules.thresholds import MeterClass
from bench.fault_suite import false_alerts, faults, suffered


@pytest.mark.parametrize(
    ("meter_class", "fault"), faults(), ids=[f"{each}: {fault}" for each, fault in faults()]
)
def test_nine_of_ten_planted_faults_are_found(meter_class: MeterClass, fault: str) -> None:
    told = suffered(meter_class, fault, range(10), delays=False)
    assert told.recall >= 0.9
    assert told.named >= 0.9


@pytest.mark.parametrize("meter_class", [MeterClass.ELECTRICITY, MeterClass.WATER])
def test_clean_meters_have_at_most_one_finding_in_ten_weeks(meter_class: MeterClass) -> None:
    assert false_alerts(meter_class, range(100, 110)) <= 0.1
