"""The table of conversion factors: its rows make a new version of the sets they name.

What a table does not name stays as it is in the version before, so that a year's new grid factors
are a short table. Nothing that is entered is checked by being entered.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation

from psycopg import Connection

from domain.factor import ElectricityBasis, Factor, FactorSet
from domain.factor_file import EVIDENCE, YEARS
from domain.factor_key import factor_keys
from domain.grid_region import is_region
from ingest.sheet.fault import SheetFault
from ingest.sheet.form import Column, Form, FormRow, choice, parse_day, parse_text
from store.institution.factor import enter_set, factor_set, factor_sets
from store.places.organisation import may_put_organisations

_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,12})?")


def _region(text: str) -> str:
    if not is_region(text):
        raise ValueError("CN | CN-TJ | grid-north")
    return text


def _year(text: str) -> int:
    wanted = f"{YEARS[0]}..{YEARS[-1]}"
    if not (text.isascii() and text.isdigit() and int(text[:9]) in YEARS):
        raise ValueError(wanted)
    return int(text)


def _value(text: str) -> Decimal:
    """A number as it is printed: 0.5580 stays 0.5580."""
    if not _NUMBER.fullmatch(text):
        raise ValueError("0.5580")
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError("0.5580") from None


class Factors:
    """Factors of any sets that are there; a set of its own comes in as a file of its own."""

    form = Form(
        "factors",
        (
            Column("set", "口径编码", parse_text, "not_text"),
            Column("key", "因子", parse_text, "not_text"),
            Column("region", "地区", _region, "not_a_factor_region"),
            Column("year", "年份", _year, "not_a_year", numeric=True),
            Column("effective_from", "起用日期", parse_day, "not_a_day", required=False),
            Column("value", "数值", _value, "not_a_factor"),
            Column("unit", "单位", parse_text, "not_text"),
            Column("source", "出处", parse_text, "not_text"),
            Column("evidence", "所见", choice(*EVIDENCE), "not_one_of"),
            Column("note", "备注", parse_text, "not_text", required=False),
        ),
    )

    def check(self, conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
        """Sets that are not there, factors nobody knows, wrong units, numbers out of range."""
        if rows and not may_put_organisations(conn):
            return [rows[0].fault("set", "not_administered", "")]
        known = _newest(conn)
        faults, first = [], dict[object, int]()
        for row in rows:
            of = known.get(str(row.values["set"]))
            if of is None:
                faults.append(row.fault("set", "unknown_factor_set", " | ".join(known)))
            what = (row.values["set"], _factor(row).id)
            if what in first:
                faults.append(row.fault("key", "twice", str(first[what])))
            first.setdefault(what, row.number)
            faults += _doubts(row, of)
        return faults

    def write(self, conn: Connection, rows: Sequence[FormRow]) -> None:
        """Enter a version of every set of which the table says something new."""
        of_set: dict[str, list[Factor]] = {}
        for row in rows:
            of_set.setdefault(str(row.values["set"]), []).append(_factor(row))
        known = _newest(conn)
        for code, factors in of_set.items():
            was = known[code]
            wanted = replace(was, factors=_merged(was.factors, factors), checks={})
            if wanted.sha256 != was.sha256:
                enter_set(conn, wanted)

    def export(self, conn: Connection) -> list[list[str]]:
        """The factors of every set that new figures take."""
        return [
            [
                code,
                factor.key,
                factor.region,
                str(factor.year),
                "" if factor.effective_from is None else factor.effective_from.isoformat(),
                str(factor.value),
                factor.unit,
                factor.source,
                factor.evidence,
                factor.note,
            ]
            for code, of in _newest(conn).items()
            for factor in of.factors
        ]


def _newest(conn: Connection) -> Mapping[str, FactorSet]:
    """By code, the version that new figures take."""
    codes = dict.fromkeys(row.code for row in factor_sets(conn))
    found = ((code, factor_set(conn, code)) for code in codes)
    return {code: of for code, of in found if of is not None}


def _doubts(row: FormRow, of: FactorSet | None) -> list[SheetFault]:
    """What of a row cannot be the factor it names."""
    name, unit, value = str(row.values["key"]), str(row.values["unit"]), row.values["value"]
    units = factor_keys().get(name)
    if units is None:
        return [row.fault("key", "unknown_factor", " | ".join(factor_keys()))]
    other = [basis.key for basis in ElectricityBasis if of and basis is not of.electricity]
    if name in other and of is not None:
        return [row.fault("key", "other_electricity_basis", of.electricity.key)]
    key = next((each for each in units if each.unit == unit), None)
    if key is None:
        return [row.fault("unit", "wrong_factor_unit", " | ".join(each.unit for each in units))]
    assert isinstance(value, Decimal)  # noqa: S101 - the form has parsed it
    if not key.least <= value <= key.greatest:
        return [row.fault("value", "factor_out_of_range", f"{key.least}..{key.greatest} {unit}")]
    return []


def _merged(was: Iterable[Factor], new: Iterable[Factor]) -> tuple[Factor, ...]:
    """Factors of the version before, those in whose place there is another one exchanged."""
    found = {factor.id: factor for factor in was}
    for factor in new:
        old = found.get(factor.id)
        if old is None or _as_entered(old) != factor:
            found[factor.id] = factor
    return tuple(found.values())


def _as_entered(factor: Factor) -> Factor:
    return replace(factor, checked=False, checked_by="", checked_on=None)


def _factor(row: FormRow) -> Factor:
    values = row.values
    year, value, first = values["year"], values["value"], values["effective_from"]
    assert isinstance(year, int) and isinstance(value, Decimal)  # noqa: S101, PT018 - the form has parsed it
    return Factor(
        key=str(values["key"]),
        region=str(values["region"]),
        year=year,
        effective_from=first if isinstance(first, date) else None,
        value=value,
        unit=str(values["unit"]),
        source=str(values["source"]),
        evidence=str(values["evidence"]),
        checked=False,
        note=str(values["note"] or ""),
    )
