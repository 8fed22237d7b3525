"""Measures of quality of a contract, and what they came to in a month."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from domain.record import signed_by_two, wanted


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

    def __post_init__(self) -> None:
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
    """

    kpi: str
    source: str
    compliant: int | None = None
    valid: int | None = None
    expected: int | None = None
    value: Decimal | None = None
    signed_by: tuple[str, ...] = ()
    cases: tuple[KpiCase, ...] | None = None

    def __post_init__(self) -> None:
        samples = (self.compliant, self.valid, self.expected)
        by_hand = self.value is not None
        counted = [each for each in samples if each is not None]
        wanted(len(counted) == (0 if by_hand else 3), "want value, or compliant, valid, expected")
        wanted(counted == sorted(counted), f"{counted}: want compliant <= valid <= expected")
        some = not counted or counted[0] >= 0 < counted[2]
        wanted(some or (self.cases == () and not any(counted)), "want some expected samples")
        alone = self.cases is None or self.expected == len(self.cases)
        wanted(alone, "cases: want as many as expected samples")
        wanted(
            not by_hand or signed_by_two(self.signed_by),
            "signed_by: a value by hand wants two persons",
        )
