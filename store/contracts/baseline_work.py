"""What a worker does with baselines: takes those that may have changed, adds versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from numpy.typing import NDArray
from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from domain.local_day import day_start
from store import packed
from store.queries import sql

QUIET = timedelta(minutes=1)
"""So long nothing of a training may have changed before it is looked at."""
LONGEST = timedelta(minutes=15)
"""So long it waits at most for quiet."""
CHECKED_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedDays:
    """Local days [first_day, end_day) of a meter, or of a place as a whole, that are to be read.

    Attributes
    ----------
    weather_key : str
        The same for places with the same weather stations.
    """

    organisation_id: int
    meter_id: int | None
    medium: str
    first_day: date
    end_day: date
    zone: str | None
    weather_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineWork(WantedDays):
    """A baseline to be looked at.

    Attributes
    ----------
    number, sha256, code : int, str and str, or None
        Of its newest version.
    """

    id: int
    cause: str
    asked_by: int | None
    step: str
    method: str
    terms: Mapping[str, Any]
    reporting_from: date
    reporting_end: date | None
    number: int | None
    sha256: str | None
    code: str | None


class CountingModel(NamedTuple):
    """The version of a baseline that counts, and the days it was fitted to, word for word."""

    number: int
    parameters: Mapping[str, Any]
    inputs: str


class Stretch(NamedTuple):
    """Meters whose sum is wanted on local days [first_day, end_day); `less` is taken off."""

    meters: Sequence[int]
    first_day: date
    end_day: date
    less: Sequence[int] = ()

    @property
    def terms(self) -> dict[int, int]:
        """All of them with their signs."""
        return dict.fromkeys(self.meters, 1) | dict.fromkeys(self.less, -1)


class DayColumns(NamedTuple):
    """Use of stretches by local day, of days on which each meter of a stretch has a figure.

    Attributes
    ----------
    stretch, day : ndarray of int
        Position in what was asked, and days since 1970-01-01.
    value, covered, unmeasured : ndarray of float
        Use, each meter's over its own share of the day; least share that is covered; part of what
        was counted that is not measured.
    """

    stretch: NDArray[Any]
    day: NDArray[Any]
    value: NDArray[Any]
    covered: NDArray[Any]
    unmeasured: NDArray[Any]


def check_again(conn: Connection, *, now: datetime) -> None:
    """Put baselines on the list that nobody has looked at for a day."""
    conn.execute(sql("baseline", "check_again"), {"since": now - CHECKED_EVERY})


def take_work(conn: Connection, *, now: datetime, at_most: int) -> list[BaselineWork]:
    """Claim baselines for this transaction and take them off the list."""
    arguments = {"quiet": now - QUIET, "longest": now - LONGEST, "at_most": at_most}
    with conn.cursor(row_factory=class_row(BaselineWork)) as cursor:
        return cursor.execute(sql("baseline", "take_work"), arguments).fetchall()


def day_columns(conn: Connection, stretches: Sequence[Stretch]) -> DayColumns:
    """Read the use of many stretches at once."""
    each = [
        (number, meter, sign, stretch.first_day, stretch.end_day, len(stretch.terms))
        for number, stretch in enumerate(stretches)
        for meter, sign in stretch.terms.items()
    ]
    names = ("stretches", "meters", "signs", "first_days", "end_days", "needed")
    arguments = {name: [row[at] for row in each] for at, name in enumerate(names)}
    return DayColumns(*packed.columns(conn, sql("baseline", "day_columns"), arguments))


def hour_columns(conn: Connection, stretches: Sequence[Stretch], zone: ZoneInfo) -> DayColumns:
    """Read the use of stretches by the hour; `day` is hours since the stretch's first instant."""
    each = [
        (
            number,
            meter,
            sign,
            day_start(stretch.first_day, zone),
            day_start(stretch.end_day, zone),
            len(stretch.terms),
        )
        for number, stretch in enumerate(stretches)
        for meter, sign in stretch.terms.items()
    ]
    names = ("stretches", "meters", "signs", "firsts", "ends", "needed")
    arguments = {name: [row[at] for row in each] for at, name in enumerate(names)}
    return DayColumns(*packed.columns(conn, sql("baseline", "hour_columns"), arguments))


def add_versions(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add versions: columns of the table by name, with parameters and basis as mappings."""
    with conn.cursor() as cursor:
        cursor.executemany(
            sql("baseline", "add_version"),
            [
                {
                    **row,
                    "parameters": None if row["parameters"] is None else Jsonb(row["parameters"]),
                    "basis": Jsonb(row["basis"]),
                }
                for row in rows
            ],
        )


def note_checked(conn: Connection, baseline_ids: Sequence[int], *, now: datetime) -> None:
    """Note that the trainings of these baselines were compared with what is in the store."""
    conn.execute(sql("baseline", "checked"), {"baseline_ids": list(baseline_ids), "now": now})


def counting_models(conn: Connection, baseline_ids: Sequence[int]) -> dict[int, CountingModel]:
    """Models that count now, of the baselines that have one."""
    rows = conn.execute(sql("baseline", "counting_models"), {"baseline_ids": list(baseline_ids)})
    return {baseline_id: CountingModel(*rest) for baseline_id, *rest in rows}


def propose(
    conn: Connection, baseline_id: int, row: Mapping[str, Any], *, within_days: int
) -> bool:
    """Propose a non-routine event; False where one was entered within so many days already."""
    arguments = {
        **row,
        "evidence": Jsonb(row["evidence"]),
        "baseline_id": baseline_id,
        "within_days": within_days,
    }
    return conn.execute(sql("baseline", "propose"), arguments).rowcount == 1
