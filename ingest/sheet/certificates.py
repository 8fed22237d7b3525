"""The table of certificates of settlement meters: new ones are added, none is ever changed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import NamedTuple

from psycopg import Connection

from domain.certificate import Certificate, Transformer, check, checked_class
from domain.errors import InputError
from ingest.sheet.fault import SheetFault
from ingest.sheet.form import Column, Form, FormRow, choice, parse_day, parse_text
from store.meters.certificate import (
    CertificateRow,
    add_certificate,
    administered_meters,
    certificates,
)
from store.meters.register_event import meter_of

_DAY = timedelta(days=1)


class _Told(NamedTuple):
    """A row of the table, read."""

    meter: str
    certificate: Certificate


def parse_transformer(text: str) -> Transformer:
    """What a plate says, such as 200/5."""
    primary, _, secondary = text.replace(":", "/").partition("/")
    try:
        found = Transformer(Decimal(primary.strip()), Decimal(secondary.strip()))
    except InvalidOperation:
        raise ValueError("200/5") from None
    sides = (found.primary, found.secondary)
    if not all(side.is_finite() and 0 < side < Decimal(10) ** 7 for side in sides):
        raise ValueError("200/5")
    return found


class Certificates:
    """Certificates of many meters."""

    form = Form(
        "certificates",
        (
            Column("meter", "表计编码", parse_text, "not_text"),
            Column("number", "证书编号", parse_text, "not_text"),
            Column("issuer", "检定机构", parse_text, "not_text"),
            Column("accuracy_class", "准确度等级", checked_class, "not_a_class"),
            Column("instrument", "出厂编号", parse_text, "not_text", required=False),
            Column("verified_on", "检定日期", parse_day, "not_a_day"),
            Column("first_day", "起始日期", parse_day, "not_a_day", required=False),
            Column("last_day", "有效期至", parse_day, "not_a_day"),
            Column("ct", "电流互感器", parse_transformer, "not_a_transformer", required=False),
            Column("pt", "电压互感器", parse_transformer, "not_a_transformer", required=False),
            Column(
                "counts", "示数侧", choice("primary", "secondary"), "not_one_of", required=False
            ),
            Column("note", "备注", parse_text, "not_text", required=False),
        ),
    )

    def check(self, conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
        """Meters that are not there or not the person's, days that do not fit or meet others'."""
        own = administered_meters(conn)
        stored = _stored(conn)
        faults, sound = [], dict[str, list[tuple[_Told, FormRow]]]()
        for row in rows:
            told = _told(row)
            if meter_of(conn, told.meter) is None:
                faults.append(row.fault("meter", "unknown_meter", ""))
            elif told.meter not in own:
                faults.append(row.fault("meter", "not_administered", ""))
            wrong = _wrong_by_itself(told.certificate, row)
            faults += wrong
            if not wrong:
                sound.setdefault(told.meter, []).append((told, row))
        for code, group in sound.items():
            faults += _overlaps(group, stored.get(code, []))
        return faults

    def write(self, conn: Connection, rows: Sequence[FormRow]) -> None:
        """Add every certificate that is not there yet."""
        stored = _stored(conn)
        for row in rows:
            told = _told(row)
            meter_id = meter_of(conn, told.meter)
            assert meter_id is not None  # noqa: S101 - the check has found it
            if not any(_same(told.certificate, each) for each in stored.get(told.meter, [])):
                add_certificate(conn, meter_id, told.certificate)

    def export(self, conn: Connection) -> list[list[str]]:
        """Every certificate, with the days on which it really held."""
        return [_written(row) for group in _stored(conn).values() for row in group]


def _stored(conn: Connection) -> dict[str, list[CertificateRow]]:
    found: dict[str, list[CertificateRow]] = {}
    for row in certificates(conn):
        if row.held_until > row.first_day:
            found.setdefault(row.meter_code, []).append(row)
    return found


def _told(row: FormRow) -> _Told:
    values = row.values
    verified, first, last = (values[name] for name in ("verified_on", "first_day", "last_day"))
    assert isinstance(verified, date) and isinstance(last, date)  # noqa: S101, PT018 - the form has parsed it
    ct, pt = values["ct"], values["pt"]
    certificate = Certificate(
        str(values["number"]),
        str(values["issuer"]),
        str(values["accuracy_class"]),
        str(values["instrument"] or ""),
        verified,
        first if isinstance(first, date) else verified,
        last + _DAY,
        ct if isinstance(ct, Transformer) else None,
        pt if isinstance(pt, Transformer) else None,
        values["counts"] == "primary",
        str(values["note"] or ""),
    )
    return _Told(str(values["meter"]), certificate)


def _wrong_by_itself(certificate: Certificate, row: FormRow) -> list[SheetFault]:
    try:
        check(certificate)
    except InputError:
        if certificate.end_day <= certificate.first_day:
            first = certificate.first_day.isoformat()
            return [row.fault("last_day", "ends_before_it_begins", first)]
        return [row.fault("verified_on", "verified_later", certificate.first_day.isoformat())]
    return []


def _overlaps(
    group: Iterable[tuple[_Told, FormRow]], stored: Sequence[CertificateRow]
) -> list[SheetFault]:
    faults = []
    ordered = sorted(group, key=lambda each: each[0].certificate.first_day)
    for (one, earlier), (other, row) in pairwise(ordered):
        if other.certificate.first_day < one.certificate.end_day:
            faults.append(row.fault("first_day", "overlaps", str(earlier.number)))
    for (_, new), row in ordered:
        for each in stored:
            meet = new.first_day < each.held_until and each.first_day < new.end_day
            if meet and not _same(new, each):
                faults.append(row.fault("first_day", "overlaps_certificate", each.number))
    return faults


def _same(new: Certificate, row: CertificateRow) -> bool:
    """Whether the table says again what is stored."""
    return new == replace(row.certificate, end_day=row.held_until)


def _written(row: CertificateRow) -> list[str]:
    of = row.certificate
    return [
        row.meter_code,
        of.number,
        of.issuer,
        of.accuracy_class,
        of.instrument,
        of.verified_on.isoformat(),
        of.first_day.isoformat(),
        (row.held_until - _DAY).isoformat(),
        _plate(of.ct),
        _plate(of.pt),
        "primary" if of.counts_primary else "secondary",
        of.note,
    ]


def _plate(of: Transformer | None) -> str:
    return "" if of is None else f"{of.primary.normalize():f}/{of.secondary.normalize():f}"
