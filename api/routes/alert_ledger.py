"""The ledger of alerts: found, handed over, mended, and what really stopped."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from analytics.duty.alert_ledger import kept_promises, verified
from api.scope import Scope
from store.alert_ledger import found, matters

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


class MatterOut(BaseModel):
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


class LedgerOut(BaseModel):
    """What was found, and what became of it."""

    found: list[FoundOut]
    matters: list[MatterOut]
    promises_held: int = Field(description="Promises that lay within the band of what stopped.")
    promises_measured: int


@router.get("/alert-ledger")
def alert_ledger(
    scope: Scope, days: Annotated[int, Query(ge=1, le=1100, description="So far back.")] = 365
) -> LedgerOut:
    """Found, mended and verified: of each matter what was promised and what really stopped."""
    now = datetime.now(UTC)
    since = now - timedelta(days=days)
    told = {each: verified(scope.conn, each, now=now) for each in matters(scope.conn, since=since)}
    held, measured = kept_promises(told)
    items = []
    for matter, each in told.items():
        said = each.stopped
        items.append(
            MatterOut.model_validate(matter).model_copy(
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
    return LedgerOut(
        found=[FoundOut.model_validate(each) for each in found(scope.conn, since=since)],
        matters=items,
        promises_held=held,
        promises_measured=measured,
    )
