"""The baseline that is kept, as it stands beside a load curve."""

from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel, Field

from analytics.baseline.usual_error import SHARE
from analytics.place.baseline_curve import baseline_curve
from api.moment import EndDay, FirstDay, refuse_long
from api.problem import refuse
from api.rate_unit import rate_unit
from api.routes.savings.baselines import baseline_named
from api.routes.savings.savings import counting
from api.scope import Scope
from domain.comparison import Method
from domain.sentence import Sentence
from store.contracts.baseline import events

router = APIRouter(prefix="/baselines", tags=["savings"])


class BaselineCurveOut(BaseModel):
    """Mean rate by the baseline, in columns of one length; a row is a local day or a bill."""

    baseline_id: int
    version: int
    unit: str = Field(description="Of mean, low and high: as that of the load curve.")
    t: list[int] = Field(description="Starts of the rows. [s since 1970-01-01T00:00Z]")
    end: list[int] = Field(description="Their ends. [s since 1970-01-01T00:00Z]")
    mean: list[float | None] = Field(
        description="With signed adjustments; null: weather or calendar is not known."
    )
    low: list[float | None]
    high: list[float | None]
    within: float = Field(
        description="Share of the rows of the training that lay no further off. [1]"
    )


@router.get("/{baseline_id}/curve")
def show_curve(
    baseline_id: int, scope: Scope, first_day: FirstDay, end_day: EndDay
) -> BaselineCurveOut:
    """Baseline of [first_day, end_day), and the band in which days of its training lay."""
    refuse_long(first_day, end_day)
    row = baseline_named(scope, baseline_id)
    version = counting(scope, row)
    if row.method != Method.WHOLE:
        detail = Sentence("comparison_without_curve", "a comparison tells no single days")
        raise refuse(HTTPStatus.CONFLICT, detail)
    signed = events(scope.conn, row.id)
    rows = [*baseline_curve(scope.conn, row, version, signed, first_day, end_day)]
    return BaselineCurveOut(
        baseline_id=row.id,
        version=version.number,
        unit=rate_unit(version.basis["unit"]),
        t=[round(each.start.timestamp()) for each in rows],
        end=[round(each.end.timestamp()) for each in rows],
        mean=[each.mean for each in rows],
        low=[each.low for each in rows],
        high=[each.high for each in rows],
        within=SHARE,
    )
