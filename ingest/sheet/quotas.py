"""The table of quotas (能耗定额): what it names is entered, what it does not name stays.

A row without limits takes away the quota of its code, climate zone and first year.
"""

import re
from collections.abc import Sequence

from psycopg import Connection

from domain.fact import ClimateZone, Use
from domain.indicator import IndicatorName
from domain.quota import Quota, want_order
from ingest.sheet.fault import SheetFault
from ingest.sheet.form import Column, Form, FormRow, choice, parse_text
from ingest.sheet.limit_form import (
    ORIGIN,
    SPHERE,
    as_text,
    parse_number,
    parse_year,
    sphere_faults,
    twice,
)
from store.places.limit import NewQuota, enter_quotas, quotas_in_force

_CODE = re.compile(r"[a-z0-9][a-z0-9_]{0,59}")
_KEY = ("code", "climate_zone", "first_year")


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise ValueError("db37_2672_heating")
    return text


class Quotas:
    """Limits that an indicator of a year is held against."""

    form = Form(
        "quotas",
        (
            Column("code", "编码", _code, "not_a_code"),
            Column("name_zh", "中文名称", parse_text, "not_text"),
            Column("name_en", "英文名称", parse_text, "not_text"),
            Column("indicator", "指标", choice(*IndicatorName), "not_one_of"),
            *SPHERE,
            Column("use", "用途", choice(*Use), "not_one_of", required=False),
            Column("climate_zone", "气候分区", choice(*ClimateZone), "not_one_of", required=False),
            Column("first_year", "起始年", parse_year, "not_a_year", required=False, numeric=True),
            Column("last_year", "截止年", parse_year, "not_a_year", required=False, numeric=True),
            Column("constraint", "约束值", parse_number, "not_a_limit", required=False),
            Column("base", "基准值", parse_number, "not_a_limit", required=False),
            Column("guide", "引导值", parse_number, "not_a_limit", required=False),
            *ORIGIN,
        ),
    )

    def check(self, conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
        """Institutions that are not there, years backwards, limits out of order, rows twice."""
        faults = [*sphere_faults(conn, rows, "code"), *twice(rows, "code", _KEY)]
        for row in rows:
            new = _new(row)
            if (new.first_year or 0) > (new.last_year or 9999):
                faults.append(row.fault("last_year", "ends_before_it_begins", str(new.first_year)))
            limits = new.constraint, new.base, new.guide
            if new.constraint is None or new.guide is None:
                if any(each is not None for each in limits):
                    faults.append(row.fault("constraint", "limits_incomplete", "guide, constraint"))
                continue
            try:
                want_order(new.constraint, new.base, new.guide)
            except ValueError:
                wanted = "0 < guide <= base <= constraint"
                faults.append(row.fault("constraint", "limits_out_of_order", wanted))
        return faults

    def write(self, conn: Connection, rows: Sequence[FormRow]) -> None:
        """Enter what differs from what counts."""
        known = {_told(each) for each in quotas_in_force(conn)}
        keys = {(line[0], line[8], line[9]) for line in known}
        entered = []
        for row in rows:
            new, line = _new(row), tuple(map(as_text, _values(row)))
            stands = (line[0], line[8], line[9]) in keys
            if line not in known and (new.constraint is not None or stands):
                entered.append(new)
        enter_quotas(conn, entered)

    def export(self, conn: Connection) -> list[list[str]]:
        """Every quota that counts."""
        return [list(_told(each)) for each in quotas_in_force(conn)]


def _values(row: FormRow) -> list[object]:
    return [row.values[column.name] for column in Quotas.form.columns]


def _new(row: FormRow) -> NewQuota:
    return NewQuota(*_values(row))  # type: ignore[arg-type]  # each as its column has parsed it


def _told(quota: Quota) -> tuple[str, ...]:
    sphere, origin = quota.sphere, quota.origin
    values = (
        *(quota.code, quota.name_zh, quota.name_en, quota.indicator),
        *(sphere.province, sphere.institution_class, sphere.organisation),
        *(quota.use, quota.zone, quota.first_year, quota.last_year),
        *(quota.constraint, quota.base, quota.guide, origin.source, origin.evidence),
    )
    return tuple(map(as_text, values))
