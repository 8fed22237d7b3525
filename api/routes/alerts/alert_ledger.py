"""The ledger of alerts: found, handed over, mended, and what really stopped."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from analytics.duty.alert_ledger import Verified, kept_promises, sums, verified
from api.scope import Scope
from store.alerts.alert_ledger import Matter, found, matters

router = APIRouter(tags=["alerts"])


class FoundOut(BaseModel):
    """What a rule found that was worth something."""

    model_config = ConfigDict(from_attributes=True)

    rule: str
    unit: str
    found: int
    month: float = Field(description="Thirty more days of all of them would have lost so much.")
    month_cny: Decimal
    ordered: int = Field(description="Of these so many led to a work order.")


class AlertMatterOut(BaseModel):
    """A matter that was handed to somebody, what was promised, and what really stopped."""

    model_config = ConfigDict(from_attributes=True)

    order_id: int
    alert_id: int
    rule: str
    place_zh: str
    place_en: str
    meter_code: str | None
    contractor: str
    began_at: AwareDatetime
    state: str
    done_at: AwareDatetime | None
    closed_at: AwareDatetime | None
    unit: str | None
    month: float | None = Field(description="Promised: thirty more days would have lost so much.")
    month_cny: Decimal | None
    stopped: float | None = Field(default=None, description="Of thirty days, by the baseline.")
    stopped_low: float | None = Field(default=None, description="Band of 90 %.")
    stopped_high: float | None = None
    stopped_cny: Decimal | None = None
    stopped_low_cny: Decimal | None = None
    stopped_high_cny: Decimal | None = None
    days_after: int = 0
    reason: str | None = Field(default=None, description="Why nobody can say what stopped.")


class SumOut(BaseModel):
    """Matters of one rule, place or contractor in one unit."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    name_zh: str
    name_en: str
    unit: str
    orders: int
    closed: int
    promised: float = Field(description="Of thirty days, of all orders. [unit]")
    promised_cny: Decimal = Field(description="[CNY]")
    verified: int = Field(description="Orders of which the baseline can say what stopped.")
    stopped: float = Field(description="Of these, of thirty days. [unit]")
    low: float = Field(description="Bands added as if all errors went together. [unit]")
    high: float
    stopped_cny: Decimal = Field(description="Of those with a price. [CNY]")


class SumsOut(BaseModel):
    """The same matters, added up in three ways."""

    rules: list[SumOut]
    places: list[SumOut]
    contractors: list[SumOut]


class AlertLedgerOut(BaseModel):
    """What was found, and what became of it."""

    found: list[FoundOut]
    matters: list[AlertMatterOut]
    sums: SumsOut
    promises_held: int = Field(description="Promises that lay within the band of what stopped.")
    promises_measured: int


@router.get("/alert-ledger")
def alert_ledger(
    scope: Scope, days: Annotated[int, Query(ge=1, le=1100, description="So far back.")] = 365
) -> AlertLedgerOut:
    """Found, mended and verified: of each matter what was promised and what really stopped."""
    now = datetime.now(UTC)
    since = now - timedelta(days=days)
    told = {each: verified(scope.conn, each, now=now) for each in matters(scope.conn, since=since)}
    held, measured = kept_promises(told)
    items = []
    for matter, each in told.items():
        said = each.stopped
        items.append(
            AlertMatterOut.model_validate(matter).model_copy(
                update={
                    "stopped": said.month,
                    "stopped_low": said.low,
                    "stopped_high": said.high,
                    "stopped_cny": each.cny,
                    "stopped_low_cny": each.low_cny,
                    "stopped_high_cny": each.high_cny,
                    "days_after": said.days_after,
                    "reason": said.reason,
                }
            )
        )
    return AlertLedgerOut(
        found=[FoundOut.model_validate(each) for each in found(scope.conn, since=since)],
        matters=items,
        sums=SumsOut(
            rules=_sums(told, lambda matter: (matter.rule, matter.rule, matter.rule)),
            places=_sums(told, _place),
            contractors=_sums(told, lambda matter: (matter.contractor,) * 3),
        ),
        promises_held=held,
        promises_measured=measured,
    )


def _sums(
    told: Mapping[Matter, Verified], named: Callable[[Matter], tuple[str, str, str]]
) -> list[SumOut]:
    return [SumOut.model_validate(each) for each in sums(told, named)]


def _place(matter: Matter) -> tuple[str, str, str]:
    return str(matter.place_id), matter.place_zh, matter.place_en
