"""The yearly statistics of institutions within a person's scope: tables and what is odd in them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.ledger.exact import amount, total
from analytics.ledger.statistics_cell import (
    ZERO,
    Cell,
    Grade,
    MonthAmount,
    Source,
    YearAmount,
    summed,
    year_cell,
)
from analytics.ledger.statistics_check import Finding, Weight, findings
from analytics.ledger.statistics_source import KIND_OF_MEDIUM, converted, item_of_kind
from analytics.ledger.statistics_table import Identity, Tables
from analytics.portfolio.figures import Portfolio
from domain.fact import FactKind
from domain.factor import FactorSet
from domain.local_day import day_start
from domain.statistics_item import Table, statistics_items
from domain.timeline import Mean
from store.institution.metered_month import MeteredMonth, metered_months
from store.institution.portfolio import declarations
from store.institution.statistics import (
    Record,
    approved_months,
    bill_months,
    foundings,
    records,
    unfit_calendars,
)
from store.places.place import OrganisationRow

_GRADES: Mapping[str, Grade] = {
    "measured": Grade.MEASURED,
    "allocated": Grade.MEASURED,  # only its shape in time follows a rule
    "derived": Grade.DERIVED,
    "manual": Grade.MANUAL,
    "contract_substituted": Grade.DERIVED,
    "estimated": Grade.ESTIMATED,
}
_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Examined:
    """One institution's year.

    Attributes
    ----------
    record : Record or None
        What it states of itself; of one of an earlier year who it is holds, and no amount.
    is_compared : bool
        Whether its whole items are held against those of the year before: not where either year is
        the part of one in which the institution was founded.
    """

    organisation: OrganisationRow
    record: Record | None
    tables: Tables
    findings: tuple[Finding, ...]
    is_compared: bool = False


@dataclass(slots=True)
class _Amounts:
    """What is known of one institution's year, by kind and source."""

    metered: dict[str, list[MonthAmount]] = field(default_factory=lambda: defaultdict(list))
    entered: dict[str, list[MonthAmount]] = field(default_factory=lambda: defaultdict(list))
    declared: dict[str, YearAmount] = field(default_factory=dict)
    too_early: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    """Months with an amount from before the institution was founded, by kind; it is in no sum."""


