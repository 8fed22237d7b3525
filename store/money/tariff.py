"""Tariffs in the store: versions, prices announced by the month, checks, and the meters on them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import LiteralString, TypeVar

from psycopg import Connection
from psycopg.errors import ExclusionViolation
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from domain.errors import InputError
from domain.price_book import MonthPrice
from domain.registry import Medium
from domain.sentence import Sentence
from domain.tariff import Tariff, TariffVersion
from domain.tariff_file import raw_versions, read_tariff, read_version
from domain.time_of_use import Period
from domain.toml_entry import Entry
from store.one_row import one_row
from store.queries import sql

Row = TypeVar("Row")
_NOW = datetime(9999, 12, 31, tzinfo=UTC)
"""As known now."""
_TOLD = ("first_day", "end_day", "source", "evidence", "note")
CHECKS = ("checked", "checked_by", "checked_on", "document")
"""Names by which a file says that a version is checked."""


@dataclass(frozen=True, slots=True)
class TariffRow:
    """A tariff without its versions."""

    id: int
    code: str
    medium: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version as it is kept; `terms` is JSON.

    Attributes
    ----------
    entered_by : str or None
        Name of whoever entered it; None where it came from the command line.
    own : bool
        Whether the person asking entered it, and so may not check it.
    withdrawn_by, withdrawn_at, withdrawn_because : str or datetime, or None
        The last check that was taken back, while none stands.
    """

    id: int
    tariff_id: int
    first_day: date
    end_day: date | None
    terms: str
    source: str
    evidence: str
    note: str
    checked_by: str | None
    checked_on: date | None
    document: str
    entered_by: str | None = None
    own: bool = False
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None
    withdrawn_because: str | None = None

    def told(self) -> dict[str, object]:
        """The version as a tariff file has it."""
        told: dict[str, object] = json.loads(self.terms, parse_float=Decimal)
        told |= {name: getattr(self, name) for name in (*_TOLD, *CHECKS[1:])}
        told |= {"checked": self.checked_by is not None}
        return {name: value for name, value in told.items() if value not in (None, "")}

    def version(self) -> TariffVersion:
        """The version as the engine takes it."""
        return read_version(Entry(self.told(), f"tariff version {self.id}"))


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A price of the announcement that counts for its month. [CNY per unit].

    Attributes
    ----------
    checked_by : str or None
        Name of whoever held it against `document`.
    entered_by, own, withdrawn_by, withdrawn_at, withdrawn_because
        As in `VersionRow`.
    """

    price_month_id: int
    month: date
    component: str
    period: str | None
    price: Decimal
    source: str
    entered_at: datetime
    checked_on: date | None
    document: str
    checked_by: str | None = None
    entered_by: str | None = None
    own: bool = False
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None
    withdrawn_because: str | None = None

    def price_of_month(self) -> MonthPrice:
        """The price as the engine takes it."""
        period = Period(self.period) if self.period else None
        checked = self.checked_on is not None
        return MonthPrice(self.month, self.component, period, self.price, checked)


@dataclass(frozen=True, slots=True)
class MeterTariffRow:
    """Tariff of a meter on local days [first_day, end_day), None for no end."""

    tariff_id: int
    code: str
    first_day: date | None
    end_day: date | None
    capacity_kva: Decimal | None
    declared_kw: Decimal | None
    quota: Decimal | None


def tariffs(conn: Connection) -> list[TariffRow]:
    """All tariffs, by code."""
    return _rows(conn, TariffRow, "tariffs", {})


def versions(
    conn: Connection, tariff_id: int | None = None, *, as_of: datetime = _NOW
) -> list[VersionRow]:
    """Versions of a tariff, or of all, in order of time, as they were known at an instant."""
    return _rows(conn, VersionRow, "versions", {"tariff_id": tariff_id, "as_of": as_of})


def tariff(conn: Connection, tariff_id: int, *, as_of: datetime = _NOW) -> Tariff | None:
    """One tariff with its versions, as it was known; None when there is none of this id."""
    row = next((row for row in tariffs(conn) if row.id == tariff_id), None)
    if row is None:
        return None
    each = tuple(version.version() for version in versions(conn, tariff_id, as_of=as_of))
    return Tariff(row.code, Medium(row.medium), row.name_zh, row.name_en, each)


def add_tariff(conn: Connection, text: str, *, place: str) -> int | None:
    """Add a tariff from the text of its file, with its versions; None when its code is known.

    A version that the file calls checked is added with that check.

    Raises
    ------
    InputError
        If the file cannot be used, with the place.
    """
    new = read_tariff(text, place=place)
    arguments = {
        "code": new.code,
        "medium": new.medium.value,
        "name_zh": new.name_zh,
        "name_en": new.name_en,
    }
    with conn.transaction():
        added = conn.execute(sql("tariff", "add_tariff"), arguments).fetchone()
        if added is None:
            return None
        for raw, version in zip(raw_versions(text), new.versions, strict=True):
            version_id = _add_version(conn, added[0], raw, version)
            if version.provenance.checked_by:
                document = version.provenance.document
                check_version(conn, version_id, by=version.provenance.checked_by, document=document)
    return int(added[0])


def revise_tariff(conn: Connection, tariff_id: int, text: str, *, place: str) -> list[date]:
    """Add the versions of a tariff's file that are not there yet; returns their first days.

    A version that is in force when a new one begins ends on that day. One that begins on the day of
    a stored one must be that one: a version never changes.

    Raises
    ------
    InputError
        If the file cannot be used, is of another tariff, says a version differently, or calls a
        new one checked; with the place. Nothing is written.
    """
    was, new = tariff(conn, tariff_id), read_tariff(text, place=place)
    if was is None or (new.code, new.medium) != (was.code, was.medium):
        wanted = "" if was is None else f"{was.code} ({was.medium.value})"
        reason = Sentence(
            "other_tariff",
            "the file is of {seen}, want {wanted}",
            seen=f"{new.code} ({new.medium.value})",
            wanted=wanted,
        )
        raise InputError(reason, place=place)
    known = {version.first_day: version for version in was.versions}
    added = []
    with conn.transaction():
        for raw, version in zip(raw_versions(text), new.versions, strict=True):
            at = f"{place}, version from {version.first_day}"
            stored = known.get(version.first_day)
            if stored is not None:
                _refuse_other_terms(stored, version, place=at)
                if version.end_day is not None and version.end_day != stored.end_day:
                    _end_version(conn, tariff_id, version.end_day)
                continue
            refuse_check(version, place=at)
            _end_version(conn, tariff_id, version.first_day)
            try:
                with conn.transaction():
                    _add_version(conn, tariff_id, raw, version)
            except ExclusionViolation as error:
                template = "it lasts into a later version: give it an end_day"
                raise InputError(Sentence("lasts_into_later", template), place=at) from error
            added.append(version.first_day)
    return added


def follow(
    conn: Connection, tariff_id: int, raw: Mapping[str, object], version: TariffVersion
) -> None:
    """Add a version that follows the one in force when it begins, which ends then."""
    with conn.transaction():
        _end_version(conn, tariff_id, version.first_day)
        _add_version(conn, tariff_id, raw, version)


def _end_version(conn: Connection, tariff_id: int, end_day: date) -> None:
    """Let the version in force on a day end before it; where none is, nothing is to be done."""
    conn.execute(sql("tariff", "end_version"), {"tariff_id": tariff_id, "end_day": end_day})


def refuse_check(version: TariffVersion, *, place: str) -> None:
    """Refuse a version that calls itself checked.

    Raises
    ------
    InputError
        A second person checks it where it is entered.
    """
    if version.provenance.checked:
        template = "it calls itself checked: a second person checks it once it is entered"
        raise InputError(Sentence("version_says_checked", template), place=place)


def _refuse_other_terms(stored: TariffVersion, version: TariffVersion, *, place: str) -> None:
    """Refuse other terms than the stored ones, or a later end; an earlier one may be entered."""
    end_day = min(version.end_day or date.max, stored.end_day or date.max)
    ends_later = version.end_day is not None and version.end_day != end_day
    same = replace(version, end_day=stored.end_day, provenance=stored.provenance)
    if ends_later or same != stored:
        template = "there is a version from that day with other terms, and a version never changes"
        raise InputError(Sentence("version_differs", template), place=place)


def end_meter_tariff(conn: Connection, meter_id: int, end_day: date) -> bool:
    """Let a meter leave its tariff: it is on none from `end_day` on. False when it is on none."""
    arguments = {"meter_id": meter_id, "end_day": end_day}
    with conn.transaction():
        return conn.execute(sql("tariff", "end_meter"), arguments).rowcount == 1


def check_version(conn: Connection, version_id: int, *, by: str, document: str) -> bool:
    """Note that somebody compared a version with its document; False when somebody had."""
    arguments = {"tariff_version_id": version_id, "checked_by": by, "document": document}
    return conn.execute(sql("tariff", "check_version"), arguments).rowcount == 1


def withdraw_version_check(conn: Connection, version_id: int, *, reason: str) -> bool:
    """Take the check of a version back; False when none stands."""
    arguments = {"tariff_version_id": version_id, "reason": reason}
    return conn.execute(sql("tariff", "withdraw_version_check"), arguments).rowcount == 1


def announce_prices(
    conn: Connection, tariff_id: int, month: date, prices: Iterable[MonthPrice], *, source: str
) -> int:
    """Enter what was announced for a month; it replaces what was entered for it before."""
    arguments: dict[str, object] = {"tariff_id": tariff_id, "month": month, "source": source}
    with conn.transaction():
        row = one_row(conn, sql("tariff", "add_price_month"), arguments)
        for price in prices:
            line = {
                "price_month_id": row[0],
                "component": price.component,
                "period": price.period,
                "price": price.price,
            }
            conn.execute(sql("tariff", "add_price"), line)
    return int(row[0])


def check_prices(conn: Connection, price_month_id: int, *, document: str) -> bool:
    """Note that the current person compared a month's prices; False when somebody had."""
    arguments = {"price_month_id": price_month_id, "document": document}
    return conn.execute(sql("tariff", "check_prices"), arguments).rowcount == 1


