"""What is known of an institution's month, read as of one instant and handed to the closing."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib.metadata import version
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.institution.context import month_facts
from analytics.ledger.balance import balance
from analytics.ledger.closing import Draft, draft
from analytics.ledger.institution_year import Place
from analytics.ledger.medium_month import MediumMonth
from analytics.ledger.meter_cost_month import MeterCostMonth, TariffBasis
from analytics.ledger.meter_month import Counted, MeterMonth, RegisterReading
from analytics.ledger.month_inputs import MonthInputs
from analytics.ledger.own_plant import OwnPlant
from analytics.ledger.timetable import next_month
from analytics.metrology.findings import metrology_remarks
from analytics.place.meter_cost import meter_cost
from domain.errors import CalendarMissingError, MissingInputError
from domain.fact import FactKind
from domain.factor import FactorSet
from domain.grid_region import province_of
from domain.ledger_month import LedgerEntry, standing
from domain.local_day import day_start, local_day
from domain.meter_tree import Forest, forests, source_spans, uppermost_spans
from domain.obstacle import ObstacleKind
from domain.quantity import quantities
from domain.registry import REGISTER_OF_MEDIUM, Medium, MeterRole
from domain.sentence import Sentence
from domain.supply_account import newest_of_month
from store.institution.ledger import (
    MonthOf,
    clock,
    entries,
    intervals,
    lock_meters,
    register_at,
    waiting,
)
from store.institution.portfolio import inherited_facts
from store.meters.meter_tree import MeterName, names, positions, slots
from store.money.power_factor import tables_in_force
from store.money.supply_account import accounts_of_meter
from store.money.supply_terms import terms_of_meter
from store.money.tariff import prices, tariffs_of_meter, versions
from store.places.place import OrganisationRow, meters

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which month of which institution, and by which factors.

    Attributes
    ----------
    month : date
        Its first local day.
    """

    institution: OrganisationRow
    month: date
    factors: FactorSet
    unmetered_limit: Decimal

    @property
    def zone(self) -> ZoneInfo:
        """Zone in which its days begin."""
        return ZoneInfo(self.institution.zone or "UTC")

    @property
    def days(self) -> tuple[date, date]:
        """The month as local days, half-open."""
        return self.month, next_month(self.month)

    @property
    def span(self) -> tuple[datetime, datetime]:
        """The month as instants, half-open."""
        return day_start(self.days[0], self.zone), day_start(self.days[1], self.zone)

    @property
    def row(self) -> MonthOf:
        """The month as the store takes it."""
        return MonthOf(self.institution.id, self.month, *self.span)


def preview(conn: Connection, asked: Asked, *, alone: bool = False) -> Draft:
    """What closing a month would write, and what stands against it. Nothing is written.

    Parameters
    ----------
    conn : Connection
        Within the scope of a person who sees the whole institution.
    alone : bool
        Keep the worker from the meters until the transaction ends, so that no figure changes
        between reading and closing.
    """
    hung = positions(conn, asked.institution.id, None, *asked.span)
    known = names(conn, {position.meter_id for position in hung if position.here})
    if alone:
        lock_meters(conn, known)
    known_at = clock(conn)
    by_medium: dict[str, list[MeterName]] = defaultdict(list)
    for name in known.values():
        by_medium[name.medium].append(name)
    media, costs = [], []
    for medium, of_medium in sorted(by_medium.items()):
        found = positions(conn, asked.institution.id, medium, *asked.span)
        trees = forests(found, *asked.span)
        month = _medium(conn, asked, of_medium, trees, known_at)
        if month.meters:
            media.append(month)
            costs += [_cost(conn, asked, meter, known_at) for meter in month.meters]
    settled = [(*medium.meters, *(medium.plant.meters if medium.plant else ())) for medium in media]
    boundary = {meter.meter_id: meter.code for meters in settled for meter in meters}
    institution = asked.institution
    inputs = MonthInputs(
        institution={
            "code": institution.code,
            "name_zh": institution.name_zh,
            "name_en": institution.name_en,
            "zone": asked.zone.key,
        },
        first_day=asked.days[0],
        end_day=asked.days[1],
        known_at=known_at,
        media=tuple(media),
        costs=tuple(costs),
        facts=month_facts(conn, institution.id, asked.days, asked.span, boundary, known_at),
        place=_place(conn, institution.id, asked.span[1] - _DAY),
        factors=asked.factors,
        standing=_standing(entries(conn, institution.id), asked, known_at),
        waiting=tuple(
            (known[meter].code, day)
            for meter, day in waiting(conn, list(known), asked.days[0] - _DAY, asked.days[1] + _DAY)
        ),
        remarks=tuple(_remarks(conn, list(boundary), asked.span)),
        unmetered_limit=asked.unmetered_limit,
        code_version=version("civicwatt"),
    )
    return draft(inputs)


