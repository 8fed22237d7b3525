"""A baseline brought to the weather of the month, by the contract's method. Pure.

A ratio of degree days is undefined where the baseline has none, and explodes where it has few; so
below the contract's `min_dd` it gives way to a slope, and above it a cap may bound it.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from analytics.settlement.active_month import ActiveMonth
from analytics.settlement.model_reason import reason_remarks
from analytics.settlement.use import boundary_use
from analytics.settlement.working import Working, shown
from domain.contract_line import ContractLine, DegreeDayTerm, WeatherMethod
from domain.contract_month import DegreeDays, ModelFigure
from domain.contract_term import Station
from domain.errors import MissingInputError


@dataclass(frozen=True, slots=True)
class _Days:
    """Degree days of heating or cooling: of the baseline's whole month, its active part, now."""

    name: str
    whole: Decimal
    before: Decimal
    now: Decimal


def weathered(month: ActiveMonth, line: ContractLine, q0: Decimal, working: Working) -> Decimal:
    """Baseline of the month at its weather. [unit of the line].

    Raises
    ------
    MissingInputError
        If the weather or the model's figure is missing, or the station is not the contract's.
    """
    method = line.weather.method
    if method is WeatherMethod.NONE:
        return q0
    if method in {WeatherMethod.MODEL, WeatherMethod.ISOLATED}:
        return _by_model(month, line, working)
    told = _degree_days(month, working)
    station = _station(month, told)
    terms = []
    for name, term in (("heating", line.weather.heating), ("cooling", line.weather.cooling)):
        if term is not None:
            whole = getattr(station, name)[month.month.number - 1]
            if whole and month.part != 1:
                # A season that begins within the month is in other days than these.
                part = f"{shown(whole)} x {month.part_formula}"
                working.remark("weather_part", f"{name}: of the baseline's degree days {part}")
            terms.append((term, _Days(name, whole, whole * month.part, getattr(told, name))))
    if method is WeatherMethod.ADDITIVE:
        return _additive(q0, terms, line.unit, working)
    return _ratio(q0, terms, line.unit, working)


def _by_model(month: ActiveMonth, line: ContractLine, working: Working) -> Decimal:
    """Figure of the model at the weather of the month. [unit of the line]."""
    method = line.weather.method
    figure = model_figure(month, line.code)
    if bool(figure.tells_saving) != (method is WeatherMethod.ISOLATED):
        reason = f"model {figure.model} of {line.code} tells a baseline: want the method model"
        if figure.tells_saving:
            reason = f"model {figure.model} of {line.code} tells a saving: want isolated"
        raise MissingInputError(reason, code="model")
    for code, detail, blocks in reason_remarks(month.contract, figure):
        working.remark(code, detail, blocks=blocks)
    if method is WeatherMethod.ISOLATED:
        return _isolated(month, line, figure, working)
    working.stands_on(f"model {figure.model} {figure.version}")
    _tell_other_stations(month, working)
    formula = f"model {figure.model}, version {figure.version}, at the weather of the month"
    if not figure.missing_days:
        return working.step("Qw", figure.quantity, line.unit, formula)
    working.step("Qm", figure.quantity, line.unit, formula)
    station = month.contract.station(month.first_day)
    code = station.code if station is not None else "-"
    whole, formula = _by_mean(month, code, figure.missing_days, figure.quantity, working)
    return working.step("Qw", whole, line.unit, formula)


def _isolated(
    month: ActiveMonth, line: ContractLine, figure: ModelFigure, working: Working
) -> Decimal:
    """What is used, and what a measured key parameter saved of it. [unit of the line]."""
    working.stands_on(f"model {figure.model} {figure.version}")
    use = boundary_use(month, line, working).total
    formula = f"model {figure.model}, version {figure.version}: its stipulated part of the month"
    saved = working.step("S", figure.quantity, line.unit, formula)
    return working.step("Qw", use + saved, line.unit, f"{shown(use)} + {shown(saved)}")


def model_figure(month: ActiveMonth, line: str) -> ModelFigure:
    """What the baseline model gives for a line.

    Raises
    ------
    MissingInputError
        If it is not there.
    """
    found = next((each for each in month.month.models if each.line == line), None)
    if found is None:
        reason = f"no figure of the baseline model of {line} for {month.month.month}"
        raise MissingInputError(reason, code="model")
    return found


