"""Figures of every institution within a person's scope, year by year, on one factor set."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.ledger.exact import amount
from analytics.ledger.institution_year import InstitutionYear, Place, institution_year
from analytics.ledger.peer import Rank, ranks
from analytics.place.manual_use import ManualUse, united
from domain.fact import FactKind
from domain.factor import FactorSet
from domain.grid_region import province_of
from domain.indicator import IndicatorName
from domain.local_day import day_start, local_day
from domain.manual_entry import EntryKind
from domain.summed_fact import noted_in_part, summed_mean, without_area, without_headcount
from domain.timeline import Mean, Spell
from store.institution.portfolio import (
    InheritedFact,
    MediumUse,
    declarations,
    denominators,
    inherited_facts,
    medium_uses_of,
)
from store.meters.position import Sight, covers, held, seen
from store.places.fact import needed_by, parts_below
from store.places.place import OrganisationRow, organisations

LEAST_COVERAGE = Decimal("0.95")
"""What is measured for less of the time stands in no ranking. [1]"""


@dataclass(frozen=True, slots=True)
class Member:
    """One institution and year, by which meters it was counted, and what was entered by hand.

    Attributes
    ----------
    has_all_kinds : bool
        Whether no energy that is asked for, or was entered, is lacking or of some months only.
    """

    organisation: OrganisationRow
    figures: InstitutionYear
    media: Mapping[str, MediumUse]
    manual: Mapping[EntryKind, ManualUse]
    has_all_kinds: bool

    @property
    def is_comparable(self) -> bool:
        """Whether enough of it is measured to be held against others."""
        covered = [medium.coverage for medium in self.media.values()]
        return self.has_all_kinds and bool(covered) and min(covered) >= LEAST_COVERAGE


class Portfolio:
    """The institutions a person may see, with their places and facts, read once.

    Parameters
    ----------
    conn : Connection
        Within the person's scope.
    """

    def __init__(self, conn: Connection, factors: FactorSet, *, now: datetime) -> None:
        self._conn = conn
        self._factors = factors
        self._now = now
        rows = organisations(conn)
        self._by_id = {row.id: row for row in rows}
        self._codes = {row.id: row.code for row in rows}
        self._needed = {kind: needed_by(kind, rows) for kind in FactKind}
        self._held = held(conn)
        self._seen = seen(conn)
        self._parts = parts_below(conn)
        self._spells: dict[FactKind, dict[int, list[Spell]]] = defaultdict(dict)
        for fact in denominators(conn):
            zone = ZoneInfo(self._by_id[fact.organisation_id].zone or UTC.tzname(None))
            of_kind = self._spells[fact.kind]
            of_kind.setdefault(fact.organisation_id, []).append(fact.spell(zone))
        self.institutions = [row for row in rows if row.kind == "institution"]
        self._inherited: dict[int, list[InheritedFact]] = defaultdict(list)
        for inherited in inherited_facts(conn, [row.id for row in self.institutions]):
            self._inherited[inherited.organisation_id].append(inherited)

    def within(self, organisation_id: int | None, year: int) -> set[int]:
        """Institutions at an organisation or below it; of a part of one, that institution.

        A year belongs to whoever has the institution on its last day, or today while it runs: an
        institution is told of once.
        """
        last = min(self._now, datetime(year + 1, 1, 1, tzinfo=UTC) - timedelta(days=1))
        known = {
            row.id
            for row in self.institutions
            if covers(self._seen.get(row.id, Sight()), last, last)
        }
        if organisation_id is None:
            return known
        standing = [each for each in self._held if each.holds_at(last)]
        below, above = {organisation_id}, {organisation_id}
        while more := {e.organisation_id for e in standing if e.parent_id in below} - below:
            below |= more
        while more := {e.parent_id for e in standing if e.organisation_id in above} - above:
            above |= more
        return (known & below) or (known & above)

    def year(self, year: int) -> dict[int, Member]:
        """Every institution's figures of a year, or of the days of it that are over."""
        return self.years([year])[year]

    def years(self, years: Collection[int]) -> dict[int, dict[int, Member]]:
        """The same of several years, whose meters are asked for once."""
        found: dict[int, dict[int, Member]] = {year: {} for year in years}
        for zone, group in self.by_zone().items():
            over = [(year, days) for year in years if (days := self.days(year, zone)) is not None]
            spans = [(day_start(first, zone), day_start(end, zone)) for _, (first, end) in over]
            uses = medium_uses_of(self._conn, [row.id for row in group], spans)
            for (year, days), use in zip(over, uses, strict=True):
                found[year] |= self._members(year, days, zone, group, use)
        return found

    def _members(
        self,
        year: int,
        days: tuple[date, date],
        zone: ZoneInfo,
        group: Sequence[OrganisationRow],
        uses: Mapping[int, Mapping[str, MediumUse]],
    ) -> Iterable[tuple[int, Member]]:
        ids = [row.id for row in group]
        last_day = day_start(days[1], zone) - timedelta(days=1)
        declared: dict[int, dict[str, Decimal]] = defaultdict(dict)
        for each in declarations(self._conn, ids, [year]):
            declared[each.organisation_id][each.what] = each.amount
        known = united(self._conn, ids, days, zone, uses, declared)
        for row in group:
            use = known[row.id]
            metered = {medium: amount(each.amount) for medium, each in use.media.items()}
            area = self.mean(row.id, FactKind.FLOOR_AREA, days)
            persons = self.mean(row.id, FactKind.HEADCOUNT, days)
            figures = institution_year(
                year,
                days,
                self._place(row.id, last_day),
                (metered, use.declared),
                self._factors,
                area_m2=area,
                persons=persons,
            )
            told = (*_denominators_told(area, persons), *use.left_out)
            if told:
                figures = replace(figures, missing=(*figures.missing, *told))
            yield row.id, Member(row, figures, use.media, use.manual, use.is_whole)

    def by_zone(self) -> dict[ZoneInfo, list[OrganisationRow]]:
        """Institutions by the zone in which their days begin."""
        found: dict[ZoneInfo, list[OrganisationRow]] = defaultdict(list)
        for row in self.institutions:
            found[ZoneInfo(row.zone or UTC.tzname(None))].append(row)
        return found

    def days(self, year: int, zone: ZoneInfo) -> tuple[date, date] | None:
        """The year's local days that are over; None before its first one is."""
        first, end = date(year, 1, 1), min(date(year + 1, 1, 1), local_day(self._now, zone))
        return (first, end) if first < end else None

    def mean(self, organisation_id: int, kind: FactKind, days: tuple[date, date]) -> Mean:
        """Time-weighted floor area [m2] or headcount of an institution."""
        spells, needed = self._spells[kind], self._needed[kind]
        return summed_mean(
            organisation_id, spells, self._parts, days, codes=self._codes, needed=needed
        )

    def known(self, organisation_id: int, instant: datetime) -> dict[FactKind, str]:
        """Use, climate zone and region of an institution, where they were noted."""
        return {
            fact.kind: fact.value
            for fact in reversed(self._inherited[organisation_id])  # the nearest comes last
            if fact.holds_at(instant)
        }

    def _place(self, organisation_id: int, instant: datetime) -> Place:
        known = self.known(organisation_id, instant)
        return Place(
            province_of(known.get(FactKind.REGION)),
            known.get(FactKind.USE),
            known.get(FactKind.CLIMATE_ZONE),
        )


def _denominators_told(area: Mean, persons: Mean) -> Iterator[str]:
    """What an area or a headcount lacks, or has on a part of the days."""
    if area.lacking:
        yield without_area(area)
    if persons.lacking:
        yield without_headcount(persons)
    for mean in (area, persons):
        if mean.in_part:
            yield noted_in_part(mean)


def rank_members(members: Collection[Member], name: IndicatorName) -> dict[int, Rank]:
    """Rank by an indicator among institutions of the same kind, climate zone and period.

    Only those take part whose kind and zone are known and that are measured well enough.
    """
    groups: dict[tuple[object, ...], dict[int, Decimal]] = defaultdict(dict)
    for member in members:
        figures, value = member.figures, member.figures.value(name)
        kind, zone = figures.place.use, figures.place.zone
        if value is not None and kind and zone and member.is_comparable:
            group = (kind, zone, figures.first_day, figures.end_day)
            groups[group][member.organisation.id] = value
    return {key: rank for group in groups.values() for key, rank in ranks(group).items()}
