"""Tables of the power-factor adjustment as TOML: read strictly, refused with the place."""

from collections.abc import Sequence
from decimal import Decimal
from functools import cache, partial
from importlib import resources

from domain.errors import InputError
from domain.power_factor import STANDARDS, PowerFactorTable
from domain.sentence import Sentence
from domain.tariff import Provenance
from domain.toml_entry import Entry, as_decimal, as_list, as_text, one_of
from domain.toml_text import read_toml

_MOST_PERCENT = Decimal(10)
"""No rule moves a bill by more than this for 0.01 of power factor. [%]"""
_STEP = Decimal("0.01")


def read_power_factor_tables(text: str, *, place: str) -> list[PowerFactorTable]:
    """Read a file of tables, each of a standard of its own; nobody has checked what it says.

    Raises
    ------
    InputError
        With file, table, and part.
    """
    entry = Entry(read_toml(text, place=place), place)
    tables = [read_power_factor_table(each) for each in entry.each("table")]
    entry.done()
    standards = [table.standard for table in tables]
    if not tables or len(set(standards)) < len(standards):
        told = ", ".join(map(str, standards)) or "none"
        template = "tables of {told}: want some, one of each standard"
        raise InputError(Sentence("tables_each_once", template, told=told), place=place)
    return tables


def read_power_factor_table(entry: Entry) -> PowerFactorTable:
    """Read one table of a file, or of the store."""
    standard = Decimal(entry.take("standard", lambda raw: one_of(STANDARDS, str(raw))))
    table = PowerFactorTable(
        standard,
        reduction=entry.take("reduction", partial(_steps, standard, up=True)),
        surcharge=entry.take("surcharge", partial(_steps, standard, up=False)),
        applies_to=entry.take("applies_to", as_text),
        applies_to_zh=entry.take("applies_to_zh", as_text),
        provenance=Provenance(
            source=entry.take("source", as_text),
            evidence=entry.maybe("evidence", as_text, ""),
            note=entry.maybe("note", as_text, ""),
            note_zh=entry.maybe("note_zh", as_text, ""),
        ),
    )
    entry.done()
    return table


@cache
def power_factor_tables() -> dict[str, PowerFactorTable]:
    """Tables that come along, by their standard: ``0.90``, ``0.85`` and ``0.80``."""
    name = "power_factor.toml"
    file = resources.files("domain") / "tariffs" / name
    tables = read_power_factor_tables(file.read_text("utf-8"), place=name)
    return {str(table.standard): table for table in tables}


def _steps(standard: Decimal, raw: object, *, up: bool) -> tuple[tuple[Decimal, Decimal], ...]:
    """Steps away from the standard; those of the surcharge reach down to zero."""
    steps = tuple(map(_step, as_list(raw)))
    bounds = [standard, *(bound for bound, _ in steps)]
    if not steps or bounds != sorted(set(bounds), reverse=not up):
        template = "want power factors that go {way} from {standard}"
        way = "up" if up else "down"
        raise ValueError(Sentence("bounds_out_of_order", template, way=way, standard=standard))
    if any(bound % _STEP for bound in bounds) or bounds[-1] > 1 or (not up and bounds[-1] != 0):
        template = "want power factors of two decimals, up to 1, and the surcharge down to 0"
        raise ValueError(Sentence("bounds_wrong", template))
    if any(not 0 < percent <= _MOST_PERCENT for _, percent in steps):
        template = "want percents above 0 and up to {most}"
        raise ValueError(Sentence("percents_wrong", template, most=_MOST_PERCENT))
    return steps


def _step(raw: object) -> tuple[Decimal, Decimal]:
    match as_list(raw):
        case [bound, percent]:
            return as_decimal(bound), as_decimal(percent)
    raise ValueError(
        Sentence("want_steps", "want pairs of a power factor and the percent for each 0.01")
    )


def told_steps(steps: Sequence[tuple[Decimal, Decimal]]) -> list[list[str]]:
    """Steps as they are kept: numbers as text, so that nothing rounds them on the way."""
    return [[str(bound), str(percent)] for bound, percent in steps]
