"""On which days of a month no certificate of a meter held. Pure."""

from collections.abc import Sequence
from datetime import date, timedelta

from analytics.evidence.register_days import Days
from analytics.ledger.metrology import Held
from domain.uncertified import Uncertified, UncertifiedReason


def uncertified(held: Sequence[Held], swaps: Sequence[date], days: Days) -> Uncertified | None:
    """Days without a certificate, and why the first of them has none; None where each has one.

    A certificate is of the instrument: after a swap one of before holds no longer.

    Parameters
    ----------
    held : sequence of Held
        Certificates of the meter, in any order.
    swaps : sequence of date
        Local days on which the instrument was replaced.
    """
    bare = [day for day in days.each() if not _holds(held, swaps, day)]
    if not bare:
        return None
    begun = sorted(
        (each for each in held if each.first_day <= bare[0] and each.first_day < each.end_day),
        key=lambda each: each.end_day,
    )
    if not begun:
        return Uncertified(UncertifiedReason.NONE, len(bare))
    last = begun[-1]
    swap = _last(swaps, bare[0])
    if swap is not None and last.first_day < swap < last.end_day:
        return Uncertified(UncertifiedReason.REPLACED, len(bare), swap, last.certificate.number)
    return Uncertified(UncertifiedReason.ENDED, len(bare), last.end_day, last.certificate.number)


def _holds(held: Sequence[Held], swaps: Sequence[date], day: date) -> bool:
    swap = _last(swaps, day)
    return any(
        each.first_day <= day < each.end_day and (swap is None or each.first_day >= swap)
        for each in held
    )


def _last(swaps: Sequence[date], day: date) -> date | None:
    """Newest swap before the end of a day; one on the day itself counts from the next."""
    return max((each for each in swaps if each + timedelta(days=1) <= day), default=None)
