"""What of a month follows from registers, weather and models, beside what the month says. Pure.

Figures for which a bundle holds no source are stated, not counted: they stand on the signatures.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from analytics.evidence.band import KeptBand, banded, unlike_band
from analytics.evidence.counted import Counted, counted, on_days
from analytics.evidence.fed_in import FED_IN, Exports
from analytics.evidence.model import KeptModel
from analytics.evidence.register_days import Days
from analytics.evidence.registers import READINGS, Registers
from analytics.evidence.surroundings import WEATHER, Surroundings, degree_days, weather_from
from analytics.evidence.tariff import FOLDER, KeptTariff
from analytics.ledger.timetable import Timetable, lay_out
from analytics.settlement.active_month import ActiveMonth
from analytics.settlement.statement import Inputs
from domain.contract_month import DegreeDays, ModelFigure, Prices, Use, WeatherFrom
from domain.contract_term import Meter
from domain.errors import CivicwattError, InputError, MissingInputError
from domain.grade import GRADES
from domain.time_of_use import Period


@dataclass(frozen=True, slots=True)
class Sources:
    """What a month's figures are counted from.

    Attributes
    ----------
    tariffs : mapping of str to KeptTariff
        By line: in which period what one register counts lies, and what it costs.
    models : mapping of str to KeptModel
        By line.
    bands : mapping of str to KeptBand
        By line, of those models.
    exports : mapping of str to sequence of Reading
        Export registers of boundary meters behind which a plant stands, by meter.
    """

    registers: Registers
    surroundings: Surroundings
    tariffs: Mapping[str, KeptTariff]
    models: Mapping[str, KeptModel]
    bands: Mapping[str, KeptBand] = field(default_factory=dict)
    exports: Exports = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recount:
    """Figures that follow from the sources."""

    uses: Mapping[str, Counted]
    degree_days: DegreeDays | None
    models: Mapping[str, ModelFigure]
    weather_from: tuple[WeatherFrom, ...] = ()
    prices: Mapping[str, Prices] = field(default_factory=dict)


def recount(inputs: Inputs, sources: Sources) -> Recount:
    """Count a month from its sources.

    Raises
    ------
    InputError
        With the part that does not lead to a figure.
    MissingInputError
        If the contract does not run in the month.
    """
    month = ActiveMonth(inputs)
    try:
        zone = ZoneInfo(inputs.contract.zone)
    except (ValueError, OSError, KeyError):
        raise InputError(f"{inputs.contract.zone!r} is no zone", place="contract.json") from None
    days = Days(month.first_day, month.end_day, zone)
    meters = {meter.code: meter for meter in inputs.contract.meters}
    with_readings = dict.fromkeys(meter for meter, _ in sources.registers.readings)
    lonely = sorted(sources.exports.keys() - with_readings.keys())
    if lonely:
        raise InputError(f"there is no reading of {lonely[0][:80]!r}", place=FED_IN)
    uses: dict[str, Counted] = {}
    for code in with_readings:
        if code not in meters:
            raise InputError(f"{code[:80]!r} is no meter of the contract", place=READINGS)
        meter = meters[code]
        first = max(days.first_day, meter.first_day or days.first_day)
        end = min(days.end_day, meter.end_day or days.end_day)
        if first < end:
            own = Days(first, end, zone)
            timetable = _timetable(meter, inputs, sources, own)
            exports = sources.exports.get(code, ())
            uses[code] = counted(meter, sources.registers, own, timetable, exports)
    for code in [each for each in uses if meters[each].stands_for is not None]:
        checked = uses.get(meters[code].stands_for or "")
        if checked is None:
            # The days it stands for are known only from the readings of the other one.
            del uses[code]
        else:
            uses[code] = on_days(uses[code], checked.lacking)
    station = inputs.contract.station(inputs.month.first_day)
    weather = None
    if station is not None and sources.surroundings.hours:
        weather = degree_days(sources.surroundings, station, days)
    models = {line: _figure(line, inputs, sources, days) for line in sources.models}
    prices = {line: kept.prices(month, line) for line, kept in sources.tariffs.items()}
    told = {line: found for line, found in prices.items() if found is not None}
    return Recount(uses, weather, models, _weather_from(inputs, sources, days), told)


def _figure(line: str, inputs: Inputs, sources: Sources, days: Days) -> ModelFigure:
    found = sources.models[line].figure(sources.surroundings, days)
    band = sources.bands.get(line)
    return found if band is None else banded(found, band, days, inputs.contract.nominal)


def _weather_from(inputs: Inputs, sources: Sources, days: Days) -> tuple[WeatherFrom, ...]:
    """Other stations that stand for the contract's; they have to be those of its rule."""
    found = weather_from(sources.surroundings, days)
    rule = inputs.contract.weather_gaps
    for each in found:
        if rule is None or each.station not in rule.stations:
            reason = f"hours of {each.station[:80]!r}, which no rule of the contract names"
            raise InputError(reason, place=WEATHER)
    return found


def completed(inputs: Inputs, found: Recount) -> Inputs:
    """Inputs with what was counted put in where nobody stated it."""
    month = inputs.month
    stated = {use.meter for use in month.uses}
    uses = [each.use for meter, each in found.uses.items() if meter not in stated]
    lines = {figure.line for figure in month.models}
    models = [figure for line, figure in found.models.items() if line not in lines]
    priced = {prices.line for prices in month.prices}
    prices = [each for line, each in found.prices.items() if line not in priced]
    return replace(
        inputs,
        month=replace(
            month,
            uses=(*month.uses, *uses),
            degree_days=month.degree_days or found.degree_days,
            models=(*month.models, *models),
            prices=(*month.prices, *prices),
            weather_from=month.weather_from or found.weather_from or None,
        ),
    )


