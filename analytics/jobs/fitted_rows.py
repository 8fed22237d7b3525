"""Versions of baselines whose training differs from that of the newest one, by day, hour, bill."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Generic

from psycopg import Connection

from analytics.baseline import bills, fitted, hours, training
from analytics.baseline.fitted import FittedBaseline
from analytics.baseline.training import digest
from analytics.jobs.training_basis import Kept, ReadTraining
from analytics.jobs.training_bills import read_bill_trainings
from analytics.jobs.training_days import read_trainings
from analytics.jobs.training_hours import read_hour_trainings
from analytics.jobs.version_row import is_new, version_row
from domain.baseline import Step
from store.contracts.baseline_work import BaselineWork

_HOURLY_AT_ONCE = 25
"""A training by the hour is as long as twenty-four by the day: bounds the memory."""


def fitted_rows(conn: Connection, work: Sequence[BaselineWork]) -> list[Mapping[str, Any]]:
    """Columns of the table by name."""
    by_step = {step: [each for each in work if each.step == step] for step in Step}
    daily = read_trainings(conn, by_step[Step.DAILY])
    rows = [*_rows(daily, training.written_together, fitted.fit, training.of_days_alone)]
    for part in _batches(by_step[Step.HOURLY], _HOURLY_AT_ONCE):
        rows += _rows(read_hour_trainings(conn, part), hours.written_together, hours.fit)
    monthly = read_bill_trainings(conn, by_step[Step.MONTHLY])
    return [*rows, *_rows(monthly, bills.written_together, bills.fit)]


class _Digested(Generic[Kept]):
    """A training with its canonical text."""

    read: ReadTraining[BaselineWork, Kept]

    __slots__ = ("read", "sha256", "text")

    def __init__(self, read: ReadTraining[BaselineWork, Kept], text: str) -> None:
        self.read = read
        self.text = text
        self.sha256 = digest(text)


def _rows(
    found: Iterable[ReadTraining[BaselineWork, Kept]],
    written: Callable[[Sequence[Kept]], list[str]],
    fit: Callable[[Sequence[Kept]], list[FittedBaseline]],
    before: Callable[[str], str] | None = None,
) -> Iterator[Mapping[str, Any]]:
    """Write and fit together what shares days, temperatures and calendar.

    Parameters
    ----------
    before : callable, optional
        Text that an earlier release made of the same days: it is no other training.
    """
    alike: dict[tuple[object, ...], list[ReadTraining[BaselineWork, Kept]]] = {}
    for read in found:
        alike.setdefault(read.shares, []).append(read)
    for together in alike.values():
        texts = written([read.training for read in together])
        new = [
            each for each in map(_Digested, together, texts)
            if is_new(each.read.work, _known(each, before))
        ]  # fmt: skip
        if new:
            yield from map(_row, new, fit([each.read.training for each in new]))


def _known(each: _Digested[Kept], before: Callable[[str], str] | None) -> str:
    """Digest by which it is compared with the newest version: of its own text, or an older one."""
    kept = each.read.work.sha256
    if before is None or kept in {None, each.sha256}:
        return each.sha256
    older = digest(before(each.text))
    return older if older == kept else each.sha256


def _row(each: _Digested[Any], model: FittedBaseline) -> Mapping[str, Any]:
    coldest, warmest = model.range_c or (None, None)
    return version_row(
        each.read.work,
        each.text,
        each.sha256,
        each.read.basis,
        model.refusals,
        model=model.model,
        parameters=model.parameters,
        cvrmse=model.quality.cvrmse,
        nmbe=model.quality.nmbe,
        r2=model.quality.r2,
        left_out_cvrmse=model.left_out_cvrmse,
        wander=model.wander,
        days=model.quality.count,
        coldest_c=coldest,
        warmest_c=warmest,
    )


def _batches(work: Sequence[BaselineWork], size: int) -> Iterator[list[BaselineWork]]:
    rest = iter(work)
    while part := list(islice(rest, size)):
        yield part
