"""Paragraphs for an annual report of an institution: energy, water and vehicles of a year."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from psycopg import Connection

from analytics.fleet_accounts.period import FleetPeriod, months_of
from analytics.institution.asked_report import AskedReport
from analytics.institution.fleet_report import displaced_in
from analytics.ledger.carbon import Figure, same_carriers
from analytics.ledger.energy_use import UNIT, Carrier
from analytics.ledger.indicator import relative_change
from analytics.ledger.institution_year import CARRIER_OF_MEDIUM
from analytics.portfolio.figures import Member, Portfolio
from analytics.reports.paper import Cell, Drawn, Table, because, figure, listed, named, say
from domain.errors import MissingInputError
from domain.indicator import IndicatorName
from domain.sentence import Sentence

_THOUSAND = Decimal(1000)
_HUNDRED = Decimal(100)


def draw_annual(conn: Connection, asked: AskedReport) -> Drawn:
    """Draw the paragraphs from what is known now.

    Raises
    ------
    MissingInputError
        If nothing of the year is known, or no day of it is over.
    """
    firmness = asked.firmness
    member, before = year_and_before(conn, asked)
    if not member.figures.use.amounts:
        reason = Sentence(
            "nothing_of_year",
            "nothing is known of the energy and water of {place} in {year}",
            place=asked.institution.code,
            year=asked.year,
        )
        raise MissingInputError(reason, code="year")
    standing = [firmness]
    if not member.is_comparable:
        standing.append(say("year_not_whole"))
    if member.figures.missing:
        standing.append(
            say("year_missing", why=listed([because(each) for each in member.figures.missing]))
        )
    months = months_of(asked.institution, *asked.days)
    period = FleetPeriod(conn, asked.institution, months, now=asked.now)
    vehicles, displaced = [say("annual_no_vehicle")], list[Sequence[Cell]]()
    if period.vehicles:
        vehicles, displaced = displaced_in(conn, asked, period)
    return Drawn(
        standing,
        [*_energy(asked, member, before), *_water(asked, member, before), *vehicles],
        (
            Table(
                "annual_use",
                ("what", "amount_of_year", "unit", "covered_pct", "by_hand", "year_before"),
                uses(member, before),
            ),
            Table(
                "annual_totals",
                ("what", "value", "unit", "year_before", "change_pct"),
                totals(member, before),
            ),
            Table("fleet_displacement", ("what", "value", "unit", "basis"), displaced),
        ),
        frozenset(period.vehicles),
    )


def year_and_before(conn: Connection, asked: AskedReport) -> tuple[Member, Member | None]:
    """Figures of the year, and of the one before where they can be held against each other.

    Raises
    ------
    MissingInputError
        If nothing is known of the institution in that year.
    """
    years = Portfolio(conn, asked.factors, now=asked.now).years([asked.year, asked.year - 1])
    member = years[asked.year].get(asked.institution.id)
    if member is None:
        reason = Sentence(
            "nothing_of_year",
            "nothing is known of the energy and water of {place} in {year}",
            place=asked.institution.code,
            year=asked.year,
        )
        raise MissingInputError(reason, code="year")
    before = years[asked.year - 1].get(asked.institution.id)
    alike = before is not None and before.is_comparable and member.is_comparable
    return member, before if alike and member.figures.is_over else None


def _energy(asked: AskedReport, member: Member, before: Member | None) -> Iterator[dict[str, Any]]:
    row, figures = asked.institution, member.figures
    used = [
        say("annual_amount", what=say(carrier.value), amount=figure(amount), unit=UNIT[carrier])
        for carrier, amount in figures.use.amounts.items()
        if carrier is not Carrier.WATER
    ]
    about: dict[str, Cell] = {"year": asked.name, "name": named(row.name_zh, row.name_en)}
    if used:
        yield say("annual_energy", **about, uses=listed(used))
    past = None if before is None else before.figures
    for key, found, earlier in (
        ("annual_coal", figures.energy, None if past is None else past.energy),
        ("annual_co2", figures.co2, None if past is None else past.co2),
    ):
        alike = same_carriers(found, earlier)
        total = whole(found)
        if total is None:
            yield say(f"{key}_untold")
            continue
        yield say(
            key,
            amount=figure(total / _THOUSAND),
            set=asked.factors.id,
            change=_change(total, whole(earlier) if alike else None),
        )
    rates = (IndicatorName.ENERGY_PER_AREA, IndicatorName.ENERGY_PER_PERSON)
    told = [*_rates(member, rates)]
    if told:
        yield say("annual_rates", rates=listed(told))


def _water(asked: AskedReport, member: Member, before: Member | None) -> Iterator[dict[str, Any]]:
    amount = member.figures.use.amounts.get(Carrier.WATER)
    if amount is None:
        yield say("annual_no_water")
        return
    earlier = None if before is None else before.figures.use.amounts.get(Carrier.WATER)
    yield say(
        "annual_water", year=asked.name, amount=figure(amount), change=_change(amount, earlier)
    )
    told = [*_rates(member, (IndicatorName.WATER_PER_PERSON,))]
    yield say("annual_rates", rates=listed(told)) if told else say("annual_no_head")


def whole(found: Figure | None) -> Decimal | None:
    """A sum in which nothing that was used is missing; else None: a part would be taken for it."""
    return found.value if found is not None and found.is_whole and found.lines else None


def _rates(member: Member, names: Sequence[IndicatorName]) -> Iterator[dict[str, Any]]:
    for name in names:
        value = member.figures.value(name)
        if value is not None:
            yield say("annual_amount", what=say(name.value), amount=figure(value), unit=name.unit)


def _change(now: Decimal, then: Decimal | None) -> Cell:
    """How much more or less than a year before, in words; nothing where that cannot be said."""
    share = relative_change(now, then)
    if share is None:
        return ""
    if not share:
        return say("year_same")
    return say("year_more" if share > 0 else "year_less", share=figure(abs(share) * _HUNDRED))


def uses(member: Member, before: Member | None) -> Iterator[Sequence[Cell]]:
    """Rows of what was used, how much of the time is covered, and a year before."""
    covered = {CARRIER_OF_MEDIUM[name]: each.coverage for name, each in member.media.items()}
    earlier = {} if before is None else before.figures.use.amounts
    by_hand = {kind.value: use for kind, use in member.manual.items()}
    for carrier, amount in member.figures.use.amounts.items():
        entered = by_hand.get(f"{carrier}_{UNIT[carrier].lower()}")
        yield (
            say(carrier.value),
            figure(amount),
            UNIT[carrier],
            figure(covered[carrier] * 100) if carrier in covered else None,
            figure(entered.counted) if entered is not None and entered.months else Decimal(0),
            figure(earlier.get(carrier)),
        )


def totals(member: Member, before: Member | None) -> Iterator[Sequence[Cell]]:
    """Rows of coal equivalent, CO2 and indicators, and a year before if that is the same sum."""

    def row(what: str, unit: str, now: Decimal | None, then: Decimal | None) -> Sequence[Cell]:
        share = relative_change(now, then)
        change = None if share is None else figure(share * _HUNDRED)
        return say(what), figure(now), unit, figure(then), change

    figures, earlier = member.figures, None if before is None else before.figures
    for what, unit, now, past in (
        ("coal_equivalent", "kgce", figures.energy, None if earlier is None else earlier.energy),
        ("co2", "kgCO2", figures.co2, None if earlier is None else earlier.co2),
    ):
        yield row(what, unit, whole(now), whole(past) if same_carriers(now, past) else None)
    for each in figures.indicators:
        alike = earlier is not None and figures.is_alike(each.name, earlier)
        then = earlier.value(each.name) if earlier is not None and alike else None
        yield row(each.name.value, each.name.unit, each.value, then)
