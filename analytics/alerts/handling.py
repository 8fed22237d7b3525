"""What people do to an alert, and in which states they may."""

from dataclasses import replace
from datetime import datetime, timedelta

from analytics.alerts.course import resolved
from domain.alert import STANDING, Act, AlertState, Standing
from domain.errors import AlertError
from domain.sentence import Sentence

LONGEST_SNOOZE = timedelta(days=30)
"""Longer nobody looks away: what is to stay is a known cause, or a maintenance window."""
_MAY: dict[Act, tuple[AlertState, ...]] = {
    Act.ACKNOWLEDGE: (AlertState.OPEN,),
    Act.ASSIGN: STANDING,
    Act.SNOOZE: STANDING,
    Act.RESOLVE: STANDING,
    Act.REOPEN: (AlertState.RESOLVED,),
    Act.COMMENT: tuple(AlertState),
    Act.VERDICT: tuple(AlertState),
}


def handled(
    standing: Standing,
    act: Act,
    *,
    now: datetime,
    until: datetime | None = None,
    person_id: int | None = None,
) -> Standing:
    """Do what a person wants done.

    Parameters
    ----------
    until : datetime, optional
        To when it is snoozed.
    person_id : int, optional
        To whom it is assigned.

    Raises
    ------
    AlertError
        If that cannot be done to an alert that stands so, or what it takes is missing.
    """
    if act not in _MAY or standing.state not in _MAY[act]:
        raise AlertError(
            Sentence(
                "alert_act_not_now",
                "{act} is not possible while it is {state}",
                act=act,
                state=standing.state,
            )
        )
    if act is Act.ACKNOWLEDGE:
        return replace(standing, state=AlertState.ACKNOWLEDGED)
    if act is Act.ASSIGN:
        if person_id is None:
            raise AlertError(Sentence("alert_assign_whom", "say to whom it is assigned"))
        return replace(
            standing, state=AlertState.ASSIGNED, assigned_to=person_id, snoozed_until=None
        )
    if act is Act.SNOOZE:
        if until is None or not now < until <= now + LONGEST_SNOOZE:
            template = "say a time to come, at most {days} days from now, until which it is snoozed"
            reason = Sentence("alert_snooze_until", template, days=LONGEST_SNOOZE.days)
            raise AlertError(reason)
        return replace(standing, state=AlertState.SNOOZED, snoozed_until=until)
    if act is Act.RESOLVE:
        return resolved(standing, now)
    if act is Act.REOPEN:
        return replace(standing, state=AlertState.OPEN, resolved_at=None, clear_since=None)
    return standing


def awake(standing: Standing, *, now: datetime) -> Standing:
    """The same, open again where it was snoozed until now or earlier."""
    due = standing.state is AlertState.SNOOZED and standing.snoozed_until is not None
    if not due or standing.snoozed_until > now:  # type: ignore[operator]  # due says it is known
        return standing
    return replace(standing, state=AlertState.OPEN, snoozed_until=None)
