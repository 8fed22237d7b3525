"""A correction proposed after an out-of-tolerance finding: over which days, how much, what for."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.place.meter_cost import meter_interval_costs
from domain.errors import CalendarMissingError, MissingInputError
from domain.local_day import day_start, local_day
from domain.money import cents, exact
from domain.register_event import RegisterEvent
from domain.sentence import Sentence
from domain.tolerance import ToleranceRule, correction_span
from store.meters.certificate import certificates
from store.meters.metrology import meter_events
from store.meters.tolerance import FindingRow, counted, tolerance_findings
from store.places.place import MeterRow


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a rule makes of a finding; nothing is corrected before a person says so.

    Attributes
    ----------
    first_day, end_day : date or None
        Half-open range of local days; None where nothing is corrected.
    counted : Decimal
        What was counted on these days as it is known now. [unit of the meter]
    missing_s : int
        How much of the days has no figure, and is not corrected. [s]
    difference : Decimal
        Corrected - counted. [unit of the meter]
    cost_difference : Decimal or None
        By the prices per unit of each interval; None where one is not known. [CNY]
    cost_missing : str
        Why it is not known.
    basis : str
        By which rule, from which verification, with which factor.
    """

    rule: ToleranceRule
    first_day: date | None
    end_day: date | None
    counted: Decimal
    missing_s: int
    difference: Decimal
    cost_difference: Decimal | None
    cost_missing: str
    basis: str


def last_verified(conn: Connection, row: FindingRow) -> date | None:
    """Day of the last verification before the one that found the error; a finding is one too."""
    days = [
        each.verified_on
        for each in certificates(conn, meter_ids=[row.meter_id])
        if each.held_until > each.first_day
    ]
    days += [each.found_on for each in tolerance_findings(conn, meter_ids=[row.meter_id])]
    return max((day for day in days if day < row.found_on), default=None)


def put_in(conn: Connection, row: FindingRow, zone: ZoneInfo) -> date | None:
    """Local day on which the instrument that was found wrong took the place of another."""
    days = [
        local_day(each.at, zone)
        for each in meter_events(conn, [row.meter_id])
        if each.kind == "swap"
    ]
    return max((day for day in days if day < row.found_on), default=None)


def propose(conn: Connection, meter: MeterRow, row: FindingRow, rule: ToleranceRule) -> Proposal:
    """Work out what a rule makes of a finding.

    Raises
    ------
    InputError
        If the rule asks for a day nobody has entered.
    """
    zone = ZoneInfo(meter.zone)
    span = correction_span(
        row.finding, rule, last_verified(conn, row), put_in=put_in(conn, row, zone)
    )
    none = Decimal(0)
    if span is None:
        return Proposal(rule, None, None, none, 0, none, none, "", "none: nothing is corrected")
    days = span.first_day, span.end_day
    found = counted(conn, meter.id, meter.quantity, *days)
    length = day_start(span.end_day, zone) - day_start(span.first_day, zone)
    part = 1 / (1 + row.error_pct / 100) - 1
    amount = exact(found.value)
    try:
        cost, why = _cost(conn, meter, *days), ""
    except (MissingInputError, CalendarMissingError) as error:
        cost, why = None, str(error)
    basis = f"{span.basis}; error {row.error_pct:+f} % by {row.document}; x {1 + part:.6f}"
    return Proposal(
        rule,
        *days,
        counted=amount,
        missing_s=round(length.total_seconds()) - found.covered_s,
        difference=exact(float(amount * part)),
        cost_difference=None if cost is None else cents(cost * part),
        cost_missing=why,
        basis=basis,
    )


def declared_error(meter: MeterRow, row: FindingRow, proposal: Proposal, why: str) -> RegisterEvent:
    """The event that makes everything derived follow a proposal that corrects something."""
    assert proposal.first_day is not None and proposal.end_day is not None  # noqa: S101, PT018 - it corrects something
    zone = ZoneInfo(meter.zone)
    return RegisterEvent(
        day_start(proposal.first_day, zone),
        "error",
        float(row.error_pct),
        None,
        why,
        day_start(proposal.end_day, zone),
    )


def _cost(conn: Connection, meter: MeterRow, first: date, end: date) -> Decimal:
    """Cost of local days [first, end) as far as it goes with the amount. [CNY]."""
    total = Decimal(0)
    for interval in meter_interval_costs(conn, meter, first, end):
        if interval.amount is None:
            raise MissingInputError(
                Sentence(
                    "price_unknown",
                    "a price of {day} is not known",
                    day=f"{interval.start:%Y-%m-%d}",
                ),
                code="price",
            )
        total += interval.amount
    return total
