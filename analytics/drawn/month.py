"""A contract's month, put together from the ledger and from what people entered beside it. Pure.

Start here. What the ledger tells goes first; what was entered fills what it does not tell, and
never replaces a figure. What neither tells is left out: the statement says that it is missing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from analytics.drawn.bill import is_borne, line_bills, whole_use
from analytics.drawn.model import line_model
from analytics.drawn.origin import (
    Origin,
    alerts_origin,
    bill_origin,
    charging_origin,
    degree_days_origin,
    entered_origins,
    hand_origin,
    meter_days_origin,
    missing,
    model_origin,
    non_routine_origin,
    price_origin,
    rooms_origin,
    submeter_origin,
    use_origin,
)
from analytics.drawn.rooms import room_figure
from analytics.drawn.rows import LedgerRows, MeterRows, TariffRows, Unread
from analytics.drawn.uncertified import uncertified
from analytics.drawn.use import (
    LedgerAloneError,
    counted_use,
    ledger_use,
    registers_of,
    with_registers,
)
from analytics.evidence.price import line_prices
from analytics.evidence.recount import Sources, recount
from analytics.evidence.register_days import Days
from analytics.evidence.registers import Registers, registers
from analytics.evidence.surroundings import weather_from
from analytics.evidence.tariff import KeptTariff
from analytics.ledger.timetable import Timetable, lay_out
from analytics.settlement.active_month import ActiveMonth
from analytics.settlement.kpi import alert_figure
from analytics.settlement.statement import Inputs
from domain.contract_kpi import Kpi, KpiFigure, KpiSource, Rooms
from domain.contract_month import (
    Bill,
    ContractMonth,
    DegreeDays,
    ModelFigure,
    Prices,
    Submetered,
    Use,
)
from domain.contract_term import Meter
from domain.errors import CivicwattError, MissingInputError
from domain.local_day import local_day
from domain.uncertified import Uncertified

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class DrawnMonth:
    """A month's figures with all that they were counted from.

    Attributes
    ----------
    origins : tuple of Origin
        Where each figure comes from, and why one is missing.
    """

    month: ContractMonth
    sources: Sources
    origins: tuple[Origin, ...]


def drawn_month(terms: Inputs, rows: LedgerRows, entered: ContractMonth) -> DrawnMonth:
    """Draw the month of a contract.

    Parameters
    ----------
    terms : Inputs
        Contract and events; its month has no figures but those of meters that are read by hand.
    entered : ContractMonth
        What people entered: measures of quality, acceptance, amounts, and what no meter tells.

    Raises
    ------
    MissingInputError
        If the contract does not run in the month.
    """
    return _Drawing(terms, rows, entered).drawn()


class _Drawing:
    """A month on its way together."""

    def __init__(self, terms: Inputs, rows: LedgerRows, entered: ContractMonth) -> None:
        self.active = ActiveMonth(terms)
        self.rows, self.entered = rows, entered
        self.zone = ZoneInfo(terms.contract.zone)
        self.days = Days(self.active.first_day, self.active.end_day, self.zone)
        self.origins: list[Origin] = [missing(*_told(each)) for each in rows.unread]
        self.prices = tuple(self._prices())
        prices = _filled(self.prices, entered.prices, "line")
        self.terms = replace(terms, month=replace(terms.month, prices=prices))
        none = registers({}, {}, {})
        tariffs = {
            line: KeptTariff(each.text, each.announced) for line, each in rows.tariffs.items()
        }
        self.around = Sources(none, rows.surroundings, tariffs, {})

    def drawn(self) -> DrawnMonth:
        """The month, by its parts."""
        uses, found = self._uses()
        bills = tuple(self._bills())
        models = self._models()
        drawn = ContractMonth(
            self.terms.month.month,
            uses=uses,
            prices=self.prices,
            bills=bills,
            degree_days=self._degree_days(),
            models=tuple(models),
            submeters=tuple(self._submeters()),
            charging=self.rows.charging or None,
            nested=self.rows.nested or None,
            accounts=self.rows.accounts or None,
            kpis=tuple(self._kpis()),
        )
        self.origins += map(charging_origin, self.rows.charging)
        told = {figure.line: self.rows.models[figure.line] for figure in models}
        events = [each for model in told.values() for each in model.events]
        drawn = replace(
            drawn,
            non_routine=tuple(events) or None,
            weather_from=weather_from(self.rows.surroundings, self.days) or None,
        )
        self.origins += map(non_routine_origin, events)
        used = {meter for each in found for meter, _ in each.readings}
        lines = {each.line for each in self.terms.contract.meters if each.code in used}
        lines |= {each.line for each in self.prices}
        tariffs = {line: kept for line, kept in self.around.tariffs.items() if line in lines}
        sources = replace(
            self.around,
            tariffs=tariffs,
            models={line: model.kept for line, model in told.items()},
            bands={line: model.band for line, model in told.items() if model.band is not None},
        )
        self.origins += entered_origins(drawn, self.entered)
        month = with_entered(drawn, self.entered)
        return DrawnMonth(month, with_registers(sources, found), tuple(self.origins))

    def _prices(self) -> Iterator[Prices]:
        for line, rows in self.rows.tariffs.items():
            try:
                own = self.active.contract.line(line)
                found = line_prices(self.active, own, rows.tariff, rows.announced)
            except MissingInputError as error:
                self.origins.append(missing("price", line, error.code, error.reason))
                continue
            self.origins.append(price_origin(found, rows))
            yield found

    def _uses(self) -> tuple[tuple[Use, ...], list[Registers]]:
        uses: list[Use] = []
        found: list[Registers] = []
        # A check meter comes after the one it stands for: it counts the days which that one lacks.
        meters = sorted(self.active.contract.meters, key=lambda each: each.stands_for is not None)
        for meter in meters:
            if meter.by_hand:
                uses += self._by_hand(meter)
                continue
            lacks = (use for use in uses if use.meter == meter.stands_for and use.missing_days)
            if meter.stands_for is not None and next(lacks, None) is None:
                continue
            rows = self.rows.meters.get(meter.code)
            if rows is None or not self.active.overlap(meter.first_day, meter.end_day):
                continue
            days = Days(
                max(self.active.first_day, meter.first_day or self.active.first_day),
                min(self.active.end_day, meter.end_day or self.active.end_day),
                self.zone,
            )
            try:
                use, own = self._use(meter, rows, days, found)
            except CivicwattError as error:
                code = error.code if isinstance(error, MissingInputError) else "use"
                self.origins.append(missing("use", meter.code, code, error.reason))
                continue
            uses.append(replace(use, uncertified=self._uncertified(rows, days)))
            if own is not None:
                found.append(own)
            told = rows if own is not None else replace(rows, readings=())
            self.origins.append(use_origin(meter, told, use, days))
        return tuple(uses), found

    def _use(
        self, meter: Meter, rows: MeterRows, days: Days, found: list[Registers]
    ) -> tuple[Use, Registers | None]:
        if rows.readings:
            own = registers_of(meter, rows)
            sources = replace(self.around, registers=own)
            if meter.stands_for is not None:
                sources = with_registers(self.around, [*found, own])
            try:
                return counted_use(meter, rows, days, self.terms, sources).use, own
            except LedgerAloneError:
                # The bundle then holds no readings of it: the figure stands on the signatures.
                if meter.stands_for is not None or not rows.intervals:
                    raise
        if meter.stands_for is not None:
            reason = f"check meter {meter.code} has no readings of its own"
            raise MissingInputError(reason, code="use")
        tariff = self.rows.tariffs.get(meter.line)
        return ledger_use(meter, rows, days, self._timetable(tariff, days)), None

    def _uncertified(self, rows: MeterRows, days: Days) -> Uncertified | None:
        if rows.certificates is None:
            return None
        swaps = [local_day(each.at, self.zone) for each in rows.events if each.kind == "swap"]
        return uncertified(rows.certificates, swaps, days)

    def _by_hand(self, meter: Meter) -> list[Use]:
        """What two persons stand behind, of a meter that nobody reads out."""
        if not self.active.overlap(meter.first_day, meter.end_day):
            return []
        found = [each for each in self.terms.month.uses if each.meter == meter.code]
        if not found:
            reason = "nobody has entered it, or no second person has checked it"
            self.origins.append(missing("use", meter.code, "by_hand", reason))
        self.origins += map(hand_origin, found)
        return found

    def _timetable(self, rows: TariffRows | None, days: Days) -> Timetable | None:
        if rows is None or not any(version.windows for version in rows.tariff.versions):
            return None
        highest = self.rows.surroundings.highest_c(days.zone)

        def weather(day: date) -> Decimal:
            if day not in highest:
                raise MissingInputError(f"no weather of {day}", code="weather")
            return highest[day]

        return lay_out(
            rows.tariff,
            days.first_day,
            days.end_day,
            zone=days.zone,
            calendar=self.rows.surroundings.kind,
            weather=weather,
        )

    def _bills(self) -> Iterator[Bill]:
        for row in self.rows.bills:
            if not is_borne(self.active, row, self.rows.signed):
                continue
            for found in line_bills(self.active, row):
                self.origins.append(bill_origin(found, row))
                yield found

    def _degree_days(self) -> DegreeDays | None:
        station = self.active.contract.station(self.terms.month.first_day)
        if station is None or not self.rows.surroundings.hours:
            return None
        found = recount(self.terms, self.around).degree_days
        if found is not None:
            self.origins.append(degree_days_origin(found, self.rows))
        return found

    def _models(self) -> list[ModelFigure]:
        found = []
        for line, model in self.rows.models.items():
            try:
                found.append(line_model(self.active, line, self.rows, self.days))
            except CivicwattError as error:
                code = error.code if isinstance(error, MissingInputError) else "model"
                self.origins.append(missing("model", line, code, error.reason))
                continue
            self.origins.append(model_origin(found[-1], model))
        return found

    def _kpis(self) -> Iterator[KpiFigure]:
        for kpi in self.active.contract.kpis:
            cases = self.rows.alerts.get(kpi.code)
            if cases is not None:
                self.origins.append(alerts_origin(kpi.code, cases))
                yield alert_figure(kpi, cases)
            elif kpi.drawn_from is KpiSource.METER_DAYS:
                self.origins.append(meter_days_origin(kpi.code))
            elif kpi.rooms is not None:
                yield from self._rooms(kpi, kpi.rooms)

    def _rooms(self, kpi: Kpi, rule: Rooms) -> Iterator[KpiFigure]:
        kinds = self.rows.surroundings.kinds
        try:
            found = room_figure(kpi, rule, self.active, kinds, self.rows.rooms)
        except MissingInputError as error:
            self.origins.append(missing("kpi", kpi.code, error.code, error.reason))
            return
        self.origins.append(rooms_origin(kpi.code, rule.devices))
        yield found

    def _submeters(self) -> Iterator[Submetered]:
        for item in self.active.events.equipment:
            known = self.rows.equipment.get(item.code)
            counts_from = item.counts_from(self.active.contract.equipment_notice_days)
            if known is None or not self.active.overlap(counts_from, item.end_day):
                continue
            first = max(self.active.first_day, counts_from)
            end = min(self.active.end_day, item.end_day or self.active.end_day)
            amount = whole_use(known, first, end)
            if amount is None:
                reason = (
                    f"{item.ledger}: not every day from {first} to {end - timedelta(1)} is known"
                )
                self.origins.append(missing("submeter", item.code, "submeter", reason))
                continue
            self.origins.append(submeter_origin(item, amount))
            yield Submetered(item.code, amount)


def with_entered(drawn: ContractMonth, entered: ContractMonth) -> ContractMonth:
    """The month with what people entered, where the ledger tells nothing."""
    return replace(
        entered,
        month=drawn.month,
        uses=_filled(drawn.uses, entered.uses, "meter"),
        prices=_filled(drawn.prices, entered.prices, "line"),
        bills=_filled(drawn.bills, entered.bills, "line", "number"),
        degree_days=drawn.degree_days or entered.degree_days,
        models=_filled(drawn.models, entered.models, "line"),
        submeters=_filled(drawn.submeters, entered.submeters, "equipment"),
        kpis=_filled(drawn.kpis, entered.kpis, "kpi"),
        charging=drawn.charging,
        nested=drawn.nested,
        accounts=drawn.accounts,
        non_routine=_filled(drawn.non_routine or (), entered.non_routine or (), "line") or None,
        weather_from=drawn.weather_from,
    )


def _filled(drawn: Iterable[Row], entered: Iterable[Row], *names: str) -> tuple[Row, ...]:
    """Rows of the ledger, then those of people that name something else."""
    found = list(drawn)
    known = {tuple(getattr(row, name) for name in names) for row in found}
    more = (row for row in entered if tuple(getattr(row, name) for name in names) not in known)
    return (*found, *more)


def _told(row: Unread) -> tuple[str, str, str, str]:
    return row.what, row.name, row.code, row.detail
