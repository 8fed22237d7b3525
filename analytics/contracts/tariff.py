"""Tariffs of a contract's lines in a month: by which their meters are priced."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from psycopg import Connection

from analytics.drawn.rows import TariffRows, Unread
from analytics.drawn.toml import tariff_text
from analytics.evidence.price import Announced, windows_since
from analytics.settlement.active_month import ActiveMonth
from domain.contract_line import PRICED, SOLAR, ContractLine
from domain.errors import MissingInputError
from store.contracts.contract_ledger import ContractMeter
from store.money.tariff import prices, tariff, tariffs_of_meter, versions


def tariffs_of(
    conn: Connection,
    month: ActiveMonth,
    known: dict[str, ContractMeter],
    *,
    known_at: datetime,
) -> tuple[dict[str, TariffRows], list[Unread]]:
    """Tariff of each line that has prices and meters, and why a line has none.

    Parameters
    ----------
    known : mapping of str to ContractMeter
        Meters of the registry by their code there.
    known_at : datetime
        Prices are those known at this instant.
    """
    found: dict[str, TariffRows] = {}
    unread: list[Unread] = []
    for line in month.contract.lines:
        of_line = [*_meters(month, line, known)]
        if line.kind not in PRICED | SOLAR or not of_line:
            continue
        try:
            found[line.code] = _tariff(conn, month, of_line, known_at)
        except MissingInputError as error:
            unread.append(Unread("price", line.code, error.code, error.reason))
    return found, unread


def _meters(
    month: ActiveMonth, line: ContractLine, known: dict[str, ContractMeter]
) -> Iterator[ContractMeter]:
    """Boundary meters of a line by their own register; another register has no tariff."""
    for meter in month.meters(line.code, excluded=False):
        code, quantity = meter.in_ledger()
        if code in known and not quantity:
            yield known[code]


def _tariff(
    conn: Connection, month: ActiveMonth, meters: Sequence[ContractMeter], known_at: datetime
) -> TariffRows:
    days = month.first_day, month.end_day
    tariff_ids = set()
    for meter in meters:
        terms = tariffs_of_meter(conn, meter.meter_id, *days, as_of=known_at)
        covered = len(terms) == 1 and (
            (terms[0].first_day or days[0]) <= days[0] and (terms[0].end_day or days[1]) >= days[1]
        )
        if not covered:
            reason = f"meter {meter.code} is not on one tariff all of the month"
            raise MissingInputError(reason, code="tariff")
        tariff_ids.add(terms[0].tariff_id)
    if len(tariff_ids) > 1:
        codes = ", ".join(meter.code for meter in meters)
        raise MissingInputError(f"{codes} are on different tariffs", code="tariff")
    (tariff_id,) = tariff_ids
    held = tariff(conn, tariff_id, as_of=known_at)
    if held is None:
        raise MissingInputError(f"tariff {tariff_id} is gone", code="tariff")
    for meter in meters:
        held.refuse_other_medium(meter.medium)
    since = windows_since(held, days[0])
    rows = [
        row
        for row in versions(conn, tariff_id, as_of=known_at)
        if row.first_day < days[1] and (row.end_day is None or since < row.end_day)
    ]
    in_force = [row.id for row in rows if row.end_day is None or days[0] < row.end_day]
    head = {
        "code": held.code,
        "medium": held.medium.value,
        "name_zh": held.name_zh,
        "name_en": held.name_en,
    }
    found = prices(conn, tariff_id, month.month.first_day, days[1], as_of=known_at)
    announced = [Announced(row.price_of_month(), row.source, row.checked_by or "") for row in found]
    text = tariff_text(head, [row.told() for row in rows])
    ids = tuple(row.price_month_id for row in found)
    return TariffRows(tariff_id, held, text, tuple(in_force), tuple(announced), ids)
