"""What is wrong or odd in an institution's yearly tables, each with its place. Pure.

Two weights: what refuses the official table, and what a person must comment on before it is made.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from analytics.ledger.exact import difference, product
from analytics.ledger.statistics_cell import Cell, Grade, MonthAmount
from analytics.ledger.statistics_table import Identity, Tables
from domain.credit_code import checked_credit_code
from domain.money import cents
from domain.statistics_item import ItemKind, Table

YEAR_ON_YEAR: Mapping[ItemKind, Decimal] = {
    ItemKind.ENERGY: Decimal("0.15"),
    ItemKind.PART: Decimal("0.15"),
    ItemKind.WATER: Decimal("0.25"),
}
"""Changes from year to year beyond these are asked about in practice. [1]"""
PLAIN_INTENSITY: Mapping[tuple[str, str], tuple[Decimal, Decimal]] = {
    ("electricity", "area_m2"): (Decimal(5), Decimal(400)),
    ("electricity", "persons"): (Decimal(100), Decimal(20_000)),
    ("water", "area_m2"): (Decimal("0.05"), Decimal(10)),
    ("water", "persons"): (Decimal(1), Decimal(300)),
    ("natural_gas", "area_m2"): (Decimal(0), Decimal(60)),
    ("heat", "area_m2"): (Decimal("0.02"), Decimal("1.5")),
}
"""Use per m2 and per person that needs no explanation: wide, our own judgement."""
_STEP = Decimal("0.001")
_CENT = Decimal("0.01")


class Weight(StrEnum):
    """What follows from a finding."""

    REFUSES = "refuses"
    """There is no official table with it."""
    WANTS_COMMENT = "wants_comment"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something found, with its place.

    Attributes
    ----------
    item : str
        Key of the cell, or of the field of the basic table (``credit_code``).
    code : str
        What it is.
    seen, wanted : str
        In figures; the same in every language.
    """

    organisation_id: int
    table: Table
    item: str
    code: str
    seen: str
    wanted: str
    weight: Weight


def findings(tables: Tables, earlier: Tables | None) -> list[Finding]:
    """Everything that is found in one institution's tables.

    Parameters
    ----------
    earlier : Tables or None
        Those of the year before. An item is compared only where both years are whole, and neither
        is the part of one that an institution founded in it has.
    """
    if earlier is not None and (tables.is_part or earlier.is_part):
        earlier = None
    found = list(_of_identity(tables.identity))
    for key, cell in tables.cells.items():
        found += _of_completeness(tables, cell)
        found += _of_year(tables, cell)
        found += _of_cost(tables, cell)
        if earlier is not None:
            found += _of_change(tables, cell, earlier.cells[key])
    found += _of_intensity(tables)
    found += _of_parts(tables)
    return found


def _of_identity(identity: Identity) -> Iterator[Finding]:
    def tell(item: str, code: str, seen: str, wanted: str) -> Finding:
        place = (identity.organisation_id, Table.BASIC, item)
        return Finding(*place, code, seen, wanted, Weight.REFUSES)

    for item, value in (
        ("credit_code", identity.credit_code),
        ("institution_class", identity.institution_class),
        ("department", identity.department),
        ("region", identity.region),
    ):
        if not value:
            yield tell(item, "missing", "", "")
    if identity.credit_code:
        try:
            checked_credit_code(identity.credit_code)
        except ValueError as error:
            yield tell("credit_code", "wrong_credit_code", identity.credit_code, str(error))


def _of_completeness(tables: Tables, cell: Cell) -> Iterator[Finding]:
    before = tables.stated_before.get(cell.item.key)
    if cell.amount is None and before is not None:
        yield _refusal(tables, cell, "stated_before", str(before), str(tables.year))
    elif cell.amount is None:
        yield _refusal(tables, cell, "missing", "", cell.item.unit)
    elif not cell.is_whole and cell.item.is_monthly:
        lacking = ", ".join(str(month) for month in cell.missing_months)
        asked = cell.asked_months
        seen = f"{len(cell.whole_months)} / {asked}"
        yield _refusal(tables, cell, "incomplete", f"{seen} (- {lacking})", f"{asked} / {asked}")
    elif not cell.is_whole:
        yield _refusal(tables, cell, "not_every_day", "", "")
    guessed = [m for m, each in cell.months.items() if each.counted.grade is Grade.ESTIMATED]
    if cell.grade is Grade.ESTIMATED:
        yield _refusal(tables, cell, "estimated", ", ".join(map(str, guessed)), "")


