"""Which amounts belong to which item of the statistics, and how several kinds make one. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from analytics.ledger.exact import product, total
from analytics.ledger.statistics_cell import Grade, MonthAmount, YearAmount, worst
from domain.errors import FactorError
from domain.factor import FactorSet

_T = Decimal("0.001")
ITEM_OF_KIND: Mapping[str, tuple[str, Decimal]] = {
    "electricity_kwh": ("electricity", Decimal(1)),
    "water_m3": ("water", Decimal(1)),
    "natural_gas_m3": ("natural_gas", Decimal(1)),
    "heat_gj": ("heat", Decimal(1)),
    "gasoline_l": ("gasoline", Decimal(1)),
    "diesel_l": ("diesel", Decimal(1)),
    "raw_coal_kg": ("coal", _T),
    "pv_generated_kwh": ("pv_generated", Decimal(1)),
    "other_tce": ("other_energy", Decimal(1)),
}
"""Item of what is entered or declared, and what to multiply with."""
COAL_OF_KIND: Mapping[str, str] = {"lpg_kg": "coal.lpg", "cooling_gj": "coal.cooling"}
"""What the tables have no item for goes to the other energy in tce, by this factor [kgce]."""
KIND_OF_MEDIUM: Mapping[str, str] = {
    "electricity": "electricity_kwh",
    "water": "water_m3",
    "gas": "natural_gas_m3",
    "heat": "heat_gj",
    "cooling": "cooling_gj",
    "data_centre": "data_centre_kwh",
    "pv_generated": "pv_generated_kwh",
}
"""Kind of what meters of a medium count; the data-centre room is metered as a part. What was fed in
and what PV made for the house itself are in no table."""


@dataclass(frozen=True, slots=True)
class Converted:
    """Amounts of one institution and year by item.

    Attributes
    ----------
    factors_unchecked : tuple of str
        Keys of factors in it that nobody has checked.
    factors_missing : tuple of str
        Keys of factors that the set lacks; what needs them is left out.
    """

    months: Mapping[str, list[MonthAmount]]
    years: Mapping[str, YearAmount]
    factors_unchecked: tuple[str, ...]
    factors_missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Rate:
    item: str
    value: Decimal
    grade: Grade | None = None


def converted(
    months: Mapping[str, Iterable[MonthAmount]],
    years: Mapping[str, YearAmount],
    factors: FactorSet,
    year: int,
) -> Converted:
    """Bring amounts by kind to amounts by item.

    Parameters
    ----------
    months : mapping of str to iterable of MonthAmount
        By kind, of one source, in the kind's unit.
    years : mapping of str to YearAmount
        Likewise, of the whole year.
    """
    rates, unchecked, missing = _rates({*months, *years}, factors, year)
    by_item: dict[str, list[list[MonthAmount]]] = defaultdict(list)
    whole: dict[str, list[YearAmount]] = defaultdict(list)
    for kind, amounts in months.items():
        if rate := rates.get(kind):
            by_item[rate.item].append([_month(each, rate) for each in amounts])
    for kind, said in years.items():
        if rate := rates.get(kind):
            whole[rate.item].append(_year(said, rate))
    return Converted(
        {item: _united(kinds) for item, kinds in by_item.items()},
        {item: _together(said) for item, said in whole.items()},
        unchecked,
        missing,
    )


def _rates(
    kinds: set[str], factors: FactorSet, year: int
) -> tuple[dict[str, _Rate], tuple[str, ...], tuple[str, ...]]:
    found = {kind: _Rate(*ITEM_OF_KIND[kind]) for kind in kinds & ITEM_OF_KIND.keys()}
    if "data_centre_kwh" in kinds:
        found["data_centre_kwh"] = _Rate("data_centre_electricity", Decimal(1))
    unchecked, missing = [], []
    for kind in sorted(kinds & COAL_OF_KIND.keys()):
        key = COAL_OF_KIND[kind]
        try:
            factor = factors.find(key, year=year, province=None).factor
        except FactorError:
            missing.append(key)
            continue
        if not factor.checked:
            unchecked.append(key)
        found[kind] = _Rate("other_energy", product(factor.value, _T), Grade.DERIVED)
    return found, tuple(unchecked), tuple(missing)


def _month(said: MonthAmount, rate: _Rate) -> MonthAmount:
    if rate.value == 1 and rate.grade is None:
        return said
    grade = said.grade if rate.grade is None else worst([said.grade, rate.grade])
    price = None if said.price is None else said.price / rate.value
    return MonthAmount(
        said.month,
        product(said.amount, rate.value),
        said.source,
        grade,
        said.cost,
        price,
        said.is_whole,
        said.references,
    )


def _year(said: YearAmount, rate: _Rate) -> YearAmount:
    grade = said.grade if rate.grade is None else worst([said.grade, rate.grade])
    amount = product(said.amount, rate.value)
    return YearAmount(amount, said.source, grade, said.reference, said.cost, said.is_whole)


def _united(kinds: list[list[MonthAmount]]) -> list[MonthAmount]:
    """Several kinds in one item: a month is whole where every kind that occurs has it whole."""
    if len(kinds) == 1:
        return kinds[0]
    by_month: dict[int, list[MonthAmount]] = defaultdict(list)
    for each in (amount for kind in kinds for amount in kind):
        by_month[each.month].append(each)
    return [_added(month, each, len(kinds)) for month, each in sorted(by_month.items())]


def _added(month: int, said: list[MonthAmount], kinds: int) -> MonthAmount:
    costs = [each.cost for each in said if each.cost is not None]
    return MonthAmount(
        month,
        total(each.amount for each in said),
        said[0].source,
        worst(each.grade for each in said),
        total(costs) if len(costs) == len(said) else None,
        None,
        len(said) == kinds and all(each.is_whole for each in said),
        tuple(reference for each in said for reference in each.references),
    )


def _together(said: list[YearAmount]) -> YearAmount:
    if len(said) == 1:
        return said[0]
    costs = [each.cost for each in said if each.cost is not None]
    return YearAmount(
        total(each.amount for each in said),
        said[0].source,
        worst(each.grade for each in said),
        "; ".join(each.reference for each in said),
        total(costs) if len(costs) == len(said) else None,
        all(each.is_whole for each in said),
    )
