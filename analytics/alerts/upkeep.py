"""What wants a hand although no figure is known wrong: clocks, weather, certificates, bills. Pure.

Each of them stands until the data say otherwise: the clock is right again, the station speaks, the
next certificate is entered.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from analytics.alerts.course import Says
from analytics.alerts.policy import Policy
from analytics.ledger.metrology import FindingKind, MetrologyFinding
from analytics.rules.finding import Priority

CLOCK_OFFSET, WEATHER_STALE = "clock_offset", "weather_stale"
CERTIFICATE_ENDS, CERTIFICATE_ENDED = "certificate_ends", "certificate_ended"
SEAL_BROKEN, RATIO_DIFFERS = "seal_broken", "ratio_differs"
OUT_OF_TOLERANCE = "out_of_tolerance"
BILL_DIFFERS, BILL_MONEY_DIFFERS = "bill_differs", "bill_money_differs"
BILLS_DRIFT = "bills_drift"
UPKEEP_RULES = (
    *(CLOCK_OFFSET, WEATHER_STALE),
    *(CERTIFICATE_ENDS, CERTIFICATE_ENDED, SEAL_BROKEN, RATIO_DIFFERS, OUT_OF_TOLERANCE),
    *(BILL_DIFFERS, BILL_MONEY_DIFFERS, BILLS_DRIFT),
)
POLICY = Policy()

_CLOCK_WRONG = timedelta(minutes=5)
"""Anchors alarm here; quarter hours are still those of their day. Our own judgement."""
_CLOCK_RIGHT = timedelta(minutes=4)
"""A little less, so that an estimate that sways about the limit is one alert."""
_QUARTER = timedelta(minutes=15)
"""From here on use falls into other intervals, and perhaps into another price."""
_OF_METROLOGY: Mapping[FindingKind, tuple[str, Priority]] = {
    FindingKind.OUT_OF_TOLERANCE: (OUT_OF_TOLERANCE, Priority.HIGH),
    FindingKind.STILL_WRONG: (OUT_OF_TOLERANCE, Priority.HIGH),
    FindingKind.RATIO_DIFFERS: (RATIO_DIFFERS, Priority.HIGH),
    FindingKind.SWAP_WITHOUT_CERTIFICATE: (CERTIFICATE_ENDED, Priority.HIGH),
    FindingKind.ENDED: (CERTIFICATE_ENDED, Priority.HIGH),
    FindingKind.SEAL_BROKEN: (SEAL_BROKEN, Priority.HIGH),
    FindingKind.BILL_DIFFERS: (BILL_DIFFERS, Priority.HIGH),
    FindingKind.BILL_MONEY_DIFFERS: (BILL_MONEY_DIFFERS, Priority.HIGH),
    FindingKind.DRIFT: (BILLS_DRIFT, Priority.HIGH),
    FindingKind.ENDS_SOON: (CERTIFICATE_ENDS, Priority.LOW),
    FindingKind.ENDS_LATER: (CERTIFICATE_ENDS, Priority.LOW),
}
"""That a meter never had a certificate is how it was set up, and stands on the page: no news."""


class Subject(NamedTuple):
    """What an alert is about: one stands for each."""

    rule: str
    organisation_id: int
    device_id: int | None
    meter_id: int | None


@dataclass(frozen=True, slots=True)
class Wanting:
    """Something that wants a hand, and what it was seen by.

    Attributes
    ----------
    says : Says
        `BETWEEN`: not enough to begin, too much to end.
    since : datetime or None
        Since when, by the time of what happened; None: since it is seen. Days are in the evidence.
    actual, expected : float or None
        In `unit`.
    evidence : mapping of str to str
        In words the console knows.
    """

    subject: Subject
    priority: Priority
    says: Says = Says.BAD
    since: datetime | None = None
    actual: float | None = None
    expected: float | None = None
    unit: str | None = None
    evidence: Mapping[str, str] = field(default_factory=dict)


def wrong_clock(subject: Subject, offset_s: float, estimated_at: datetime) -> Wanting | None:
    """A device's clock against ours; None where it is right.

    Parameters
    ----------
    offset_s : float
        How far it is ahead of ours. [s]
    """
    size = timedelta(seconds=abs(offset_s))
    if size <= _CLOCK_RIGHT:
        return None
    priority = Priority.HIGH if size >= _QUARTER else Priority.LOW
    says = Says.BAD if size > _CLOCK_WRONG else Says.BETWEEN
    minutes, limit = offset_s / 60, _CLOCK_WRONG / timedelta(minutes=1)
    return Wanting(subject, priority, says, estimated_at, minutes, limit, "min")


def stale_weather(
    subject: Subject, newest_at: datetime | None, now: datetime, stale_after: timedelta
) -> Wanting | None:
    """A place whose own sensor or server has told nothing for too long; None where it has.

    Parameters
    ----------
    newest_at : datetime or None
        Up to when it told of the weather; None: never.
    """
    if newest_at is None:
        return Wanting(subject, Priority.LOW, expected=stale_after / timedelta(hours=1), unit="h")
    age = now - newest_at
    if age <= stale_after:
        return None
    hours = stale_after / timedelta(hours=1)
    return Wanting(
        subject, Priority.LOW, since=newest_at + stale_after,
        actual=age / timedelta(hours=1), expected=hours, unit="h",
    )  # fmt: skip


def metrology_wants(
    organisation_id: int, meter_id: int, findings: Iterable[MetrologyFinding]
) -> Iterator[Wanting]:
    """What is wrong with a settlement meter, the worst of each rule.

    Parameters
    ----------
    findings : iterable of MetrologyFinding
        The worst first.
    """
    told = set[str]()
    for finding in findings:
        rule, priority = _OF_METROLOGY.get(finding.kind, ("", Priority.LOW))
        if not rule or rule in told:
            continue
        told.add(rule)
        # Days that are left would be another alert every morning; the day itself is not.
        evidence = {name: value for name, value in finding.told.items() if name != "days"}
        evidence["finding"] = finding.kind.value
        if finding.since is not None:
            evidence["day"] = finding.since.isoformat()
        subject = Subject(rule, organisation_id, None, meter_id)
        yield Wanting(subject, priority, evidence=evidence)
