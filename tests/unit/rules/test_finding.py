"""Findings that overlap are one incident, told by the gravest."""

from datetime import UTC, datetime, timedelta

from analytics.rules.finding import Finding, Priority, merged

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def finding(kind: str, first_h: int, end_h: int, priority: Priority, score: float = 1) -> Finding:
    start, end = (NOON + timedelta(hours=hours) for hours in (first_h, end_h))
    return Finding(start, end, kind, priority, score)


def test_the_gravest_of_those_that_overlap_tells_the_incident() -> None:
    (found,) = merged(
        [
            finding("night_load", 0, 10, Priority.LOW, 9),
            finding("stuck", 8, 20, Priority.HIGH),
            finding("unlike_usual", 9, 12, Priority.HIGH, 3),
        ]
    )
    assert (found.kind, found.priority, found.score) == ("unlike_usual", Priority.HIGH, 3)
    assert (found.start, found.end) == (NOON, NOON + timedelta(hours=20))
    assert found.evidence["also"] == "night_load stuck"


def test_those_that_only_touch_are_two_in_order_of_time() -> None:
    later, earlier = finding("stuck", 5, 9, Priority.LOW), finding("silent", 1, 5, Priority.LOW)
    assert merged([later, earlier]) == [earlier, later]
    assert merged([]) == []