def _medium(
    conn: Connection,
    asked: Asked,
    of_medium: Sequence[MeterName],
    trees: Sequence[Forest],
    known_at: datetime,
) -> MediumMonth:
    by_id = {name.meter_id: name for name in of_medium}
    uses = slots(conn, list(by_id), asked.days)

    def months(spans: Mapping[tuple[datetime, datetime], Sequence[int]]) -> list[MeterMonth]:
        found = [
            _meter(conn, by_id[meter], trees, span, known_at)
            for span, meters in spans.items()
            for meter in meters
            if meter in by_id
        ]
        return sorted(found, key=lambda meter: (meter.code, meter.first))

    plants = months(source_spans(trees))
    medium = Medium(of_medium[0].medium)
    return MediumMonth(
        medium.value,
        quantities()[REGISTER_OF_MEDIUM[medium]].unit,
        months(uppermost_spans(trees)),
        balance(trees, uses),
        {meter: (name.code, name.item) for meter, name in by_id.items()},
        OwnPlant(plants, any(tree.unwatched for tree in trees))
        if any(each.role == MeterRole.PV for each in plants)
        else None,
    )


def _meter(
    conn: Connection,
    name: MeterName,
    trees: Sequence[Forest],
    span: tuple[datetime, datetime],
    known_at: datetime,
) -> MeterMonth:
    rows = intervals(conn, name.meter_id, name.quantity, *span, as_of=known_at)
    registers = [register_at(conn, name.meter_id, name.quantity, at) for at in span]
    opening, closing = (None if row is None else RegisterReading(*row) for row in registers)
    role = next(tree.roles[name.meter_id] for tree in trees if tree.first == span[0])
    return MeterMonth(
        meter_id=name.meter_id,
        code=name.code,
        name_zh=name.name_zh,
        name_en=name.name_en,
        medium=name.medium,
        role=role.value,
        quantity=name.quantity,
        unit=quantities()[name.quantity].unit,
        first=span[0],
        end=span[1],
        counted=[Counted(*row) for row in rows],
        opening=opening,
        closing=closing,
    )


def _cost(conn: Connection, asked: Asked, meter: MeterMonth, known_at: datetime) -> MeterCostMonth:
    days = local_day(meter.first, asked.zone), local_day(meter.end, asked.zone)
    if (meter.first, meter.end) != tuple(day_start(day, asked.zone) for day in days):
        template = "the meter began or ceased to be uppermost within a day: it cannot be priced"
        reason = Sentence("uppermost_within_day", template)
        return MeterCostMonth(meter.code, *days, None, (), reason)
    bases = tuple(_bases(conn, meter.meter_id, days, known_at))
    [row] = meters(conn, meter_ids=[meter.meter_id])
    try:
        found = meter_cost(conn, row, *days, as_of=known_at)
    except (MissingInputError, CalendarMissingError) as error:
        return MeterCostMonth(meter.code, *days, None, bases, error.reason)
    return MeterCostMonth(meter.code, *days, found.cost, bases)


