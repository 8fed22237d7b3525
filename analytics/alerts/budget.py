"""How often a desk may be interrupted, and what of the news waits for the morning."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from analytics.rules.finding import Priority

_SHIFT_H = 8
"""Shifts begin at 00:00, 08:00 and 16:00 local time. [h]"""
STORM = 10
"""More news of a desk at once, or more urgent ones within a lull, are one digest."""
LULL, LONGEST = timedelta(minutes=10), timedelta(hours=1)
"""A digest takes in what follows: until nothing came for so long, and for so long in all."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Interruptions of a desk in a shift and in a local day.

    The shipped numbers are those of the trade: few enough that each is still looked at.
    """

    per_shift: int = 5
    per_day: int = 20


class News(NamedTuple):
    """An alert that has just opened and would be told.

    Attributes
    ----------
    worth_cny : float
        What it costs in a month; 0 where that is not known.
    has_right : bool
        Its rule may interrupt; what is urgent does in any case.
    """

    alert_id: int
    priority: Priority
    worth_cny: float = 0.0
    has_right: bool = True


class Storm(NamedTuple):
    """What a desk has been told of the storm it is in, if it is in one.

    Attributes
    ----------
    stands : bool
        A digest takes in what follows.
    urgent : int
        Urgent alerts that it tells of, and those that have interrupted by themselves within a lull.
    told_urgent : bool
        The digest was told as one with something urgent in it.
    """

    stands: bool = False
    urgent: int = 0
    told_urgent: bool = False


CALM = Storm()


class Told(NamedTuple):
    """What is told of some news, and what waits.

    Attributes
    ----------
    alone : tuple of int
        Alerts that interrupt, each by itself.
    over : frozenset of int
        Of these, those that stand outside the budget: urgent ones.
    digest : tuple of int
        Told together, in one interruption.
    digest_urgent : bool
        Something in it is urgent.
    anew : bool
        The digest is one of its own, though another stands: that one told of nothing urgent.
    held : tuple of int
        For the morning list.
    """

    alone: tuple[int, ...] = ()
    over: frozenset[int] = frozenset()
    digest: tuple[int, ...] = ()
    digest_urgent: bool = False
    anew: bool = False
    held: tuple[int, ...] = ()


def shift_began(now: datetime, zone: ZoneInfo) -> datetime:
    """When the shift of an instant began."""
    local = now.astimezone(zone)
    begin = local.replace(minute=0, second=0, microsecond=0)
    return begin - timedelta(hours=local.hour % _SHIFT_H)


def day_began(now: datetime, zone: ZoneInfo) -> datetime:
    """When the local day of an instant began."""
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def told(news: Sequence[News], left: int, storm: Storm = CALM) -> Told:
    """Choose what interrupts.

    Urgent ones always do, and take nothing from the budget; a storm of news is one digest, which
    tells of urgent ones too once they are too many to be told one by one. However many low ones
    there are, or such of rules without the right, they make no storm of their own.

    Parameters
    ----------
    left : int
        Interruptions that the budget has left.
    """
    urgent = [each for each in news if each.priority is Priority.URGENT]
    others = sorted(
        (each for each in news if each.priority is not Priority.URGENT),
        key=lambda each: (each.priority is not Priority.HIGH, -each.worth_cny, each.alert_id),
    )
    high = [each for each in others if each.priority is Priority.HIGH and each.has_right]
    flood = storm.urgent + len(urgent) > STORM
    if flood or storm.stands or len(high) > STORM:
        alone = () if flood else tuple(each.alert_id for each in urgent)
        together = (*urgent, *others) if flood else others
        grave = flood and bool(urgent)
        return Told(
            alone,
            frozenset(alone),
            tuple(each.alert_id for each in together),
            digest_urgent=grave,
            anew=storm.stands and grave and not storm.told_urgent,
        )
    # What is of low priority never interrupts: it is work for the day.
    alone = tuple(each.alert_id for each in (*urgent, *high[: max(left, 0)]))
    return Told(
        alone=alone,
        over=frozenset(each.alert_id for each in urgent),
        held=tuple(each.alert_id for each in others if each.alert_id not in alone),
    )
