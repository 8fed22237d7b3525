"""Energy quotas (能耗定额): limits that an indicator of a year is held against."""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib import resources

from domain.errors import InputError
from domain.fact import ClimateZone, Use
from domain.indicator import IndicatorName


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
    province : str or None
        By ISO 3166-2, where it holds; None for the whole nation.
    use : Use or None
        Kind of place; None for every kind.
    constraint, guide : Decimal
        约束值 and 引导值. [unit of the indicator]
    base : Decimal or None
        基准值, in quotas of three limits. [unit of the indicator]
    """

    code: str
    name_zh: str
    name_en: str
    indicator: IndicatorName
    province: str | None
    use: Use | None
    zone: ClimateZone
    constraint: Decimal
    base: Decimal | None
    guide: Decimal
    source: str
    evidence: str
    checked: bool

    def band(self, value: Decimal) -> Band:
        """Where a value of a whole year lies."""
        if value > self.constraint:
            return Band.ABOVE_CONSTRAINT
        if value <= self.guide:
            return Band.WITHIN_GUIDE
        if self.base is not None and value <= self.base:
            return Band.WITHIN_BASE
        return Band.WITHIN_CONSTRAINT

    def holds_for(self, *, province: str | None, use: str | None, zone: str | None) -> bool:
        """Whether it is the quota of such a place."""
        return (
            self.zone.value == zone
            and self.province in {None, province}
            and (self.use is None or self.use.value == use)
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
    order = [guide, *([] if base is None else [base]), constraint]
    if not guide > 0 or order != sorted(order):
        seen = ", ".join(map(str, order))
        raise ValueError(f"limits {seen}, want guide <= base <= constraint, above 0")
    province = row.get("province")
    return Quota(
        code=str(row["code"]),
        name_zh=str(row["name_zh"]),
        name_en=str(row["name_en"]),
        indicator=IndicatorName(str(row["indicator"])),
        province=None if province is None else str(province),
        use=Use(str(row["use"])) if "use" in row else None,
        zone=ClimateZone(zone),
        constraint=constraint,
        base=base,
        guide=guide,
        source=str(row["source"]),
        evidence=str(row["evidence"]),
        checked=row["checked"] is True,
    )
