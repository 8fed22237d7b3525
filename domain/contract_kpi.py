"""Measures of quality of a contract, and what they came to in a month."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from domain.contract_line import MONTHS
from domain.record import signed_by_two, wanted

_HOURS = 24


class KpiGap(StrEnum):
    """What samples that are missing count as; never as compliant."""

    NOT_COMPLIANT = "not_compliant"
    LEFT_OUT = "left_out"
    """Left out as long as `min_valid` of the samples are there; else not compliant."""


class KpiSource(StrEnum):
    """What a measure of quality is drawn from."""

    METER_DAYS = "meter_days"
    """Days that the meters of the boundary tell whole, of all their days."""
    ALERTS_ANSWERED = "alerts_answered"
    """Alerts of these meters that a person takes up in time, of all that opened in the month."""
    ALERTS_ENDED = "alerts_ended"
    """The same, resolved in time."""
    ROOM_HOURS = "room_hours"
    """Occupied hours in which the air of each room keeps its bounds, of all of them."""


@dataclass(frozen=True, slots=True)
class Rooms:
    """Rooms of which a temperature was promised, and when they are occupied.

    Attributes
    ----------
    devices : tuple of str
        Codes of the devices that tell their air temperature; each hour of each is a sample.
    from_hour, end_hour : int
        Local hours of the day [from_hour, end_hour).
    lowest_c, highest_c : Decimal or None
        What was promised. [degC]
    every_day : bool
        Also on days on which nobody works; else only by the calendar's workdays.
    months : tuple of int
        In which it was promised; empty: in all.
    """

    devices: tuple[str, ...]
    from_hour: int
    end_hour: int
    lowest_c: Decimal | None = None
    highest_c: Decimal | None = None
    every_day: bool = False
    months: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        distinct = len(set(self.devices)) == len(self.devices) > 0
        wanted(distinct, "rooms: want devices, each once")
        wanted(0 <= self.from_hour < self.end_hour <= _HOURS, "rooms: want hours of a day")
        bounds = [each for each in (self.lowest_c, self.highest_c) if each is not None]
        wanted(bounds, "rooms: want lowest_c or highest_c")
        wanted(bounds == sorted(bounds), f"rooms: lowest_c {self.lowest_c} above {self.highest_c}")
        wanted(all(1 <= each <= MONTHS for each in self.months), "rooms: want months 1 to 12")


@dataclass(frozen=True, slots=True)
class Kpi:
    """A measure of quality and what falling short costs.

    Attributes
    ----------
    target : Decimal
        Share that has to be reached. [1]
    per_point : Decimal
        Share of the fee taken off for each percentage point short. [1]
    full_points : bool
        Whether only full points count.
    drawn_from : KpiSource or None
        None: people enter it.
    within_h : Decimal or None
        In how long an alert is to be answered or ended. [h]
    rooms : Rooms or None
        Of a measure drawn from their temperatures.
    """

    code: str
    name_zh: str
    name_en: str
    target: Decimal
    per_point: Decimal
    full_points: bool = True
    missing: KpiGap = KpiGap.NOT_COMPLIANT
    min_valid: Decimal = Decimal("0.9")
    drawn_from: KpiSource | None = None
    within_h: Decimal | None = None
    rooms: Rooms | None = None

    def __post_init__(self) -> None:
        by_rooms = self.drawn_from is KpiSource.ROOM_HOURS
        wanted((self.rooms is not None) == by_rooms, "rooms are for a measure of room_hours")
        alerts = self.drawn_from in {KpiSource.ALERTS_ANSWERED, KpiSource.ALERTS_ENDED}
        timed = self.within_h is not None and self.within_h > 0
        wanted(
            timed if alerts else self.within_h is None,
            f"within_h {self.within_h}, want hours of a measure drawn from alerts, and of no other",
        )
        wanted(0 <= self.target <= 1, f"target {self.target}, want 0 to 1")
        wanted(0 <= self.per_point <= 1, f"per_point {self.per_point}, want 0 to 1")
        wanted(0 <= self.min_valid <= 1, f"min_valid {self.min_valid}, want 0 to 1")


@dataclass(frozen=True, slots=True)
class KpiCase:
    """An alert that was to be dealt with.

    Attributes
    ----------
    opened : str
        When (RFC 3339, UTC).
    after_s : int or None
        After so long it was; None: not yet. [s]
    """

    alert: int
    rule: str
    at: str
    opened: str
    after_s: int | None = None

    def __post_init__(self) -> None:
        wanted((self.after_s or 0) >= 0, f"alert {self.alert}: dealt with before it opened")


@dataclass(frozen=True, slots=True)
class RoomHours:
    """Occupied hours of one room.

    Attributes
    ----------
    compliant, valid, expected : int
        Hours inside the bounds, hours that told a temperature, all of them. [h]
    coldest_c, warmest_c : Decimal or None
        Mean of the coldest and the warmest hour; None: no hour told one. [degC]
    """

    device: str
    compliant: int
    valid: int
    expected: int
    coldest_c: Decimal | None = None
    warmest_c: Decimal | None = None

    def __post_init__(self) -> None:
        rising = 0 <= self.compliant <= self.valid <= self.expected
        wanted(rising, f"{self.device}: want 0 <= compliant <= valid <= expected")


@dataclass(frozen=True, slots=True)
class KpiFigure:
    """What a measure of quality came to: by samples, or by hand with two signatures.

    Attributes
    ----------
    compliant, valid, expected : int or None
        Samples. [1]
    value : Decimal or None
        Share that was reached. [1]
    signed_by : tuple of str
        The two persons behind what was typed ; of what is drawn there are none.
    cases : tuple of KpiCase, or None
        Alerts that the samples are, of a measure that is drawn from them; there may be none.
    rooms : tuple of RoomHours, or None
        Of a measure that is drawn from the temperatures of rooms; empty: no hour is occupied.
    """

    kpi: str
    source: str
    compliant: int | None = None
    valid: int | None = None
    expected: int | None = None
    value: Decimal | None = None
    signed_by: tuple[str, ...] = ()
    cases: tuple[KpiCase, ...] | None = None
    rooms: tuple[RoomHours, ...] | None = None

    def __post_init__(self) -> None:
        samples = (self.compliant, self.valid, self.expected)
        by_hand = self.value is not None
        counted = [each for each in samples if each is not None]
        wanted(len(counted) == (0 if by_hand else 3), "want value, or compliant, valid, expected")
        wanted(counted == sorted(counted), f"{counted}: want compliant <= valid <= expected")
        some = not counted or counted[0] >= 0 < counted[2]
        none = () in (self.cases, self.rooms) and not any(counted)
        wanted(some or none, "want some expected samples")
        alone = self.cases is None or self.expected == len(self.cases)
        wanted(alone, "cases: want as many as expected samples")
        wanted(
            not by_hand or signed_by_two(self.signed_by),
            "signed_by: a value by hand wants two persons",
        )
