"""Labelled real buildings: what the shipped rules reach stays reached."""

import pytest

from bench import lead

pytestmark = pytest.mark.skipif(
    not lead.DATA.exists(), reason="no labelled buildings beside the repository"
)


def test_labels_are_read_as_events() -> None:
    events = [lead.found(each).events for each in lead.buildings()]
    assert events == [10, 11, 12, 17, 40]


def test_shipped_thresholds_find_most_events_with_few_alerts() -> None:
    told = lead.figures([lead.found(each) for each in lead.buildings()])
    assert told["event_f1"] >= 0.6
    assert told["alerts_per_meter_week"] <= 0.2


def test_a_building_that_was_not_chosen_on_fares_no_worse_than_was_asked() -> None:
    told = lead.left_out(lead.buildings())
    assert told["event_f1"] >= 0.5
    assert told["alerts_per_meter_week"] <= 0.25
