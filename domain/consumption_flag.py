"""What happened in an interval, as one set of flags beside its figure."""

from enum import IntFlag


class ConsumptionFlag(IntFlag):
    """Flags of an interval; numbers are stored, so they are never reused."""

    CONFLICT = 1
    """Readings of one instant disagree; the one that fits its neighbours counts."""
    OUT_OF_RANGE = 2
    """A reading is negative, no number, or beyond the register's size; left out."""
    ZEROS = 4
    """Readings of zero on a register that stands elsewhere; left out."""
    SPIKE = 8
    """Readings far above, from which the register came back; left out."""
    JITTER = 16
    """Readings below an earlier one, to which the register came back; left out."""
    FROZEN = 32
    """The register stood still on a meter that never does."""
    FALL = 64
    """The register fell and nobody declared why; what was used meanwhile is not known."""
    JUMP = 128
    """The register rose beyond anything plausible and stayed; what was used is not known."""
    ROLLOVER = 256
    """The register passed its declared size and began again at zero."""
    SWAP = 512
    """The meter was replaced."""
    RESET = 1024
    """The register was set."""
    RATIO = 2048
    """The multiplier changed."""
    GAP = 4096
    """Readings are missing: the total is measured, its split over time is not."""
    PARTIAL = 8192
    """Part of the interval lies outside of what was counted."""
    LEVEL_CHANGE = 16384
    """From this day on the meter uses clearly more, or less, than in the weeks before."""
    EDITED = 32768
    """A person's value stands for a reading on which the figure depends."""
    ERROR = 65536
    """The meter was found to be out of tolerance, and what it showed is corrected by its error."""
    SURGE = 131072
    """The register rose 20 to 200 times faster than usual, and stayed: it counts; ask why."""
    WEATHER_MISSING = 262144
    """A gap was spread without hours of the weather that its place has a source of."""

    @property
    def names(self) -> list[str]:
        """Names in lower case, in the order of the list."""
        return [str(flag.name).lower() for flag in ConsumptionFlag if flag in self]
