"""What the ledger knows of a contract's month, read and handed over as rows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
from psycopg import Connection

from analytics.contracts.account import account_of_line
from analytics.contracts.model import model_of
from analytics.contracts.tariff import tariffs_of
from analytics.contracts.weather import surroundings_of
from analytics.drawn.rows import (
    LedgerBill,
    LedgerDay,
    LedgerInterval,
    LedgerModel,
    LedgerRows,
    MeterRows,
    TariffRows,
    Unread,
)
from analytics.drawn.thinned import thinned
from analytics.evidence.registers import Edit, Reading
from analytics.evidence.rows import stamp
from analytics.evidence.surroundings import Surroundings
from analytics.ledger.metrology import Held
from analytics.settlement.active_month import ActiveMonth
from analytics.settlement.statement import Inputs
from domain.contract import LateBill
from domain.contract_kpi import KpiCase, KpiSource
from domain.contract_line import LineKind
from domain.contract_month import Charging, LineAccount, Nested
from domain.contract_term import Meter
from domain.epoch import from_us, to_us
from domain.errors import MissingInputError
from domain.local_day import day_start
from domain.quantity import Kind, quantities
from store.contracts.contract_ledger import (
    AlertRow,
    BillItem,
    ContractMeter,
    Eyes,
    alert_cases,
    bills,
    charging,
    days,
    intervals,
    meters,
    nested,
    register,
    room_hours,
)
from store.institution.ledger import clock
from store.meters.certificate import certificates
from store.meters.edit import edits
from store.meters.register_event import register_events

_AROUND = timedelta(days=9)
"""What is thought of a reading depends on readings so far around."""
_MOST_EDITS = 1001
_DIGITS = 9
"""Decimals of a register, fewer than a bundle can write."""
_LARGEST = 1e15
"""A register beyond this is garbage, and no bundle writes it."""


def read_rows(
    conn: Connection, eyes: Eyes, terms: Inputs, signed: Mapping[str, datetime]
) -> LedgerRows:
    """Read what is known of a contract's month now.

    Parameters
    ----------
    terms : Inputs
        Contract and events; its month has no figures.
    signed : mapping of str to datetime
        Months of the contract that both have signed, and since when.

    Raises
    ------
    MissingInputError
        If the contract does not run in the month.
    """
    current = terms.contract.late_bills is LateBill.CURRENT_MONTH
    return _Reading(conn, eyes, ActiveMonth(terms)).rows(signed if current else {})


class _Reading:
    """A month on its way out of the store."""

    def __init__(self, conn: Connection, eyes: Eyes, month: ActiveMonth) -> None:
        self.conn, self.eyes, self.month = conn, eyes, month
        self.days = month.first_day, month.end_day
        zone = ZoneInfo(month.contract.zone)
        self.span = day_start(self.days[0], zone), day_start(self.days[1], zone)
        self.unread: list[Unread] = []
        codes = {meter.in_ledger()[0] for meter in month.contract.meters}
        codes |= {item.ledger for item in month.events.equipment if item.ledger}
        self.known = meters(conn, codes)

    def rows(self, signed: Mapping[str, datetime]) -> LedgerRows:
        """Everything, in the order in which it is asked for."""
        known_at = clock(self.conn)
        tariffs, without = tariffs_of(self.conn, self.month, self.known, known_at=known_at)
        self.unread += without
        models = dict(self._models())
        terms = any((each.kept.parameters or {}).get("terms") for each in models.values())
        around, place = self._around(
            tariffs.values(), self._heated_by(models.values()), terms=terms
        )
        return LedgerRows(
            known_at,
            meters=dict(self._meters()),
            tariffs=tariffs,
            bills=tuple(self._bills(self.month.contract.first_day if signed else self.days[0])),
            surroundings=around,
            models=models,
            equipment=dict(self._equipment()),
            charging=tuple(self._charging()),
            alerts=dict(self._alerts()),
            nested=tuple(self._nested()),
            accounts=tuple(self._accounts(known_at)),
            rooms=self._rooms(),
            place=place,
            signed=signed,
            unread=tuple(self.unread),
        )

    def _heated_by(self, models: Iterable[LedgerModel]) -> str | None:
        """Region by whose heating season models were fitted; a bundle holds that of one."""
        regions = sorted({each.region for each in models if each.region is not None})
        if len(regions) > 1:
            reason = f"models by the heating seasons of {' and '.join(regions)}, want one region"
            self.unread.append(Unread("calendar", regions[1], "calendar", reason))
            return None
        return next(iter(regions), None)

    def _around(
        self, tariffs: Iterable[TariffRows], region: str | None, *, terms: bool
    ) -> tuple[Surroundings, str]:
        """Calendar and weather of the place where the first meter hangs, and its code."""
        place = next(self._places(), None)
        if place is None or place.place_id is None:
            return Surroundings({}, {}), ""
        hot = any(map(_asks_for_heat, tariffs))
        around, lacking = surroundings_of(
            self.conn, self.month, place.place_id, hot_days=hot, region=region, terms=terms
        )
        self.unread += lacking
        return around, place.place or ""

    def _places(self) -> Iterator[ContractMeter]:
        for meter in self.month.contract.meters:
            found = self.known.get(meter.in_ledger()[0])
            if found is not None and found.place_id is not None:
                yield found

    def _meters(self) -> Iterator[tuple[str, MeterRows]]:
        for meter in self.month.contract.meters:
            if meter.by_hand or not self.month.overlap(meter.first_day, meter.end_day):
                continue
            try:
                yield meter.code, self._meter(meter)
            except MissingInputError as error:
                self.unread.append(Unread("use", meter.code, error.code, error.reason))

    def _meter(self, meter: Meter) -> MeterRows:
        code, other = meter.in_ledger()
        row = self._known(code)
        quantity = other or row.quantity
        listed = quantities().get(quantity)
        if listed is None or listed.kind is not Kind.CUMULATIVE:
            raise MissingInputError(f"{quantity} is no register", code="meter")
        changed = self._edits(row.meter_id, quantity)
        readings = self._readings(row, quantity, changed) if row.registers else ()
        whole = None if other else dict(self._days(row, *self.days))
        spans: Iterable[LedgerInterval] = ()
        if not other:
            found = intervals(self.conn, self.eyes, row.meter_id, quantity, *self.span)
            spans = (LedgerInterval(*each) for each in found)
        held = None
        if row.registers:
            known = certificates(self.conn, meter_ids=[row.meter_id])
            held = tuple(Held(each.certificate, each.first_day, each.held_until) for each in known)
        return MeterRows(
            row.meter_id,
            code,
            quantity,
            readings,
            tuple(register_events(self.conn, row.meter_id)),
            changed,
            whole,
            tuple(spans),
            held,
        )

    def _charging(self) -> Iterator[Charging]:
        """Piles that hang at meters of the contract or below them."""
        codes = {meter.in_ledger()[0] for meter in self.month.contract.meters}
        for row in charging(self.conn, self.eyes, codes, *self.span):
            counted = None if row.counted is None else _decimal(row.counted)
            above = tuple(sorted(row.above))
            yield Charging(row.pile, row.meter, above, counted, _decimal(row.matched), row.charges)

    def _alerts(self) -> Iterator[tuple[str, tuple[KpiCase, ...]]]:
        """Alerts of each measure that is drawn from them, with how long they waited."""
        measures = [each for each in self.month.contract.kpis if each.within_h is not None]
        codes = {meter.in_ledger()[0] for meter in self.month.contract.meters if not meter.by_hand}
        lacking = sorted(codes - self.known.keys())
        if not measures:
            return
        if lacking:
            reason = f"alerts of {', '.join(lacking)} are not known: no such meter in the registry"
            self.unread += [Unread("kpi", each.code, "kpi", reason) for each in measures]
            return
        ids = [self.known[code].meter_id for code in codes]
        rows = alert_cases(self.conn, ids, *self.span)
        for measure in measures:
            answered = measure.drawn_from is KpiSource.ALERTS_ANSWERED
            yield (
                measure.code,
                tuple(_case(row, row.answered_at if answered else row.ended_at) for row in rows),
            )

    def _accounts(self, known_at: datetime) -> Iterator[LineAccount]:
        """Of which class the users of lines are whose percentage follows from a power factor."""
        for line in self.month.contract.of_kind(LineKind.POWER_FACTOR):
            own = (each for each in self.month.contract.meters if each.line == line.code)
            codes = dict.fromkeys(each.in_ledger()[0] for each in own if not each.excluded)
            for meter in (
                self.known[code] for code in codes if line.standard and code in self.known
            ):
                yield account_of_line(
                    self.conn, line.code, meter, self.days[0], self.span,
                    as_of=known_at, eyes=self.eyes,
                )  # fmt: skip

    def _nested(self) -> Iterator[Nested]:
        """Meters of the boundary that hang below others of it."""
        codes = {meter.in_ledger()[0] for meter in self.month.contract.meters}
        for code, above in nested(self.conn, codes, *self.span):
            yield Nested(code, tuple(above))

    def _rooms(self) -> Mapping[str, Mapping[datetime, float]]:
        """Temperatures of the rooms that measures are drawn from."""
        rules = [each.rooms for each in self.month.contract.kpis if each.rooms is not None]
        codes = {device for rule in rules for device in rule.devices}
        return room_hours(self.conn, self.eyes, codes, *self.span) if codes else {}

    def _known(self, code: str) -> ContractMeter:
        row = self.known.get(code)
        if row is None:
            raise MissingInputError(f"there is no meter {code} in the registry", code="meter")
        if row.zone != self.month.contract.zone:
            reason = f"days of {code} begin in {row.zone}, the contract's in "
            raise MissingInputError(f"{reason}{self.month.contract.zone}", code="meter")
        return row

    def _edits(self, meter_id: int, quantity: str) -> tuple[Edit, ...]:
        first, last = self.span[0] - _AROUND, self.span[1] + _AROUND
        return tuple(
            Edit(
                row.ts,
                row.until,
                None if row.value is None else _decimal(row.value),
                row.person,
                row.reason,
            )
            for row in reversed(edits(self.conn, meter_id=meter_id, at_most=_MOST_EDITS))
            if row.undone_at is None
            and row.quantity == quantity
            and row.ts <= last
            and (row.until or row.ts) >= first
        )

    def _readings(
        self, row: ContractMeter, quantity: str, changed: tuple[Edit, ...]
    ) -> tuple[Reading, ...]:
        """Readings of the month; none where they do not reach from one end of it to the other."""
        first, last = self.span[0] - _AROUND, self.span[1] + _AROUND
        ts, value = register(self.conn, self.eyes, row.meter_id, quantity, first, last)
        good = np.isfinite(value) & (np.abs(value) < _LARGEST)
        ts, value = ts[good], value[good]
        if not len(ts) or ts[0] >= to_us(self.span[1]) or ts[-1] <= to_us(self.span[0]):
            return ()
        edited = np.array([to_us(each.ts) for each in changed], np.int64)
        kept = thinned(ts, edited)
        pairs = zip(ts[kept].tolist(), value[kept].tolist(), strict=True)
        return tuple(Reading(from_us(at), _decimal(told)) for at, told in pairs)

    def _days(self, row: ContractMeter, first: date, end: date) -> Iterator[tuple[date, LedgerDay]]:
        for day in days(self.conn, self.eyes, row.meter_id, row.quantity, first, end):
            yield day.day, LedgerDay(*day[1:])

    def _bills(self, since: date) -> Iterator[LedgerBill]:
        own = {
            row.meter_id: row
            for meter in self.month.contract.meters
            if not (meter.excluded or meter.stands_for) and not meter.in_ledger()[1]
            for row in [self.known.get(meter.in_ledger()[0])]
            if row is not None
        }
        lines: dict[int, list[BillItem]] = defaultdict(list)
        for item in bills(self.conn, own, since, self.days[1]):
            lines[item.bill_id].append(item)
        for bill_id, found in lines.items():
            head = found[0]
            row = own[head.meter_id]
            yield LedgerBill(
                bill_id,
                row.code,
                head.number,
                head.first_day,
                head.end_day,
                head.came_at,
                tuple((each.item, each.amount) for each in found),
                dict(self._days(row, head.first_day, head.end_day)),
            )

    def _models(self) -> Iterator[tuple[str, LedgerModel]]:
        known = self.known.values()
        places = {each.meter_id: each.place_id for each in known if each.place_id is not None}
        for line in self.month.contract.lines:
            if line.model is None:
                continue
            try:
                yield line.code, model_of(self.conn, self.eyes, self.month, line, places)
            except MissingInputError as error:
                self.unread.append(Unread("model", line.code, error.code, error.reason))

    def _equipment(self) -> Iterator[tuple[str, dict[date, LedgerDay]]]:
        for item in self.month.events.equipment:
            if item.ledger is None or not self.month.overlap(item.first_day, item.end_day):
                continue
            try:
                row = self._known(item.ledger)
            except MissingInputError as error:
                self.unread.append(Unread("submeter", item.code, error.code, error.reason))
                continue
            yield item.code, dict(self._days(row, *self.days))


def _case(row: AlertRow, done: datetime | None) -> KpiCase:
    after = None if done is None else max(int((done - row.opened_at).total_seconds()), 0)
    return KpiCase(row.alert_id, row.rule, row.at, stamp(row.opened_at), after)


def _asks_for_heat(rows: TariffRows) -> bool:
    windows = (window for version in rows.tariff.versions for window in version.windows)
    return any(window.at_or_above_c is not None for window in windows)


def _decimal(number: float) -> Decimal:
    """A register as a bundle writes it."""
    return Decimal(repr(round(number, _DIGITS)))
