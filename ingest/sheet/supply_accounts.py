"""The table of accounts of supplies: of which class the users of meters are, by whole months.

What counts already stays, with its check; anything else is another entry, which nobody has checked.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from psycopg import Connection

from domain.registry import Medium
from domain.supply_account import Reverse
from ingest.sheet.fault import SheetFault
from ingest.sheet.form import Column, Form, FormRow, choice, parse_text
from ingest.sheet.month_prices import parse_month
from store.meters.certificate import administered_meters
from store.money.supply_account import AccountRow, NewAccount, accounts, enter_account
from store.places.place import meters

_DAY = timedelta(days=1)
_MONTH = timedelta(days=31)
_NONE = "none"


class SupplyAccounts:
    """Classes of users by meter and months, the last month included."""

    form = Form(
        "supply_accounts",
        (
            Column("meter", "表计编码", parse_text, "not_text"),
            Column("first_month", "起始月份", parse_month, "not_a_month"),
            Column("last_month", "截止月份", parse_month, "not_a_month", required=False),
            Column("standard", "力调标准", choice("0.90", "0.85", "0.80", _NONE), "not_one_of"),
            Column("reverse", "反向无功", choice(*Reverse), "not_one_of", required=False),
            Column("source", "依据", parse_text, "not_text"),
            Column("reason", "原因", parse_text, "not_text"),
        ),
    )

    def check(self, conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
        """Meters that are not there or not the person's, months backwards or of two new rows."""
        mediums = {row.code: row.medium for row in meters(conn)}
        own, stands = administered_meters(conn), _stands(conn)
        faults, new = [], dict[str, list[FormRow]]()
        for row in rows:
            code, account = str(row.values["meter"]), _account(row)
            if code not in mediums:
                faults.append(row.fault("meter", "unknown_meter", ""))
            elif mediums[code] != Medium.ELECTRICITY:
                faults.append(row.fault("meter", "not_one_of", Medium.ELECTRICITY))
            elif code not in own:
                faults.append(row.fault("meter", "not_administered", ""))
            if account.end_month is not None and account.end_month <= account.first_month:
                first = f"{account.first_month:%Y-%m}"
                faults.append(row.fault("last_month", "ends_before_it_begins", first))
            elif (code, account) not in stands:
                new.setdefault(code, []).append(row)
        for group in new.values():
            for one, other in pairwise(sorted(group, key=lambda row: _account(row).first_month)):
                end = _account(one).end_month
                if end is None or _account(other).first_month < end:
                    faults.append(other.fault("first_month", "overlaps", str(one.number)))
        return faults

    def write(self, conn: Connection, rows: Sequence[FormRow]) -> None:
        """Enter what does not count already."""
        ids = {row.code: row.id for row in meters(conn)}
        stands = _stands(conn)
        for row in rows:
            code, account = str(row.values["meter"]), _account(row)
            if (code, account) not in stands:
                enter_account(conn, ids[code], account)

    def export(self, conn: Connection) -> list[list[str]]:
        """Everything that counts for some month, in the order in which it was entered."""
        return [
            [
                row.meter,
                f"{row.first_month:%Y-%m}",
                "" if row.end_month is None else f"{row.end_month - _DAY:%Y-%m}",
                row.standard,
                row.reverse or "",
                row.source,
                row.reason,
            ]
            for row in _counting(conn)
        ]


def _counting(conn: Connection) -> list[AccountRow]:
    return [row for row in reversed(accounts(conn)) if row.counts]


def _stands(conn: Connection) -> set[tuple[str, NewAccount]]:
    return {
        (
            row.meter,
            NewAccount(
                row.first_month,
                row.end_month,
                None if row.standard == _NONE else row.standard,
                None if row.reverse is None else Reverse(row.reverse),
                row.source,
                row.reason,
            ),
        )
        for row in _counting(conn)
    }


def _account(row: FormRow) -> NewAccount:
    first, last, reverse = (row.values[name] for name in ("first_month", "last_month", "reverse"))
    standard = str(row.values["standard"])
    assert isinstance(first, date)  # noqa: S101 - the form has parsed it
    return NewAccount(
        first,
        (last + _MONTH).replace(day=1) if isinstance(last, date) else None,
        None if standard == _NONE else standard,
        None if reverse is None else Reverse(str(reverse)),
        str(row.values["source"]),
        str(row.values["reason"]),
    )
