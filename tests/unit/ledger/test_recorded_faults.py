"""Faults that really happened, as they are recorded beside the project."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.ledger.local_grid import local_grid
from analytics.ledger.readings import MINUTE, in_order
from analytics.ledger.register import use_of_register
from domain.consumption_flag import ConsumptionFlag as Flag

FILE = Path(__file__).parents[3].parent / "shared" / "payloads" / "register_fault_traces.json"
TRUTH = {
    "garbage exponent": (146.0, Flag.OUT_OF_RANGE),
    "zeros": (146.0, Flag.ZEROS),
    "tiny negative": (146.0, Flag.OUT_OF_RANGE),
    "tiny positive": (147.0, Flag.ZEROS),
    "6 h disconnect": (3840.0, Flag.GAP),
    "rollover at 1e6": (35.9375, Flag.ROLLOVER),
    "used meter newly added": (0.0, Flag(0)),
}

pytestmark = pytest.mark.skipif(not FILE.is_file(), reason=f"{FILE} is not there")


@pytest.mark.parametrize("case", TRUTH)
def test_a_recorded_fault_neither_adds_nor_loses_energy(case: str) -> None:
    (message,) = [m for m in json.loads(FILE.read_text())["messages"] if m["case"] == case]
    at = [datetime.fromisoformat(row[0]).replace(tzinfo=UTC) for row in message["rows"]]
    ts = np.array([int(instant.timestamp()) * 1_000_000 for instant in at], np.int64)
    register = np.array([row[1] for row in message["rows"]], np.float64)
    days = local_grid(
        date.fromordinal(at[0].toordinal()),
        date.fromordinal(at[-1].toordinal() + 1),
        ZoneInfo("UTC"),
        step=60 * MINUTE,
    )
    size = 1e6 if case == "rollover at 1e6" else None
    use = use_of_register(in_order(ts, register), days, size=size)
    total, flag = TRUTH[case]
    assert float(np.nansum(use.value)) == pytest.approx(total)
    assert flag in Flag(int(np.bitwise_or.reduce(use.flags)))
    if case == "6 h disconnect":
        assert np.nanmax(use.value) < 3840 / 6