def _of_year(tables: Tables, cell: Cell) -> Iterator[Finding]:
    """The year as it was declared against the sum of its months."""
    if cell.year is None or not cell.months or cell.is_of_year:
        return
    if cell.amount is not None and cell.amount != cell.year.amount:
        seen = f"{cell.year.amount:f} {cell.item.unit}"
        yield _query(tables, cell, "not_sum_of_months", seen, f"{cell.amount:f}")


def _of_cost(tables: Tables, cell: Cell) -> Iterator[Finding]:
    plain = cell.item.plain_price
    if plain is None or not cell.amount:
        return
    if not cell.has_whole_cost:
        lacking = [m for m, each in cell.months.items() if each.cost is None]
        yield _query(tables, cell, "cost_missing", ", ".join(map(str, lacking)), "CNY")
    elif cell.cost is not None:
        price = (cell.cost / cell.amount).quantize(_STEP, ROUND_HALF_UP)
        if not plain[0] <= price <= plain[1]:
            wanted = f"{plain[0]} .. {plain[1]} CNY/{cell.item.unit}"
            yield _query(tables, cell, "odd_price", f"{price} CNY/{cell.item.unit}", wanted)
    for each in cell.months.values():
        for said in (each.counted, each.beside):
            if said is not None:
                yield from _of_price(tables, cell, said)


def _of_price(tables: Tables, cell: Cell, said: MonthAmount) -> Iterator[Finding]:
    if said.price is None or said.cost is None:
        return
    due = cents(product(said.amount, said.price))
    if abs(difference(due, said.cost)) > _CENT:
        seen = f"{tables.year}-{said.month:02d}: {said.cost:f} CNY"
        wanted = f"{said.amount:f} x {said.price:f} = {due:f} CNY"
        yield _query(tables, cell, "not_amount_times_price", seen, wanted)


def _of_change(tables: Tables, cell: Cell, then: Cell) -> Iterator[Finding]:
    bound = YEAR_ON_YEAR.get(cell.item.kind)
    if bound is None or not (cell.is_whole and then.is_whole):
        return
    assert cell.amount is not None  # noqa: S101 - a whole cell has an amount
    assert then.amount is not None  # noqa: S101 - likewise
    if cell.amount == then.amount:
        return
    if not then.amount:
        seen = f"0 -> {cell.amount:f} {cell.item.unit}"
        yield _query(tables, cell, "year_on_year", seen, f"+-{bound:.0%}")
        return
    change = difference(cell.amount, then.amount) / then.amount
    if abs(change) > bound:
        seen = f"{change:+.1%} ({then.amount:f} -> {cell.amount:f} {cell.item.unit})"
        yield _query(tables, cell, "year_on_year", seen, f"+-{bound:.0%}")


def _of_intensity(tables: Tables) -> Iterator[Finding]:
    for (key, per), (least, greatest) in PLAIN_INTENSITY.items():
        cell, over = tables.cells[key], tables.cells[per]
        if not (cell.is_whole and cell.amount and over.amount):
            continue
        value = (cell.amount / over.amount).quantize(_STEP, ROUND_HALF_UP)
        if not Fraction(least) <= Fraction(value) / tables.share <= Fraction(greatest):
            unit = f"{cell.item.unit}/{over.item.unit}"
            part = f" x {tables.share.numerator}/{tables.share.denominator}"
            wanted = f"{least} .. {greatest}{part if tables.is_part else ''}"
            yield _query(tables, cell, "odd_intensity", f"{value} {unit}", wanted)


def _of_parts(tables: Tables) -> Iterator[Finding]:
    whole, part = tables.cells["electricity"], tables.cells["data_centre_electricity"]
    if whole.amount is None or part.amount is None or not whole.is_whole:
        return
    if part.amount > whole.amount:
        wanted = f"<= {whole.amount:f} kWh"
        yield _refusal(tables, part, "more_than_the_whole", f"{part.amount:f} kWh", wanted)


def _refusal(tables: Tables, cell: Cell, code: str, seen: str, wanted: str) -> Finding:
    item = cell.item
    place = (tables.identity.organisation_id, item.table, item.key)
    return Finding(*place, code, seen, wanted, Weight.REFUSES)


def _query(tables: Tables, cell: Cell, code: str, seen: str, wanted: str) -> Finding:
    item = cell.item
    place = (tables.identity.organisation_id, item.table, item.key)
    return Finding(*place, code, seen, wanted, Weight.WANTS_COMMENT)
