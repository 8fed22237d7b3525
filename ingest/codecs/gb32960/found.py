"""What has been read of a frame so far. Pure."""

from dataclasses import dataclass, field

from domain.errors import PayloadError
from domain.reading import Value


class CutShortError(PayloadError):
    """A section wants more bytes than its frame has left."""

    def __init__(self, wanted: int, left: int) -> None:
        super().__init__(f"wants {wanted} bytes, {left} are left", code="bad_section")


@dataclass(slots=True)
class Found:
    """What has been read of a frame: see `domain.reading.Sample`.

    Attributes
    ----------
    extremes : list of (str, str)
        Which values are the greatest and the least of lists.
    """

    values: dict[str, Value] = field(default_factory=dict)
    suspect: list[tuple[str, str]] = field(default_factory=list)
    raw: list[tuple[str, bytes]] = field(default_factory=list)
    extremes: list[tuple[str, str]] = field(default_factory=list)

    def widen(self, greatest: str, high: float, least: str, low: float) -> None:
        """Let two extremes be those of `high` and `low` too."""
        values = self.values
        if greatest in values:
            high = max(float(values[greatest]), high)
            low = min(float(values[least]), low)
        values[greatest] = high
        values[least] = low
        self.extremes.append((greatest, least))

    def add(self, other: "Found") -> None:
        """Take over what a section says that comes again.

        Of two different values the first stays, and is doubted; extremes of two sections are those
        of both.
        """
        for greatest, least in dict.fromkeys(other.extremes):
            high, low = float(other.values.pop(greatest)), float(other.values.pop(least))
            self.widen(greatest, high, least, low)
        for name, value in other.values.items():
            if self.values.setdefault(name, value) != value:
                self.suspect.append((name, f"given twice in one frame, also as {value}"))
        self.suspect += other.suspect
        self.raw += other.raw
