"""Which amounts belong to which item of the statistics, and in which unit. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from analytics.ledger.exact import product
from analytics.ledger.statistics_cell import Grade, MonthAmount, YearAmount, worst
from domain.errors import FactorError
from domain.factor import FactorSet

_T = Decimal("0.001")
_DATA_CENTRE = "data_centre_electricity"
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


def item_of_kind(kind: str) -> str | None:
    """Item that amounts of a kind belong to; None of what is in no table, such as certificates."""
    if kind in COAL_OF_KIND:
        return "other_energy"
    if kind == "data_centre_kwh":
        return _DATA_CENTRE
    return ITEM_OF_KIND[kind][0] if kind in ITEM_OF_KIND else None


@dataclass(frozen=True, slots=True)
class Converted:
    """Amounts of one institution and year by kind, each in the unit of its item.

    Attributes
    ----------
    items : mapping of str to str
        Item of each kind.
    factors_unchecked : tuple of str
        Keys of factors in it that nobody has checked.
    factors_missing : tuple of str
        Keys of factors that the set lacks; what needs them is left out.
    """

    items: Mapping[str, str]
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
    """Bring amounts to the units of their items.

    Parameters
    ----------
    months : mapping of str to iterable of MonthAmount
        By kind, of one source, in the kind's unit.
    years : mapping of str to YearAmount
        Likewise, of the whole year.
    """
    rates, unchecked, missing = _rates({*months, *years}, factors, year)
    return Converted(
        {kind: rate.item for kind, rate in rates.items()},
        {
            kind: [_month(each, rates[kind]) for each in said]
            for kind, said in months.items()
            if kind in rates
        },
        {kind: _year(said, rates[kind]) for kind, said in years.items() if kind in rates},
        unchecked,
        missing,
    )


def _rates(
    kinds: set[str], factors: FactorSet, year: int
) -> tuple[dict[str, _Rate], tuple[str, ...], tuple[str, ...]]:
    found = {kind: _Rate(*ITEM_OF_KIND[kind]) for kind in kinds & ITEM_OF_KIND.keys()}
    if "data_centre_kwh" in kinds:
        found["data_centre_kwh"] = _Rate(_DATA_CENTRE, Decimal(1))
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
