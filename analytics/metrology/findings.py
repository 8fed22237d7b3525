"""Metrology of settlement meters: what is wrong on a day, and what statements have to remark."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.ledger.bill_money import BillMoney
from analytics.ledger.bill_quantity import BillQuantity, Drift, drift
from analytics.ledger.metrology import (
    TO_COME,
    FindingKind,
    Held,
    MeterMetrology,
    MetrologyFinding,
    SealState,
    findings_of_days,
    in_order,
    metrology_findings,
)
from analytics.metrology.settings import MetrologySettings, metrology_settings
from domain.local_day import local_day
from domain.money import exact
from store.meters.certificate import CertificateRow, certificates
from store.meters.metrology import (
    BillQuantityRow,
    MeterEvent,
    bill_quantities,
    meter_events,
    settlement_meters,
)
from store.meters.seal import SealRow, seals
from store.meters.tolerance import FindingRow, tolerance_findings
from store.places.place import MeterRow, meters

YEAR = timedelta(days=366)
"""So far back bills are compared."""
_DAY = timedelta(days=1)
_OF_BILLS = {FindingKind.BILL_DIFFERS, FindingKind.BILL_MONEY_DIFFERS, FindingKind.DRIFT}
_Row = TypeVar("_Row", CertificateRow, SealRow, FindingRow, BillQuantityRow, MeterEvent)


@dataclass(frozen=True, slots=True)
class MeterState:
    """A settlement meter, what is known of its metrology, and what is wrong with it.

    Attributes
    ----------
    today : date
        Local day of the meter on which that was asked.
    bills : list of BillQuantity
        Of the last year, in order of time.
    """

    meter: MeterRow
    today: date
    known: MeterMetrology
    findings: list[MetrologyFinding]
    bills: list[BillQuantity]
    drift: Drift | None


def meter_states(
    conn: Connection,
    now: datetime,
    *,
    meter_ids: Sequence[int] | None = None,
    settings: MetrologySettings | None = None,
    of_all: bool = False,
) -> list[MeterState]:
    """State of every settlement meter the current person may see, or of those named.

    Parameters
    ----------
    now : datetime
        Aware; what is wrong at that instant by what is known today.
    of_all : bool
        Bills are compared by all days there are: the worker asks in nobody's name.
    """
    chosen = settings or metrology_settings()
    ids = settlement_meters(conn, now, meter_ids=meter_ids)
    known = _Known(conn, ids, now, of_all=of_all)
    return [_state(meter, known, now, chosen) for meter in meters(conn, meter_ids=ids)]


def metrology_remarks(
    conn: Connection,
    meter_ids: Sequence[int],
    at: datetime,
    *,
    since: datetime | None = None,
    settings: MetrologySettings | None = None,
) -> list[MetrologyFinding]:
    """What a closed month or a statement has to remark of its settlement meters.

    Parameters
    ----------
    meter_ids : sequence of int
        Those of the boundary; what settles nothing is passed over.
    at : datetime
        The end of the month, or of the statement; aware.
    since : datetime, optional
        Its beginning, a local midnight as `at` then is: certificates, multipliers and seals are
        held against each of its days, and not against the instant at which it ended.

    Returns
    -------
    list of MetrologyFinding
        The worst first. That a certificate will end is no remark: it holds.
    """
    states = meter_states(conn, at, meter_ids=meter_ids, settings=settings)
    found = [finding for state in states for finding in state.findings]
    if since is not None:
        # Also of those that settled at the beginning and have left.
        begun = meter_states(conn, since, meter_ids=meter_ids, settings=settings)
        known = {state.meter.id: state for state in (*begun, *states)}.values()
        found = [each for each in found if each.kind in _OF_BILLS]
        for state in known:
            first = local_day(since, ZoneInfo(state.meter.zone))
            end = local_day(at, ZoneInfo(state.meter.zone))
            found += findings_of_days(state.known, first, end)
    return in_order(finding for finding in found if finding.kind not in TO_COME)


class _Known:
    """All that is stored of some meters, read at once."""

    def __init__(
        self, conn: Connection, ids: Sequence[int], now: datetime, *, of_all: bool
    ) -> None:
        # Each meter's own year is cut out in `_state`; its local day may be one before UTC's.
        since = now.date() - YEAR - _DAY
        self.certificates = _by_meter(certificates(conn, meter_ids=ids))
        self.events = _by_meter(meter_events(conn, ids))
        self.seals = _by_meter(seals(conn, meter_ids=ids))
        self.findings = _by_meter(tolerance_findings(conn, meter_ids=ids))
        self.bills = _by_meter(bill_quantities(conn, since, ids, of_all=of_all))


def _by_meter(rows: Iterable[_Row]) -> Mapping[int, list[_Row]]:
    found: dict[int, list[_Row]] = defaultdict(list)
    for row in rows:
        found[row.meter_id].append(row)
    return found


def _state(
    meter: MeterRow, known: _Known, now: datetime, settings: MetrologySettings
) -> MeterState:
    zone = ZoneInfo(meter.zone)
    today = local_day(now, zone)
    events = known.events.get(meter.id, [])
    of_meter = MeterMetrology(
        meter.code,
        held(known.certificates.get(meter.id, [])),
        [(local_day(event.at, zone), event.value) for event in events if event.kind == "ratio"],
        [local_day(event.at, zone) for event in events if event.kind == "swap"],
        [_seal(seal) for seal in known.seals.get(meter.id, [])],
        *_errors(known.findings.get(meter.id, [])),
    )
    findings = metrology_findings(
        of_meter,
        today,
        first_notice=settings.metrology_first_notice_days,
        last_notice=settings.metrology_last_notice_days,
    )
    rows = known.bills.get(meter.id, [])
    bills = [compared(row) for row in rows if today - YEAR < row.end_day <= today]
    growing = drift(bills, limit_pct=settings.metrology_bill_limit_pct)
    findings += _of_bills(meter.code, bills, growing, settings)
    return MeterState(meter, today, of_meter, in_order(findings), bills, growing)


def held(rows: Iterable[CertificateRow]) -> list[Held]:
    """Certificates with the days on which they really held; mistakes are left out."""
    return [
        Held(
            replace(row.certificate, end_day=row.held_until) if row.ended_on else row.certificate,
            row.first_day,
            row.held_until,
        )
        for row in rows
        if row.held_until > row.first_day
    ]


def compared(row: BillQuantityRow) -> BillQuantity:
    """A bill's quantity beside ours."""
    return BillQuantity(
        row.bill_id,
        row.number,
        row.first_day,
        row.end_day,
        row.billed,
        None if row.counted is None else exact(row.counted),
        row.explained,
        BillMoney(
            row.total,
            row.our_total,
            row.lacks,
            {cause: Decimal(amount) for cause, amount in row.causes.items()},
        ),
    )


