"""Of which class the user of a contract's meter is in a month, read out of the store."""

from datetime import date, datetime

from psycopg import Connection

from domain.contract_month import LineAccount
from domain.supply_account import newest_of_month
from store.contracts.contract_ledger import ContractMeter, Eyes
from store.money.cost import reverse_reactive_kvarh
from store.money.supply_account import accounts_of_meter


def account_of_line(
    conn: Connection,
    line: str,
    meter: ContractMeter,
    month: date,
    span: tuple[datetime, datetime],
    *,
    as_of: datetime,
    eyes: Eyes,
) -> LineAccount:
    """The account that counts for a meter of a line; what nobody has entered of it is empty.

    Parameters
    ----------
    month : date
        Its first day; `span` is all of it as instants.
    """
    reverse = reverse_reactive_kvarh(conn, meter.meter_id, *span, as_of=as_of, eyes=eyes)
    known = newest_of_month(accounts_of_meter(conn, meter.meter_id, as_of=as_of), month)
    if known is None:
        return LineAccount(line, meter.code, fed_back=reverse > 0)
    return LineAccount(
        line,
        meter.code,
        fed_back=reverse > 0,
        standard=known.standard or "none",
        reverse="" if known.reverse is None else known.reverse.value,
        source=known.source,
        checked_by=known.checked_by or "",
        document=known.document,
    )
