"""One number of the yearly statistics: the sum of what, how good, and what is missing. Pure.

Missing is not zero: a year of which months are missing is the sum of the others and says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from analytics.ledger.exact import difference, total
from domain.statistics_item import StatisticsItem

MONTHS = 12
ZERO = Decimal(0)


class Grade(StrEnum):
    """How good an amount is, from the best to the worst."""

    MEASURED = "measured"
    DERIVED = "derived"
    MANUAL = "manual"
    ESTIMATED = "estimated"
    MISSING = "missing"


class Source(StrEnum):
    """Where an amount is from."""

    METERS = "meters"
    ENTRIES = "entries"
    """Entered by one person and approved by another."""
    DECLARATION = "declaration"
    """A document about the whole year."""
    RECORD = "record"
    """What the institution states of itself for the statistics."""
    FACTS = "facts"
    """Dated facts of its places."""


_ORDER = tuple(Grade)


@dataclass(frozen=True, slots=True)
class MonthAmount:
    """What one source says of a month.

    Attributes
    ----------
    amount : Decimal
        In the item's unit.
    cost : Decimal or None
        What was paid; None where nobody said. [CNY]
    price : Decimal or None
        As it was written beside amount and cost. [CNY per unit]
    is_whole : bool
        Whether it is of every day of the month.
    references : tuple of str
        What it can be looked up by: codes of meters, numbers of entries.
    """

    month: int
    amount: Decimal
    source: Source
    grade: Grade
    cost: Decimal | None = None
    price: Decimal | None = None
    is_whole: bool = True
    references: tuple[str, ...] = ()

    @property
    def is_firm(self) -> bool:
        """Whether nothing of it is missing or guessed."""
        return self.is_whole and self.grade is not Grade.ESTIMATED


@dataclass(frozen=True, slots=True)
class YearAmount:
    """What a document or the institution says of the whole year."""

    amount: Decimal
    source: Source
    grade: Grade
    reference: str
    cost: Decimal | None = None
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a cell.

    Attributes
    ----------
    counted : MonthAmount
        What is in the sum.
    beside : MonthAmount or None
        What the other source says of the same month; never added.
    """

    counted: MonthAmount
    beside: MonthAmount | None = None

    @property
    def cost(self) -> Decimal | None:
        """What was paid. Both sources speak of one payment. [CNY]."""
        if self.counted.cost is not None or self.beside is None:
            return self.counted.cost
        return self.beside.cost

    @property
    def difference(self) -> Decimal | None:
        """What is counted minus what stands beside it; None where nothing does."""
        if self.beside is None:
            return None
        return difference(self.counted.amount, self.beside.amount)


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of one institution and year.

    Attributes
    ----------
    amount : Decimal or None
        In the item's unit; None where nothing is known.
    cost : Decimal or None
        Sum of the costs that are known; None where none is. [CNY]
    grade : Grade
        The worst that is in it.
    sources : tuple of Source
    months : mapping of int to Month
        Months of which something is known.
    whole_months : tuple of int
        Those of which nothing is missing.
    is_whole : bool
        Whether nothing of the year is missing.
    year : YearAmount or None
        What was said of the whole year, whether it counts or stands beside the months.
    parts : tuple of Cell
        Of a number that several kinds make up, each of them by its own sources.
    first_month : int
        The first that is asked for: that of its founding, of an institution founded in the year.
    """

    item: StatisticsItem
    amount: Decimal | None
    cost: Decimal | None
    grade: Grade
    sources: tuple[Source, ...]
    months: Mapping[int, Month]
    whole_months: tuple[int, ...]
    is_whole: bool
    year: YearAmount | None = None
    parts: tuple["Cell", ...] = ()
    first_month: int = 1

    @property
    def asked_months(self) -> int:
        """How many months the year has for this institution."""
        return MONTHS + 1 - self.first_month

    @property
    def missing_months(self) -> tuple[int, ...]:
        """Months that the year lacks, or has only in part."""
        if self.is_whole:
            return ()
        asked = range(self.first_month, MONTHS + 1)
        return tuple(month for month in asked if month not in self.whole_months)

    @property
    def is_of_year(self) -> bool:
        """Whether what was said of the whole year counts, and its months do not."""
        return self.year is not None and self.sources == (self.year.source,)

    @property
    def has_whole_cost(self) -> bool:
        """Whether it is known what was paid for every month in which something was used."""
        if self.parts:
            return all(part.has_whole_cost for part in self.parts)
        if not self.amount:
            return self.amount is not None
        if self.is_of_year:
            return self.cost is not None
        return all(each.cost is not None for each in self.months.values() if each.counted.amount)


def year_cell(
    item: StatisticsItem,
    metered: Iterable[MonthAmount],
    entered: Iterable[MonthAmount],
    year: YearAmount | None = None,
    first_month: int = 1,
) -> Cell:
    """Unite what meters counted, what was entered and what was declared; nothing counts twice.

    A month's metered amount counts where it is of the whole month and nothing in it is estimated;
    else the approved entry; else what the meters have. Twelve whole months count before an amount
    of the whole year, and that before fewer months, unless these already come to more. Of an
    institution founded in the year they are those from `first_month` on; nothing earlier counts.
    """
    months = {
        month: each for month, each in _months(metered, entered).items() if month >= first_month
    }
    asked = MONTHS + 1 - first_month
    whole = tuple(m for m, each in months.items() if each.counted.is_whole)
    so_far = total(each.counted.amount for each in months.values())
    if len(whole) < asked and year is not None and year.amount >= so_far:
        return Cell(
            item,
            year.amount,
            year.cost,
            year.grade,
            (year.source,),
            months,
            whole,
            year.is_whole,
            year,
            first_month=first_month,
        )
    if not months:
        return Cell(
            item, None, None, Grade.MISSING, (), {}, (), is_whole=False, first_month=first_month
        )
    counted = [each.counted for each in months.values()]
    costs = [each.cost for each in months.values() if each.cost is not None]
    return Cell(
        item,
        so_far,
        total(costs) if costs else None,
        worst(each.grade for each in counted),
        tuple(source for source in Source if source in {each.source for each in counted}),
        months,
        whole,
        len(whole) == asked,
        year,
        first_month=first_month,
    )


def summed(cells: Sequence[Cell]) -> Cell:
    """One number that several kinds make up, such as LPG and cooling, each by its own source.

    Parameters
    ----------
    cells : sequence of Cell
        At least one, of one item; what one source says of a kind takes no other kind's place.
    """
    if len(cells) == 1:
        return cells[0]
    monthly = [each for each in cells if not each.is_of_year]
    amounts = [each.amount for each in cells if each.amount is not None]
    costs = [each.cost for each in cells if each.cost is not None]
    sources = {source for each in cells for source in each.sources}
    numbers = sorted({month for each in monthly for month in each.months})
    return Cell(
        cells[0].item,
        total(amounts) if amounts else None,
        total(costs) if costs else None,
        worst(each.grade for each in cells),
        tuple(source for source in Source if source in sources),
        {number: _month_of([each.months.get(number) for each in monthly]) for number in numbers},
        tuple(n for n in numbers if all(n in each.whole_months for each in monthly)),
        all(each.is_whole for each in cells),
        parts=tuple(cells),
        first_month=cells[0].first_month,
    )


def _month_of(said: Sequence[Month | None]) -> Month:
    """A month of several kinds; not whole where nobody said anything of one."""
    known = [each for each in said if each is not None]
    counted = _added([each.counted for each in known], is_whole=len(known) == len(said))
    if all(each.beside is None for each in known):
        return Month(counted)
    beside = [each.beside or each.counted for each in known]
    return Month(counted, _added(beside, is_whole=len(known) == len(said)))


def _added(said: Sequence[MonthAmount], *, is_whole: bool) -> MonthAmount:
    costs = [each.cost for each in said if each.cost is not None]
    return MonthAmount(
        said[0].month,
        total(each.amount for each in said),
        said[0].source,
        worst(each.grade for each in said),
        total(costs) if len(costs) == len(said) else None,
        None,
        is_whole and all(each.is_whole for each in said),
        tuple(reference for each in said for reference in each.references),
    )


def fact_cell(item: StatisticsItem, said: YearAmount | None) -> Cell:
    """A number that is not the sum of months."""
    return year_cell(item, (), (), said)


def worst(grades: Iterable[Grade]) -> Grade:
    """The worst of several grades; missing of none."""
    return max(grades, key=_ORDER.index, default=Grade.MISSING)


def _months(metered: Iterable[MonthAmount], entered: Iterable[MonthAmount]) -> dict[int, Month]:
    counted = {each.month: each for each in metered}
    typed = {each.month: each for each in entered}
    found = {}
    for month in sorted(counted.keys() | typed.keys()):
        meters, entry = counted.get(month), typed.get(month)
        if meters is None or entry is None:
            found[month] = Month(_only(meters, entry))
        elif meters.is_firm:
            found[month] = Month(meters, entry)
        else:
            found[month] = Month(entry, meters)
    return found


def _only(meters: MonthAmount | None, entry: MonthAmount | None) -> MonthAmount:
    found = entry if meters is None else meters
    assert found is not None  # noqa: S101 - a month has a source, else it is not in the list
    return found
