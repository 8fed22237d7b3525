"""What metered use costs, line by line with the formula behind each. Pure; money is Decimal.

A line is rounded half up to 0.01 and the total is the sum of rounded lines. What cannot be priced
is named as a gap and left out: a missing price, register or hour is never taken for zero.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby

from analytics.ledger.basic_charge import Connection
from analytics.ledger.cost_line import Cost, Gap, Line
from analytics.ledger.metered import Amount, Metered, metered, total
from analytics.ledger.month_charge import Month, month_lines
from analytics.ledger.tier_price import portions, span_begins
from analytics.ledger.timetable import Slice, Timetable
from domain.errors import MissingInputError
from domain.money import cents, exact
from domain.power_factor import PowerFactorTable
from domain.power_factor_file import power_factor_tables
from domain.price_book import Price, PriceBook
from domain.sentence import Sentence
from domain.tariff import Component, Tiers
from domain.time_of_use import Period

_SLACK_S = 1
"""So much time without a figure is one of rounding. [s]"""
UsedBefore = Callable[[date, date], Decimal | None]
"""What was used on local days [first, end); None when not all of it is known."""


@dataclass(frozen=True, slots=True)
class Point:
    """What is known of a metering point beside what it counted.

    Attributes
    ----------
    unit : str
        Unit of its register, such as kWh or m3.
    connections : mapping of date to Connection
        By first day of the month.
    used_before : callable
        Answers how much was used between the beginning of a tier's span and the timetable.
    power_factors : mapping of str to PowerFactorTable
        Tables of the adjustment by their standard; those that come along, which nobody has checked.
    """

    unit: str
    connections: Mapping[date, Connection]
    used_before: UsedBefore = lambda _first, _end: None
    power_factors: Mapping[str, PowerFactorTable] = field(default_factory=power_factor_tables)

    def connection(self, month: date) -> Connection:
        """What is known of a month."""
        return self.connections.get(month, Connection())


def cost(timetable: Timetable, amounts: Iterable[Amount], book: PriceBook, point: Point) -> Cost:
    """Price what a meter counted, on the days of a timetable."""
    sums = metered(timetable, amounts)
    lines: list[Line] = []
    gaps: list[Gap] = []
    numbered = list(enumerate(timetable.slices))
    for month, parts in groupby(numbered, key=lambda part: part[1].month):
        numbers = [number for number, _ in parts]
        slices = [timetable.slices[number] for number in numbers]
        here: list[Line | Gap] = []
        for number in numbers:
            here += _slice_lines(number, timetable, sums, book, point)
        energy = total(row for (number, _), row in sums.items() if number in numbers)
        billed = tuple(each for each in here if isinstance(each, Line))
        connection = point.connection(month)
        missing = tuple(each for each in here if isinstance(each, Gap))
        month_so_far = exact(energy.value)
        closing = Month(slices, billed, missing, month_so_far, connection, point.power_factors)
        here += month_lines(closing)
        lines += [each for each in here if isinstance(each, Line)]
        gaps += [each for each in here if isinstance(each, Gap)]
    return Cost(tuple(lines), tuple(gaps))


def _slice_lines(
    number: int,
    timetable: Timetable,
    sums: Mapping[tuple[int, Period], Metered],
    book: PriceBook,
    point: Point,
) -> Iterator[Line | Gap]:
    """Lines of all price components of one slice, and what is missing of it."""
    piece = timetable.slices[number]
    own = {period: row for (n, period), row in sums.items() if n == number}
    whole = total(own.values())
    missing_s = whole.lasting_s - whole.covered_s
    if missing_s > _SLACK_S:
        detail = Sentence(
            "hours_without_use",
            "{missing} of {hours} h have no figure",
            missing=f"{missing_s / 3600:.2f}",
            hours=f"{whole.lasting_s / 3600:.2f}",
        )
        yield Gap("hours", piece.first_day, piece.end_day, detail)
    for component in piece.version.components:
        for period in piece.version.periods_of(component):
            found = whole if period is None else own.get(period)
            if found is None or found.covered_s == 0:
                continue
            try:
                if component.tiers is None:
                    price = book.find(piece.version, component, piece.month, period)
                    yield _line(component, period, piece, found, point.unit, price)
                else:
                    before = _used_before(component.tiers, number, timetable, sums, point)
                    yield from _tier_lines(component, component.tiers, piece, found, before, point)
            except MissingInputError as error:
                yield Gap(error.code, piece.first_day, piece.end_day, error.reason)


def _line(
    component: Component,
    period: Period | None,
    piece: Slice,
    found: Metered,
    unit: str,
    price: Price,
    *,
    amount: Decimal | None = None,
) -> Line:
    quantity = exact(found.value) if amount is None else amount
    return Line(
        item="fund" if component.fund else "energy",
        name=component.name,
        period=period,
        first_day=piece.first_day,
        end_day=piece.end_day,
        quantity=quantity,
        unit=unit,
        price=price.value,
        amount=cents(quantity * price.value),
        basis=price.basis,
        checked=price.checked and piece.version.provenance.checked,
        formula=f"{plain(quantity)} {unit} x {price.value} CNY/{unit}",
        billed=not component.inside,
        unmeasured=min(exact(found.unmeasured), abs(quantity)),
        unshaped=min(exact(found.unshaped), abs(quantity)),
    )


def _tier_lines(
    component: Component,
    tiers: Tiers,
    piece: Slice,
    found: Metered,
    before: Decimal,
    point: Point,
) -> Iterator[Line]:
    quota = point.connection(piece.month).quota
    for each in portions(tiers, exact(found.value), before=before, quota=quota):
        name = f"{component.name}/{each.tier}"
        price = Price(each.price, "fixed", piece.version.provenance.checked)
        part = Component(name, fund=component.fund, inside=component.inside)
        yield _line(part, None, piece, found, point.unit, price, amount=each.amount)


def _used_before(
    tiers: Tiers,
    number: int,
    timetable: Timetable,
    sums: Mapping[tuple[int, Period], Metered],
    point: Point,
) -> Decimal:
    """What the tier's span had used before a slice: earlier slices, and what came before them."""
    slices = timetable.slices
    begin = span_begins(tiers, slices[number].first_day)
    earlier = [n for n in range(number) if slices[n].first_day >= begin]
    here = total(row for (n, _), row in sums.items() if n in earlier)
    used = exact(here.value)
    known = here.lasting_s - here.covered_s <= _SLACK_S
    if known and begin >= slices[0].first_day:
        return used
    before = point.used_before(begin, slices[0].first_day) if known else None
    if before is None:
        reason = Sentence(
            "no_tier_history",
            "the tier wants the use since {begin}, which is not known",
            begin=begin,
        )
        raise MissingInputError(reason, code="earlier_use")
    return used + before


def plain(number: Decimal) -> str:
    """A number without idle zeros."""
    return f"{number.normalize():f}"
