"""Settlement meters, what is wrong with them, and their totals beside the utility's bills."""

from datetime import UTC, date, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from analytics.ledger.bill_quantity import BillQuantity
from analytics.ledger.metrology import (
    FindingKind,
    MetrologyFinding,
    ends_first,
    in_force,
    in_order,
    plain,
)
from analytics.metrology.findings import YEAR, MeterState, compared, meter_states, metrology_remarks
from analytics.metrology.settings import MetrologySettings, metrology_settings
from api.body import Body
from api.correction import Reason, of_an_administrator
from api.named import meter_named
from api.problem import refuse
from api.scope import Scope
from domain.local_day import local_day
from domain.quantity import quantities
from domain.sentence import Sentence
from domain.tolerance import ToleranceRule
from store.meters.certificate import administered_meters
from store.meters.metrology import BillQuantityRow, bill_quantities, remark_on_bill
from store.money.bill import bills
from store.people.session import audit
from store.places.place import meters

router = APIRouter(prefix="/metrology", tags=["metrology"])

_MOST = 2**62


class MetrologyFindingOut(BaseModel):
    """One thing that is wrong."""

    kind: FindingKind
    meter: str
    since: date | None = Field(description="Null: always; of what will end: when.")
    told: dict[str, str] = Field(description="What it is about, by name.")


class MetrologySpanOut(BaseModel):
    """A certificate on a timeline: local days [first_day, end_day) on which it really held."""

    number: str
    first_day: date
    end_day: date


class MeterStateOut(BaseModel):
    """A settlement meter and the state of its certificates."""

    code: str
    name_zh: str
    name_en: str
    organisation_id: int
    device_id: int | None
    medium: str
    role: str
    today: date = Field(description="The meter's local day.")
    number: str | None = Field(description="Of the certificate in force.")
    accuracy_class: str | None
    certified: str | None = Field(description="Multiplier by the certificate in force. [1]")
    last_day: date | None = Field(description="Last local day on which it holds.")
    spans: list[MetrologySpanOut]
    findings: list[MetrologyFindingOut]
    may_enter: bool


class MetrologyOut(BaseModel):
    """Every settlement meter; those without a certificate first, then what ends first."""

    meters: list[MeterStateOut]
    findings: list[MetrologyFindingOut] = Field(description="Of all of them, the worst first.")
    first_notice_days: int
    last_notice_days: int
    bill_limit_pct: Decimal
    tolerance_rule: ToleranceRule


class CountOut(BaseModel):
    """How many things are wrong, and how many of them do not merely lie ahead."""

    meters: int
    findings: int
    ahead: int = Field(description="Certificates that will end soon.")


class BillQuantityOut(BaseModel):
    """A bill's quantity beside ours of its days [first_day, end_day)."""

    bill_id: int
    number: str
    first_day: date
    end_day: date
    billed: Decimal | None = Field(description="Null where the bill has no quantity. [unit]")
    counted: Decimal | None = Field(description="Null where some time has no figure. [unit]")
    coverage: float = Field(description="How much of the days has a figure. [1]")
    difference: Decimal | None = Field(description="Bill - ours. [unit]")
    difference_pct: Decimal | None = Field(description="Of the bill. [%]")
    beyond_limit: bool
    total: Decimal = Field(description="Sum of the bill. [CNY]")
    our_total: Decimal | None = Field(description="Our cost of its days; null: see `lacks`. [CNY]")
    lacks: str = Field(
        description="What of our cost is missing, such as tariff, price or hours; not_yet: it is "
        "compared within ten minutes."
    )
    money_difference: Decimal | None = Field(description="Bill - ours. [CNY]")
    money_difference_pct: Decimal | None = Field(description="Of the bill. [%]")
    money_beyond_limit: bool
    causes: dict[str, Decimal] = Field(description="Bill - ours by cause. [CNY]")
    explained: bool | None
    comment: str | None
    person: str | None
    same_days: list[str] = Field(
        description="Numbers of other bills of the meter for some of these days: the same use may "
        "be billed twice."
    )


class BillComparisonOut(BaseModel):
    """Twelve months of a meter's bills beside what we counted."""

    meter: str
    unit: str
    limit_pct: Decimal
    money_limit_pct: Decimal
    drift: MetrologyFindingOut | None
    items: list[BillQuantityOut] = Field(description="In order of time.")


class NewRemark(Body):
    """What somebody says of a difference."""

    explained: bool
    comment: Reason


@router.get("")
def overview(scope: Scope) -> MetrologyOut:
    """Settlement meters and all that is wrong with them today."""
    states = meter_states(scope.conn, datetime.now(UTC))
    own, settings = administered_meters(scope.conn), metrology_settings()
    states.sort(key=lambda each: (ends_first(each.known.certificates, each.today), each.meter.code))
    return MetrologyOut(
        meters=[_state(each, own) for each in states],
        findings=[_finding(f) for f in in_order(f for each in states for f in each.findings)],
        first_notice_days=settings.metrology_first_notice_days,
        last_notice_days=settings.metrology_last_notice_days,
        bill_limit_pct=settings.metrology_bill_limit_pct,
        tolerance_rule=settings.metrology_tolerance_rule,
    )