def _degree_days(month: ActiveMonth, working: Working) -> DegreeDays:
    told = month.month.degree_days
    if told is None:
        reason = f"no degree days are entered for {month.month.month}"
        raise MissingInputError(reason, code="weather")
    working.stands_on(f"station {told.station}")
    _tell_other_stations(month, working)
    if not told.missing_days:
        return told

    def whole(name: str, known: Decimal) -> Decimal:
        value, formula = _by_mean(month, told.station, told.missing_days, known, working)
        return working.step(f"DD_{name}", value, "degC d", formula)

    return replace(
        told, heating=whole("heating", told.heating), cooling=whole("cooling", told.cooling)
    )


def _by_mean(
    month: ActiveMonth, station: str, missing_days: int, amount: Decimal, working: Working
) -> tuple[Decimal, str]:
    """What an amount of the days with weather comes to over all days, by the contract's rule.

    Raises
    ------
    MissingInputError
        If the contract has none, or it does not reach; with what to do.
    """
    rule, days = month.contract.weather_gaps, month.days
    most = rule.most_days if rule is not None else 0
    if missing_days > most or missing_days >= days:
        reason = (
            f"station {station} told nothing of {missing_days} d; the contract's rule for days"
            f" without weather reaches {most} d: agree on such a rule, or import the hours"
        )
        raise MissingInputError(reason, code="weather_days_missing")
    known = days - missing_days
    working.remark(
        "weather_by_mean", f"station {station}: {missing_days} d by the mean of {known} d"
    )
    return amount * days / known, f"{shown(amount)} x {days} / {known} d"


def _tell_other_stations(month: ActiveMonth, working: Working) -> None:
    for name in dict.fromkeys(each.station for each in month.month.weather_from or ()):
        days = [each for each in month.month.weather_from or () if each.station == name]
        hours = sum(each.hours for each in days)
        working.remark("weather_from", f"station {name} stands for {hours} h on {len(days)} d")
        working.stands_on(f"station {name}")


def _station(month: ActiveMonth, told: DegreeDays) -> Station:
    station = month.contract.station(month.first_day)
    if station is None or station.code != told.station:
        want = station.code if station is not None else "none"
        reason = (
            f"degree days are of station {told.station}, the contract's is {want}: want the "
            "baseline's degree days as the new station would have told them"
        )
        raise MissingInputError(reason, code="station")
    return station


def _follows(term: DegreeDayTerm, days: _Days) -> bool:
    """Whether the change leaves the dead band; from nothing, any change does."""
    return not days.before or abs(days.now / days.before - 1) > term.dead_band


def _slope(term: DegreeDayTerm, days: _Days, unit: str, working: Working) -> Decimal:
    change = term.slope * (days.now - days.before)
    formula = f"{shown(term.slope)} x ({shown(days.now)} - {shown(days.before)})"
    return working.step(f"dQ_{days.name}", change, unit, formula)


def _additive(
    q0: Decimal, terms: list[tuple[DegreeDayTerm, _Days]], unit: str, working: Working
) -> Decimal:
    changes = [_slope(term, days, unit, working) for term, days in terms if _follows(term, days)]
    formula = " + ".join(map(shown, [q0, *changes]))
    return working.step("Qw", max(q0 + sum(changes, Decimal(0)), Decimal(0)), unit, formula)


def _ratio(
    q0: Decimal, terms: list[tuple[DegreeDayTerm, _Days]], unit: str, working: Working
) -> Decimal:
    factors, added = [], Decimal(0)
    for term, days in terms:
        if days.whole < term.min_dd or not days.before:
            detail = (
                f"{days.name}: the baseline has {shown(days.whole)} degree days, fewer than "
                f"{shown(term.min_dd)}: the slope counts, not the ratio"
            )
            working.remark("ratio_guarded", detail)
            added += _slope(term, days, unit, working)
        elif _follows(term, days):
            factors.append(_factor(term, days, working))
    formula = " + ".join(map(shown, [Decimal(1), *factors]))
    w = working.step("W", 1 + sum(factors, Decimal(0)), "1", formula)
    formula = f"{shown(q0)} x {shown(w)}" + (f" + {shown(added)}" if added else "")
    return working.step("Qw", max(q0 * w + added, Decimal(0)), unit, formula)


def _factor(term: DegreeDayTerm, days: _Days, working: Working) -> Decimal:
    change = term.share * (days.now / days.before - 1)
    formula = f"{shown(term.share)} x ({shown(days.now)} / {shown(days.before)} - 1)"
    if term.cap is not None and abs(change) > term.cap:
        change = term.cap if change > 0 else -term.cap
        formula += f", capped at {shown(term.cap)}"
    return working.step(f"w_{days.name}", change, "1", formula)
