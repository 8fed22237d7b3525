"""The second link is open while it gains something, and no longer."""

from typing import cast

import pytest

from ingest.fast_lane import BEHIND_S, FastLane
from ingest.link import Link

LATE_S = BEHIND_S + 1


class Lane(FastLane):
    """A lane whose links lead nowhere and are counted."""

    def __init__(self) -> None:
        self.opened = self.closed = 0
        super().__init__(lambda: cast("Link", self))

    def open(self) -> None:
        """Of its link."""
        self.opened += 1

    def close(self) -> None:
        """Of the lane and of its link."""
        self.closed += 1
        self._link = None

    def hear(self, behind_s: float, copies_behind_s: float | None = None, *, full: bool) -> None:
        """A batch."""
        self.note(behind_s=behind_s, full=full, copies_behind_s=copies_behind_s)

    @property
    def is_open(self) -> bool:
        """Whether its link is."""
        return self.opened > self.closed


@pytest.mark.parametrize(("behind_s", "full"), [(0.0, True), (LATE_S, False), (0.0, False)])
def test_a_lane_stays_closed_while_the_collector_keeps_up(behind_s: float, *, full: bool) -> None:
    lane = Lane()
    lane.hear(behind_s, full=full)
    assert not lane.is_open


def test_a_lane_is_open_from_the_first_late_batch_to_the_end_of_the_queue() -> None:
    lane = Lane()
    lane.hear(LATE_S, full=True)
    lane.hear(LATE_S, 0.1, full=True)
    lane.hear(0.0, full=True)
    assert lane.is_open
    lane.hear(0.0, full=False)
    assert not lane.is_open


def test_a_lane_that_brings_history_too_is_closed_and_not_opened_at_once_again() -> None:
    lane = Lane()
    lane.hear(LATE_S, full=True)
    lane.hear(LATE_S, LATE_S, full=True)
    lane.hear(LATE_S, full=True)
    assert (lane.opened, lane.is_open) == (1, False)


def test_one_prompt_copy_keeps_a_lane_open() -> None:
    lane = Lane()
    lane.hear(LATE_S, full=True)
    lane.hear(LATE_S, BEHIND_S, full=True)
    assert lane.is_open
