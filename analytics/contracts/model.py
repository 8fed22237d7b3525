"""The baseline that a line of a contract names, read with everything its figure rests on."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.drawn.boundary import ModelMeters
from analytics.drawn.rows import LedgerModel
from analytics.drawn.use import SURE_GRADES
from analytics.evidence.band import KeptBand, of_place
from analytics.evidence.model import KeptModel, compared
from analytics.models.fit_quality import freedom
from analytics.models.period import Period
from analytics.place.local_calibration import local_calibration
from analytics.settlement.active_month import ActiveMonth
from domain.baseline import EventVerdict, Stated
from domain.comparison import Beside, Method, Sampled, terms_of
from domain.contract_line import ContractLine
from domain.errors import InputError, MissingInputError
from domain.local_day import local_day
from domain.model_reason import ModelReason
from domain.non_routine import NonRoutine
from store.contracts.baseline import EventRow, events, stated_savings
from store.contracts.contract_ledger import Eyes, ModelRow, days, meter_named, model, used

_SHOWN = 3
"""Decimals of a figure in words of evidence."""


def model_of(
    conn: Connection,
    eyes: Eyes,
    month: ActiveMonth,
    line: ContractLine,
    places: Mapping[int, int],
) -> LedgerModel:
    """Read the version of a baseline that a line names.

    Parameters
    ----------
    places : mapping of int to int
        Where meters of the contract hang, by their ids.

    Raises
    ------
    MissingInputError
        If the registry has none, or the version has no model.
    """
    baseline, _, number = (line.model or "").partition("/")
    whole = baseline.isdecimal() and number.isdecimal()
    row = model(conn, int(baseline), int(number)) if whole else None
    if row is None:
        raise MissingInputError(f"the registry has no model {line.model}", code="model")
    method, span = Method(row.method), (month.first_day, month.end_day)
    try:
        kept = _kept(conn, eyes, line.code, row, span)
    except InputError as error:
        raise MissingInputError(f"model {line.model}: {error.reason}", code="model") from error
    return LedgerModel(
        int(baseline),
        int(number),
        row.version_id,
        kept,
        row.first_day,
        row.end_day,
        _band(conn, line.code, row, places) if method is Method.WHOLE else None,
        None if method is Method.KEY_PARAMETER else _meters(conn, eyes, month, row),
        row.cvrmse,
        row.nmbe,
        None if row.cvrmse is None else freedom(row.days, row.parameters),
        row.cvrmse_limit,
        row.nmbe_limit,
        row.limit_source,
        method.ipmvp(whole_place=row.meter_id is None),
        method.gbt_28750,
        tuple(_accepted(conn, line, int(baseline), *span, ZoneInfo(month.contract.zone))),
        _planned(conn, int(baseline), *span),
        row.region,
        tuple(map(ModelReason, row.refusals)),
    )


def _kept(
    conn: Connection, eyes: Eyes, line: str, row: ModelRow, span: tuple[date, date]
) -> KeptModel:
    """A model as it was fitted; a comparison by its text, with what stands beside it in the month.

    Raises
    ------
    InputError
        If the text of a comparison leads to no figure.
    """
    method = Method(row.method)
    if method is Method.WHOLE:
        return KeptModel(line, row.inputs, row.model, row.parameters)
    more: dict[str, Any] = {}
    terms = terms_of(method, row.terms)
    if isinstance(terms, Beside):
        named = meter_named(conn, terms.meter)
        told = [] if named is None else days(conn, eyes, terms.meter, named[1], *span)
        more["beside"] = {
            each.day: each.value
            for each in told
            if each.whole and each.quantity_grade in SURE_GRADES
        }
    if isinstance(terms, Sampled) and row.reporting_end is not None:
        more["reporting"] = (row.reporting_from, row.reporting_end)
    return compared(line, row.inputs, row.model, **more)


def _band(conn: Connection, line: str, row: ModelRow, places: Mapping[int, int]) -> KeptBand:
    """Of the meter-years of the place, whatever step the model has: how a building drifts."""
    # A contractor sees where the meter hangs, not the place above that its baseline may be noted
    # at; the meter-years are those of the uppermost place either way.
    place = row.organisation_id if row.meter_id is None else places.get(row.meter_id)
    asked = row.organisation_id if place is None else place
    local = local_calibration(conn, asked, row.medium, meter_id=row.meter_id)
    own = local.own_record(row.wander, row.end_day)
    return of_place(line, own, Period(row.first_day, row.end_day), local.years)


def _meters(conn: Connection, eyes: Eyes, month: ActiveMonth, row: ModelRow) -> ModelMeters:
    counted = frozenset(code for stretch in row.stretches for code in stretch["meters"])
    counting = (meter for meter in month.contract.meters if meter.stands_for is None)
    boundary = {meter.in_ledger()[0] for meter in counting}
    return ModelMeters(counted, used(conn, eyes, boundary, row.first_day, row.end_day))


def _accepted(
    conn: Connection,
    line: ContractLine,
    baseline_id: int,
    first_day: date,
    end_day: date,
    zone: ZoneInfo,
) -> Iterator[NonRoutine]:
    """Events that somebody has accepted, of which a day lies in [first_day, end_day).

    When it was decided is told by the local day.
    """
    for row in events(conn, baseline_id):
        if row.verdict != EventVerdict.ACCEPTED or row.signed_first_day is None:
            continue
        ends = row.signed_end_day
        if row.signed_first_day >= end_day or (ends is not None and ends <= first_day):
            continue
        if row.signed_per_day is None or row.decided_at is None:
            continue
        yield NonRoutine(
            line.code,
            str(row.id),
            row.signed_first_day,
            row.signed_per_day,
            row.reason or "-",
            row.decided_by or f"decision on event {row.id}",
            local_day(row.decided_at, zone),
            _evidence(row),
            ends,
        )


def _evidence(row: EventRow) -> str:
    """What it was proposed by, in words of a statement."""
    days = f"{row.first_day} to {row.end_day or '..'}"
    change = f"{round(row.per_day, _SHOWN)}/d"
    if row.low is not None and row.high is not None:
        change += f" ({round(row.low, _SHOWN)} .. {round(row.high, _SHOWN)})"
    if row.person is not None:
        return f"entered by {row.person}: {days}, {change}"
    version, ratio = row.evidence.get("version"), row.evidence.get("ratio")
    times = f", x {round(float(ratio), _SHOWN)}" if ratio else ""
    return f"proposed by the engine with version {version}: {days}, {change}{times}"


def _planned(conn: Connection, baseline_id: int, first_day: date, end_day: date) -> Decimal | None:
    """Saving that somebody planned for just these days."""
    return next(
        (
            each.amount
            for each in stated_savings(conn, baseline_id)
            if each.kind == Stated.PLANNED
            and (each.first_day, each.end_day) == (first_day, end_day)
        ),
        None,
    )
