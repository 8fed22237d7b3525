"""Two things said of one instant of a register: whichever way round, and never both from a file."""

from itertools import permutations
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from civicwatt.register_events import read_events
from domain.errors import InputError
from domain.register_event import RegisterEvent
from tests.unit.ledger.synthetic_meter import at, event, minutes_kwh, readings_of, used

KWH = minutes_kwh()
STAMPS, COUNTED = readings_of(KWH, every=60)
LAST = float(COUNTED[at(5) == STAMPS][0])
DIAL = np.where(at(5) <= STAMPS, 3.0 + COUNTED - LAST, COUNTED)


@pytest.mark.parametrize(
    "said",
    [
        [event(5, "swap", 3.0, LAST), event(5, "swap", 3.0, 3.0)],
        [event(5, "swap", 3.0, LAST), event(5, "reset", 3.0, 3.0)],
        [event(5, "swap", 3.0, LAST), event(5, "register_size", 9000.0)],
    ],
)
def test_what_is_said_of_one_instant_counts_the_same_in_any_order(
    said: list[RegisterEvent],
) -> None:
    for order in permutations(said):
        use = used(STAMPS, DIAL, tuple(order))
        np.testing.assert_allclose(use.value, KWH.reshape(-1, 60).sum(axis=1))
        assert not use.estimated.any()


@pytest.mark.parametrize("second", ["swap,4,200", "reset,3,100"])
def test_a_file_that_says_two_things_of_one_instant_is_refused_at_its_line(
    tmp_path: Path, second: str
) -> None:
    file = tmp_path / "events.csv"
    file.write_text(f"ts,kind,value,previous\n2026-06-06,swap,3,100\n2026-06-06,{second}\n")
    with pytest.raises(InputError, match="another swap at 2026-06-06"):
        read_events(file, ZoneInfo("UTC"))


def test_a_row_that_was_sent_twice_is_one_event(tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text("ts,kind,value,previous\n" + "2026-06-06,swap,3,100\n" * 2)
    found, _ = read_events(file, ZoneInfo("UTC"))
    assert found[0] == found[1]
