"""`civicwatt admin orders`: take over what was paid for vehicles, list what has no partner."""

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from analytics.fleet_accounts.costs import FleetCosts
from analytics.fleet_accounts.period import FleetPeriod, months_of
from analytics.ledger.timetable import next_month
from civicwatt.administering import acting_for
from civicwatt.text_file import text_of
from domain.errors import InputError
from domain.vehicle_order import OrderKind, VehicleOrder
from ingest.sheet.grid import FILE_MAX_BYTES
from ingest.sheet.order_form import OrderForm, read_form, shipped_forms
from ingest.sheet.takeover import take_over
from ingest.sheet.vehicle_orders import VehicleOrders
from store.people.session import audit
from store.places.place import organisations


def add(tasks: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the tasks to `civicwatt admin`."""
    parser = tasks.add_parser("orders", help="take over orders of vehicles; list unmatched ones")
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")

    take = steps.add_parser("take", help="take over exports of suppliers, each once")
    take.add_argument("kind", choices=[each.value for each in OrderKind], help="what was paid for")
    take.add_argument("file", nargs="+", type=Path, help="XLSX or CSV (UTF-8 or GB 18030)")
    take.add_argument(
        "--map", type=Path, metavar="TOML", help="headings of the supplier; else the usual ones"
    )
    take.add_argument("--check", action="store_true", help="say what is wrong, take over nothing")
    take.set_defaults(run=_take)

    unmatched = steps.add_parser("unmatched", help="orders, refunds and charges without a partner")
    unmatched.add_argument("place", help="code of the place whose vehicles, and those below it")
    unmatched.add_argument("--from", dest="first", type=_month, required=True, metavar="YYYY-MM")
    unmatched.add_argument("--to", dest="last", type=_month, metavar="YYYY-MM", help="and with it")
    unmatched.set_defaults(run=_unmatched)
    for step in (take, unmatched):
        step.add_argument(
            "--as", dest="login", required=True, metavar="LOGIN", help="whose act it is"
        )


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: want a month such as 2026-07") from None


def _take(args: argparse.Namespace) -> int:
    sheet = VehicleOrders(_form(OrderKind(args.kind), args.map))
    wrong = False
    for file in args.file:
        with acting_for(args.login) as conn:
            taken = take_over(conn, sheet, _bytes(file), check_only=args.check)
            if not taken.faults and not args.check:
                audit(conn, "sheet_taken", sheet.form.name, {"rows": taken.rows, "file": file.name})
        for fault in taken.faults:
            wanted = f"; want {fault.wanted}" if fault.wanted else ""
            print(
                f"{file}: row {fault.row}, {fault.column}: {fault.code} {fault.seen}{wanted}",
                file=sys.stderr,
            )
        wrong = wrong or bool(taken.faults)
        state = "nothing of it taken over" if taken.faults else "right" if args.check else "taken"
        print(f"{file}: {taken.rows} rows, {len(taken.faults)} faults: {state}")
    return int(wrong)


def _form(kind: OrderKind, own: Path | None) -> OrderForm:
    if own is None:
        return next(each for each in shipped_forms() if each.kind is kind)
    form = read_form(text_of(own), str(own))
    if form.kind is not kind:
        raise InputError(f"a map of {form.kind.value} orders, want {kind.value}", place=str(own))
    return form


def _bytes(file: Path) -> bytes:
    try:
        size = file.stat().st_size
        if size > FILE_MAX_BYTES:
            most = FILE_MAX_BYTES // 2**20
            raise InputError(f"{size} bytes: a table has at most {most} MiB", place=str(file))
        return file.read_bytes()
    except OSError as error:
        raise InputError(error.strerror or "cannot be read", place=str(file)) from error


def _unmatched(args: argparse.Namespace) -> int:
    with acting_for(args.login) as conn:
        place = next((each for each in organisations(conn) if each.code == args.place), None)
        if place is None:
            raise InputError("there is no such place in the scope of the login", place=args.place)
        months = months_of(place, args.first, next_month(args.last or args.first))
        period = FleetPeriod(conn, place, months, now=datetime.now(UTC))
        for line in _lines(FleetCosts(period), period):
            print(json.dumps(line, ensure_ascii=False))
    return 0


def _lines(costs: FleetCosts, period: FleetPeriod) -> Iterator[dict[str, Any]]:
    for match in costs.matches:
        if match.stretch is None:
            perhaps = [each.id for each in match.perhaps]
            yield _line("order", match.booked.order, period) | {"perhaps": perhaps}
    for order in costs.refunds_alone:
        yield _line("refund", order, period)
    for row in costs.charges_unpaid:
        yield {
            "what": "charge",
            "vehicle": period.vehicles[row.vehicle_id],
            "id": row.id,
            "start": row.start_at.isoformat(),
            "end": row.end_at.isoformat(),
            "kwh": row.kwh,
        }


def _line(what: str, order: VehicleOrder, period: FleetPeriod) -> dict[str, Any]:
    return {
        "what": what,
        "vehicle": period.vehicles[order.vehicle_id],
        "kind": order.kind.value,
        "supplier": order.supplier,
        "number": order.number,
        "refunds": order.refunds,
        "at": order.at.isoformat(),
        "quantity": None if order.quantity is None else f"{order.quantity:f}",
        "amount_cny": f"{order.amount:f}",
        "place": order.place,
    }
