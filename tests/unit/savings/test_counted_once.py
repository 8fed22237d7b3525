"""Savings of a portfolio count each amount once."""

from dataclasses import replace
from datetime import UTC, date, datetime

from analytics.portfolio.saving import counted_once
from store.contracts.baseline import BaselineRow

BUREAU, SCHOOL, BUILDING, OTHER = 1, 2, 3, 4
PARENTS = {BUREAU: None, SCHOOL: BUREAU, BUILDING: SCHOOL, OTHER: BUREAU}
ROW = BaselineRow(
    id=1,
    organisation_id=BUILDING,
    place_code="building",
    meter_id=None,
    meter_code=None,
    medium="electricity",
    step="daily",
    method="whole",
    terms={},
    first_day=date(2024, 1, 1),
    end_day=date(2025, 1, 1),
    reporting_from=date(2025, 1, 1),
    reporting_end=None,
    cvrmse_limit=0.25,
    nmbe_limit=0.005,
    limit_source="test",
    note="",
    person="somebody",
    entered_at=datetime(2025, 1, 1, tzinfo=UTC),
    ended_because=None,
    ended_at=None,
    counting_id=1,
    counting=1,
    newest=1,
    newest_at=None,
    stale=False,
    waiting=False,
)


def at(place: int, number: int, meter: int | None = None) -> BaselineRow:
    return replace(ROW, id=number, organisation_id=place, meter_id=meter)


def counted(*rows: BaselineRow, uppermost: frozenset[int] = frozenset({7})) -> list[int]:
    return [row.id for row in counted_once(rows, PARENTS, uppermost)]


def test_a_place_covers_what_lies_below_it_and_its_meters() -> None:
    assert counted(at(SCHOOL, 3), at(BUILDING, 2), at(BUILDING, 1, meter=7)) == [3]
    assert counted(at(BUILDING, 3), at(OTHER, 2)) == [3, 2]


def test_of_several_of_the_same_the_newest_counts() -> None:
    assert counted(at(BUILDING, 5), at(BUILDING, 4)) == [5]


def test_a_meter_that_another_counts_as_well_is_left_out() -> None:
    assert counted(at(BUILDING, 2, meter=7), at(BUILDING, 1, meter=8)) == [2]