def _errors(rows: Iterable[FindingRow]) -> tuple[list[tuple[date, Decimal]], ...]:
    """Days and errors of findings nobody has decided, and of those somebody has."""
    found: tuple[list[tuple[date, Decimal]], ...] = [], []
    for row in rows:
        found[row.rule is not None].append((row.found_on, row.error_pct))
    return found


def _seal(seal: SealRow) -> SealState:
    ending = seal.ending
    if ending is None or ending.kind != "broken":
        return SealState(seal.number)
    return SealState(seal.number, ending.on_day, seal.noted)


def _of_money(code: str, bill: BillQuantity) -> MetrologyFinding:
    assert bill.money is not None and bill.money.main_cause is not None  # noqa: S101, PT018 - it differs
    cause, amount = bill.money.main_cause
    told = {
        "number": bill.number,
        "difference_cny": f"{bill.money.difference:.2f}",
        "difference_pct": f"{bill.money.difference_pct:.2f}",
        "cause": cause,
        "cause_cny": f"{amount:.2f}",
    }
    return MetrologyFinding(FindingKind.BILL_MONEY_DIFFERS, code, bill.first_day, told)


def _of_bills(
    code: str, bills: Iterable[BillQuantity], growing: Drift | None, settings: MetrologySettings
) -> list[MetrologyFinding]:
    found = [
        MetrologyFinding(
            FindingKind.BILL_DIFFERS,
            code,
            bill.first_day,
            {"number": bill.number, "difference_pct": f"{bill.difference_pct:.2f}"},
        )
        for bill in bills
        if bill.differs(settings.metrology_bill_limit_pct)
    ]
    found += [
        _of_money(code, bill)
        for bill in bills
        if bill.differs_in_money(
            settings.metrology_bill_money_limit_pct, settings.metrology_bill_limit_pct
        )
    ]
    if growing is not None:
        told = {"bills": str(growing.bills), "growth_pct": f"{growing.growth_pct:.2f}"}
        found.append(MetrologyFinding(FindingKind.DRIFT, code, growing.since, told))
    return found
