"""Power-factor tables that a month of a contract is settled by: data like its prices. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from domain.contract import Contract
from domain.contract_line import LineKind
from domain.contract_month import ContractMonth
from domain.power_factor import PowerFactorTable


def with_tables(
    contract: Contract, month: ContractMonth, tables: Mapping[str, PowerFactorTable]
) -> ContractMonth:
    """A month with the tables its contract asks for, where it has not its own.

    Parameters
    ----------
    tables : mapping of str to PowerFactorTable
        By their standard, with who has checked them. One that nobody has checked is put in too:
        the statement says so, and cannot be signed.
    """
    wanted = {line.standard for line in contract.of_kind(LineKind.POWER_FACTOR) if line.standard}
    lacking = sorted(each for each in wanted if month.table(each) is None and each in tables)
    if not lacking:
        return month
    more = tuple(tables[each] for each in lacking)
    return replace(month, power_factors=(*(month.power_factors or ()), *more))
