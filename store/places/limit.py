"""Quotas and targets: those that come along, those that people entered, and who checked which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeVar

from psycopg import Connection
from psycopg.rows import dict_row

from domain.fact import ClimateZone, Use
from domain.indicator import IndicatorName
from domain.limit import LimitCheck, Origin, Sphere
from domain.quota import Quota, shipped_quotas
from domain.target import Target, shipped_targets
from store.queries import sql

_Limit = TypeVar("_Limit", Quota, Target)


@dataclass(frozen=True, slots=True)
class NewQuota:
    """A quota to enter; without limits it takes away what stood under its key."""

    code: str
    name_zh: str
    name_en: str
    indicator: str
    province: str | None
    institution_class: str | None
    organisation: str | None
    use: str | None
    climate_zone: str | None
    first_year: int | None
    last_year: int | None
    constraint: Decimal | None
    base: Decimal | None
    guide: Decimal | None
    source: str
    evidence: str


@dataclass(frozen=True, slots=True)
class NewTarget:
    """A target to enter; without a change it takes away what stood under its key."""

    indicator: str
    base_year: int
    year: int
    province: str | None
    institution_class: str | None
    organisation: str | None
    change: Decimal | None
    source: str
    evidence: str


def quotas_in_force(conn: Connection) -> list[Quota]:
    """Every quota that counts, as far as the person may see it, with who has checked it."""
    found: dict[object, Quota | None] = {each.key: each for each in shipped_quotas()}
    for row in _rows(conn, "quotas"):
        zone = row["climate_zone"] and ClimateZone(row["climate_zone"])
        found[row["code"], zone, row["first_year"]] = _quota(row)
    return _signed(conn, [each for each in found.values() if each is not None])


def targets_in_force(conn: Connection) -> list[Target]:
    """Every target that counts, as far as the person may see it, with who has checked it."""
    found: dict[object, Target | None] = {each.key: each for each in shipped_targets()}
    for row in _rows(conn, "targets"):
        name, sphere = IndicatorName(row["indicator"]), _sphere(row)
        change, key = row["change"], (name, row["base_year"], row["year"], sphere)
        found[key] = None if change is None else Target(*key, change, _origin(row))
    return _signed(conn, [each for each in found.values() if each is not None])


def enter_quotas(conn: Connection, rows: Sequence[NewQuota]) -> None:
    """Enter quotas; they count from now on, and are unchecked."""
    with conn.cursor() as cursor:
        cursor.executemany(sql("limit", "add_quota"), [_arguments(row) for row in rows])


def enter_targets(conn: Connection, rows: Sequence[NewTarget]) -> None:
    """Enter targets; they count from now on, and are unchecked."""
    with conn.cursor() as cursor:
        cursor.executemany(sql("limit", "add_target"), [_arguments(row) for row in rows])


def check_limit(conn: Connection, sha256: str, *, document: str) -> bool:
    """Note that the person compared these numbers with a document; False when somebody had."""
    arguments = {"sha256": sha256, "document": document}
    return conn.execute(sql("limit", "check"), arguments).rowcount == 1


def classes(conn: Connection, year: int) -> dict[int, str]:
    """Class of the statistics of every institution that has stated it, in a year."""
    rows: list[tuple[int, str]] = conn.execute(sql("limit", "classes"), {"year": year}).fetchall()
    return dict(rows)


def _rows(conn: Connection, name: str) -> list[dict[str, Any]]:
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(sql("limit", name)).fetchall()


def _arguments(row: NewQuota | NewTarget) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


def _quota(row: Mapping[str, Any]) -> Quota | None:
    if row["constraint_value"] is None:
        return None
    return Quota(
        code=row["code"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        indicator=IndicatorName(row["indicator"]),
        sphere=_sphere(row),
        use=row["use"] and Use(row["use"]),
        zone=row["climate_zone"] and ClimateZone(row["climate_zone"]),
        first_year=row["first_year"],
        last_year=row["last_year"],
        constraint=row["constraint_value"],
        base=row["base_value"],
        guide=row["guide_value"],
        origin=_origin(row),
    )


def _sphere(row: Mapping[str, Any]) -> Sphere:
    return Sphere(row["province"], row["institution_class"], row["organisation"])


def _origin(row: Mapping[str, Any]) -> Origin:
    return Origin(row["source"], row["evidence"], row["entered_by"], bool(row["is_own"]))


def _signed(conn: Connection, limits: Sequence[_Limit]) -> list[_Limit]:
    checks = {row.pop("sha256"): LimitCheck(**row) for row in _rows(conn, "checks")}
    return [
        replace(each, origin=replace(each.origin, check=checks.get(each.sha256))) for each in limits
    ]
