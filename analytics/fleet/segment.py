"""A trip, a stop or a charge, with what shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from analytics.fleet.distance import NO_DOUBT, Doubt


class SegmentKind(StrEnum):
    """What a vehicle did for a while."""

    TRIP = "trip"
    STOP = "stop"
    CHARGE = "charge"


@dataclass(frozen=True, slots=True)
class Measured:
    """An amount, the ways in which it was told, and the one that counts.

    Attributes
    ----------
    amount : float or None
        In km or kWh; None where nothing tells.
    by : str or None
        The way that counts.
    ways : mapping of str to float
        Every way that tells something. [km] or [kWh]
    spread : float or None
        Greatest difference of two ways over the amount; None with fewer than two. [1]
    """

    amount: float | None = None
    by: str | None = None
    ways: Mapping[str, float] = field(default_factory=dict)
    spread: float | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """What a vehicle did for a while.

    Attributes
    ----------
    id : str
        Stays the same when late samples move the start or the end.
    start, end : int
        First and last instant with evidence; of a stop, end and start of the trips around it. [us]
    start_after, end_before : int or None
        The true ones lie in [start_after, start] and [end, end_before]; None where the samples
        begin or end there. [us]
    km : Measured
        Distance; of a stop what it was manoeuvred.
    kwh : Measured
        Of a trip net out of the battery, of a charge into it.
    recovered_kwh : float or None
        Back into the battery by braking.
    grid_kwh : float or None
        What the pile's meter counted.
    electric_km : float or None
        Distance in electric mode; None where a hybrid does not say.
    soc_start, soc_end : float or None
        State of charge. [%]
    evidence : tuple of str
        What shows it, strongest first.
    estimated : bool
        It lies in a silence, whole or in part.
    doubts : Doubt
        What is to be known before its figures are used.
    """

    id: str
    kind: SegmentKind
    start: int
    end: int
    start_after: int | None
    end_before: int | None
    km: Measured = Measured()
    kwh: Measured = Measured()
    recovered_kwh: float | None = None
    grid_kwh: float | None = None
    electric_km: float | None = None
    soc_start: float | None = None
    soc_end: float | None = None
    evidence: tuple[str, ...] = ()
    estimated: bool = False
    doubts: Doubt = NO_DOUBT

    @property
    def counts(self) -> bool:
        """Whether it belongs in totals; what is implausible is shown and left out."""
        return Doubt.IMPLAUSIBLE not in self.doubts

    @property
    def sound(self) -> bool:
        """Whether it is a trip that late samples elsewhere cannot change."""
        weak = Doubt.IMPLAUSIBLE | Doubt.ODOMETER_STOOD
        cut = self.start_after is None or self.end_before is None
        return self.kind is SegmentKind.TRIP and not (cut or self.estimated or self.doubts & weak)

    @property
    def loss(self) -> float | None:
        """Share of the energy from the pile that did not reach the battery. [1]."""
        if not self.grid_kwh or self.kwh.amount is None:
            return None
        return 1 - self.kwh.amount / self.grid_kwh
