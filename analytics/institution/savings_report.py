"""The M&V report of an institution: every saving, what it rests on, and what speaks against it.

In the order of IPMVP and GB/T 28750: boundary and method, baseline and model, reporting period,
adjustments, saving with its band, checks, and days left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.baseline.avoided import AvoidedDay, by_month
from analytics.institution.asked_report import AskedReport
from analytics.place.saving import PlaceSaving, place_saving
from analytics.reports.paper import Cell, Drawn, Table, figure, named, say
from domain.comparison import Method
from domain.errors import MissingInputError
from domain.sentence import Sentence
from store.contracts.baseline import BaselineRow, EventRow, VersionRow, baselines, events, versions

_DAY = timedelta(days=1)
_CONFIDENCE = 0.9
_SAVING = (
    "baseline", "report_from", "report_until", "unit", "modelled", "adjustment", "used", "saved",
    "saved_low", "saved_high", "confidence_pct", "p_saving_pct", "days_counted", "days_left_out",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """A baseline with its saving of the period."""

    row: BaselineRow
    version: VersionRow
    events: Sequence[EventRow]
    first_day: date
    end_day: date
    found: PlaceSaving

    @property
    def name(self) -> str:
        """By which every table names it."""
        return f"#{self.row.id}"

    @property
    def unit(self) -> str:
        """Unit of its amounts."""
        unit: str = self.version.basis["unit"]
        return unit

    @property
    def relied_on(self) -> bool:
        """Whether neither a reason nor a check speaks against it."""
        failed = any(check.passed is False for check in self.found.checks)
        return not (self.found.reasons or failed)


def draw_savings(conn: Connection, asked: AskedReport) -> Drawn:
    """Draw the report by the versions and decisions that count now.

    Raises
    ------
    MissingInputError
        If no baseline has a model that reaches into the period.
    """
    measured, apart = [], []
    for row in baselines(conn, organisation_id=asked.institution.id):
        found = _measured(conn, asked, row)
        if found is not None:
            measured.append(found)
        elif row.ended_at is None:
            apart.append(row)
    if not measured:
        template = "no baseline of {place} has a model that reaches into {period}"
        reason = Sentence(
            "no_saving_in_period", template, place=asked.institution.code, period=asked.name
        )
        raise MissingInputError(reason, code="baseline")
    return savings_paper(asked, sorted(measured, key=lambda each: each.row.id), apart)


def _measured(conn: Connection, asked: AskedReport, row: BaselineRow) -> Measured | None:
    """The saving of a baseline; None where it has no model, or is not of this period."""
    first_day, end_day = asked.over
    first_day = max(first_day, row.reporting_from)
    wanted = row.ended_at is None and row.method == Method.WHOLE and first_day < end_day
    if not wanted or row.counting_id is None:
        return None
    (version,) = versions(conn, row.id, version_id=row.counting_id)
    signed = events(conn, row.id)
    zone = ZoneInfo(version.basis["zone"])
    found = place_saving(
        conn, row, version, signed, zone, first_day, end_day, confidence=_CONFIDENCE
    )
    return Measured(row, version, signed, first_day, end_day, found)


def savings_paper(
    asked: AskedReport, measured: Sequence[Measured], apart: Sequence[BaselineRow]
) -> Drawn:
    """Put the report together.

    Parameters
    ----------
    apart : sequence of BaselineRow
        Baselines that are wanted and of which nothing is told here.
    """
    doubtful = [each.name for each in measured if not each.relied_on]
    standing = [asked.firmness]
    if doubtful:
        standing.append(say("savings_doubtful", which=", ".join(doubtful)))
    if any(each.found.calendar_provisional for each in measured):
        standing.append(say("calendar_provisional"))
    standing.append(say("savings_not_verified"))
    return Drawn(
        standing,
        [_sentence(asked, each) for each in measured],
        (*_found(measured), *_against(measured, apart)),
    )


def _found(measured: Sequence[Measured]) -> tuple[Table, ...]:
    """Boundary, model and saving of each."""
    return (
        Table(
            "mv_boundary",
            ("baseline", "place", "meter", "medium", "ipmvp", "gbt_28750", "note"),
            map(_boundary, measured),
        ),
        Table(
            "mv_model",
            (
                "baseline",
                "trained_from",
                "trained_until",
                "step",
                "model",
                "model_version",
                "cvrmse_pct",
                "nmbe_pct",
                "r2",
                "out_of_time_pct",
                "sha256",
            ),
            map(_model, measured),
        ),
        Table(
            "mv_savings",
            _SAVING,
            map(_saving, measured),
            formulas={"saved": "{modelled} + {adjustment} - {used}"},
        ),
        Table(
            "mv_months",
            (
                "baseline",
                "month",
                "unit",
                "modelled",
                "adjustment",
                "used",
                "saved",
                "days_counted",
                "days_left_out",
            ),
            [row for each in measured for row in _months(each)],
            formulas={"saved": "{modelled} + {adjustment} - {used}"},
        ),
    )


def _against(measured: Sequence[Measured], apart: Sequence[BaselineRow]) -> tuple[Table, ...]:
    """Events, days left out, checks, and what else speaks against a saving."""
    return (
        Table(
            "mv_events",
            (
                "baseline",
                "event_from",
                "event_until",
                "per_day",
                "unit",
                "verdict",
                "signed_per_day",
                "decided_by",
                "reason",
            ),
            [row for each in measured for row in _events(each)],
            nothing="no_events",
        ),
        Table(
            "mv_left_out",
            ("baseline", "left_from", "left_until", "days", "why"),
            [row for each in measured for row in _left_out(each)],
            nothing="none_left_out",
        ),
        Table(
            "mv_checks",
            ("baseline", "check", "found", "limit", "source", "passed"),
            [row for each in measured for row in _checks(each)],
        ),
        Table(
            "open_points",
            ("baseline", "why"),
            [
                *(
                    (each.name, say(f"reason_{reason}"))
                    for each in measured
                    for reason in each.found.reasons
                ),
                *(
                    (f"#{row.id}", say("baseline_apart", method=say(f"method_{row.method}")))
                    for row in apart
                ),
            ],
            nothing="no_open_points",
        ),
    )


def _sentence(asked: AskedReport, each: Measured) -> dict[str, object]:
    total = each.found.total
    about: dict[str, Cell] = {
        "period": asked.name,
        "name": named(asked.institution.name_zh, asked.institution.name_en),
        "baseline": each.name,
    }
    if total.saving is None:
        return say("said_no_saving", **about)
    amounts: dict[str, Cell] = {"saving": figure(total.saving), "unit": each.unit}
    if total.band is None:
        return say("said_saving_bare", **about, **amounts, why=say(f"no_band_{total.no_band}"))
    return say(
        "said_saving",
        **about,
        **amounts,
        low=figure(total.band.low),
        high=figure(total.band.high),
        confidence=figure(total.band.confidence * 100),
        calibrated=say(f"calibrated_{total.band.basis}"),
    )


def _boundary(each: Measured) -> Sequence[Cell]:
    row = each.row
    return (
        each.name, row.place_code, row.meter_code or say("whole_place"), say(row.medium),
        row.ipmvp or "", row.gbt_28750 or "", row.note,
    )  # fmt: skip


def _model(each: Measured) -> Sequence[Cell]:
    row, version = each.row, each.version
    return (
        each.name,
        row.first_day.isoformat(),
        (row.end_day - _DAY).isoformat(),
        say(f"step_{row.step}"),
        version.model or "",
        Decimal(version.number),
        _pct(version.cvrmse),
        _pct(version.nmbe),
        figure(version.r2),
        _pct(version.left_out_cvrmse),
        version.sha256,
    )


def _saving(each: Measured) -> Sequence[Cell]:
    found, total = each.found, each.found.total
    counted = sum(day.days for day in found.days if day.saving is not None)
    band = total.band
    modelled = None if total.baseline is None else total.baseline - found.adjustment
    return (
        each.name,
        each.first_day.isoformat(),
        (each.end_day - _DAY).isoformat(),
        each.unit,
        figure(modelled),
        figure(found.adjustment),
        figure(total.actual),
        figure(total.saving),
        None if band is None else figure(band.low),
        None if band is None else figure(band.high),
        None if band is None else _pct(band.confidence),
        _pct(total.p_saving),
        Decimal(counted),
        Decimal(sum(day.days for day in found.days) - counted),
    )


def _months(each: Measured) -> Iterator[Sequence[Cell]]:
    for month in by_month(each.found.days):
        yield (
            each.name, f"{month.month:%Y-%m}", each.unit, figure(month.baseline),
            figure(month.adjustment), figure(month.actual), figure(month.saving),
            Decimal(month.days), Decimal(month.left_out),
        )  # fmt: skip


def _events(each: Measured) -> Iterator[Sequence[Cell]]:
    for event in each.events:
        first, end = (
            event.signed_first_day or event.first_day,
            event.signed_end_day or event.end_day,
        )
        if first >= each.end_day or (end is not None and end <= each.first_day):
            continue
        yield (
            each.name,
            first.isoformat(),
            "" if end is None else (end - _DAY).isoformat(),
            figure(event.per_day),
            f"{each.unit}/d",
            say(f"verdict_{event.verdict}" if event.verdict else "verdict_none"),
            event.signed_per_day,
            event.decided_by or "",
            event.reason or "",
        )


def _left_out(each: Measured) -> Iterator[Sequence[Cell]]:
    """Days left out, joined where they follow each other for the same reason."""
    spans: list[list[AvoidedDay]] = []
    for day in each.found.days:
        if day.left_out is None:
            continue
        last = spans[-1][-1] if spans else None
        if last and last.left_out == day.left_out and last.day + last.days * _DAY == day.day:
            spans[-1].append(day)
        else:
            spans.append([day])
    for span in spans:
        until = span[-1].day + (span[-1].days - 1) * _DAY
        yield (
            each.name, span[0].day.isoformat(), until.isoformat(),
            Decimal(sum(day.days for day in span)), say(f"left_out_{span[0].left_out}"),
        )  # fmt: skip


def _checks(each: Measured) -> Iterator[Sequence[Cell]]:
    for check in each.found.checks:
        passed = "unknown" if check.passed is None else "yes" if check.passed else "no"
        yield (
            each.name, say(f"check_{check.check}"), figure(check.value), figure(check.limit),
            check.source, say(passed),
        )  # fmt: skip


def _pct(share: float | None) -> Decimal | None:
    return None if share is None else figure(share * 100)
