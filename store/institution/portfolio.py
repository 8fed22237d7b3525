"""What institutions used in a span of time: each amount once, by its uppermost meters."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.rows import class_row

from domain.fact import FactKind
from domain.local_day import local_day
from domain.meter_tree import Position, forests
from domain.registry import MeterRole
from domain.timeline import Spell
from store.queries import sql

PV_GENERATED, FED_IN = "pv_generated", "fed_in"
"""What plants made and what was fed in, told beside the media: in no sum of uses. [kWh]"""
_SOURCES = {PV_GENERATED, FED_IN}


@dataclass(frozen=True, slots=True)
class MediumUse:
    """Use of one medium by one institution.

    Attributes
    ----------
    amount : float
        In the unit of the medium's register.
    unmeasured : float
        Part of it whose quantity is not measured.
    coverage : float
        Share of the time for which its uppermost meters have figures; there is none while no
        meter hangs there. [1]
    meters : int
        How many uppermost meters it was counted by.
    """

    amount: float
    unmeasured: float
    coverage: float
    meters: int


@dataclass(frozen=True, slots=True)
class Declaration:
    """An amount of a year that a document proves and no meter of ours counts.

    Attributes
    ----------
    what : str
        With its unit at the end, such as ``pv_self_used_kwh``.
    """

    organisation_id: int
    year: int
    what: str
    amount: Decimal
    document: str
    declared_at: datetime


@dataclass(frozen=True, slots=True)
class InheritedFact:
    """What holds at an institution in [first, end), noted there or above; None stands for always.

    Attributes
    ----------
    kind : FactKind
        Use, climate zone or region.
    """

    organisation_id: int
    kind: FactKind
    value: str
    first: datetime | None
    end: datetime | None

    def holds_at(self, instant: datetime) -> bool:
        """Whether it does at an instant."""
        begun = self.first is None or self.first <= instant
        return begun and (self.end is None or instant < self.end)


@dataclass(frozen=True, slots=True)
class Denominator:
    """A place's own floor area [m2] or headcount in [first, end); None stands for always."""

    organisation_id: int
    kind: FactKind
    value: Decimal
    first: datetime | None
    end: datetime | None

    def spell(self, zone: ZoneInfo) -> Spell:
        """The same on local days."""
        return Spell(
            self.value,
            None if self.first is None else local_day(self.first, zone),
            None if self.end is None else local_day(self.end, zone),
        )


@dataclass(frozen=True, slots=True)
class MeterSpan:
    """A time [first, end) in which a meter was uppermost for an institution and medium.

    Attributes
    ----------
    medium : str
        Its medium; `PV_GENERATED` or `FED_IN` of a meter of a plant behind the uppermost ones.
    meter_id : int or None
        None where none was: a time of which nothing can be known. Of `FED_IN` that is one with a
        plant behind a boundary of which no meter counts what was fed in.
    """

    institution_id: int
    medium: str
    meter_id: int | None
    first: datetime
    end: datetime

    def within(self, first: datetime, end: datetime) -> "MeterSpan":
        """The part of it in [first, end); empty, and its end not after its beginning, without."""
        if first <= self.first and self.end <= end:
            return self
        return replace(self, first=max(self.first, first), end=min(self.end, end))


def medium_uses(
    conn: Connection, institutions: Collection[int], first: datetime, end: datetime
) -> dict[int, dict[str, MediumUse]]:
    """Use in [first, end) by institution and medium.

    A medium is absent where no uppermost meter has a figure: not measured is not zero. Where the
    meter tree changed in between, each meter counts for the time in which it was uppermost. Of
    electricity that is what was bought; what plants behind it made, and what was fed in, stand
    beside it under `PV_GENERATED` and `FED_IN`, also while their meters are silent.
    """
    return medium_uses_of(conn, institutions, [(first, end)])[0]


def medium_uses_of(
    conn: Connection, institutions: Collection[int], times: Sequence[tuple[datetime, datetime]]
) -> list[dict[int, dict[str, MediumUse]]]:
    """Use in each of several times [first, end), the meters asked for once."""
    if not times:
        return []
    first, end = min(begun for begun, _ in times), max(over for _, over in times)
    hung = list(institution_spans(conn, institutions, first, end))
    clipped = [(n, span.within(*time)) for n, time in enumerate(times) for span in hung]
    spans = [(n, span) for n, span in clipped if span.first < span.end]
    rows = conn.execute(
        sql("portfolio", "span_use"),
        {
            "meter_ids": [span.meter_id for _, span in spans],
            "firsts": [span.first for _, span in spans],
            "ends": [span.end for _, span in spans],
        },
    ).fetchall()
    counted = {n - 1: (amount, unmeasured, covered) for n, amount, unmeasured, covered in rows}
    grouped: dict[tuple[int, int, str], list[int]] = defaultdict(list)
    for number, (n, span) in enumerate(spans):
        grouped[n, span.institution_id, span.medium].append(number)
    found: list[dict[int, dict[str, MediumUse]]] = [defaultdict(dict) for _ in times]
    plain = [span for _, span in spans]
    for (n, institution, medium), numbers in grouped.items():
        if medium in _SOURCES or any(number in counted for number in numbers):
            found[n][institution][medium] = _united(numbers, plain, counted)
    return found


