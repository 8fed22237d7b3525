"""What the tables of quotas and targets have in common: for whom, from where, their faults."""

import re
from collections.abc import Sequence
from decimal import Decimal

from psycopg import Connection

from domain.canonical import plain
from domain.factor_file import EVIDENCE
from domain.grid_region import PROVINCES
from domain.institution_class import InstitutionClass
from ingest.sheet.fault import SheetFault
from ingest.sheet.form import Column, FormRow, choice, parse_text
from store.places.organisation import may_put_organisations
from store.places.place import organisations

_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,6})?")
_YEARS = range(1949, 2200)


def parse_year(text: str) -> int:
    """A reporting year."""
    if not (text.isascii() and text.isdigit() and int(text[:9]) in _YEARS):
        raise ValueError(f"{_YEARS[0]}..{_YEARS[-1]}")
    return int(text)


def parse_number(text: str) -> Decimal:
    """A number as it is printed."""
    if not _NUMBER.fullmatch(text):
        raise ValueError("12.7")
    return Decimal(text)


SPHERE = (
    Column("province", "省份", choice(*sorted(PROVINCES)), "not_a_province", required=False),
    Column("class", "机构类别", choice(*InstitutionClass), "not_one_of", required=False),
    Column("organisation", "机构编码", parse_text, "not_text", required=False),
)
"""For whom it holds: all of them empty, the nation."""
ORIGIN = (
    Column("source", "出处", parse_text, "not_text"),
    Column("evidence", "所见", choice(*EVIDENCE), "not_one_of"),
)


def as_text(value: object) -> str:
    """A value as a table shows it: a number with all its digits, nothing as nothing."""
    return "" if value is None else plain(value) if isinstance(value, Decimal) else str(value)


def sphere_faults(conn: Connection, rows: Sequence[FormRow], first_column: str) -> list[SheetFault]:
    """Whoever may not enter limits, and institutions that are not there."""
    if rows and not may_put_organisations(conn):
        return [rows[0].fault(first_column, "not_administered", "")]
    known = {row.code for row in organisations(conn) if row.kind == "institution"}
    return [
        row.fault("organisation", "unknown_organisation", "")
        for row in rows
        if row.values["organisation"] not in {None, *known}
    ]


def twice(rows: Sequence[FormRow], column: str, names: Sequence[str]) -> list[SheetFault]:
    """Rows that are about the same matter as an earlier one."""
    first, faults = dict[object, int](), []
    for row in rows:
        key = tuple(row.values[name] for name in names)
        if key in first:
            faults.append(row.fault(column, "twice", str(first[key])))
        first.setdefault(key, row.number)
    return faults
