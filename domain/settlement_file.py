"""A contract with its events and months as TOML of the schema ``settlement/1``."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import resources

from domain.contract import Contract
from domain.contract_event import Events
from domain.contract_month import ContractMonth
from domain.errors import InputError
from domain.record import read, signed_by_two, wanted
from domain.toml_text import read_toml

SCHEMA = "settlement/1"


@dataclass(frozen=True, slots=True)
class Book:
    """Everything a settlement is made from: terms, what happened, months in order."""

    schema: str
    contract: Contract
    months: tuple[ContractMonth, ...]
    events: Events = field(default_factory=Events)

    def __post_init__(self) -> None:
        wanted(self.schema == SCHEMA, f"schema {self.schema!r}, want {SCHEMA!r}")
        names = [month.month for month in self.months]
        wanted(bool(names), "months: want one at least")
        wanted(names == sorted(set(names)), f"months {names}: want each once, in order")
        check_names(self.contract, self.events, self.months)

    def month(self, name: str) -> ContractMonth | None:
        """Month YYYY-MM, where it is there."""
        return next((month for month in self.months if month.month == name), None)


def check_names(contract: Contract, events: Events, months: Sequence[ContractMonth] = ()) -> None:
    """Every line, meter and fact that an event or a month names is one of the contract's.

    Raises
    ------
    ValueError
        With the first that is not.
    """
    lines = {line.code for line in contract.lines}
    meters = {meter.code for meter in contract.meters}
    facts = {each.code for each in contract.adjustments}
    kpis = {kpi.code for kpi in contract.kpis}
    refunds = {each.code for each in contract.refunds or ()}
    equipment = {each.code for each in events.equipment}
    named = [("changes", each.adjustment, facts) for each in events.changes]
    for one in (events.equipment, events.agreed, events.redefinitions):
        named += [("events", each.line, lines) for each in one]
    named += [("meter_errors", each.meter, meters) for each in events.meter_errors]
    ledger = {meter.in_ledger()[0] for meter in contract.meters}
    for month in months:
        named += [(month.month, each.meter, ledger) for each in month.bills if each.meter]
        for rows in (month.prices, month.bills, month.models, month.non_routine or ()):
            named += [(month.month, each.line, lines) for each in rows]
        named += [(month.month, use.meter, meters) for use in month.uses]
        named += [(month.month, figure.kpi, kpis) for figure in month.kpis]
        named += [(month.month, each.refund, refunds) for each in month.refunds or ()]
        named += [(month.month, each.equipment, equipment) for each in month.submeters]
        for table in (month.percents, month.amounts):
            named += [(month.month, code, lines) for code in table or {}]
    for place, name, known in named:
        wanted(name in known, f"{place}: {name!r} is not in the contract")


def read_book(text: str, *, place: str) -> Book:
    """Read a settlement file.

    Raises
    ------
    InputError
        With file, table and field.
    """
    book = read(Book, read_toml(text, place=place), place)
    for month in book.months:
        want_two_persons(month, place=place)
    return book


def want_two_persons(month: ContractMonth, *, place: str) -> None:
    """Whatever people enter of a measure of quality has two of them behind it.

    Statements are read without: their figures may be drawn, or older than this rule.

    Raises
    ------
    InputError
        With the place and the measure.
    """
    for figure in month.kpis:
        if not signed_by_two(figure.signed_by):
            reason = f"{figure.kpi}: signed_by: what is entered of quality wants two persons"
            raise InputError(reason, place=f"{place}, {month.month}, kpis")


def shipped_examples() -> dict[str, str]:
    """Text of the settlement files that come with the product, by their file name."""
    folder = resources.files("domain") / "contracts"
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    return {file.name: file.read_text("utf-8") for file in files if file.name.endswith(".toml")}
