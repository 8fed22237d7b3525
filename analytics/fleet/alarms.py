"""Alarms as a terminal tells them, sample by sample, to alarms with a beginning and an end. Pure.

Source: GB/T 32960.3, general alarm flags and highest level; the edition of 2025 tells the level of
each flag beside them. Codes of a level or a flag that stand for "abnormal" or "invalid" are taken
out where a frame is read; what is none of the standard's is no alarm here either.
"""

import re
from collections.abc import Mapping, Sequence
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
_NOT_SHOWN = -1
_PAIR = re.compile(r"\b([0-9a-f]{2})([0-9a-f]{2})\b", re.ASCII)
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


CODES = (*map(name_of, range(BITS)), UNNAMED)
"""Every alarm there is."""


def shown(level: int, flags: int, flag_levels: str = "") -> dict[str, int]:
    """Alarms that a sample shows, each with its level.

    A flag whose own level is not told has the highest of all: it may be that one.

    Parameters
    ----------
    level : int
        Highest level; one that is none of the standard's counts for 0.
    flags : int
        By bit; ones that are none of the standard's count for none.
    flag_levels : str
        Number and level of each flag, such as ``0102 0b03`` (2025).

    Returns
    -------
    dict of str to int
        By code. A level above all of the flags' own is the alarm of a cause without a flag.
    """
    highest = level if 0 <= level <= MOST_LEVEL else 0
    own = _own_levels(flag_levels)
    found = {bit: highest for bit in range(BITS) if flags >> bit & 1} if is_flags(flags) else {}
    found |= {bit: each for bit, each in own.items() if each or bit in found}
    named = {name_of(bit): each for bit, each in sorted(found.items())}
    if highest > max(found.values(), default=0):
        named[UNNAMED] = highest
    return named


def is_flags(flags: int) -> bool:
    """Whether they are flags of the standard, not a code for "abnormal" or "invalid"."""
    return 0 <= flags < 1 << BITS


def _own_levels(text: str) -> Mapping[int, int]:
    """Levels by bit; what is no pair of a number and a level of the standard says nothing."""
    found: dict[int, int] = {}
    for number, told in _PAIR.findall(text):
        bit, level = int(number, 16), int(told, 16)
        if bit < BITS and level <= MOST_LEVEL:
            found[bit] = max(level, found.get(bit, 0))
    return found


def alarms(
    ts: NDArray[np.int64],
    level: NDArray[np.int64],
    flags: NDArray[np.int64],
    flag_levels: Mapping[int, str] | None = None,
) -> list[Alarm]:
    """Alarms of samples that tell of alarms; others say nothing and are to be left out.

    Parameters
    ----------
    ts : ndarray of int, shape (n,)
        Rising. [us]
    level, flags : ndarray of int, shape (n,)
        Below 0 where a sample does not tell it.
    flag_levels : mapping of int to str, optional
        By instant [us], where a sample tells levels of its flags; see `shown`.

    Returns
    -------
    list of Alarm
        In order of start and code. None of a level beyond 4, or of bits beyond those there are.
    """
    own = flag_levels or {}
    texts = [own.get(at, "") for at in ts.tolist()] if own else [""] * len(ts)
    states = list(zip(level.tolist(), flags.tolist(), texts, strict=True))
    # A terminal says the same most of the time: what it says is worked out once.
    told = {state: shown(*state) for state in set(states)}
    found: list[Alarm] = []
    for code in {code for each in told.values() for code in each}:
        levels = {state: each.get(code, _NOT_SHOWN) for state, each in told.items()}
        of_code = np.fromiter((levels[state] for state in states), np.int64, len(states))
        found += _runs(code, ts, of_code)
    return sorted(found, key=lambda each: (each.start, each.code))


def _runs(code: str, ts: NDArray[np.int64], level: NDArray[np.int64]) -> Sequence[Alarm]:
    """Alarms of one code; its level is `_NOT_SHOWN` in samples without it."""
    is_shown = level != _NOT_SHOWN
    turns = np.diff(np.concatenate(([False], is_shown, [False])).astype(np.int8))
    begins, ends = np.flatnonzero(turns == 1), np.flatnonzero(turns == -1)
    return [
        Alarm(
            code,
            int(level[first:end].max()),
            int(ts[first]),
            int(ts[end - 1]),
            int(ts[end]) if end < len(ts) else None,
        )
        for first, end in zip(begins.tolist(), ends.tolist(), strict=True)
    ]
