"""Energy quotas (能耗定额): limits that an indicator of a year is held against."""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib import resources

from domain.canonical import canonical, digest, plain
from domain.errors import InputError
from domain.fact import ClimateZone, Use
from domain.indicator import IndicatorName
from domain.limit import Institution, Origin, Sphere


class Band(StrEnum):
    """Where a value lies among the limits of a quota, from worst to best."""

    ABOVE_CONSTRAINT = "above_constraint"
    WITHIN_CONSTRAINT = "within_constraint"
    WITHIN_BASE = "within_base"
    WITHIN_GUIDE = "within_guide"


@dataclass(frozen=True, slots=True)
class Quota:
    """Limits for one kind of place in one climate zone; a value at a limit keeps it.

    Attributes
    ----------
    sphere : Sphere
        For whom it holds: the nation, a province, a class, an institution.
    use : Use or None
        Kind of place; None for every kind.
    zone : ClimateZone or None
        None for every climate.
    first_year, last_year : int or None
        Reporting years for which it holds, both included; None without a bound.
    constraint, guide : Decimal
        约束值 and 引导值. [unit of the indicator]
    base : Decimal or None
        基准值, in quotas of three limits. [unit of the indicator]
    """

    code: str
    name_zh: str
    name_en: str
    indicator: IndicatorName
    sphere: Sphere
    use: Use | None
    zone: ClimateZone | None
    first_year: int | None
    last_year: int | None
    constraint: Decimal
    base: Decimal | None
    guide: Decimal
    origin: Origin

    @property
    def key(self) -> tuple[str, ClimateZone | None, int | None]:
        """What makes it one of its kind: another one with the same key takes its place."""
        return self.code, self.zone, self.first_year

    @property
    def sha256(self) -> str:
        """Digest of its numbers and of what they are held against; a check is of these."""
        said = [
            *(self.code, self.indicator.value, self.sphere.province),
            *(self.sphere.institution_class, self.sphere.organisation),
            *(self.use and self.use.value, self.zone and self.zone.value),
            *(self.first_year, self.last_year, plain(self.constraint)),
            *(None if self.base is None else plain(self.base), plain(self.guide)),
            self.origin.source,
        ]
        return digest(canonical(["quota", *said]))

    def band(self, value: Decimal) -> Band:
        """Where a value of a whole year lies."""
        if value > self.constraint:
            return Band.ABOVE_CONSTRAINT
        if value <= self.guide:
            return Band.WITHIN_GUIDE
        if self.base is not None and value <= self.base:
            return Band.WITHIN_BASE
        return Band.WITHIN_CONSTRAINT

    def holds_for(self, of: Institution, year: int, *, use: str | None, zone: str | None) -> bool:
        """Whether it is the quota of an institution in a reporting year."""
        return (
            self.sphere.holds_for(of)
            and (self.zone is None or self.zone.value == zone)
            and (self.use is None or self.use.value == use)
            and (self.first_year or year) <= year <= (self.last_year or year)
        )


@cache
def shipped_quotas() -> tuple[Quota, ...]:
    """The quotas that come with this version, from `domain/limits/quotas.toml`."""
    return read_quotas((resources.files("domain") / "limits" / "quotas.toml").read_text("utf-8"))


def read_quotas(text: str) -> tuple[Quota, ...]:
    """Read quotas from TOML.

    Raises
    ------
    InputError
        For limits out of order or what is not known, with its place.
    """
    found = []
    for number, row in enumerate(tomllib.loads(text, parse_float=Decimal)["quota"], 1):
        place = f"quotas.toml: quota {number}"
        for zone, limits in row["zones"].items():
            try:
                found.append(_quota(row, zone, limits))
            except (KeyError, ValueError) as error:
                raise InputError(f"{zone}: {error}", place=place) from error
    return tuple(found)


def _quota(row: dict[str, object], zone: str, limits: dict[str, Decimal | int]) -> Quota:
    constraint, guide = Decimal(limits["constraint"]), Decimal(limits["guide"])
    base = Decimal(limits["base"]) if "base" in limits else None
    want_order(constraint, base, guide)
    province = row.get("province")
    return Quota(
        code=str(row["code"]),
        name_zh=str(row["name_zh"]),
        name_en=str(row["name_en"]),
        indicator=IndicatorName(str(row["indicator"])),
        sphere=Sphere(None if province is None else str(province)),
        use=Use(str(row["use"])) if "use" in row else None,
        zone=ClimateZone(zone),
        first_year=None,
        last_year=None,
        constraint=constraint,
        base=base,
        guide=guide,
        origin=Origin(str(row["source"]), str(row["evidence"])),
    )


def want_order(constraint: Decimal, base: Decimal | None, guide: Decimal) -> None:
    """Refuse limits that are out of order.

    Raises
    ------
    ValueError
        With the limits seen.
    """
    order = [guide, *([] if base is None else [base]), constraint]
    if not guide > 0 or order != sorted(order):
        seen = ", ".join(map(str, order))
        raise ValueError(f"limits {seen}, want guide <= base <= constraint, above 0")
