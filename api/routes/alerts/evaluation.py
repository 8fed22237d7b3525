"""Up to when alerts are evaluated: what every page of the console says."""

from datetime import UTC, datetime

from fastapi import APIRouter
from psycopg import Connection
from pydantic import AwareDatetime, BaseModel, Field

from analytics.alerts.evaluation import Evaluation, Pace
from api.scope import Scope
from store.alerts.alert_list import evaluated

router = APIRouter(tags=["alerts"])


class EvaluationOut(BaseModel):
    """Up to when everything that was received is judged."""

    now: AwareDatetime = Field(description="When this was told.")
    pace: Pace = Field(
        description="behind: newest values are not judged for more than 2 min; days_behind: whole"
        " days are not for more than 15 min."
    )
    live_to: AwareDatetime | None = Field(
        description="Newest values are judged up to then; null: the evaluator has never run."
    )
    days_to: AwareDatetime | None = Field(
        description="Whole days are judged up to then; null: the worker has never judged any."
    )


@router.get("/evaluation")
def evaluation(scope: Scope) -> EvaluationOut:
    """Up to when alerts are evaluated, and whether that keeps up."""
    return evaluation_out(scope.conn)


def evaluation_out(conn: Connection) -> EvaluationOut:
    """Read it in the scope of a caller."""
    judged, now = evaluated(conn), datetime.now(UTC)
    seen = Evaluation(judged.get("live"), judged.get("days"))
    return EvaluationOut(now=now, pace=seen.pace(now), live_to=seen.live_to, days_to=seen.days_to)
