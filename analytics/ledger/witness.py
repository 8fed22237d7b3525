"""Whether a plant was off while its register stood still, by the meter above it. Pure.

A register that sticks and a plant that is switched off look the same in the register, at its edges
too: either may stop between any two readings. What counts independently of it sees the difference.
Above a plant that is off the use falls by just what the plant used; above a register that sticks it
does not. The plant's own flow is no such witness, nor is a meter that stands still itself: the same
fault would silence it.
"""

from dataclasses import dataclass

_FELL = 0.75
"""The use above fell by at least this share of the plant's own use. [1]"""
_VISIBLE = 0.5
"""A plant is seen from above if it was this share of what no other meter below tells. [1]"""


@dataclass(frozen=True, slots=True)
class Above:
    """Mean rates over a stand, and over the same days of the week before it. [unit/s].

    Attributes
    ----------
    own : float
        Of the register that stood still, before.
    before, during : float
        Of the meter above, less the others below that.
    counted : float
        Of the meter above alone, during the stand.
    """

    own: float
    before: float
    during: float
    counted: float


def was_off(seen: Above) -> bool:
    """Whether the meter above shows that the plant was off; False also where it shows nothing."""
    if seen.own <= 0 or seen.counted <= 0 or seen.own < _VISIBLE * seen.before:
        return False
    return seen.before - seen.during >= _FELL * seen.own
