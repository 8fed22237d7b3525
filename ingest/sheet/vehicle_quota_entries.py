"""The table of the ledger of places (编制): granted, changed, handed over, vehicles disposed of."""

from collections.abc import Sequence
from datetime import date

from psycopg import Connection

from ingest.sheet.fault import SheetFault
from ingest.sheet.form import Column, Form, FormRow, choice, parse_day, parse_text
from ingest.sheet.named_vehicle import twice
from store.fleet.fleet_entry import QuotaRow, add_quota_entry, quota_entries
from store.places.fact import administered_codes
from store.places.place import organisations

_MOST = 100_000


def parse_places(text: str) -> int:
    """Places, more or fewer."""
    wanted = f"-{_MOST}..{_MOST}, not 0"
    try:
        value = int(text)
    except ValueError:
        raise ValueError(wanted) from None
    if not value or abs(value) > _MOST:
        raise ValueError(wanted)
    return value


class VehicleQuotaEntries:
    """Entries of many institutions; an entry is named by its document and never changed."""

    form = Form(
        "vehicle_quota_entries",
        (
            Column("organisation", "机构编码", parse_text, "not_text"),
            Column(
                "kind",
                "类别",
                choice("grant", "adjustment", "transfer", "disposal"),
                "not_one_of",
            ),
            Column("day", "日期", parse_day, "not_a_day"),
            Column("places", "数量", parse_places, "not_an_amount", numeric=True),
            Column("receiver", "接收机构编码", parse_text, "not_text", required=False),
            Column("document", "文号", parse_text, "not_text"),
        ),
    )

    def check(self, conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
        """Institutions nobody knows or administers, receivers that do not fit, documents twice."""
        known = {row.code: row.id for row in organisations(conn)}
        own = administered_codes(conn)
        stored = {_name(row): row for row in quota_entries(conn)}
        faults, told = list[SheetFault](), list[tuple[FormRow, object]]()
        for row in rows:
            wrong = _wrong(row, known, own)
            faults += wrong
            if wrong:
                continue
            entry = _entry(row, known)
            told.append((row, _name(entry)))
            if stored.get(_name(entry), entry) != entry:
                faults.append(row.fault("document", "entry_differs", ""))
        return faults + twice(told, "document")

    def write(self, conn: Connection, rows: Sequence[FormRow]) -> None:
        """Add every entry that is not there yet."""
        known = {row.code: row.id for row in organisations(conn)}
        for row in rows:
            add_quota_entry(conn, _entry(row, known))

    def export(self, conn: Connection) -> list[list[str]]:
        """Every entry between places the person may see."""
        codes = {row.id: row.code for row in organisations(conn)}
        return [
            [
                codes[row.organisation_id],
                row.kind,
                row.day.isoformat(),
                str(row.places),
                "" if row.receiver_id is None else codes.get(row.receiver_id, ""),
                row.document,
            ]
            for row in quota_entries(conn)
            if row.organisation_id in codes
        ]


def _wrong(row: FormRow, known: dict[str, int], own: set[str]) -> list[SheetFault]:
    faults = []
    code, receiver = str(row.values["organisation"]), row.values["receiver"]
    kind, places = row.values["kind"], row.values["places"]
    if code not in known:
        faults.append(row.fault("organisation", "unknown_organisation", ""))
    elif code not in own:
        faults.append(row.fault("organisation", "not_administered", ""))
    if receiver is not None and receiver not in known:
        faults.append(row.fault("receiver", "unknown_organisation", ""))
    if (kind == "transfer") != (receiver is not None) or receiver == code:
        faults.append(row.fault("receiver", "receiver_of_transfers", ""))
    if kind != "adjustment" and isinstance(places, int) and places < 0:
        faults.append(row.fault("places", "not_an_amount", f"1..{_MOST}"))
    return faults


def _entry(row: FormRow, known: dict[str, int]) -> QuotaRow:
    day, places, receiver = (row.values[name] for name in ("day", "places", "receiver"))
    assert isinstance(day, date) and isinstance(places, int)  # noqa: S101, PT018 - the form has parsed it
    return QuotaRow(
        known[str(row.values["organisation"])],
        str(row.values["kind"]),
        day,
        places,
        known[str(receiver)] if receiver is not None else None,
        str(row.values["document"]),
    )


def _name(row: QuotaRow) -> tuple[object, ...]:
    return row.organisation_id, row.document, row.kind, row.receiver_id
