"""The table of fees at piles of our own; those entered later for a day count."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import partial

from psycopg import Connection

from ingest.sheet.fault import SheetFault
from ingest.sheet.form import Column, Form, FormRow, parse_day, parse_text
from ingest.sheet.named_vehicle import twice
from ingest.sheet.vehicle_terms import parse_amount
from store.fleet.fleet_entry import PileFeeRow, add_pile_fee, administered_piles, pile_fees, piles

_PRICE = partial(parse_amount, digits=6)


class PileFees:
    """Fees of many piles."""

    form = Form(
        "pile_fees",
        (
            Column("pile", "充电桩编码", parse_text, "not_text"),
            Column("first_day", "起始日期", parse_day, "not_a_day"),
            Column("session_cny", "每次 元", _PRICE, "not_an_amount", numeric=True),
            Column("service_cny_kwh", "服务费 元/kWh", _PRICE, "not_an_amount", numeric=True),
            Column("document", "依据", parse_text, "not_text", required=False),
        ),
    )

    def check(self, conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
        """Piles that are not there or not the person's, a pile's day twice."""
        known, own = piles(conn), administered_piles(conn)
        faults = []
        for row in rows:
            pile_id = known.get(str(row.values["pile"]))
            if pile_id is None:
                faults.append(row.fault("pile", "unknown_pile", ""))
            elif pile_id not in own:
                faults.append(row.fault("pile", "not_administered", ""))
        keys: list[tuple[FormRow, object]] = [
            (row, (row.values["pile"], row.values["first_day"])) for row in rows
        ]
        return faults + twice(keys, "first_day")

    def write(self, conn: Connection, rows: Sequence[FormRow]) -> None:
        """Add what is not in force so already."""
        known = {(row.pile, row.holds_from): row for row in pile_fees(conn)}
        ids = piles(conn)
        for row in rows:
            first_day, pile = row.values["first_day"], str(row.values["pile"])
            session, service = row.values["session_cny"], row.values["service_cny_kwh"]
            assert isinstance(first_day, date)  # noqa: S101 - the form has parsed it
            assert isinstance(session, Decimal) and isinstance(service, Decimal)  # noqa: S101, PT018 - as above
            document = str(row.values["document"] or "")
            told = PileFeeRow(ids[pile], pile, first_day, session, service, document)
            if known.get((pile, first_day)) != told:
                add_pile_fee(conn, told)

    def export(self, conn: Connection) -> list[list[str]]:
        """Fees of every pile and day, as they count."""
        newest = {(row.pile, row.holds_from): row for row in pile_fees(conn)}
        return [
            [
                row.pile,
                row.holds_from.isoformat(),
                f"{row.session_cny:f}",
                f"{row.service_cny_kwh:f}",
                row.document,
            ]
            for row in newest.values()
        ]
