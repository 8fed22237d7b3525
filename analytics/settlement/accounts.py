"""A percentage by the power factor against the accounts by which the utility bills. Pure."""

from analytics.settlement.active_month import ActiveMonth
from analytics.settlement.working import Working
from domain.contract_line import ContractLine
from domain.contract_month import LineAccount
from domain.errors import MissingInputError
from domain.supply_account import Reverse

_FED_BACK = "reactive_energy_export_kvarh"


def heed_accounts(month: ActiveMonth, line: ContractLine, working: Working) -> None:
    """Refuse terms that the utility does not bill by; remark what nobody entered or checked.

    A month that no ledger told has no accounts, and goes by its terms.

    Raises
    ------
    MissingInputError
        ``power_factor`` if the utility holds a user to another power factor than the terms do, or
        adds reverse reactive energy that the line does not count, or the other way round.
    """
    registers = {each.in_ledger() for each in month.meters(line.code, excluded=False)}
    for account in month.month.accounts or ():
        if account.line == line.code:
            _heed(line, account, working, counted=(account.meter, _FED_BACK) in registers)


def _heed(line: ContractLine, account: LineAccount, working: Working, *, counted: bool) -> None:
    meter = account.meter
    if not account.standard:
        detail = f"nobody has entered of which class the user of {meter} is"
        working.remark("user_class", detail, blocks=True)
        return
    if account.standard != line.standard:
        reason = (
            f"the utility holds the user of {meter} to {account.standard}, and the terms hold "
            f"{line.code} to {line.standard}"
        )
        raise MissingInputError(reason, code="power_factor")
    if account.reverse == Reverse.ADDED and not counted:
        reason = f"the utility adds reverse reactive energy of {meter}, which {line.code} does not"
        raise MissingInputError(reason, code="power_factor")
    if account.reverse == Reverse.IGNORED and counted:
        reason = f"the utility adds no reverse reactive energy of {meter}, which {line.code} does"
        raise MissingInputError(reason, code="power_factor")
    if not account.reverse and (counted or account.fed_back):
        detail = f"nobody has entered whether the utility adds reverse reactive energy of {meter}"
        working.remark("user_class", detail, blocks=True)
    if not account.checked_by:
        detail = f"nobody has held the class of the user of {meter} against {account.source}"
        working.remark("user_class", detail, blocks=True)
    working.stands_on(f"user of {meter}: {account.standard}, {account.document or account.source}")
