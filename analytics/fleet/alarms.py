"""Alarms as a terminal tells them, sample by sample, to alarms with a beginning and an end. Pure.

Source: GB/T 32960.3, general alarm flags and highest level. Codes of a level or a flag that stand
for "abnormal" or "invalid" are taken out where a frame is read; what is none of the standard's is
no alarm here either.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FLAGS = (
    "temperature_difference", "battery_hot", "pack_over_voltage", "pack_under_voltage", "soc_low",
    "cell_over_voltage", "cell_under_voltage", "soc_high", "soc_jump", "pack_mismatch",
    "cell_inconsistent", "insulation", "dcdc_temperature", "brake", "dcdc_state",
    "motor_controller_temperature", "interlock", "motor_temperature", "overcharge",
)  # fmt: skip
"""Bits 0 to 18, alike in both editions."""
BITS = 28
"""Bits of the edition of 2025; those beyond 18 go by their number."""
UNNAMED = "alarm_unnamed"
"""A level came without a flag."""
MOST_LEVEL = 4
URGENT, HIGH, LOW = "urgent", "high", "low"


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm of one terminal.

    Attributes
    ----------
    code : str
        Name of the flag; of one without a name ``alarm_bit_<number>``.
    level : int
        Highest told while it lasted, 0 to 4.
    start, last : int
        First and last sample that show it. [us]
    end : int or None
        First sample that shows it no longer; None: none does yet. [us]
    """

    code: str
    level: int
    start: int
    last: int
    end: int | None

    @property
    def priority(self) -> str:
        """Of the alert that it becomes."""
        return priority(self.level)


def priority(level: int) -> str:
    """Priority of an alarm of a level: 3 and above urgent, 2 high, any other low."""
    return URGENT if level >= 3 else HIGH if level == 2 else LOW  # noqa: PLR2004 - the standard's levels


def name_of(bit: int) -> str:
    """Name of a flag by its bit."""
    return FLAGS[bit] if bit < len(FLAGS) else f"alarm_bit_{bit}"


def alarms(
    ts: NDArray[np.int64], level: NDArray[np.int64], flags: NDArray[np.int64]
) -> list[Alarm]:
    """Alarms of samples that tell of alarms; others say nothing and are to be left out.

    Parameters
    ----------
    ts : ndarray of int, shape (n,)
        Rising. [us]
    level, flags : ndarray of int, shape (n,)
        Below 0 where a sample does not tell it.

    Returns
    -------
    list of Alarm
        In order of start and code. None of a level beyond 4, or of bits beyond those there are.
    """
    level = np.where((level >= 0) & (level <= MOST_LEVEL), level, -1)
    flags = np.where((flags >= 0) & (flags < 1 << BITS), flags, 0)
    found: list[Alarm] = []
    for bit in range(BITS):
        found += _runs(name_of(bit), ts, level, (flags >> bit) & 1 == 1)
    found += _runs(UNNAMED, ts, level, (level > 0) & (flags == 0))
    return sorted(found, key=lambda each: (each.start, each.code))


def _runs(
    code: str, ts: NDArray[np.int64], level: NDArray[np.int64], shown: NDArray[np.bool_]
) -> Sequence[Alarm]:
    if not shown.any():
        return []
    turns = np.diff(np.concatenate(([False], shown, [False])).astype(np.int8))
    begins, ends = np.flatnonzero(turns == 1), np.flatnonzero(turns == -1)
    return [
        Alarm(
            code,
            max(int(level[first:end].max()), 0),
            int(ts[first]),
            int(ts[end - 1]),
            int(ts[end]) if end < len(ts) else None,
        )
        for first, end in zip(begins.tolist(), ends.tolist(), strict=True)
    ]
