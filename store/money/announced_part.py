"""Which prices of a tariff a month's announcement tells."""

from collections.abc import Iterable
from datetime import date

from domain.time_of_use import Period
from store.money.tariff import VersionRow


def announced_parts(
    rows: Iterable[VersionRow], month: date
) -> dict[tuple[str, Period | None], None]:
    """Components and periods whose price a month's announcement tells, in order.

    What a version in force in that month fixes itself, or has in steps, is none: a price announced
    for it would count for nothing.

    Parameters
    ----------
    month : date
        First day of the month.
    """
    return {
        (component.name, period): None
        for version in (row.version() for row in rows)
        if version.first_day.replace(day=1) <= month
        and (version.end_day is None or month < version.end_day)
        for component in version.components
        for period in version.periods_of(component)
        if component.is_announced(period)
    }
