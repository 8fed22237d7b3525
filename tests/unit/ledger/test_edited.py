"""What a person typed does not pass for measured, up to the readings on either side of it."""

import numpy as np
import pytest

from analytics.ledger.edited import mark_edited
from domain.consumption_flag import ConsumptionFlag
from domain.epoch import from_us
from domain.interval import Grading, Interval, Intervals

SOUND = Grading("measured", "measured", "difference")
USES = Intervals.of(Interval(from_us(i), from_us(i + 1), 1.0, SOUND, 0) for i in range(8))


def _edited(ts: list[int], replaced: list[int]) -> list[int]:
    found = mark_edited(USES, np.array(ts), np.array(replaced, dtype=np.int64))
    for before, after in zip(USES.rows(), found.rows(), strict=True):
        same = before._replace(
            grading=SOUND._replace(quantity="estimated"), flags=ConsumptionFlag.EDITED
        )
        assert after in {before, same}
    return found.start[(found.flags & ConsumptionFlag.EDITED) != 0].tolist()


@pytest.mark.parametrize(
    ("ts", "replaced", "marked"),
    [
        (list(range(9)), [], []),
        (list(range(9)), [4], [3, 4]),
        (list(range(9)), [0], [0]),
        (list(range(9)), [8], [7]),
        ([0, 2, 6, 8], [2], [0, 1, 2, 3, 4, 5]),
        ([0, 2, 6, 8], [3], []),
    ],
)
def test_intervals_are_estimated_from_the_reading_before_to_the_one_after(
    ts: list[int], replaced: list[int], marked: list[int]
) -> None:
    assert _edited(ts, replaced) == marked
