"""What meters counted of institutions' local months: each amount once, by uppermost meters.

Electricity is what was bought. What plants behind those meters made stands beside it, what was fed
in, and what of it was used at home.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from psycopg import Connection

from domain.grade import worst
from domain.local_day import day_start
from store.institution.portfolio import FED_IN, PV_GENERATED, MeterSpan, institution_spans
from store.queries import sql

PART = "data_centre"
"""Sub-item that the statistics ask for apart: a part of the electricity, never added to it."""
PV_SELF_USED = "pv_self_used"
"""What plants made less what was fed in. [kWh]"""
_NOISE_KWH = 1e-6
"""Of a difference of sums; a plant of which all was fed in is none that fed in more. [kWh]"""
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class MeteredMonth:
    """Use of one medium, or of the data-centre room, by one institution in one month.

    Attributes
    ----------
    medium : str
        A medium of meters, `PART`, ``pv_generated``, ``fed_in`` or `PV_SELF_USED`.
    month : int
        1 to 12.
    amount : float
        In the unit of the medium's register.
    grade : str
        The worst grade of quantity in it, as the store's type ``grade`` has them.
    is_whole : bool
        Whether every instant of the month is covered by figures of every meter, and, of
        `PV_SELF_USED`, no more was fed in than was made: then a meter is wrong.
    meters : tuple of int
        Ids of those it was counted by.
    """

    institution_id: int
    medium: str
    month: int
    amount: float
    grade: str
    is_whole: bool
    meters: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    meter_id: int
    amount: float
    grade: str
    covered_s: int


_Key = tuple[int, str, int]


def metered_months(
    conn: Connection,
    institutions: Collection[int],
    year: int,
    zone: ZoneInfo,
    founded: Mapping[int, date] | None = None,
) -> list[MeteredMonth]:
    """Months of a year of which meters have figures, by institution and medium.

    A month without any figure is absent. One in which no meter hung for a time, or a meter has no
    figures for a time, is there and not whole.

    Parameters
    ----------
    founded : mapping of int to date, optional
        First day of institutions that did not stand before: earlier days are none of theirs, and
        the month of that day is whole from it on.
    """
    begins = [date(year + n // _MONTHS, n % _MONTHS + 1, 1) for n in range(_MONTHS + 1)]
    cuts = [day_start(begin, zone) for begin in begins]
    since = {key: day_start(day, zone) for key, day in (founded or {}).items()}
    spans = [
        span.within(since.get(span.institution_id, cuts[0]), cuts[-1])
        for span in (
            *institution_spans(conn, institutions, cuts[0], cuts[-1]),
            *_part_spans(conn, institutions, cuts[0], cuts[-1]),
        )
        if span.end > since.get(span.institution_id, cuts[0])
    ]
    wanted: dict[_Key, float] = defaultdict(float)
    for span in spans:
        for month, (begin, end) in enumerate(pairwise(cuts), 1):
            length = min(span.end, end) - max(span.first, begin)
            if length > timedelta(0):
                wanted[span.institution_id, span.medium, month] += length.total_seconds()
    parts: dict[_Key, list[_Part]] = defaultdict(list)
    for span, month, part in _counted(conn, spans, begins[0], begins[-1]):
        parts[span.institution_id, span.medium, month].append(part)
    known = {
        key: MeteredMonth(
            *key,
            sum(part.amount for part in found),
            worst(part.grade for part in found),
            sum(part.covered_s for part in found) >= wanted[key],
            tuple(dict.fromkeys(part.meter_id for part in found)),
        )
        for key, found in sorted(parts.items())
    }
    return [*known.values(), *_self_used(known, wanted)]


def plant_months(
    conn: Connection, institutions: Collection[int], year: int, zone: ZoneInfo
) -> set[tuple[int, int]]:
    """Institutions and months of a year in which a plant's meter hung, with figures or without."""
    begins = [date(year + n // _MONTHS, n % _MONTHS + 1, 1) for n in range(_MONTHS + 1)]
    cuts = [day_start(begin, zone) for begin in begins]
    return {
        (span.institution_id, month)
        for span in institution_spans(conn, institutions, cuts[0], cuts[-1])
        for month, (begin, end) in enumerate(pairwise(cuts), 1)
        if span.medium == PV_GENERATED and span.first < end and span.end > begin
    }


def _self_used(
    known: Mapping[_Key, MeteredMonth], wanted: Mapping[_Key, float]
) -> Iterator[MeteredMonth]:
    for (institution, medium, month), made in known.items():
        if medium != PV_GENERATED:
            continue
        back = known.get((institution, FED_IN, month))
        silent = back is None and (institution, FED_IN, month) in wanted
        own = made.amount - (0.0 if back is None else back.amount)
        yield MeteredMonth(
            institution,
            PV_SELF_USED,
            month,
            own if own < -_NOISE_KWH else max(own, 0.0),
            made.grade if back is None else worst([made.grade, back.grade]),
            made.is_whole and not silent and (back is None or back.is_whole) and own >= -_NOISE_KWH,
            made.meters if back is None else (*made.meters, *back.meters),
        )


def _counted(
    conn: Connection, spans: Iterable[MeterSpan], first_day: date, end_day: date
) -> Iterator[tuple[MeterSpan, int, _Part]]:
    hung = [span for span in spans if span.meter_id is not None]
    arguments = {
        "meter_ids": [span.meter_id for span in hung],
        "firsts": [span.first for span in hung],
        "ends": [span.end for span in hung],
        "first_day": first_day,
        "end_day": end_day,
    }
    rows = conn.execute(sql("portfolio", "span_months"), arguments)
    for n, meter_id, month, amount, grade, covered_s in rows:
        yield hung[n - 1], month, _Part(meter_id, amount, grade, covered_s)


def _part_spans(
    conn: Connection, institutions: Collection[int], first: datetime, end: datetime
) -> Iterator[MeterSpan]:
    """When which meters counted the data-centre rooms."""
    arguments = {"institutions": list(institutions), "first": first, "last": end, "item": PART}
    for institution, meter, since, until in conn.execute(
        sql("portfolio", "part_positions"), arguments
    ):
        yield MeterSpan(institution, PART, meter, max(since, first), min(until, end))