class Statistics:
    """Tables of the institutions a person may see.

    Parameters
    ----------
    conn : Connection
        Within the person's scope.
    factors : FactorSet
        Brings to coal equivalent what the tables have no item for.
    """

    def __init__(self, conn: Connection, factors: FactorSet, *, now: datetime) -> None:
        self._conn = conn
        self._factors = factors
        self.portfolio = Portfolio(conn, factors, now=now)

    def year(self, year: int, organisation_id: int | None) -> list[Examined]:
        """Institutions at an organisation or below it; none where the year has not begun."""
        wanted = self.portfolio.within(organisation_id, year)
        earlier = {each.organisation.id: each.tables for each in self._year(year - 1, wanted)}
        return [
            Examined(
                each.organisation,
                each.record,
                each.tables,
                (*each.findings, *findings(each.tables, before)),
                before is not None and not (each.tables.is_part or before.is_part),
            )
            for each in self._year(year, wanted)
            for before in [earlier.get(each.organisation.id)]
        ]

    def _year(self, year: int, wanted: Collection[int]) -> Iterator[Examined]:
        """Tables of a year, with what its surroundings refuse."""
        for zone, group in self.portfolio.by_zone().items():
            days = self.portfolio.days(year, zone)
            rows = [row for row in group if row.id in wanted]
            if days is None or not rows:
                continue
            founded = foundings(self._conn, [row.id for row in rows], year)
            rows = [row for row in rows if founded.get(row.id, days[0]) < days[1]]
            ids = [row.id for row in rows]
            founded = {key: day for key, day in founded.items() if key in ids}
            known = self._amounts(ids, year, zone, founded)
            stated = records(self._conn, ids, year)
            unfit = unfit_calendars(self._conn, ids, year, day_start(days[0], zone))
            for row in rows:
                record = stated.get(row.id)
                said = {} if record is None else _stated_amounts(record)
                before = {}
                if record is not None and record.year != year:  # who it is holds, amounts do not
                    said, before = {}, dict.fromkeys(said, record.year)
                told = list(_of_calendar(row.id, year, days, unfit.get(row.id)))
                begun = founded.get(row.id)
                told += self._of_denominators(row.id, (begun or days[0], days[1]))
                told += _of_founding(row.id, begun, known[row.id].too_early)
                cells = dict(self._facts(row.id, (begun or days[0], days[1]), said))
                cells |= self._cells(row.id, begun or days[0], known[row.id], said, told)
                instant = day_start(days[1] - timedelta(days=1), zone)
                identity = self._identity(row, record, instant)
                ordered = {key: cells[key] for key in statistics_items()}
                tables = Tables(year, identity, ordered, before, begun)
                yield Examined(row, record, tables, tuple(told))

    def _identity(self, row: OrganisationRow, record: Record | None, end: datetime) -> Identity:
        region = self.portfolio.known(row.id, end).get(FactKind.REGION, "")
        if record is None:
            stated = ("", "", "")
        else:
            stated = (record.credit_code, record.institution_class, record.department)
        return Identity(row.id, row.code, row.name_zh, row.name_en, *stated, region)

    def _facts(
        self, organisation_id: int, days: tuple[date, date], said: Mapping[str, YearAmount]
    ) -> Iterator[tuple[str, Cell]]:
        items = statistics_items()
        area = self.portfolio.mean(organisation_id, FactKind.FLOOR_AREA, days)
        persons = self.portfolio.mean(organisation_id, FactKind.HEADCOUNT, days)
        yield "area_m2", year_cell(items["area_m2"], (), (), _mean(area))
        yield "persons", year_cell(items["persons"], (), (), _mean(persons))
        for key in ("nev_count", "data_centre_area_m2"):
            yield key, year_cell(items[key], (), (), said.get(key))

    def _of_denominators(self, organisation_id: int, days: tuple[date, date]) -> Iterator[Finding]:
        """Buildings without an area, and what is noted on a part of the days only."""
        for kind, item in ((FactKind.FLOOR_AREA, "area_m2"), (FactKind.HEADCOUNT, "persons")):
            mean = self.portfolio.mean(organisation_id, kind, days)
            place = (organisation_id, Table.BASIC, item)
            if mean.lacking:
                seen = ", ".join(mean.lacking)
                yield Finding(*place, "parts_unknown", seen, "", Weight.REFUSES)
            if mean.in_part:
                seen = ", ".join(f"{p.code} ({p.noted} / {p.days} d)" for p in mean.in_part)
                yield Finding(*place, "noted_in_part", seen, "", Weight.WANTS_COMMENT)

    def _cells(
        self,
        organisation_id: int,
        first_day: date,
        known: _Amounts,
        said: Mapping[str, YearAmount],
        told: list[Finding],
    ) -> dict[str, Cell]:
        year = first_day.year
        metered = converted(known.metered, {}, self._factors, year)
        entered = converted(known.entered, known.declared, self._factors, year)
        for code, keys in (
            ("unchecked_factor", {*metered.factors_unchecked, *entered.factors_unchecked}),
            ("no_factor", {*metered.factors_missing, *entered.factors_missing}),
        ):
            place = (organisation_id, Table.ENERGY, "other_energy", code)
            told += [Finding(*place, key, self._factors.id, Weight.REFUSES) for key in sorted(keys)]
        kinds: dict[str, list[str]] = defaultdict(list)
        for kind, item in sorted({**metered.items, **entered.items}.items()):
            kinds[item].append(kind)
        return {
            key: summed(
                [
                    year_cell(
                        item,
                        metered.months.get(kind, ()),
                        entered.months.get(kind, ()),
                        entered.years.get(kind, said.get(key)),
                        first_day.month,
                    )
                    for kind in kinds.get(key, [key])
                ]
            )
            for key, item in statistics_items().items()
            if item.is_monthly
        }

    def _amounts(
        self, ids: list[int], year: int, zone: ZoneInfo, founded: Mapping[int, date]
    ) -> dict[int, _Amounts]:
        found: dict[int, _Amounts] = defaultdict(_Amounts)
        months = [
            month
            for month in metered_months(self._conn, ids, year, zone, founded)
            if month.medium in KIND_OF_MEDIUM
        ]
        for each in _too_early(metered_months(self._conn, list(founded), year, zone), months):
            found[each.institution_id].too_early[KIND_OF_MEDIUM[each.medium]].add(each.month)
        for month, paid in zip(months, self._paid(months, year), strict=True):
            kind = KIND_OF_MEDIUM[month.medium]
            found[month.institution_id].metered[kind].append(_metered(month, paid))
        for entry in approved_months(self._conn, ids, year):
            begun = founded.get(entry.organisation_id)
            if begun is not None and entry.month < begun.month:
                found[entry.organisation_id].too_early[entry.kind].add(entry.month)
                continue
            said = MonthAmount(
                entry.month,
                entry.amount,
                Source.ENTRIES,
                Grade.MANUAL,
                entry.cost,
                entry.price,
                references=(f"entry:{entry.entry_id}",),
            )
            found[entry.organisation_id].entered[entry.kind].append(said)
        for said_once in declarations(self._conn, ids, [year]):
            said_of_year = YearAmount(
                said_once.amount, Source.DECLARATION, Grade.MANUAL, said_once.document
            )
            found[said_once.organisation_id].declared[said_once.what] = said_of_year
        return found

    def _paid(self, months: Iterable[MeteredMonth], year: int) -> Iterator[Decimal | None]:
        """What the bills of a month's meters come to; None where one of them has no bill."""
        listed = list(months)
        meters = {meter for month in listed for meter in month.meters}
        bills = bill_months(self._conn, meters, date(year, 1, 1), date(year + 1, 1, 1))
        for month in listed:
            first = date(year, month.month, 1)
            paid = [bills.get((meter, first)) for meter in month.meters]
            yield total(each for each in paid if each is not None) if None not in paid else None