def disagreement(inputs: Inputs, found: Recount) -> tuple[str, str] | None:
    """First figure that is not what its source comes to: the part it is from, and what is wrong."""
    meters = {meter.code: meter for meter in inputs.contract.meters}
    for use in inputs.month.uses:
        if use.meter in found.uses:
            wrong = _wrong_use(use, meters[use.meter], found.uses[use.meter].use)
            if wrong:
                return READINGS, f"meter {use.meter}: {wrong}"
    for prices in inputs.month.prices:
        if prices.line in found.prices:
            wrong = _wrong_prices(prices, found.prices[prices.line])
            if wrong:
                return f"{FOLDER}/{prices.line}.toml", wrong
    told, counted_days = inputs.month.degree_days, found.degree_days
    if told is not None and counted_days is not None and told != counted_days:
        seen, comes = (_degree_days(each) for each in (told, counted_days))
        return WEATHER, f"the month says {seen}, the hours come to {comes}"
    if (inputs.month.weather_from or ()) != found.weather_from:
        counts = (len(each) for each in (inputs.month.weather_from or (), found.weather_from))
        return WEATHER, "the month says {} days by other stations, the hours {}".format(*counts)
    pairs = ((each, found.models.get(each.line)) for each in inputs.month.models)
    unlike = (_wrong_model(told, again) for told, again in pairs if again is not None)
    return next((each for each in unlike if each is not None), None)


def _wrong_model(told: ModelFigure, found: ModelFigure) -> tuple[str, str] | None:
    if (told.quantity, told.data_sha256) != (found.quantity, found.data_sha256):
        seen = f"{told.quantity} from data {told.data_sha256[:12]}"
        comes = f"{found.quantity} from data {found.data_sha256[:12]}"
        reason = f"the month says {seen}, the model comes to {comes}"
        return f"model/{told.line}.json", reason
    if (told.missing_days or 0) != (found.missing_days or 0):
        reason = f"the month says {told.missing_days or 0} d without weather, the hours"
        return WEATHER, f"{reason} come to {found.missing_days or 0}"
    if told.outside is not None and told.outside != found.outside:
        reason = f"the month says {told.outside} of the days are outside the training's range"
        return f"model/{told.line}.json", f"{reason}, they come to {found.outside}"
    if found.band is None and found.no_band is None:
        return None
    wrong = unlike_band(told, found)
    return None if wrong is None else (f"band/{told.line}.csv", wrong)


def amounts_of(use: Use, meter: Meter) -> dict[Period, Decimal]:
    """Amounts of a stated use, by period. [unit of the line]."""
    if use.quantities is not None:
        return dict(use.quantities)
    first, last = use.first or {}, use.last or {}
    return {period: (last[period] - first[period]) * meter.ratio for period in first}


def _timetable(meter: Meter, inputs: Inputs, sources: Sources, days: Days) -> Timetable | None:
    """Periods by the clock, for a meter with one register on a line that has them."""
    if sources.registers.of(meter.code) != [(meter.code, None)]:
        return None
    kept = sources.tariffs.get(meter.line)
    tariff = None if kept is None else kept.tariff(meter.line)
    if tariff is None or not any(version.windows for version in tariff.versions):
        prices = [each.prices for each in inputs.month.prices if each.line == meter.line]
        if prices and len(prices[0]) > 1 and not meter.excluded:
            reason = f"{meter.code} has one register and {meter.line} prices by period"
            raise InputError(f"{reason}: want the tariff of {meter.line}", place=READINGS)
        return None
    highest = sources.surroundings.highest_c(days.zone)

    def weather(day: date) -> Decimal:
        if day not in highest:
            raise MissingInputError(f"no weather of {day}", code="weather")
        return highest[day]

    try:
        return lay_out(
            tariff,
            days.first_day,
            days.end_day,
            zone=days.zone,
            calendar=sources.surroundings.kind,
            weather=weather,
        )
    except CivicwattError as error:
        raise InputError(str(error), place=f"{FOLDER}/{meter.line}.toml") from error


def _wrong_use(told: Use, meter: Meter, found: Use) -> str:
    seen, comes = amounts_of(told, meter), found.quantities or {}
    for period in Period:
        if seen.get(period, 0) != comes.get(period, 0):
            return (
                f"the month says {seen.get(period, 0)} in {period}, its readings come to"
                f" {comes.get(period, 0)}"
            )
    if told.missing_days != found.missing_days:
        return f"{told.missing_days} d said to be missing, in its readings {found.missing_days} d"
    if GRADES.index(told.grade) < GRADES.index(found.grade):
        return f"said to be {told.grade}, by its readings it is {found.grade}"
    return ""


def _wrong_prices(told: Prices, found: Prices) -> str:
    for period in Period:
        seen, comes = told.prices.get(period), found.prices.get(period)
        if seen != comes:
            return f"the month says {seen} CNY in {period}, its components come to {comes}"
    if "/" in told.tariff and told.tariff != found.tariff:
        # Without a day it is a name that the parties have for it, and the tariff knows another.
        return f"the month says periods of {told.tariff}, by its windows they are {found.tariff}"
    return ""


def _degree_days(told: DegreeDays) -> str:
    lacking = f", {told.missing_days} d missing" if told.missing_days else ""
    return f"{told.heating} heating and {told.cooling} cooling at {told.station}{lacking}"
