"""The table of manual entries: amounts of months, taken over as drafts.

A row that says what stands there already changes nothing; another makes the next version, which
goes the way of every version. What lies with those who check is left alone.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from psycopg import Connection

from domain.local_day import local_day
from domain.manual_entry import EntryKind, EntrySource, EntryState, may_become
from ingest.sheet.fault import SheetFault
from ingest.sheet.form import Column, Form, FormRow, choice, parse_text
from store.institution.manual_entry import (
    EntryContent,
    EntryKey,
    Standing,
    add_entries,
    enterable_codes,
    entries,
    save_versions,
    standings,
)
from store.places.place import ALL, OrganisationRow, organisations

_LARGEST = Decimal(10) ** 12
_BEYOND = 2**62
_YEARS = range(2000, 2200)


def _number(digits: int) -> Callable[[str], Decimal]:
    wanted = f"0 .. 999999999999, {digits} decimals"

    def parse(text: str) -> Decimal:
        try:
            value = Decimal(text)
        except InvalidOperation:
            raise ValueError(wanted) from None
        if not value.is_finite() or not 0 <= value < _LARGEST:
            raise ValueError(wanted)
        if value != value.quantize(Decimal(1).scaleb(-digits)):
            raise ValueError(wanted)
        return value

    return parse


def _month(text: str) -> date:
    """A month, as 2026-07, 2026/7 or 202607; as a day of it where a spreadsheet made one of it."""
    wanted = "2026-07"
    parts = text.replace("/", "-").split("-")
    if len(parts) == 1 and len(text) == len("202607"):
        parts = [text[:4], text[4:]]
    is_month = len(parts) in {2, 3} and all(part.isascii() and part.isdigit() for part in parts)
    if not is_month or int(parts[0]) not in _YEARS:
        raise ValueError(wanted)
    try:
        return date(int(parts[0]), int(parts[1]), 1)
    except ValueError:
        raise ValueError(wanted) from None


class ManualEntries:
    """Amounts of months, by institution and kind."""

    form = Form(
        "manual_entries",
        (
            Column("organisation", "机构编码", parse_text, "not_text"),
            Column("month", "月份", _month, "not_a_month"),
            Column("kind", "类别", choice(*EntryKind), "not_one_of"),
            Column("amount", "数量", _number(6), "not_an_amount", numeric=True),
            Column("cost", "费用 元", _number(2), "not_an_amount", required=False, numeric=True),
            Column("price", "单价 元", _number(8), "not_an_amount", required=False, numeric=True),
            Column("source", "来源", choice(*EntrySource), "not_one_of"),
            Column("note", "备注", parse_text, "not_text", required=False),
        ),
    )

    def check(self, conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
        """Institutions that are not there or not the person's, months not over, rows twice."""
        known = {row.code: row for row in organisations(conn)}
        own = enterable_codes(conn)
        stand = _standings(conn, [known[code].id for code in own])
        now = datetime.now(UTC)
        faults, first = list[SheetFault](), dict[tuple[str, date, str], int]()
        for row in rows:
            code, month, kind = _key(row)
            if code not in known or known[code].kind != "institution":
                faults.append(row.fault("organisation", "unknown_institution", ""))
            elif code not in own:
                faults.append(row.fault("organisation", "not_administered", ""))
            else:
                faults += _refused(row, known[code], stand, now)
            if (code, month, kind) in first:
                faults.append(row.fault("month", "twice", str(first[code, month, kind])))
            first.setdefault((code, month, kind), row.number)
        return faults

    def write(self, conn: Connection, rows: Sequence[FormRow]) -> None:
        """Save what differs from what stands there, as drafts."""
        places = {row.code: row.id for row in organisations(conn)}
        stand = _standings(conn, {places[_key(row)[0]] for row in rows})
        new: dict[EntryKey, EntryContent] = {}
        changed: dict[int, tuple[int, EntryContent]] = {}
        for row in rows:
            code, month, kind = _key(row)
            key, content = (places[code], kind, month), _content(row)
            found = stand.get(key)
            if found is None:
                new[key] = content
            elif _told(found) != _told(content):
                changed[found.entry_id] = (found.revision, content)
        add_entries(conn, new)
        save_versions(conn, changed)

    def export(self, conn: Connection) -> list[list[str]]:
        """Every entry as it stands, approved or not."""
        return [
            [
                row.organisation_code,
                f"{row.month:%Y-%m}",
                row.kind,
                f"{row.amount:f}",
                "" if row.cost is None else f"{row.cost:f}",
                "" if row.price is None else f"{row.price:f}",
                row.source,
                row.note,
            ]
            for row in reversed(entries(conn, before=_BEYOND, at_most=ALL))
        ]


def _standings(conn: Connection, institutions: Iterable[int]) -> dict[EntryKey, Standing]:
    found = standings(conn, list(institutions))
    return {(each.organisation_id, each.kind, each.month): each for each in found}


def _refused(
    row: FormRow, place: OrganisationRow, stand: Mapping[EntryKey, Standing], now: datetime
) -> list[SheetFault]:
    _, month, kind = _key(row)
    today = local_day(now, ZoneInfo(place.zone or str(UTC)))
    if (today.year, today.month) <= (month.year, month.month):
        return [row.fault("month", "month_not_over", f"{today:%Y-%m}")]
    found = stand.get((place.id, kind, month))
    if found is None or _told(found) == _told(_content(row)):
        return []
    if not may_become(EntryState(found.state), EntryState.DRAFT):
        return [row.fault("amount", "being_checked", f"{found.amount:f}")]
    return []


def _key(row: FormRow) -> tuple[str, date, str]:
    month = row.values["month"]
    assert isinstance(month, date)  # noqa: S101 - the form has parsed it
    return str(row.values["organisation"]), month, str(row.values["kind"])


def _content(row: FormRow) -> EntryContent:
    amount, cost, price = (row.values[name] for name in ("amount", "cost", "price"))
    assert isinstance(amount, Decimal)  # noqa: S101 - the form has parsed it
    return EntryContent(
        amount=amount,
        cost=cost if isinstance(cost, Decimal) else None,
        price=price if isinstance(price, Decimal) else None,
        source=str(row.values["source"]),
        first_reading=None,
        last_reading=None,
        ratio=None,
        register_size=None,
        note=str(row.values["note"] or ""),
    )


def _told(content: EntryContent | Standing) -> tuple[object, ...]:
    """What a row can say of an entry; readings of a dial stay where their amount does."""
    return content.amount, content.cost, content.price, content.source, content.note