@router.get("/count")
def count(
    scope: Scope,
    organisation: Annotated[int | None, Query(description="Of meters there or below.")] = None,
) -> CountOut:
    """How many things are wrong, for pages that point to this one."""
    ids = None
    if organisation is not None:
        ids = [row.id for row in meters(scope.conn, organisation_id=organisation)]
    states = meter_states(scope.conn, datetime.now(UTC), meter_ids=ids)
    found = [finding for each in states for finding in each.findings]
    ahead = sum(f.kind in {FindingKind.ENDS_SOON, FindingKind.ENDS_LATER} for f in found)
    return CountOut(meters=len(states), findings=len(found) - ahead, ahead=ahead)


@router.get("/remarks")
def remarks(
    scope: Scope,
    organisation: Annotated[int, Query(description="Of meters there or below.")],
    at: Annotated[AwareDatetime, Query(description="End of a month, or of a statement.")],
) -> list[MetrologyFindingOut]:
    """What a closed month or a statement that ends then has to remark of its settlement meters."""
    ids = [row.id for row in meters(scope.conn, organisation_id=organisation)]
    return [_finding(each) for each in metrology_remarks(scope.conn, ids, at)]


@router.get("/bills")
def compare_bills(
    scope: Scope,
    meter: Annotated[str, Query(max_length=200, description="Code of the meter.")],
) -> BillComparisonOut:
    """A meter's bills of the last year beside what it counted on their days."""
    row = meter_named(scope, meter)
    now = datetime.now(UTC)
    today = local_day(now, ZoneInfo(row.zone))
    rows = bill_quantities(scope.conn, today - YEAR, [row.id])
    settings = metrology_settings()
    state = next(iter(meter_states(scope.conn, now, meter_ids=[row.id])), None)
    growing = [f for f in state.findings if f.kind is FindingKind.DRIFT] if state else []
    return BillComparisonOut(
        meter=meter,
        unit=quantities()[row.quantity].unit,
        limit_pct=settings.metrology_bill_limit_pct,
        money_limit_pct=settings.metrology_bill_money_limit_pct,
        drift=_finding(growing[0]) if growing else None,
        items=[_bill(each, compared(each), settings, _same_days(each, rows)) for each in rows],
    )


@router.post("/bills/{bill_id}/remarks", status_code=HTTPStatus.CREATED)
def remark(bill_id: int, new: NewRemark, scope: Scope) -> BillComparisonOut:
    """Say what a difference comes from, or that it is not explained; the newest counts."""
    found = bills(scope.conn, bill_id=bill_id, before=_MOST, at_most=1)
    if not found:
        raise refuse(
            HTTPStatus.NOT_FOUND, Sentence("no_bill", "there is no bill {bill}", bill=bill_id)
        )
    with of_an_administrator():
        remark_on_bill(scope.conn, bill_id, new.comment, explained=new.explained)
    audit(scope.conn, "bill_remarked", found[0].number, new.model_dump())
    return compare_bills(scope, found[0].meter_code)


def _state(state: MeterState, own: set[str]) -> MeterStateOut:
    meter, held = state.meter, in_force(state.known.certificates, state.today)
    spans = sorted(state.known.certificates, key=lambda each: each.first_day)
    return MeterStateOut(
        code=meter.code,
        name_zh=meter.name_zh,
        name_en=meter.name_en,
        organisation_id=meter.organisation_id,
        device_id=meter.device_id,
        medium=meter.medium,
        role=meter.role,
        today=state.today,
        number=held and held.certificate.number,
        accuracy_class=held and held.certificate.accuracy_class,
        certified=held and plain(held.certificate.multiplier),
        last_day=held and date.fromordinal(held.end_day.toordinal() - 1),
        spans=[
            MetrologySpanOut(
                number=each.certificate.number, first_day=each.first_day, end_day=each.end_day
            )
            for each in spans
        ],
        findings=[_finding(each) for each in state.findings],
        may_enter=meter.code in own,
    )


def _finding(found: MetrologyFinding) -> MetrologyFindingOut:
    return MetrologyFindingOut(
        kind=found.kind, meter=found.meter, since=found.since, told=found.told
    )


def _same_days(bill: BillQuantityRow, bills_of_meter: list[BillQuantityRow]) -> list[str]:
    """Numbers of the other bills that have some of a bill's days."""
    return [
        each.number
        for each in bills_of_meter
        if each.bill_id != bill.bill_id
        and each.first_day < bill.end_day
        and bill.first_day < each.end_day
    ]


def _bill(
    row: BillQuantityRow, of: BillQuantity, limits: MetrologySettings, same_days: list[str]
) -> BillQuantityOut:
    part, money = of.difference_pct, of.money
    assert money is not None  # noqa: S101 - every row brings it
    of_money = money.difference_pct
    return BillQuantityOut(
        bill_id=row.bill_id,
        number=row.number,
        first_day=row.first_day,
        end_day=row.end_day,
        billed=of.billed,
        counted=of.counted,
        coverage=row.coverage,
        difference=of.difference,
        difference_pct=None if part is None else round(part, 3),
        beyond_limit=part is not None and abs(part) > limits.metrology_bill_limit_pct,
        total=money.billed,
        our_total=money.ours,
        lacks=money.lacks,
        money_difference=money.difference,
        money_difference_pct=None if of_money is None else round(of_money, 3),
        money_beyond_limit=money.differs(limits.metrology_bill_money_limit_pct),
        causes=dict(money.causes),
        explained=row.explained,
        comment=row.comment,
        person=row.person,
        same_days=same_days,
    )