def withdraw_price_check(conn: Connection, price_month_id: int, *, reason: str) -> bool:
    """Take the check of a month's prices back; False when none stands."""
    arguments = {"price_month_id": price_month_id, "reason": reason}
    return conn.execute(sql("tariff", "withdraw_price_check"), arguments).rowcount == 1


def prices(
    conn: Connection, tariff_id: int, first_day: date, end_day: date, *, as_of: datetime = _NOW
) -> list[PriceRow]:
    """Prices of the months that begin in [first_day, end_day), as they were known at an instant."""
    arguments = {
        "tariff_id": tariff_id,
        "first_day": first_day,
        "end_day": end_day,
        "as_of": as_of,
    }
    return _rows(conn, PriceRow, "prices", arguments)


def tariffs_of_meter(
    conn: Connection,
    meter_id: int,
    first_day: date,
    end_day: date,
    *,
    as_of: datetime = _NOW,
) -> list[MeterTariffRow]:
    """Tariffs that a meter is on, on local days [first_day, end_day), in order of time.

    Parameters
    ----------
    as_of : datetime
        As it was known at this instant: an end that was entered later is none.
    """
    arguments = {"meter_id": meter_id, "first_day": first_day, "end_day": end_day, "as_of": as_of}
    return _rows(conn, MeterTariffRow, "of_meter", arguments)