def _bases(
    conn: Connection, meter_id: int, days: tuple[date, date], known_at: datetime
) -> Iterator[TariffBasis]:
    """What the meter is priced by: account, corrected terms, versions, tables, announced prices."""
    tables = tables_in_force(conn, as_of=known_at)
    account = newest_of_month(accounts_of_meter(conn, meter_id, as_of=known_at), days[0])
    if account is not None:
        since, checked = account.first_month.isoformat(), _day(account.checked_on)
        of_user = (account.source, account.document, checked)
        yield TariffBasis("", "account", account.id, since, *of_user)
    corrected = newest_of_month(terms_of_meter(conn, meter_id, as_of=known_at), days[0])
    if corrected is not None:
        since = corrected.first_month.isoformat()
        yield TariffBasis("", "terms", corrected.id, since, corrected.source, "", "")
    for terms in tariffs_of_meter(conn, meter_id, *days, as_of=known_at):
        for row in versions(conn, terms.tariff_id, as_of=known_at):
            if row.first_day < days[1] and (row.end_day is None or row.end_day > days[0]):
                first, standard = row.first_day.isoformat(), row.version().power_factor
                if account is not None:
                    standard = account.standard
                told = (row.source, row.document, _day(row.checked_on))
                yield TariffBasis(terms.code, "version", row.id, first, *told)
                if standard is not None:
                    table = tables[standard]
                    seen = table.provenance
                    told = (seen.source, seen.document, _day(seen.checked_on))
                    yield TariffBasis(terms.code, "power_factor", table.sha256, first, *told)
        months = {
            price.price_month_id: price
            for price in prices(conn, terms.tariff_id, *days, as_of=known_at)
        }
        for price in months.values():
            told = (price.source, price.document, _day(price.checked_on))
            first = price.month.isoformat()
            yield TariffBasis(terms.code, "prices", price.price_month_id, first, *told)


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _place(conn: Connection, institution_id: int, at: datetime) -> Place:
    known = {
        fact.kind: fact.value
        for fact in reversed(inherited_facts(conn, [institution_id]))  # the nearest comes last
        if fact.holds_at(at)
    }
    return Place(
        province_of(known.get(FactKind.REGION)),
        known.get(FactKind.USE),
        known.get(FactKind.CLIMATE_ZONE),
    )


def _remarks(
    conn: Connection, meter_ids: Sequence[int], span: tuple[datetime, datetime]
) -> Iterator[dict[str, object]]:
    """What was wrong with the certificates, seals and ratios of the boundary within the month."""
    for finding in metrology_remarks(conn, meter_ids, span[1], since=span[0]):
        yield {
            "kind": finding.kind.value,
            "meter": finding.meter,
            "since": None if finding.since is None else finding.since.isoformat(),
            "told": dict(finding.told),
        }


def _standing(
    known: Sequence[LedgerEntry], asked: Asked, now: datetime
) -> Mapping[ObstacleKind, str]:
    """What speaks against closing this month now, whatever its figures are."""
    found: dict[ObstacleKind, str] = {}
    closed, month = standing(known), asked.month
    told = f"{month:%Y-%m}"
    if now < asked.span[1]:
        found[ObstacleKind.MONTH_NOT_OVER] = Sentence(
            "month_not_over", "{month} is not over in {zone}", month=told, zone=asked.zone.key
        )
    if month in closed:
        found[ObstacleKind.ALREADY_CLOSED] = Sentence(
            "month_closed",
            "{month} is closed by entry {entry}: reverse it first",
            month=told,
            entry=closed[month].sequence,
        )
    before = (month - _DAY).replace(day=1)
    if before not in closed and any(entry.month < month for entry in known):
        found[ObstacleKind.PREVIOUS_OPEN] = Sentence(
            "month_before_open", "the month before, {month}, is not closed", month=f"{before:%Y-%m}"
        )
    return found