def inherited_facts(conn: Connection, institutions: Collection[int]) -> list[InheritedFact]:
    """Use, climate zone and region by institution, the nearest note first."""
    rows = conn.execute(sql("portfolio", "inherited"), {"institutions": list(institutions)})
    return [
        InheritedFact(organisation, FactKind(kind), value, first, end)
        for organisation, kind, value, first, end in rows
    ]


def denominators(conn: Connection) -> list[Denominator]:
    """Floor areas and headcounts of all places, by place and time."""
    return [
        Denominator(organisation, FactKind(kind), Decimal(value), first, end)
        for organisation, kind, value, first, end in conn.execute(sql("portfolio", "denominators"))
    ]


def declarations(
    conn: Connection, institutions: Collection[int], years: Collection[int]
) -> list[Declaration]:
    """The newest declared amount of each kind, by institution and year."""
    arguments = {"institutions": list(institutions), "years": list(years)}
    with conn.cursor(row_factory=class_row(Declaration)) as cursor:
        return cursor.execute(sql("portfolio", "declarations"), arguments).fetchall()


def declare(
    conn: Connection, organisation_id: int, year: int, what: str, amount: Decimal, document: str
) -> None:
    """Add an amount; it takes the place of an earlier one of its kind, which stays to be seen.

    Raises
    ------
    psycopg.errors.InsufficientPrivilege
        When the current person does not administer the institution.
    """
    arguments = {
        "organisation_id": organisation_id,
        "year": year,
        "what": what,
        "amount": amount,
        "document": document,
    }
    conn.execute(sql("portfolio", "declare"), arguments)


def _united(
    numbers: Sequence[int],
    spans: Sequence[MeterSpan],
    counted: Mapping[int, tuple[float, float, int]],
) -> MediumUse:
    found = [counted[n] for n in numbers if n in counted]
    wanted_s = sum((spans[n].end - spans[n].first).total_seconds() for n in numbers)
    return MediumUse(
        amount=sum(amount for amount, _, _ in found),
        unmeasured=sum(unmeasured for _, unmeasured, _ in found),
        coverage=sum(covered for _, _, covered in found) / wanted_s,
        meters=len({spans[n].meter_id for n in numbers} - {None}),
    )


def institution_spans(
    conn: Connection, institutions: Collection[int], first: datetime, end: datetime
) -> Iterator[MeterSpan]:
    """When which meter was uppermost, and when none was, by institution and medium."""
    arguments = {"institutions": list(institutions), "first": first, "last": end}
    own: dict[tuple[int, str], list[Position]] = defaultdict(list)
    for institution, medium, meter, parent, role, since, until in conn.execute(
        sql("portfolio", "own_positions"), arguments
    ):
        position = Position(meter, parent, MeterRole(role), since, until, here=True)
        own[institution, medium].append(position)
    everyone = {position.meter_id for positions in own.values() for position in positions}
    above: dict[int, list[Position]] = defaultdict(list)
    for meter, parent, role, since, until in conn.execute(
        sql("portfolio", "ancestors"), {**arguments, "meter_ids": list(everyone)}
    ):
        above[meter].append(Position(meter, parent, MeterRole(role), since, until, here=False))
    for (institution, medium), positions in own.items():
        whole = [*positions, *_between(positions, above)]
        for forest in forests(whole, first, end):
            span = forest.first, forest.end
            for meter in forest.uppermost or (None,):
                yield MeterSpan(institution, medium, meter, *span)
            for meter in forest.plants:
                yield MeterSpan(institution, PV_GENERATED, meter, *span)
            for meter in (*forest.fed_in, *((None,) if forest.unwatched else ())):
                yield MeterSpan(institution, FED_IN, meter, *span)


def _between(
    positions: Sequence[Position], above: Mapping[int, Sequence[Position]]
) -> Iterator[Position]:
    """Positions of meters elsewhere that may connect two of the institution's."""
    seen = {position.meter_id for position in positions}
    queue = [position.parent_id for position in positions]
    while queue:
        meter = queue.pop()
        if meter is None or meter in seen:
            continue
        seen.add(meter)
        for position in above.get(meter, ()):
            yield position
            queue.append(position.parent_id)