def _too_early(
    whole: Iterable[MeteredMonth], counted: Iterable[MeteredMonth]
) -> Iterator[MeteredMonth]:
    """Months of which less counts than the meters have: they hung there before the founding."""
    parts = {(each.institution_id, each.medium, each.month): each.amount for each in counted}
    for each in whole:
        if each.medium not in KIND_OF_MEDIUM:
            continue
        part = parts.get((each.institution_id, each.medium, each.month), 0.0)
        if amount(each.amount) != amount(part):
            yield each


def _of_founding(
    organisation_id: int, founded_on: date | None, too_early: Mapping[str, Collection[int]]
) -> Iterator[Finding]:
    """What meters or people tell of the time before an institution stood, which counts nowhere."""
    months: dict[str, set[int]] = defaultdict(set)
    for kind, early in too_early.items():
        item = item_of_kind(kind)
        if item is not None:
            months[item].update(early)
    items = statistics_items()
    for key, early in months.items():
        seen = ", ".join(str(month) for month in sorted(early))
        place = (organisation_id, items[key].table, key, "before_founding")
        yield Finding(*place, seen, f">= {founded_on}", Weight.WANTS_COMMENT)


def _metered(month: MeteredMonth, paid: Decimal | None) -> MonthAmount:
    return MonthAmount(
        month.month,
        amount(month.amount),
        Source.METERS,
        _GRADES[month.grade],
        paid,
        None,
        month.is_whole,
        tuple(f"meter:{meter}" for meter in month.meters),
    )


def _mean(mean: Mean) -> YearAmount | None:
    if mean.value is None:
        return None
    exact = Decimal(mean.value.numerator) / Decimal(mean.value.denominator)
    known = f"{mean.covered_days} / {mean.days} d"
    rounded = exact.quantize(_HUNDREDTH, ROUND_HALF_UP)
    return YearAmount(rounded, Source.FACTS, Grade.MANUAL, known, is_whole=mean.whole)


def _stated(value: Decimal, record: Record) -> YearAmount:
    return YearAmount(
        value, Source.RECORD, Grade.MANUAL, record.source, ZERO if not value else None
    )


def _stated_amounts(record: Record) -> dict[str, YearAmount]:
    """What the institution states of the record's year, by item; zero is what it does not use."""
    found = {key: _stated(ZERO, record) for key in record.unused}
    for key, value in (
        ("nev_count", record.nev_count),
        ("data_centre_area_m2", record.data_centre_area_m2),
        ("data_centre_electricity", record.data_centre_kwh),
    ):
        if value is not None:
            found[key] = _stated(Decimal(value), record)
    return found


def _of_calendar(
    organisation_id: int, year: int, days: tuple[date, date], unfit: tuple[str, bool] | None
) -> Iterator[Finding]:
    def tell(item: str, code: str, seen: str, wanted: str) -> Finding:
        place = (organisation_id, Table.BASIC, item)
        return Finding(*place, code, seen, wanted, Weight.REFUSES)

    if days[1] < date(year + 1, 1, 1):
        yield tell("year", "year_not_over", days[1].isoformat(), f"{year + 1}-01-01")
    if unfit is not None:
        calendar, lacking = unfit
        code = "calendar_missing" if lacking else "provisional_calendar"
        yield tell("calendar", code, f"{calendar} {year}", "")
