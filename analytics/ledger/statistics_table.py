"""The yearly tables of one institution, and their sums by department, region and class. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from analytics.ledger.exact import total
from analytics.ledger.statistics_cell import Cell, Grade, worst
from domain.statistics_item import StatisticsItem, statistics_items


@dataclass(frozen=True, slots=True)
class Identity:
    """By what an institution is known and grouped; empty where nobody has said.

    Attributes
    ----------
    credit_code : str
        Unified social credit code, as it was entered.
    institution_class : str
        A slug of `domain.institution_class`.
    department : str
        The department or system it belongs to.
    region : str
        Administrative code of six digits.
    """

    organisation_id: int
    code: str
    name_zh: str
    name_en: str
    credit_code: str
    institution_class: str
    department: str
    region: str


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything the statistics ask one institution for in a year, by item.

    Attributes
    ----------
    stated_before : mapping of str to int
        Items of which it stated something for an earlier year only, and that year.
    founded_on : date or None
        Day of the year on which the institution was founded: the tables are of the days from then
        on. None where it stood before.
    """

    year: int
    identity: Identity
    cells: Mapping[str, Cell]
    stated_before: Mapping[str, int] = field(default_factory=dict)
    founded_on: date | None = None

    @property
    def days(self) -> tuple[date, date]:
        """What they are of, half-open: the year, or the part in which the institution stood."""
        return self.founded_on or date(self.year, 1, 1), date(self.year + 1, 1, 1)

    @property
    def share(self) -> Fraction:
        """Share of the year's days that they are of. [1]."""
        first, end = self.days
        return Fraction((end - first).days, (end - date(self.year, 1, 1)).days)

    @property
    def is_part(self) -> bool:
        """Whether they are of a part of the year only."""
        return self.share < 1

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing in any table."""
        return all(cell.is_whole for cell in self.cells.values())


@dataclass(frozen=True, slots=True)
class SummaryCell:
    """A number summed over institutions.

    Attributes
    ----------
    amount : Decimal or None
        Of those that have one; None where none has.
    cost : Decimal or None
        Likewise. [CNY]
    grade : Grade
        The worst that is in it; of the missing, `partial` and `missing` tell.
    whole, partial, missing : int
        Institutions of which all, a part and nothing is known.
    unpaid : int
        Institutions of which an amount is known, and not all that was paid in the year: `cost`
        lacks it. 0 of an item that has no price.
    """

    item: StatisticsItem
    amount: Decimal | None
    cost: Decimal | None
    grade: Grade
    whole: int
    partial: int
    missing: int
    unpaid: int


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """A group of institutions.

    Attributes
    ----------
    whole : int
        Of how many nothing is missing.
    part_year : int
        How many were founded in the year, and are in the sums with their part of it.
    """

    group: str
    institutions: int
    whole: int
    part_year: int
    cells: Mapping[str, SummaryCell]


def summaries(tables: Iterable[Tables], group_of: Callable[[Identity], str]) -> list[SummaryRow]:
    """Sum institutions by group, groups in their order; who has no group is one group, ``""``."""
    grouped: dict[str, list[Tables]] = defaultdict(list)
    for each in tables:
        grouped[group_of(each.identity)].append(each)
    return [summary(group, grouped[group]) for group in sorted(grouped)]


def summary(group: str, tables: Iterable[Tables]) -> SummaryRow:
    """Sum some institutions."""
    members = list(tables)
    cells = {
        key: _summed(item, [each.cells[key] for each in members])
        for key, item in statistics_items().items()
    }
    whole = sum(each.is_whole for each in members)
    part_year = sum(each.is_part for each in members)
    return SummaryRow(group, len(members), whole, part_year, cells)


def _summed(item: StatisticsItem, cells: list[Cell]) -> SummaryCell:
    amounts = [cell.amount for cell in cells if cell.amount is not None]
    costs = [cell.cost for cell in cells if cell.cost is not None]
    whole = sum(cell.is_whole for cell in cells)
    return SummaryCell(
        item,
        total(amounts) if amounts else None,
        total(costs) if costs else None,
        worst(cell.grade for cell in cells if cell.amount is not None),
        whole,
        len(amounts) - whole,
        len(cells) - len(amounts),
        sum(_lacks_payment(cell) for cell in cells),
    )


def _lacks_payment(cell: Cell) -> bool:
    if cell.item.plain_price is None or cell.amount is None:
        return False
    return not (cell.is_whole and cell.has_whole_cost)