def put_meter(conn: Connection, meter_id: int, row: MeterTariffRow) -> None:
    """Put a meter on a tariff on local days [first_day, end_day).

    Raises
    ------
    InputError
        If it is on a tariff already on one of these days, or the tariff is of another medium.
    """
    arguments = {name: getattr(row, name) for name in MeterTariffRow.__slots__}
    try:
        with conn.transaction():
            put = conn.execute(sql("tariff", "put_meter"), {"meter_id": meter_id, **arguments})
    except ExclusionViolation as error:
        days = f"{row.first_day or 'always'} to {row.end_day or 'no end'}"
        reason = Sentence("on_tariff_already", "it is on a tariff already on some of these days")
        raise InputError(reason, place=f"meter {meter_id}, {days}") from error
    if not put.rowcount:
        reason = Sentence("tariff_of_other_medium", "the tariff is not of what the meter counts")
        raise InputError(reason, place=f"meter {meter_id}")


def _add_version(
    conn: Connection, tariff_id: int, raw: Mapping[str, object], version: TariffVersion
) -> int:
    terms = {name: value for name, value in raw.items() if name not in (*_TOLD, *CHECKS)}
    arguments = {
        "tariff_id": tariff_id,
        "first_day": version.first_day,
        "end_day": version.end_day,
        "terms": Jsonb(terms, dumps=lambda content: json.dumps(content, default=str)),
        "source": version.provenance.source,
        "evidence": version.provenance.evidence,
        "note": version.provenance.note,
    }
    row = one_row(conn, sql("tariff", "add_version"), arguments)
    return int(row[0])


def _rows(
    conn: Connection, kind: type[Row], name: LiteralString, arguments: Mapping[str, object]
) -> list[Row]:
    with conn.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(sql("tariff", name), arguments).fetchall()
