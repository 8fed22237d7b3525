"""The table of targets: what it names is entered, what it does not name stays.

A row without a change takes away the target of its indicator, years and sphere.
"""

from collections.abc import Sequence
from decimal import Decimal

from psycopg import Connection

from domain.indicator import IndicatorName
from domain.target import BASE_YEARS, Target
from ingest.sheet.fault import SheetFault
from ingest.sheet.form import Column, Form, FormRow, choice
from ingest.sheet.limit_form import (
    ORIGIN,
    SPHERE,
    as_text,
    parse_number,
    parse_year,
    sphere_faults,
    twice,
)
from store.places.limit import NewTarget, enter_targets, targets_in_force

_KEY = ("indicator", "base_year", "year", "province", "class", "organisation")
_LEAST, _MOST = Decimal(-100), Decimal(1000)


def _base_year(text: str) -> int:
    if text not in map(str, BASE_YEARS):
        raise ValueError(" | ".join(map(str, BASE_YEARS)))
    return int(text)


class Targets:
    """Changes of an indicator that plans ask for, against 2020 or 2025."""

    form = Form(
        "targets",
        (
            Column("indicator", "指标", choice(*IndicatorName), "not_one_of"),
            Column("base_year", "基期年", _base_year, "not_a_year", numeric=True),
            Column("year", "目标年", parse_year, "not_a_year", numeric=True),
            *SPHERE,
            Column("change_pct", "变化 %", parse_number, "not_a_limit", required=False),
            *ORIGIN,
        ),
    )

    def check(self, conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
        """Institutions that are not there, years backwards, changes that cannot be, rows twice."""
        faults = [*sphere_faults(conn, rows, "indicator"), *twice(rows, "indicator", _KEY)]
        for row in rows:
            base, year, change = (row.values[name] for name in ("base_year", "year", "change_pct"))
            if not str(base) < str(year):
                faults.append(row.fault("year", "ends_before_it_begins", str(base)))
            if isinstance(change, Decimal) and not _LEAST < change < _MOST:
                faults.append(row.fault("change_pct", "not_a_limit", f"{_LEAST}..{_MOST}"))
        return faults

    def write(self, conn: Connection, rows: Sequence[FormRow]) -> None:
        """Enter what differs from what counts."""
        known = {_told(each) for each in targets_in_force(conn)}
        keys = {line[:6] for line in known}
        entered = []
        for row in rows:
            values = [row.values[column.name] for column in self.form.columns]
            line = tuple(map(as_text, values))
            change = values[6]
            if line not in known and (change is not None or line[:6] in keys):
                values[6] = change / 100 if isinstance(change, Decimal) else None
                entered.append(NewTarget(*values))  # type: ignore[arg-type]  # each as its column has parsed it
        enter_targets(conn, entered)

    def export(self, conn: Connection) -> list[list[str]]:
        """Every target that counts."""
        return [list(_told(each)) for each in targets_in_force(conn)]


def _told(target: Target) -> tuple[str, ...]:
    sphere, origin = target.sphere, target.origin
    values = (
        *(target.indicator, target.base_year, target.year),
        *(sphere.province, sphere.institution_class, sphere.organisation),
        *(target.change * 100, origin.source, origin.evidence),
    )
    return tuple(map(as_text, values))
