"""Works out comparisons of days anew, and adds a version where the days are other days."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any

from psycopg import Connection

from analytics.baseline.compared import (
    ComparedDay,
    Part,
    Reason,
    compared,
    written,
    written_sample,
)
from analytics.baseline.training import Training, digest
from analytics.jobs.training_basis import ReadTraining
from analytics.jobs.training_days import read_trainings
from analytics.jobs.version_row import is_new, version_row
from domain.comparison import Beside, Method, OnDays, Sampled, terms_of
from domain.quantity import quantities
from domain.registry import REGISTER_OF_MEDIUM, Medium
from store.contracts.baseline_work import BaselineWork

_DAY = timedelta(days=1)
_NAN = float("nan")


def comparison_rows(conn: Connection, work: Sequence[BaselineWork]) -> Iterator[Mapping[str, Any]]:
    """Versions of comparisons whose days differ from those of the newest version."""
    for each in work:
        method = Method(each.method)
        terms = terms_of(method, each.terms)
        if isinstance(terms, Sampled):
            text, basis = written_sample(terms), _of_sample(each)
        else:
            read = _read(conn, each, terms)
            text, basis = written([*_days(each, terms, *read)]), _basis(read)
        sha256 = digest(text)
        if is_new(each, sha256):
            yield _row(each, method, text, sha256, basis)


def _row(
    work: BaselineWork, method: Method, text: str, sha256: str, basis: Mapping[str, Any]
) -> Mapping[str, Any]:
    found = compared(method, text)
    if isinstance(found, Reason):
        return version_row(work, text, sha256, basis, [found], model=None, parameters=None, days=0)
    model = f"{method}, {found.blocks} blocks"
    return version_row(
        work, text, sha256, basis, [], model=model, parameters=asdict(found), days=found.days
    )


def _read(
    conn: Connection, work: BaselineWork, terms: OnDays | Beside | None
) -> list[ReadTraining[BaselineWork, Training]]:
    """Days of what has the measure, and of the meter beside it, from the first to the last."""
    whole = replace(work, end_day=work.reporting_end or work.end_day)
    also = [replace(whole, meter_id=terms.meter)] if isinstance(terms, Beside) else []
    return read_trainings(conn, [whole, *also])


def _days(
    work: BaselineWork,
    terms: OnDays | Beside | None,
    read: ReadTraining[BaselineWork, Training],
    beside: ReadTraining[BaselineWork, Training] | None = None,
) -> Iterator[ComparedDay]:
    told = read.training
    like = None if beside is None else beside.training
    for n in range(len(told.use)):
        day = told.first_day + n * _DAY
        part = _switched(day, terms) if isinstance(terms, OnDays) else _side(work, day)
        if part is not None:
            yield ComparedDay(
                day,
                float(told.use[n]),
                _NAN if like is None else float(like.use[n]),
                float(told.temperature_c[n]),
                told.kinds.get(day),
                part,
            )


def _side(work: BaselineWork, day: date) -> Part | None:
    if day < work.end_day:
        return Part.BEFORE
    return Part.AFTER if day >= work.reporting_from else None


def _switched(day: date, terms: OnDays) -> Part:
    """The days on which it is switched belong to neither side."""
    if any(day in span for span in terms.on):
        return Part.SWITCHED
    return Part.AFTER if any(first <= day < end for first, end in terms.on) else Part.BEFORE


def _of_sample(work: BaselineWork) -> dict[str, Any]:
    """A sample was measured by hand: no meter, weather or calendar is behind it."""
    return {
        "zone": work.zone or "UTC",
        "unit": quantities()[REGISTER_OF_MEDIUM[Medium(work.medium)]].unit,
        "meters": [],
        "calendar": {"code": "", "years": [], "missing": []},
        "weather": [],
        "heating": None,
    }


def _basis(read: Sequence[ReadTraining[BaselineWork, Training]]) -> dict[str, Any]:
    """Where it comes from; of the meter beside it only which one."""
    own, *beside = read
    return {**own.basis, "beside": [each.basis["meters"] for each in beside]}
